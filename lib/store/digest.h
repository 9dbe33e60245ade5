/* The facts of the team digest: every count of it, from SQL alone. Not the words. */
#ifndef STORE_DIGEST_H
#define STORE_DIGEST_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Messages of a period: `in` to us, `out` from us. unverified: of both, those whose sender failed DMARC. */
struct digest_volume {
	size_t in, out, threads, unverified;
};

struct digest_names {
	const char **items;
	size_t count;
};

/* An investor (the top record: a fund, an organisation, or a contact or address of its own) and its messages. */
struct digest_investor {
	int64_t id;
	const char *kind, *name;
	struct digest_volume volume;
	const char *subject; /* of the last message; "" when it has none */
	int64_t last_at;
	bool last_is_out, last_is_unverified;
	bool last_is_theirs;        /* an address or domain of the investor wrote it: not a stranger in its thread */
	struct digest_names people; /* records below this one that were in its messages; not filled within a member */
	struct digest_names team;   /* members who had messages with it; not filled within a member */
};

/* An active member of the team. In: seen in a mailbox of theirs and not sent by them. */
struct digest_member {
	int64_t id;
	const char *name;
	struct digest_volume volume;
	struct digest_investor *investors; /* the busiest first */
	size_t investor_count;
};

struct digest_facts {
	int64_t start, end;            /* end is the first second after the period */
	struct digest_volume volume;   /* over the whole team, each message once */
	size_t bulk;                   /* list and automatic messages: counted here and nowhere else */
	struct digest_member *members; /* all active ones, by name */
	size_t member_count;
	struct digest_investor *investors; /* the busiest first */
	size_t investor_count;
};

/* Reads the facts of [start, end) at one moment of the database, in time that depends on the messages of the period, not
 * on those of the database. Everything lives in `a`. Text is as the database has it: outside data. */
int digest_facts_load(
    struct store *s, struct arena *a, int64_t start, int64_t end, struct digest_facts *f, struct err *e);

/* An active admin. */
struct digest_recipient {
	int64_t user_id;
	const char *name;
	const char *address; /* the primary one; NULL when the user has none */
};

struct digest_recipients {
	struct digest_recipient *items;
	size_t count;
};

/* To whom the team digest goes at this moment: all active admins, the one who was there first first. */
int digest_recipients_load(struct store *s, struct arena *a, struct digest_recipients *r, struct err *e);

#endif
