#include "job/narrator.h"

#include "job/display.h"

#include <string.h>
#include <strings.h>

enum { NAMES_SHOWN = 3, SUBJECTS_SHOWN = 3, NAME_COLUMNS = 48, SUBJECT_COLUMNS = 48 };

/* "received 5 messages and sent 3" */
static const char *tell_volume(struct arena *a, const struct digest_volume *v)
{
	if (v->in + v->out == 1)
		return v->in ? "received 1 message" : "sent 1 message";
	if (v->out == 0)
		return arena_printf(a, "received %zu messages and sent none", v->in);
	if (v->in == 0)
		return arena_printf(a, "sent %zu messages and received none", v->out);
	return arena_printf(a, "received %s and sent %zu", display_count(a, v->in, "message"), v->out);
}

static const char *name_of(struct arena *a, const struct digest_investor *i)
{
	return display_cut(a, i->name, NAME_COLUMNS);
}

static const char *tell_names(struct arena *a, const struct digest_member *m)
{
	const char **names = arena_array(a, m->investor_count, sizeof *names);

	for (size_t i = 0; i < m->investor_count; i++)
		names[i] = name_of(a, &m->investors[i]);
	return display_list(a, names, m->investor_count, NAMES_SHOWN);
}

static size_t total(const struct digest_investor *i)
{
	return i->volume.in + i->volume.out;
}

static const char *number(struct arena *a, size_t n)
{
	return n ? arena_printf(a, "%zu", n) : "none";
}

/* Only when one is ahead of all others is it worth a sentence. */
static const char *tell_busiest(struct arena *a, const struct digest_member *m)
{
	const struct digest_investor *first = m->investors;

	if (m->investor_count < 2 || total(&first[0]) <= total(&first[1]))
		return "";
	return arena_printf(a, " %s had the most: %s in and %s out.", name_of(a, first), number(a, first->volume.in),
	    number(a, first->volume.out));
}

/* The subject without the marks of replies and forwards, in the languages that are common in mail. */
static const char *without_marks(const char *s)
{
	static const char *const marks[] = {
	    "re:", "fwd:", "fw:", "aw:", "wg:", "sv:", "vs:", "tr:", "antw:", "doorst:"};
	size_t i = 0;

	while (i < sizeof marks / sizeof *marks) {
		size_t n = strlen(marks[i]);
		if (strncasecmp(s, marks[i], n) == 0) {
			s += n;
			s += strspn(s, " ");
			i = 0;
		} else {
			i++;
		}
	}
	return s;
}

static const char *quoted(struct arena *a, const struct digest_investor *i)
{
	const char *s = without_marks(i->subject);

	return *s ? arena_printf(a, "“%s”", display_cut(a, s, SUBJECT_COLUMNS)) : "(no subject)";
}

static const char *tell_subjects(struct arena *a, const struct digest_member *m)
{
	const char *parts[SUBJECTS_SHOWN];
	size_t n = m->investor_count < SUBJECTS_SHOWN ? m->investor_count : SUBJECTS_SHOWN;

	if (m->investor_count == 1)
		return arena_printf(
		    a, " %s subject: %s.", total(m->investors) == 1 ? "Its" : "Last", quoted(a, m->investors));
	for (size_t i = 0; i < n; i++)
		parts[i] = arena_printf(a, "%s with %s%s", quoted(a, &m->investors[i]), name_of(a, &m->investors[i]),
		    m->investors[i].last_is_unverified ? " (unverified)" : "");
	return arena_printf(a, " Last subjects: %s.", display_list(a, parts, n, SUBJECTS_SHOWN));
}

static const char *tell_unverified(struct arena *a, const struct digest_member *m)
{
	size_t n = m->volume.unverified;

	if (n == 0)
		return "";
	return n == 1 ? " 1 message has an unverified sender."
	              : arena_printf(a, " %zu messages have unverified senders.", n);
}

static int tell(void *self, struct arena *a, const struct digest_member *m, const char **paragraph, struct err *e)
{
	const char *name = display_cut(a, m->name, NAME_COLUMNS);

	(void)self, (void)e;
	if (m->volume.in + m->volume.out == 0 || m->investor_count == 0) {
		*paragraph = arena_printf(a, "%s had no messages with investors.", name);
		return 0;
	}
	*paragraph = arena_printf(a, "%s %s, in %s with %s.%s%s%s", name, tell_volume(a, &m->volume),
	    display_count(a, m->volume.threads, "conversation"), tell_names(a, m), tell_busiest(a, m),
	    tell_subjects(a, m), tell_unverified(a, m));
	return 0;
}

struct narrator narrator_plain(void)
{
	return (struct narrator){.name = "plain", .tell = tell};
}
