#include "job/team.h"

enum { COLUMN_NAME, COLUMN_ADDRESS, COLUMN_ALIASES, COLUMN_ROLE, COLUMN_ACTIVE };

const char *const team_columns[] = {"name", "address", "aliases", "role", "active", NULL};

static int put(struct store *s, struct arena *a, const struct csv_row *row, size_t pass, struct people_import_put *put,
    void *arg, struct err *e)
{
	const int64_t *now = arg;
	struct team_entry t = {
	    .address = row->cells[COLUMN_ADDRESS],
	    .name = row->cells[COLUMN_NAME],
	    .role = row->cells[COLUMN_ROLE],
	    .active = row->cells[COLUMN_ACTIVE],
	    .aliases = people_split(a, row->cells[COLUMN_ALIASES]),
	};

	(void)pass;
	put->done = true;
	return team_put(s, a, &t, *now, &put->change, &put->id, e);
}

static int finish(struct store *s, struct people_import *out, void *arg, struct err *e)
{
	int64_t admins;

	(void)arg;
	if (users_count_admins(s, &admins, e) != 0)
		return -1;
	out->no_recipient = admins == 0;
	return 0;
}

int team_import(struct store *s, struct arena *a, const char *path, bool dry_run, int64_t now,
    struct people_import *out, struct err *e)
{
	static const bool needed[] = {[COLUMN_NAME] = true, [COLUMN_ADDRESS] = true, [COLUMN_ACTIVE] = false};
	const struct people_import_rules rules = {team_columns, needed, 1, put, finish, &now};

	return people_import(s, a, path, &rules, dry_run, out, e);
}
