/* A CSV file of people into the database: every row in one transaction, all or nothing. What a row means is its caller's. */
#ifndef JOB_PEOPLE_IMPORT_H
#define JOB_PEOPLE_IMPORT_H

#include "base/arena.h"
#include "base/csv_table.h"
#include "base/err.h"
#include "job/people.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What became of a file. Nothing was written when faults.count is not 0. */
struct people_import {
	size_t rows;
	size_t changes[PEOPLE_CHANGES]; /* by enum people_change */
	struct csv_faults faults;
	bool no_recipient; /* of a team: its last active admin is gone */
};

/* What a row came to. */
struct people_import_put {
	bool done;  /* the row belongs to this pass; false: the rest does not count */
	int64_t id; /* of the record */
	enum people_change change;
};

struct people_import_rules {
	const char *const *columns;
	const bool *needed; /* by column: the file must have it; NULL: none */
	size_t passes;      /* how often put is called for every row */
	/* Puts one row into the database. INPUT and REFUSED are the row's fault, and the next one follows; any other error
	 * ends the import. `a` is emptied behind each row. */
	int (*put)(struct store *s, struct arena *a, const struct csv_row *row, size_t pass,
	    struct people_import_put *put, void *arg, struct err *e);
	/* Called behind all rows, before the commit; NULL: nothing. */
	int (*finish)(struct store *s, struct people_import *out, void *arg, struct err *e);
	void *arg;
};

/* A record stands on one line: a later line that would change it again is a fault, one that only repeats it is not.
 * Faults' texts live in `a`. -1: the file cannot be read as a table, or the database failed; with faults it is 0. */
int people_import(struct store *s, struct arena *a, const char *path, const struct people_import_rules *rules,
    bool dry_run, struct people_import *out, struct err *e);

#endif
