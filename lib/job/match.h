/* Matching: which investors a message concerns, by which of its addresses, and why. */
#ifndef JOB_MATCH_H
#define JOB_MATCH_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order in which one address is tried: the first kind that finds something decides. */
enum match_kind {
	MATCH_ADDRESS, /* an address on record */
	MATCH_ALIAS,   /* a known alias of one */
	MATCH_THREAD,  /* an unknown address in a thread that is matched already */
	MATCH_DOMAIN,  /* the registrable domain of an organisation */
	MATCH_VARIANT, /* plus-tag or Gmail dots away from an address on record: proposed only */
};

enum match_status { MATCH_CONFIRMED, MATCH_UNVERIFIED, MATCH_PROPOSED };

struct match_link {
	int64_t investor_id;
	enum match_kind kind;
	enum match_status status;
	const char *address; /* the message's address that led here */
	const char *why;     /* a sentence for people */
};

struct match_links {
	struct match_link *items;
	size_t count;
	bool is_matched; /* one of them is confirmed or unverified */
};

struct match_party {
	const char *role;    /* as email_recipients has it: from, sender, reply-to, to, cc, bcc */
	const char *address; /* normalised (address_normalise) */
};

struct match_input {
	const struct match_party *parties;
	size_t count;
	int64_t thread_id; /* 0: not threaded */
	int64_t email_id;  /* left out when the thread's links are read; 0: not stored */
	bool is_bulk;      /* a list's or a machine's: its thread links nobody, or a list thread would link strangers */
	const char *dmarc; /* of the trusted Authentication-Results; NULL when absent */
};

/* The people in memory: the team's and the mailboxes' own addresses, investors' addresses and domains, as the database has
 * them now. It is small (some 200 bytes an address) and read once a run. `free_mail` is MAILROOM_FREE_MAIL_DOMAINS or NULL. */
struct matcher;
int matcher_new(struct store *s, const char *free_mail, struct matcher **m, struct err *e);
void matcher_free(struct matcher *m);
/* No investor is on record: nothing can match. */
bool matcher_is_empty(const struct matcher *m);
/* A team member's or a captured mailbox's address (aliases too). */
bool matcher_is_own(const struct matcher *m, const char *address);

/* Finds the links of a message, at most one an investor (the strongest kind), into `links` (strings in `a`), in the order in
 * which they were found.
 * - Each address that is not our own is tried by the kinds in their order. Of several records with one address the fund is taken
 *   before the organisation, the contact, the plain address; of several of the same kind all.
 * - Mail among ourselves matches nobody: without an address from outside nothing is looked at, not even the thread.
 * - An address at one of our own domains counts as ours as well, unless it is on record: internal mail goes to lists and to
 *   people who are not on the team.
 * - A domain is a registrable one (Public Suffix List), never a free-mail one, never one of our own.
 * - With dmarc "fail" every link is unverified: any header may be forged then, and so may a From of our own.
 * Reads the thread's links from the database at most once, and only when an outside address is not on record. */
int matcher_match(
    struct matcher *m, struct arena *a, const struct match_input *in, struct match_links *links, struct err *e);

const char *match_kind_name(enum match_kind kind);       /* as email_investor_links.match_kind has it */
const char *match_status_name(enum match_status status); /* as email_investor_links.status has it */

#endif
