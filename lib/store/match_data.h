/* What matching reads: our own addresses, investors' addresses and domains, and what a thread is linked to. */
#ifndef STORE_MATCH_DATA_H
#define STORE_MATCH_DATA_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct match_row {
	const char *key; /* the address or the domain */
	int64_t investor_id;
	int rank; /* 0 fund, 1 organisation, 2 contact, 3 plain address */
	bool is_alias;
	const char *name;
};

/* Every address of the team's members (active or not) and of the mailboxes, aliases too; removed ones left out. */
int match_data_each_own(struct store *s, void (*each)(const char *address, void *arg), void *arg, struct err *e);
/* Every address (domain) of every investor that is not removed: by address, then exact before alias, then by rank and id. */
int match_data_each_address(
    struct store *s, void (*each)(const struct match_row *, void *arg), void *arg, struct err *e);
int match_data_each_domain(
    struct store *s, void (*each)(const struct match_row *, void *arg), void *arg, struct err *e);

/* The investors that other messages of the thread are linked to, confirmed and not by the thread itself, which would hold itself
 * up. Of a long thread the first and the last hundred messages are looked at. In order of id; they live in `a`. */
int match_data_thread(
    struct store *s, struct arena *a, int64_t thread_id, int64_t email_id, int64_t **ids, size_t *n, struct err *e);

/* Whose address it is ("team member Mara Voss", "mailbox mara@harbor.example") when it is our own, else NULL. */
int match_data_own_name(struct store *s, struct arena *a, const char *address, const char **name, struct err *e);

#endif
