/* The database as a whole: open, schema version, transactions, locks. The queries are in the modules beside this one. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

struct store;

enum store_mode {
	STORE_READ,    /* read-only: no write can happen by mistake */
	STORE_WRITE,   /* the schema must be current */
	STORE_UPGRADE, /* for writing, at any schema version up to ours (migrate, doctor) */
	STORE_CREATE,  /* the same, and the file is made (0600) when it is not there (init) */
};

/* Opens the database file. NO_INPUT when it is not there (with what to do), CONFIG when its schema is older (run `mailroom
 * migrate`) or newer than this program's or the database is another program's, which is left as it is; INPUT when the file is no
 * database. Close with store_close. */
int store_open(const char *path, enum store_mode mode, struct store **s, struct err *e);
void store_close(struct store *s);

/* Brings the schema to this program's version, one transaction a step; *applied counts the steps (0: it was current). */
int store_migrate(struct store *s, int *applied, struct err *e);
int store_schema_version(struct store *s, int *version, struct err *e);
int store_schema_latest(void);

/* A write transaction: BEGIN IMMEDIATE ... COMMIT with full sync. Not nested. TEMPORARY when another program has held the
 * database for longer than the busy timeout (10 s). store_rollback is for clean-up: it never fails and does nothing outside
 * a transaction. */
int store_begin(struct store *s, struct err *e);
int store_commit(struct store *s, struct err *e);
void store_rollback(struct store *s);

/* SQLite's integrity_check and foreign_key_check: calls back with each finding; *n counts them. */
int store_check(struct store *s, void (*finding)(const char *text, void *arg), void *arg, size_t *n, struct err *e);

const char *store_path(const struct store *s);

#endif
