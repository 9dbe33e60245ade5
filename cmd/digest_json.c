#include "digest_json.h"

#include "base/clock.h"

#include <stdio.h>

static json_t *count(size_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *instant(int64_t t)
{
	char text[CLOCK_TEXT_BYTES];

	clock_format_utc(t, text);
	return json_string(text);
}

static json_t *strings(const struct digest_names *n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n->count; i++)
		json_array_append_new(list, json_string(n->items[i]));
	return list;
}

static void put_volume(json_t *to, const struct digest_volume *v)
{
	json_object_set_new(to, "in", count(v->in));
	json_object_set_new(to, "out", count(v->out));
	json_object_set_new(to, "threads", count(v->threads));
	json_object_set_new(to, "unverified", count(v->unverified));
}

static json_t *investor(const struct digest_investor *i)
{
	json_t *j = json_pack("{s:I, s:s, s:s}", "id", (json_int_t)i->id, "kind", i->kind, "name", i->name);

	put_volume(j, &i->volume);
	json_object_set_new(j, "last",
	    json_pack("{s:s, s:o, s:s, s:b, s:b}", "subject", i->subject, "at", instant(i->last_at), "direction",
	        i->last_is_out ? "out" : "in", "unverified", i->last_is_unverified, "from_them", i->last_is_theirs));
	return j;
}

static json_t *member(const struct digest_member *m, const char *paragraph)
{
	json_t *j = json_pack("{s:I, s:s, s:s}", "id", (json_int_t)m->id, "name", m->name, "paragraph", paragraph);
	json_t *list = json_array();

	put_volume(j, &m->volume);
	for (size_t i = 0; i < m->investor_count; i++)
		json_array_append_new(list, investor(&m->investors[i]));
	json_object_set_new(j, "investors", list);
	return j;
}

static json_t *totals(const struct digest_facts *f)
{
	json_t *j = json_object();

	put_volume(j, &f->volume);
	json_object_set_new(j, "investors", count(f->investor_count));
	json_object_set_new(j, "bulk", count(f->bulk));
	return j;
}

json_t *digest_json(const struct digest *d)
{
	const struct digest_facts *f = &d->facts;
	json_t *members = json_array(), *investors = json_array();

	for (size_t i = 0; i < f->member_count; i++)
		json_array_append_new(members, member(&f->members[i], d->paragraphs[i]));
	for (size_t i = 0; i < f->investor_count; i++) {
		json_t *j = investor(&f->investors[i]);
		json_object_set_new(j, "people", strings(&f->investors[i].people));
		json_object_set_new(j, "team", strings(&f->investors[i].team));
		json_array_append_new(investors, j);
	}
	return json_pack("{s:i, s:s, s:s, s:o, s:o, s:b, s:s, s:o, s:o, s:o}", "format", 1, "kind", "team", "period",
	    d->period, "since", instant(d->window.start), "until", instant(d->window.end), "complete",
	    !d->window.is_partial, "subject", d->subject, "totals", totals(f), "members", members, "investors",
	    investors);
}

void digest_json_print(json_t *j)
{
	json_dumpf(j, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(j);
}
