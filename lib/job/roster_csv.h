/* The roster as CSV: its columns, a participant as a row of them, and a file of rows into the database. */
#ifndef JOB_ROSTER_CSV_H
#define JOB_ROSTER_CSV_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/config.h"
#include "base/csv_table.h"
#include "base/err.h"
#include "job/roster.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum roster_column {
	ROSTER_EMAIL,
	ROSTER_DID,
	ROSTER_STATUS,
	ROSTER_TYPE,
	ROSTER_FEED_URL,
	ROSTER_SURVEY_COMPLETED_AT,
	ROSTER_PROLIFIC_ID,
	ROSTER_STUDY_TYPE,
	ROSTER_AUDIT_TIMESTAMP,
	ROSTER_LANGUAGE,
	ROSTER_COLUMNS
};

/* Their names, NULL-terminated, in the order in which they are written. */
extern const char *const roster_columns[];

/* What stands in a participant's column, before any quoting; NULL: nothing. audit_timestamp is p->exported_at. In `a` or *p. */
const char *roster_csv_value(struct arena *a, const struct participant *p, enum roster_column column);

/* The line of the columns' names, and a participant's line, ended by LF. */
void roster_csv_header(struct buf *b);
void roster_csv_row(struct buf *b, struct arena *a, const struct participant *p);

/* The whole roster by did, as CSV that roster_import reads back exactly. */
int roster_export_text(struct store *s, struct buf *out, size_t *count, struct err *e);
/* The same as a file (0600), there as a whole or as it was before. In the caller's transaction, or on its own. */
int roster_export_full(struct store *s, const char *path, size_t *count, struct err *e);

struct roster_import {
	size_t changes[ROSTER_CHANGES]; /* by enum roster_change */
	size_t stays_unsubscribed;
	struct csv_faults faults; /* nothing was written when faults.count is not 0 */
	struct csv_faults erased; /* lines about people who were erased: they are left out */
};

struct roster_import_rules {
	const char *path; /* "-": standard input */
	const char *actor;
	int64_t now;
	bool dry_run;
	/* Told of every row that was added or updated, or whose status does not count; NULL: nobody is. */
	void (*changed)(size_t line, const struct roster_outcome *o, void *arg);
	void *arg;
};

/* Reads a CSV file into the roster, all of it or nothing, by roster_put for every row. -1: the file cannot be read as a table, or the
 * database failed; with faults it is 0. */
int roster_import(struct store *s, struct arena *a, const struct config *c, const struct roster_import_rules *rules,
    struct roster_import *out, struct err *e);

#endif
