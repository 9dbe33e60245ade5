/* The people that matching knows, read from the database into memory. */
#ifndef JOB_MATCH_PEOPLE_H
#define JOB_MATCH_PEOPLE_H

#include "base/arena.h"
#include "base/err.h"
#include "job/domain_rules.h"
#include "job/match_table.h"
#include "store/store.h"

#include <stddef.h>
#include <stdint.h>

struct match_investor {
	int64_t id;
	const char *name;
	uint32_t turn, link; /* of the message at hand: in turn `turn` it got the link number `link` */
};

struct match_people {
	struct arena arena; /* the strings */
	struct domain_rules *rules;
	struct match_investor *investors;
	size_t investor_count, investor_size;
	uint32_t *list; /* indexes of investors: what an entry's first and count mean */
	size_t list_count, list_size;
	struct match_table own, addresses, domains;
	struct match_table variants; /* first is the index of an entry of `addresses` */
	struct match_table ids;      /* an investor's id as text: first is its index */
};

int match_people_load(struct match_people *p, struct store *s, const char *free_mail, struct err *e);
void match_people_clear(struct match_people *p);

/* The index of the investor with this id, SIZE_MAX when it has no address and no domain. */
size_t match_people_find(const struct match_people *p, int64_t id);

/* What is left of an address when a plus-tag is taken off, and at Gmail the dots and its second name: two addresses that are
 * equal in this are most likely one person's. In `a`; the address itself where nothing is to be taken off. */
const char *match_people_variant(struct arena *a, const char *address);

#endif
