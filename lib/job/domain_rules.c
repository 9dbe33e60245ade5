#include "job/domain_rules.h"

#include "base/mem.h"
#include "mail/domain.h"
#include "store/match_data.h"

#include <stdlib.h>
#include <string.h>

/* A handful of each: walking them is as fast as anything. */
struct words {
	const char **items;
	size_t count;
};

struct domain_rules {
	struct arena arena;
	struct words free_mail, own;
};

static bool holds(const struct words *w, const char *text)
{
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->items[i], text) == 0)
			return true;
	return false;
}

static void add(struct words *w, const char *text)
{
	if (holds(w, text))
		return;
	w->items = mem_realloc(w->items, w->count + 1, sizeof *w->items);
	w->items[w->count++] = text;
}

static void add_own(const char *address, void *arg)
{
	struct domain_rules *r = arg;
	const char *at = strrchr(address, '@'), *domain;

	domain = at ? domain_registrable(&r->arena, at + 1) : NULL;
	if (domain && !domain_rules_is_free_mail(r, domain))
		add(&r->own, domain);
}

static int add_free_mail(struct domain_rules *r, const char *list, struct err *e)
{
	static const char separators[] = ", \t";

	for (const char *p = list + strspn(list, separators); *p; p += strspn(p, separators)) {
		size_t n = strcspn(p, separators);
		const char *word = arena_strndup(&r->arena, p, n), *domain = domain_normalise(&r->arena, word);
		if (!domain)
			return err_set(e, ERR_CONFIG, "MAILROOM_FREE_MAIL_DOMAINS: \"%s\" is no domain", word);
		add(&r->free_mail, domain);
		p += n;
	}
	return 0;
}

int domain_rules_new(struct store *s, const char *free_mail, struct domain_rules **out, struct err *e)
{
	struct domain_rules *r = mem_alloc(sizeof *r);

	if ((free_mail && add_free_mail(r, free_mail, e) != 0) || match_data_each_own(s, add_own, r, e) != 0) {
		domain_rules_free(r);
		return -1;
	}
	*out = r;
	return 0;
}

void domain_rules_free(struct domain_rules *r)
{
	if (!r)
		return;
	free(r->free_mail.items);
	free(r->own.items);
	arena_clear(&r->arena);
	free(r);
}

bool domain_rules_is_free_mail(const struct domain_rules *r, const char *domain)
{
	return domain && (domain_is_free_mail(domain) || holds(&r->free_mail, domain));
}

bool domain_rules_is_own(const struct domain_rules *r, const char *domain)
{
	return domain && holds(&r->own, domain);
}

bool domain_rules_is_own_host(const struct domain_rules *r, const char *host)
{
	size_t n = strlen(host);

	for (size_t i = 0; i < r->own.count; i++) {
		size_t len = strlen(r->own.items[i]);
		if (n >= len && strcmp(host + n - len, r->own.items[i]) == 0 && (n == len || host[n - len - 1] == '.'))
			return true;
	}
	return false;
}

struct shadowing {
	struct domain_rules *rules;
	void (*each)(const char *domain, const char *investor, void *arg);
	void *arg;
};

static void check_shadowed(const struct match_row *row, void *arg)
{
	struct shadowing *g = arg;

	if (domain_rules_is_own(g->rules, row->key))
		g->each(row->key, row->name, g->arg);
}

int domain_rules_each_shadowed(
    struct store *s, void (*each)(const char *domain, const char *investor, void *arg), void *arg, struct err *e)
{
	struct shadowing g = {.each = each, .arg = arg};
	int rc = domain_rules_new(s, NULL, &g.rules, e);

	if (rc == 0 && g.rules->own.count > 0)
		rc = match_data_each_domain(s, check_shadowed, &g, e);
	domain_rules_free(g.rules);
	return rc;
}

int domain_rules_check(
    const struct domain_rules *r, struct arena *a, const char *given, const char **domain, struct err *e)
{
	const char *whole = domain_normalise(a, given), *registrable = whole ? domain_registrable(a, whole) : NULL;

	if (!whole)
		return err_set(e, ERR_INPUT, "\"%.100s\" is no domain", given);
	if (domain_rules_is_free_mail(r, whole) || domain_rules_is_free_mail(r, registrable))
		return err_set(
		    e, ERR_REFUSED, "%s: anybody can have a mailbox there: it stands for no organisation", whole);
	if (!registrable)
		return err_set(
		    e, ERR_REFUSED, "%s is a public suffix (or no public name): it stands for no organisation", whole);
	if (domain_rules_is_own(r, registrable))
		return err_set(e, ERR_REFUSED, "%s is our own domain: it cannot be an investor's", registrable);
	if (strcmp(whole, registrable) != 0)
		return err_set(e, ERR_INPUT, "%s is a part of %s: give the registered domain", whole, registrable);
	*domain = registrable;
	return 0;
}
