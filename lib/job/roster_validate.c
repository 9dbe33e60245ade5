#include "job/roster_validate.h"

#include "base/span.h"
#include "job/display.h"
#include "job/roster_check.h"
#include "mail/address.h"
#include "store/participants.h"

#include <stdlib.h>
#include <string.h>

enum { NAMED_MAX = 3 };

struct person {
	const char *did, *email, *key; /* key: what duplicates have in common */
	size_t place;                  /* by did */
	enum participant_status status;
	bool has_feed_url;
};

struct validating {
	struct arena a;
	struct person *people;
	size_t count;
	void (*finding)(const struct roster_finding *f, void *arg);
	void *arg;
	size_t *counts;
};

const char *roster_finding_name(enum roster_finding_kind kind)
{
	static const char *const names[] = {
	    "duplicate_did", "duplicate_address", "did", "address", "reserved_address", "feed_url", "no_activity"};

	return names[kind];
}

bool roster_finding_is_warning(enum roster_finding_kind kind)
{
	return kind == ROSTER_RESERVED_ADDRESS;
}

static void tell(struct validating *v, enum roster_finding_kind kind, const struct person *p, const char *text)
{
	const struct roster_finding f = {kind, p->did, p->email, text};

	v->counts[kind]++;
	v->finding(&f, v->arg);
}

static int load(const struct participant *p, void *arg)
{
	struct validating *v = arg;

	v->people = arena_more(&v->a, v->people, v->count, sizeof *v->people);
	v->people[v->count] = (struct person){.did = arena_strdup(&v->a, p->did),
	    .email = arena_strdup(&v->a, p->email),
	    .place = v->count,
	    .status = p->status,
	    .has_feed_url = p->feed_url && *p->feed_url};
	v->count++;
	return 0;
}

static const char *did_key(struct arena *a, const char *did)
{
	char *key = span_lower(a, span_of(did)), *to = key;

	for (const char *from = key; *from; from++)
		if (!ascii_is_space(*from))
			*to++ = *from;
	*to = '\0';
	return key;
}

static const char *email_key(struct arena *a, const char *email)
{
	const char *trimmed = span_dup(a, span_trim(span_of(email))), *key = address_normalise(a, trimmed);

	return key ? key : trimmed;
}

static int by_key(const void *x, const void *y)
{
	const struct person *p = x, *q = y;
	int order = strcmp(p->key, q->key);

	return order ? order : p->place < q->place ? -1 : p->place > q->place;
}

static const char *name_of(struct arena *a, const struct person *p)
{
	return p->status == PARTICIPANT_ACTIVE ? p->did
	                                       : arena_printf(a, "%s (%s)", p->did, participant_status_name(p->status));
}

/* Each of a group is a finding that names the first others. */
static void tell_group(
    struct validating *v, enum roster_finding_kind kind, const struct person *group, size_t n, const char *what)
{
	for (size_t i = 0; i < n; i++) {
		const char *others[NAMED_MAX];
		size_t named = 0;
		for (size_t k = 0; k < n && named < NAMED_MAX; k++)
			if (k != i)
				others[named++] = name_of(&v->a, &group[k]);
		const char *rest = n - 1 > named ? arena_printf(&v->a, " and %zu more", n - 1 - named) : "";
		tell(v, kind, &group[i],
		    arena_printf(
		        &v->a, "the same %s as %s%s", what, display_list(&v->a, others, named, NAMED_MAX), rest));
	}
}

static void find_duplicates(struct validating *v, enum roster_finding_kind kind, const char *what,
    const char *(*key)(struct arena *a, const char *text))
{
	struct person *order = arena_array(&v->a, v->count, sizeof *order);
	size_t n;

	for (size_t i = 0; i < v->count; i++) {
		order[i] = v->people[i];
		order[i].key = key(&v->a, kind == ROSTER_DUPLICATE_DID ? order[i].did : order[i].email);
	}
	qsort(order, v->count, sizeof *order, by_key);
	for (size_t i = 0; i < v->count; i += n) {
		for (n = 1; i + n < v->count && strcmp(order[i].key, order[i + n].key) == 0;)
			n++;
		if (n > 1)
			tell_group(v, kind, order + i, n, what);
	}
}

static void find_bad_dids(struct validating *v)
{
	for (size_t i = 0; i < v->count; i++) {
		struct err e = {0};
		const char *did;
		if (roster_check_did(&v->a, v->people[i].did, &did, &e) != 0)
			tell(v, ROSTER_BAD_DID, &v->people[i], e.text);
		else if (strcmp(did, v->people[i].did) != 0)
			tell(v, ROSTER_BAD_DID, &v->people[i], "spaces stand around the did");
	}
}

static void find_bad_addresses(struct validating *v)
{
	for (size_t i = 0; i < v->count; i++) {
		const char *fault = roster_address_fault(v->people[i].email);
		if (fault)
			tell(v, ROSTER_BAD_ADDRESS, &v->people[i],
			    arena_printf(&v->a, "no mail can be delivered there: %s", fault));
	}
	for (size_t i = 0; i < v->count; i++)
		if (roster_address_is_reserved(v->people[i].email))
			tell(v, ROSTER_RESERVED_ADDRESS, &v->people[i], "the domain is for examples or tests");
}

static void find_missing(struct validating *v, const struct did_set *activity)
{
	for (size_t i = 0; i < v->count; i++)
		if (v->people[i].status == PARTICIPANT_ACTIVE && !v->people[i].has_feed_url)
			tell(v, ROSTER_NO_FEED_URL, &v->people[i], "no feed_url");
	for (size_t i = 0; activity && i < v->count; i++)
		if (v->people[i].status == PARTICIPANT_ACTIVE && !did_set_has(activity, v->people[i].did))
			tell(v, ROSTER_NO_ACTIVITY, &v->people[i], "no activity in the compliance database");
}

int roster_validate(struct store *s, const struct did_set *activity,
    void (*finding)(const struct roster_finding *f, void *arg), void *arg, size_t counts[static ROSTER_FINDING_KINDS],
    struct err *e)
{
	struct validating v = {.finding = finding, .arg = arg, .counts = counts};
	int rc;

	memset(counts, 0, ROSTER_FINDING_KINDS * sizeof *counts);
	rc = participants_each(s, NULL, load, &v, e);
	if (rc == 0) {
		find_duplicates(&v, ROSTER_DUPLICATE_DID, "did", did_key);
		find_duplicates(&v, ROSTER_DUPLICATE_ADDRESS, "address", email_key);
		find_bad_dids(&v);
		find_bad_addresses(&v);
		find_missing(&v, activity);
	}
	arena_clear(&v.a);
	return rc;
}
