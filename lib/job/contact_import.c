#include "job/contact.h"

#include <strings.h>

enum {
	COLUMN_KIND,
	COLUMN_NAME,
	COLUMN_ORGANISATION,
	COLUMN_FUND,
	COLUMN_ADDRESSES,
	COLUMN_ALIASES,
	COLUMN_DOMAINS,
	COLUMN_NOTES,
	COLUMN_COUNT
};

const char *const contact_columns[] = {
    "kind", "name", "organisation", "fund", "addresses", "aliases", "domains", "notes", NULL};

struct importing {
	const struct domain_rules *rules;
	int64_t now;
};

static int parse_kind(const char *word, enum investor_kind *kind, struct err *e)
{
	for (int i = INVESTOR_FUND; i < INVESTOR_ANY; i++)
		if (strcasecmp(word, investor_kind_name((enum investor_kind)i)) == 0) {
			*kind = (enum investor_kind)i;
			return 0;
		}
	return err_set(e, ERR_INPUT, "kind \"%.60s\": a kind is fund, organisation, contact or address", word);
}

/* Funds in the first pass, organisations in the second, the others in the third: whoever is named as a parent is there by then. */
static size_t pass_of(enum investor_kind kind)
{
	return kind == INVESTOR_FUND ? 0 : kind == INVESTOR_ORGANISATION ? 1 : 2;
}

static int put(struct store *s, struct arena *a, const struct csv_row *row, size_t pass, struct people_import_put *put,
    void *arg, struct err *e)
{
	const struct importing *im = arg;
	struct contact_entry c = {
	    .name = row->cells[COLUMN_NAME],
	    .organisation = row->cells[COLUMN_ORGANISATION],
	    .fund = row->cells[COLUMN_FUND],
	    .notes = row->cells[COLUMN_NOTES],
	};
	struct err fault = {0};

	if (parse_kind(row->cells[COLUMN_KIND], &c.kind, &fault) != 0) {
		*e = fault;
		return pass == 0 ? -1 : 0;
	}
	put->done = pass_of(c.kind) == pass;
	if (!put->done)
		return 0;
	c.addresses = people_split(a, row->cells[COLUMN_ADDRESSES]);
	c.aliases = people_split(a, row->cells[COLUMN_ALIASES]);
	c.domains = people_split(a, row->cells[COLUMN_DOMAINS]);
	return contact_put(s, im->rules, a, &c, im->now, &put->change, &put->id, e);
}

int contact_import(struct store *s, struct arena *a, const char *path, const char *free_mail, bool dry_run, int64_t now,
    struct people_import *out, struct err *e)
{
	static const bool needed[COLUMN_COUNT] = {[COLUMN_KIND] = true};
	struct domain_rules *rules = NULL;
	struct importing im = {.now = now};
	const struct people_import_rules import = {contact_columns, needed, 3, put, NULL, &im};
	int rc;

	if (domain_rules_new(s, free_mail, &rules, e) != 0)
		return -1;
	im.rules = rules;
	rc = people_import(s, a, path, &import, dry_run, out, e);
	domain_rules_free(rules);
	return rc;
}
