#include "job/people_import.h"

#include "base/log.h"
#include "job/match_table.h"

#include <stdio.h>

static int check_columns(
    const struct csv_table *t, const struct people_import_rules *rules, const char *path, struct err *e)
{
	for (size_t i = 0; rules->needed && rules->columns[i]; i++)
		if (rules->needed[i] && !t->has[i])
			return err_set(
			    e, ERR_INPUT, "%s: line 1: the column \"%s\" is missing", path, rules->columns[i]);
	return 0;
}

/* An import on its way. */
struct importing {
	struct store *s;
	struct arena *a, row_arena;
	const struct people_import_rules *rules;
	struct people_import *out;
	struct match_table lines; /* a record's id as text: first is the line it stood on */
};

/* False when the record stood on another line already and this one changes it again. */
static bool is_first(struct importing *im, const struct csv_row *row, const struct people_import_put *put)
{
	char id[24];
	size_t n = (size_t)snprintf(id, sizeof id, "%lld", (long long)put->id);
	const struct match_entry *before = match_table_find(&im->lines, id, n);

	if (!before)
		match_table_add(&im->lines, arena_strdup(im->a, id))->first = (uint32_t)row->line;
	else if (put->change != PEOPLE_UNCHANGED)
		csv_faults_add(&im->out->faults, im->a, row->line,
		    "line %u is about the same record and says something else", before->first);
	return !before || put->change == PEOPLE_UNCHANGED;
}

static int put_row(struct importing *im, const struct csv_row *row, size_t pass, struct err *e)
{
	struct people_import_put put = {0};
	struct err fault = {0};
	int rc = im->rules->put(im->s, &im->row_arena, row, pass, &put, im->rules->arg, &fault);

	arena_reset(&im->row_arena);
	if (rc == 0) {
		if (put.done && is_first(im, row, &put))
			im->out->changes[put.change]++;
		im->out->rows += put.done;
		return 0;
	}
	if (fault.code == ERR_INPUT || fault.code == ERR_REFUSED) {
		csv_faults_add(&im->out->faults, im->a, row->line, "%s", fault.text);
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

static int put_rows(struct importing *im, const struct csv_table *t, struct err *e)
{
	int rc = 0;

	for (size_t pass = 0; pass < im->rules->passes && rc == 0; pass++)
		for (size_t i = 0; i < t->count && rc == 0; i++) {
			rc = put_row(im, &t->rows[i], pass, e);
			show_progress(pass, i, t->count);
		}
	log_progress_end();
	if (rc == 0 && im->rules->finish)
		rc = im->rules->finish(im->s, im->out, im->rules->arg, e);
	return rc;
}

int people_import(struct store *s, struct arena *a, const char *path, const struct people_import_rules *rules,
    bool dry_run, struct people_import *out, struct err *e)
{
	struct importing im = {.s = s, .a = a, .rules = rules, .out = out};
	struct csv_table t;
	int rc;

	*out = (struct people_import){0};
	if (csv_table_read(path, rules->columns, a, &t, &out->faults, e) != 0 ||
	    check_columns(&t, rules, path, e) != 0 || store_begin(s, e) != 0)
		return -1;
	rc = put_rows(&im, &t, e);
	match_table_clear(&im.lines);
	arena_clear(&im.row_arena);
	csv_faults_sort(&out->faults);
	return people_end(s, dry_run || out->faults.count > 0, rc, e);
}
