#include "job/people_import.h"

#include "base/log.h"

static int check_columns(
    const struct csv_table *t, const struct people_import_rules *rules, const char *path, struct err *e)
{
	for (size_t i = 0; rules->needed && rules->columns[i]; i++)
		if (rules->needed[i] && !t->has[i])
			return err_set(
			    e, ERR_INPUT, "%s: line 1: the column \"%s\" is missing", path, rules->columns[i]);
	return 0;
}

static int put_row(struct store *s, struct arena *a, struct arena *row_arena, const struct csv_row *row, size_t pass,
    const struct people_import_rules *rules, struct people_import *out, struct err *e)
{
	enum people_change change = PEOPLE_UNCHANGED;
	struct err fault = {0};
	bool done = false;
	int rc = rules->put(s, row_arena, row, pass, &done, &change, rules->arg, &fault);

	arena_reset(row_arena);
	if (rc == 0) {
		out->changes[change] += done;
		out->rows += done;
		return 0;
	}
	if (fault.code == ERR_INPUT || fault.code == ERR_REFUSED) {
		csv_faults_add(&out->faults, a, row->line, "%s", fault.text);
		return 0;
	}
	*e = fault;
	return err_prefix(e, "line %zu", row->line);
}

/* For a person at a terminal, some ten times a second. */
static void show_progress(size_t pass, size_t row, size_t rows)
{
	if (row % 8192 == 0 && row > 0)
		log_progress("pass %zu: %zu of %zu rows", pass + 1, row, rows);
}

static int put_rows(struct store *s, struct arena *a, const struct csv_table *t,
    const struct people_import_rules *rules, struct people_import *out, struct err *e)
{
	struct arena row_arena = {0};
	int rc = 0;

	for (size_t pass = 0; pass < rules->passes && rc == 0; pass++)
		for (size_t i = 0; i < t->count && rc == 0; i++) {
			rc = put_row(s, a, &row_arena, &t->rows[i], pass, rules, out, e);
			show_progress(pass, i, t->count);
		}
	log_progress_end();
	if (rc == 0 && rules->finish)
		rc = rules->finish(s, out, rules->arg, e);
	arena_clear(&row_arena);
	return rc;
}

int people_import(struct store *s, struct arena *a, const char *path, const struct people_import_rules *rules,
    bool dry_run, struct people_import *out, struct err *e)
{
	struct csv_table t;
	int rc;

	*out = (struct people_import){0};
	if (csv_table_read(path, rules->columns, a, &t, &out->faults, e) != 0 ||
	    check_columns(&t, rules, path, e) != 0 || store_begin(s, e) != 0)
		return -1;
	rc = put_rows(s, a, &t, rules, out, e);
	csv_faults_sort(&out->faults);
	return people_end(s, dry_run || out->faults.count > 0, rc, e);
}
