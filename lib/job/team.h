/* Changes of the team: its members, their roles and addresses. */
#ifndef JOB_TEAM_H
#define JOB_TEAM_H

#include "base/arena.h"
#include "base/err.h"
#include "job/people.h"
#include "job/people_import.h"
#include "store/users.h"

#include <stdbool.h>
#include <stdint.h>

/* What is known of a member; what is NULL or empty stays as it is (a new member: role member, active). */
struct team_entry {
	const char *address;         /* the member who has it, as the primary address or as an alias, is meant */
	const char *name;            /* needed for a new member */
	const char *role;            /* "admin", "member" */
	const char *active;          /* "yes", "no" (also true, false, on, off, 1, 0) */
	struct people_words aliases; /* added to those there are */
};

/* Adds the member, or changes the one who has the address; a removed one is restored. Within the caller's transaction. INPUT when a
 * value is wrong, REFUSED when an address is another member's or an investor's. *id is the member's. */
int team_put(struct store *s, struct arena *a, const struct team_entry *t, int64_t now, enum people_change *change,
    int64_t *id, struct err *e);

enum team_action {
	TEAM_ADD,     /* by `entry` */
	TEAM_SET,     /* the same, of a member who is there */
	TEAM_UNALIAS, /* takes entry.aliases away */
	TEAM_PRIMARY, /* makes the first of entry.aliases the primary address */
	TEAM_REMOVE,
	TEAM_RESTORE,
};

struct team_change {
	enum team_action action;
	struct team_entry entry;
	bool dry_run;
	int64_t now;
};

struct team_outcome {
	enum people_change change;
	struct user user;  /* how the member stands afterwards; in the arena */
	bool no_recipient; /* there was an active admin and now there is none: the team digest goes to nobody */
};

/* One change in a transaction of its own, taken back for a dry run. */
int team_change(struct store *s, struct arena *a, const struct team_change *c, struct team_outcome *out, struct err *e);

/* The columns of a team's CSV file, NULL-terminated: name, address, aliases, role, active. */
extern const char *const team_columns[];

/* Reads a CSV file into the team, all of it or nothing, by team_put for every row. */
int team_import(struct store *s, struct arena *a, const char *path, bool dry_run, int64_t now,
    struct people_import *out, struct err *e);

#endif
