/* Whom the team talks to, on record: funds, organisations, contacts, plain addresses; with their addresses and domains, which come
 * and go in the form of comparison. Names are found without regard to the case of ASCII letters. */
#ifndef STORE_INVESTORS_H
#define STORE_INVESTORS_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order in which they take precedence for one address. */
enum investor_kind { INVESTOR_FUND, INVESTOR_ORGANISATION, INVESTOR_CONTACT, INVESTOR_ADDRESS, INVESTOR_ANY };

struct investor_address {
	const char *address;
	bool is_alias;
};

struct investor {
	int64_t id;
	enum investor_kind kind;
	const char *name;
	int64_t parent_id; /* 0: none */
	enum investor_kind parent_kind;
	const char *parent_name; /* NULL: none */
	const char *notes;       /* NULL: none */
	int64_t created_at, updated_at;
	bool is_removed;
	struct investor_address *addresses; /* aliases last, else in alphabetical order */
	size_t address_count;
	const char **domains;
	size_t domain_count;
};

struct investor_ids {
	int64_t *items;
	size_t count;
};

const char *investor_kind_name(enum investor_kind kind); /* as investors.kind has it */
/* False when the word is no kind. */
bool investor_kind_parse(const char *word, enum investor_kind *kind);

/* Removed ones are found as well. What *out points to lives in `a`. */
int investors_get(struct store *s, struct arena *a, int64_t id, struct investor *out, bool *found, struct err *e);
/* The records of this name and kind (or INVESTOR_ANY), removed ones last and only with `removed`; at most 100, in `a`. */
int investors_find_name(struct store *s, struct arena *a, enum investor_kind kind, const char *name, bool removed,
    struct investor_ids *ids, struct err *e);
/* The same for those that have the address, as such or as an alias. */
int investors_find_address(struct store *s, struct arena *a, enum investor_kind kind, const char *address, bool removed,
    struct investor_ids *ids, struct err *e);
/* The records that belong to this one. */
int investors_children(struct store *s, struct arena *a, int64_t id, struct investor_ids *ids, struct err *e);
/* Name of a record that has the address and is not removed; NULL when there is none. */
int investors_name_of_address(struct store *s, struct arena *a, const char *address, const char **name, struct err *e);
/* Calls back for every record of a kind (or INVESTOR_ANY), by kind and name, removed ones only with `removed`; *i lives until the
 * call returns. A callback that returns not 0 ends the loop, and that is the result. */
int investors_each(struct store *s, enum investor_kind kind, bool removed,
    int (*each)(const struct investor *i, void *arg), void *arg, struct err *e);

/* A new record without addresses; of *i kind, name, parent_id and notes count. */
int investors_insert(struct store *s, const struct investor *i, int64_t now, int64_t *id, struct err *e);
/* Writes name, parent_id and notes of the record i->id. */
int investors_update(struct store *s, const struct investor *i, int64_t now, struct err *e);
/* deleted_at 0: restored. */
int investors_set_deleted(struct store *s, int64_t id, int64_t deleted_at, int64_t now, struct err *e);

int investors_set_address(struct store *s, int64_t id, const char *address, bool is_alias, struct err *e);
int investors_set_domain(struct store *s, int64_t id, const char *domain, struct err *e);
/* Takes an address or a domain away; *found is false when the record has it not. */
int investors_unset_address(struct store *s, int64_t id, const char *address, bool *found, struct err *e);
int investors_unset_domain(struct store *s, int64_t id, const char *domain, bool *found, struct err *e);

#endif
