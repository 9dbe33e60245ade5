/* Changes of whom the team talks to: funds, organisations, contacts, plain addresses. */
#ifndef JOB_CONTACT_H
#define JOB_CONTACT_H

#include "base/arena.h"
#include "base/err.h"
#include "job/domain_rules.h"
#include "job/people.h"
#include "job/people_import.h"
#include "store/investors.h"

#include <stdbool.h>
#include <stdint.h>

/* What is known of a record; what is NULL or empty stays as it is. */
struct contact_entry {
	enum investor_kind kind;
	const char *name;         /* needed, but for a plain address, which goes by itself */
	const char *organisation; /* of a contact */
	const char *fund;         /* of a contact or an organisation */
	const char *notes;
	bool no_parent;                         /* takes the record off its organisation or fund */
	struct people_words addresses, aliases; /* added to those there are */
	struct people_words domains;            /* the same; of a fund or an organisation */
};

/* Adds the record, or changes it when it is there, or restores it when it was removed. A fund or an organisation is known by its
 * name; a contact by its first address, by another address and the name, or by name and organisation; a plain address by itself.
 * Within the caller's transaction. INPUT when a value is wrong, REFUSED when an address or a domain is our own, or a
 * domain is one where anybody has a mailbox. */
int contact_put(struct store *s, const struct domain_rules *rules, struct arena *a, const struct contact_entry *c,
    int64_t now, enum people_change *change, int64_t *id, struct err *e);

/* The same for a record that is there, whatever it is called; entry->kind is not looked at. REFUSED for a name that another fund
 * or organisation has. */
int contact_set(struct store *s, const struct domain_rules *rules, struct arena *a, const struct contact_entry *c,
    const struct investor *record, int64_t now, enum people_change *change, struct err *e);

enum contact_action {
	CONTACT_ADD,   /* by `entry` */
	CONTACT_SET,   /* of a record that is there: name, parent, notes; adds addresses, aliases, domains */
	CONTACT_UNSET, /* takes `words` away: addresses and domains */
	CONTACT_REMOVE,
	CONTACT_RESTORE,
};

struct contact_change {
	enum contact_action action;
	struct contact_entry entry;
	const char *record;        /* id, address or name; not of ADD */
	struct people_words words; /* of UNSET */
	const char *free_mail;     /* MAILROOM_FREE_MAIL_DOMAINS */
	bool dry_run;
	int64_t now;
};

/* One change in a transaction of its own, taken back for a dry run. *out, in `a`, is the record afterwards. */
int contact_change(struct store *s, struct arena *a, const struct contact_change *c, enum people_change *change,
    struct investor *out, struct err *e);

/* The record that a person means by an id, an address or a name. INPUT when there is none, or when there are several: the text
 * tells their ids. */
int contact_find(
    struct store *s, struct arena *a, const char *record, bool removed, struct investor *out, struct err *e);

/* The columns of a CSV file, NULL-terminated: kind, name, organisation, fund, addresses, aliases, domains, notes. */
extern const char *const contact_columns[];

/* Reads a CSV file into the database, all of it or nothing, by contact_put for every row; the rows may stand in any order. */
int contact_import(struct store *s, struct arena *a, const char *path, const char *free_mail, bool dry_run, int64_t now,
    struct people_import *out, struct err *e);

#endif
