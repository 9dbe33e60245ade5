#include "job/digest_view.h"

#include "job/display.h"

#include <string.h>

enum { WIDTH = 72, NAME_COLUMNS = WIDTH - 20, SUBJECT_COLUMNS = 120 };

static void rule(struct buf *b, char c)
{
	for (size_t i = 0; i < WIDTH; i++)
		buf_putc(b, c);
	buf_putc(b, '\n');
}

static void section(struct buf *b, const char *title)
{
	buf_printf(b, "\n\n%s\n", title);
	rule(b, '-');
}

/* A name on the left, its volume on the right, 72 columns in all. */
static void volume_line(
    struct buf *b, struct arena *a, const char *indent, const char *name, const struct digest_volume *v)
{
	buf_puts(b, indent);
	display_pad(b, a, name, NAME_COLUMNS - strlen(indent));
	buf_printf(b, "  %5zu in %5zu out\n", v->in, v->out);
}

static void cut_note(
    struct buf *b, struct arena *a, const struct digest_view *v, size_t n, const char *noun, const char *indent)
{
	if (n > 0)
		buf_printf(b, "\n%s%s: see\n%s%s\n", indent, digest_more(a, n, noun), indent, v->full_command);
}

static void member(struct buf *b, struct arena *a, const struct digest_member *m, const char *paragraph)
{
	size_t shown = m->investor_count;

	if (shown > DIGEST_INVESTORS_PER_MEMBER)
		shown = DIGEST_INVESTORS_PER_MEMBER;
	buf_putc(b, '\n');
	volume_line(b, a, "", m->name, &m->volume);
	display_wrap(b, paragraph, "  ", "  ", WIDTH);
	buf_putc(b, '\n');
	for (size_t i = 0; i < shown; i++)
		volume_line(b, a, "  ", m->investors[i].name, &m->investors[i].volume);
	if (shown < m->investor_count)
		buf_printf(b, "  %s\n", digest_more(a, m->investor_count - shown, "investor"));
}

static void members(struct buf *b, struct arena *a, const struct digest_view *v)
{
	const struct digest_facts *f = v->facts;
	const char *quiet = digest_quiet(a, f);
	size_t shown = 0;

	section(b, "BY TEAM MEMBER");
	for (size_t i = 0; i < f->member_count && shown < v->members_shown; i++)
		if (!digest_member_is_quiet(&f->members[i])) {
			member(b, a, &f->members[i], v->paragraphs[i]);
			shown++;
		}
	cut_note(b, a, v, digest_busy_members(f) - shown, "member", "");
	if (*quiet) {
		buf_putc(b, '\n');
		display_wrap(b, quiet, "", "  ", WIDTH);
	}
}

static void investor(struct buf *b, struct arena *a, const struct digest_view *v, const struct digest_investor *i)
{
	const char *subject = *i->subject ? display_cut(a, i->subject, SUBJECT_COLUMNS) : "(no subject)";

	buf_putc(b, '\n');
	volume_line(b, a, "", i->name, &i->volume);
	display_wrap(b, arena_printf(a, "%s: %s", digest_last(a, v, i), subject), "  ", "    ", WIDTH);
	display_wrap(b, digest_talk(a, i), "  ", "    ", WIDTH);
}

static void investors(struct buf *b, struct arena *a, const struct digest_view *v)
{
	section(b, "BY INVESTOR");
	for (size_t i = 0; i < v->investors_shown; i++)
		investor(b, a, v, &v->facts->investors[i]);
	cut_note(b, a, v, v->facts->investor_count - v->investors_shown, "investor", "");
	if (v->facts->investor_count == 0)
		buf_puts(b, "\nNone.\n");
}

void digest_text(const struct digest_view *v, struct arena *a, struct buf *b)
{
	const char *remarks = digest_remarks(a, v->facts);

	display_wrap(b, arena_printf(a, "%s digest", v->team), "", "", WIDTH);
	display_wrap(b, v->period, "", "", WIDTH);
	rule(b, '=');
	buf_putc(b, '\n');
	display_wrap(b, digest_summary(a, v->facts), "", "", WIDTH);
	if (*remarks)
		display_wrap(b, remarks, "", "", WIDTH);
	members(b, a, v);
	investors(b, a, v);
	buf_puts(b, "\n\n");
	display_wrap(b, arena_printf(a, "Times are those of %s. For the admins of the team, by Mailroom.", v->zone), "",
	    "", WIDTH);
}
