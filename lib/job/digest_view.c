#include "job/digest_view.h"

#include "base/zone.h"
#include "job/display.h"

enum { PEOPLE_SHOWN = 3, NAME_COLUMNS = 48, QUIET_SHOWN = 40 };

const char *digest_summary(struct arena *a, const struct digest_facts *f)
{
	const struct digest_volume *v = &f->volume;
	const char *what;

	if (v->in + v->out == 0)
		return "No messages with investors in this period.";
	if (v->out == 0)
		what = arena_printf(a, "%s came in and none went out", display_count(a, v->in, "message"));
	else if (v->in == 0)
		what = arena_printf(a, "%s went out and none came in", display_count(a, v->out, "message"));
	else
		what = arena_printf(a, "%s came in and %zu went out", display_count(a, v->in, "message"), v->out);
	return arena_printf(a, "%s, in %s with %s.", what, display_count(a, v->threads, "conversation"),
	    display_count(a, f->investor_count, "investor"));
}

const char *digest_remarks(struct arena *a, const struct digest_facts *f)
{
	size_t n = f->volume.unverified;
	const char *s = "";

	if (f->bulk > 0)
		s = arena_printf(a, "%s left out.",
		    f->bulk == 1 ? "1 list or automatic message is"
		                 : arena_printf(a, "%zu list or automatic messages are", f->bulk));
	if (n > 0)
		s = arena_printf(a, "%s%s%s: the sender's own domain disowns %s (DMARC).", s, *s ? " " : "",
		    n == 1 ? "1 message has an unverified sender"
		           : arena_printf(a, "%zu messages have unverified senders", n),
		    n == 1 ? "it" : "them");
	return s;
}

static const char *names(struct arena *a, const struct digest_names *n)
{
	const char **cut = arena_array(a, n->count, sizeof *cut);

	for (size_t i = 0; i < n->count; i++)
		cut[i] = display_cut(a, n->items[i], NAME_COLUMNS);
	return display_list(a, cut, n->count, PEOPLE_SHOWN);
}

const char *digest_talk(struct arena *a, const struct digest_investor *i)
{
	return arena_printf(a, "%s%s%s%s%s%s", display_count(a, i->volume.threads, "conversation"),
	    i->team.count ? " of " : "", i->team.count ? names(a, &i->team) : "", i->people.count ? " with " : "",
	    i->people.count ? names(a, &i->people) : "",
	    i->volume.unverified == 0
	        ? ""
	        : arena_printf(a, "; %s unverified", display_count(a, i->volume.unverified, "message")));
}

const char *digest_last(struct arena *a, const struct digest_view *v, const struct digest_investor *i)
{
	char at[ZONE_TEXT_BYTES];
	const char *who = i->last_is_out          ? "us"
	                  : i->last_is_unverified ? "an unverified sender"
	                  : i->last_is_theirs     ? "them"
	                                          : "someone else";

	zone_format(i->last_at, v->within_day ? ZONE_TIME : ZONE_DATE_TIME, at);
	return arena_printf(a, "Last at %s, from %s", at, who);
}

bool digest_member_is_quiet(const struct digest_member *m)
{
	return m->volume.in + m->volume.out == 0;
}

size_t digest_busy_members(const struct digest_facts *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->member_count; i++)
		n += !digest_member_is_quiet(&f->members[i]);
	return n;
}

const char *digest_quiet(struct arena *a, const struct digest_facts *f)
{
	const char **quiet = arena_array(a, f->member_count, sizeof *quiet);
	size_t n = 0;

	for (size_t i = 0; i < f->member_count; i++)
		if (digest_member_is_quiet(&f->members[i]))
			quiet[n++] = display_cut(a, f->members[i].name, NAME_COLUMNS);
	return n == 0 ? "" : arena_printf(a, "No messages: %s.", display_list(a, quiet, n, QUIET_SHOWN));
}

const char *digest_more(struct arena *a, size_t n, const char *noun)
{
	return arena_printf(a, "and %zu more %s%s", n, noun, n == 1 ? "" : "s");
}
