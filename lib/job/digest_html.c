#include "job/digest_view.h"

#include "job/display.h"

#include <string.h>

/* Of the page's bytes the members take at most their part, the head and foot their own. */
enum { MEMBERS_BYTES = 44000, FOOT_BYTES = 3000, NAME_COLUMNS = 64, SUBJECT_COLUMNS = 120 };

/* Classes carry the dark colours only: a reader that drops the style element keeps the light page. */
static const char style[] =
    "<style>:root{color-scheme:light dark}@media (prefers-color-scheme:dark){"
    ".g{background:#101418!important}.c{background:#1a2027!important}"
    ".t{color:#e8ecf0!important}.m{color:#9aa7b4!important}.l{border-color:#303a45!important}"
    ".i{background:#5aa9c9!important}.o{background:#d9a252!important}"
    ".ti{color:#74bedb!important}.to{color:#e0b06a!important}.w{color:#ff9b8f!important}}</style>";

static void open_table(struct buf *b, const char *attributes)
{
	buf_printf(b,
	    "<table role=\"presentation\" width=\"100%%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\"%s><tr>",
	    attributes);
}

static void element(struct buf *b, const char *open, const char *text, const char *close)
{
	buf_puts(b, open);
	display_html(b, text);
	buf_puts(b, close);
}

/* What a mail program shows behind the subject in its list. */
static void preheader(struct buf *b, struct arena *a, const struct digest_view *v)
{
	const struct digest_facts *f = v->facts;

	buf_puts(b, "<div style=\"display:none;max-height:0;overflow:hidden;mso-hide:all\">");
	display_html(b, digest_summary(a, f));
	if (f->investor_count > 1) {
		buf_puts(b, " Busiest: ");
		display_html(b, display_cut(a, f->investors[0].name, NAME_COLUMNS));
		buf_putc(b, '.');
	}
	buf_puts(b, "</div>\n");
}

static void total(struct buf *b, size_t n, const char *label, const char *class, const char *colour)
{
	buf_printf(b,
	    "<td width=\"25%%\" valign=\"top\"><div class=\"%s\" style=\"font-size:28px;line-height:34px;"
	    "font-weight:600;color:%s\">%zu</div><div class=\"m\" style=\"font-size:13px;line-height:18px;"
	    "color:#5f6b7a\">%s%s</div></td>\n",
	    class, colour, n, label, strcmp(label, "in") == 0 || strcmp(label, "out") == 0 || n == 1 ? "" : "s");
}

static void head(struct buf *b, struct arena *a, const struct digest_view *v)
{
	const struct digest_facts *f = v->facts;
	const char *title = arena_printf(a, "%s digest", v->team), *remarks = digest_remarks(a, f);

	buf_puts(b, "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	            "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
	            "<meta name=\"color-scheme\" content=\"light dark\">"
	            "<meta name=\"supported-color-schemes\" content=\"light dark\">\n");
	element(b, "<title>", arena_printf(a, "%s, %s", title, v->period), "</title>\n");
	buf_puts(b, style);
	buf_puts(b, "</head>\n<body class=\"g\" style=\"margin:0;padding:0;background:#f2f4f6\">\n");
	preheader(b, a, v);
	open_table(b, " class=\"g\" style=\"background:#f2f4f6\"");
	buf_puts(b, "<td align=\"center\" style=\"padding:24px 12px\">\n");
	/* Outlook's Word engine knows no max-width. */
	buf_puts(b, "<!--[if mso]><table role=\"presentation\" width=\"600\"><tr><td><![endif]-->\n");
	open_table(b, " class=\"c\" style=\"max-width:600px;background:#ffffff;border-radius:6px;text-align:left;"
	              "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif\"");
	buf_puts(b, "<td style=\"padding:28px 28px 8px\">\n");
	element(b, "<div class=\"m\" style=\"font-size:13px;line-height:18px;letter-spacing:.3px;color:#5f6b7a\">",
	    title, "</div>\n");
	element(b,
	    "<h1 class=\"t\" style=\"margin:2px 0 "
	    "20px;font-size:24px;line-height:30px;font-weight:600;color:#17202a\">",
	    v->period, "</h1>\n");
	open_table(b, "");
	total(b, f->volume.in, "in", "ti", "#1b6a8c");
	total(b, f->volume.out, "out", "to", "#a86b12");
	total(b, f->volume.threads, "conversation", "t", "#17202a");
	total(b, f->investor_count, "investor", "t", "#17202a");
	buf_puts(b, "</tr></table>\n");
	if (f->volume.in + f->volume.out == 0)
		element(b, "<p class=\"t\" style=\"margin:20px 0 0;font-size:15px;line-height:22px;color:#17202a\">",
		    digest_summary(a, f), "</p>\n");
	if (*remarks)
		element(b, "<p class=\"m\" style=\"margin:16px 0 0;font-size:13px;line-height:19px;color:#5f6b7a\">",
		    remarks, "</p>\n");
}

static void section(struct buf *b, const char *title)
{
	element(b,
	    "<h2 class=\"t l\" style=\"margin:36px 0 0;padding:0 0 8px;border-bottom:2px solid #17202a;font-size:15px;"
	    "line-height:20px;font-weight:600;color:#17202a\">",
	    title, "</h2>\n");
}

static void figure(struct buf *b, size_t n, const char *label, const char *class, const char *colour)
{
	buf_printf(b, "<span class=\"%s\" style=\"padding-left:8px;color:%s\">%zu %s</span>", n ? class : "m",
	    n ? colour : "#8a94a0", n, label);
}

/* One coloured cell; a part that is there is never thinner than 1 %. */
static void bar_cell(struct buf *b, size_t percent, const char *class, const char *colour)
{
	if (percent > 0)
		buf_printf(
		    b, "<td class=\"%s\" width=\"%zu%%\" height=\"6\" bgcolor=\"%s\"></td>", class, percent, colour);
}

static size_t percent_of(size_t n, size_t whole)
{
	size_t percent = whole ? n * 100 / whole : 0;

	return n > 0 && percent == 0 ? 1 : percent;
}

/* In and out as lengths, against the busiest one of the list. The figures stand beside it: it is decoration to a screen reader. */
static void bar(struct buf *b, const struct digest_volume *v, size_t most)
{
	size_t both = percent_of(v->in + v->out, most), in = percent_of(v->in, most);

	if (v->out > 0 && in == both)
		in = both > 1 ? both - 1 : 0;
	open_table(b, " aria-hidden=\"true\" style=\"font-size:0;line-height:6px\"");
	bar_cell(b, in, "i", "#2f87ab");
	bar_cell(b, both - in, "o", "#d9a252");
	if (both < 100)
		buf_printf(b, "<td width=\"%zu%%\" height=\"6\"></td>", 100 - both);
	buf_puts(b, "</tr></table>");
}

/* A name, its bar (with `most`) and its figures, in columns that stand under one another down the page. Names get a direction
 * of their own, so that Arabic or Hebrew does not reorder what stands around them. */
static void row(struct buf *b, struct arena *a, const char *open, const char *name, const char *close,
    const struct digest_volume *v, size_t most)
{
	open_table(b, "");
	buf_puts(b, "<td dir=\"auto\">");
	element(b, open, display_cut(a, name, NAME_COLUMNS), close);
	buf_puts(b, "</td><td width=\"24%\" style=\"padding-left:12px\">");
	if (most > 0)
		bar(b, v, most);
	buf_puts(
	    b, "</td><td align=\"right\" width=\"108\" style=\"font-size:13px;line-height:20px;white-space:nowrap\">");
	figure(b, v->in, "in", "ti", "#1b6a8c");
	figure(b, v->out, "out", "to", "#a86b12");
	buf_puts(b, "</td></tr></table>\n");
}

static size_t most_of(const struct digest_investor *items, size_t count)
{
	size_t most = 0;

	for (size_t i = 0; i < count; i++)
		if (items[i].volume.in + items[i].volume.out > most)
			most = items[i].volume.in + items[i].volume.out;
	return most;
}

static void member(struct buf *b, struct arena *a, const struct digest_member *m, const char *paragraph)
{
	size_t shown = m->investor_count, most = most_of(m->investors, m->investor_count);

	if (shown > DIGEST_INVESTORS_PER_MEMBER)
		shown = DIGEST_INVESTORS_PER_MEMBER;
	buf_puts(b, "<div style=\"padding-top:20px\">");
	row(b, a, "<h3 class=\"t\" style=\"margin:0;font-size:16px;line-height:22px;font-weight:600;color:#17202a\">",
	    m->name, "</h3>", &m->volume, 0);
	buf_puts(b, "</div>");
	element(b,
	    "<p class=\"t\" dir=\"auto\" style=\"margin:6px 0 10px;font-size:15px;line-height:22px;color:#2c3640\">",
	    paragraph, "</p>\n");
	for (size_t i = 0; i < shown; i++)
		row(b, a, "<span class=\"t\" style=\"font-size:14px;line-height:22px;color:#2c3640\">",
		    m->investors[i].name, "</span>", &m->investors[i].volume, most);
	if (shown < m->investor_count)
		element(b, "<p class=\"m\" style=\"margin:4px 0 0;font-size:13px;line-height:18px;color:#5f6b7a\">",
		    digest_more(a, m->investor_count - shown, "investor"), "</p>\n");
}

static void investor(
    struct buf *b, struct arena *a, const struct digest_view *v, const struct digest_investor *i, size_t most)
{
	const char *subject = *i->subject ? display_cut(a, i->subject, SUBJECT_COLUMNS) : "(no subject)";

	buf_puts(b, "<div style=\"padding-top:18px\">");
	row(b, a, "<h3 class=\"t\" style=\"margin:0;font-size:15px;line-height:20px;font-weight:600;color:#17202a\">",
	    i->name, "</h3>", &i->volume, most);
	element(b,
	    "</div><div class=\"t\" dir=\"auto\" "
	    "style=\"padding-top:2px;font-size:14px;line-height:20px;color:#2c3640\">",
	    subject, "</div>");
	buf_puts(b, i->last_is_unverified
	                ? "<div class=\"w\" style=\"font-size:13px;line-height:19px;color:#a8321f\">"
	                : "<div class=\"m\" style=\"font-size:13px;line-height:19px;color:#5f6b7a\">");
	display_html(b, digest_last(a, v, i));
	element(b, "</div><div class=\"m\" style=\"font-size:13px;line-height:19px;color:#5f6b7a\">", digest_talk(a, i),
	    "</div>\n");
}

/* Moves what was made in `part` to the page if it fits under `limit`. */
static bool take(struct buf *b, struct buf *part, size_t limit)
{
	bool fits = b->len + part->len <= limit;

	if (fits)
		buf_append(b, buf_str(part), part->len);
	buf_reset(part);
	return fits;
}

static void cut_note(struct buf *b, struct arena *a, const struct digest_view *v, size_t n, const char *noun)
{
	if (n == 0)
		return;
	buf_puts(b, "<p class=\"m\" style=\"margin:20px 0 0;font-size:13px;line-height:19px;color:#5f6b7a\">");
	display_html(b, digest_more(a, n, noun));
	element(b, ": see <code>", v->full_command, "</code></p>\n");
}

static void members(struct buf *b, struct arena *a, struct digest_view *v)
{
	const struct digest_facts *f = v->facts;
	const char *quiet = digest_quiet(a, f);
	struct buf part = {0};
	bool fits = true;

	section(b, "By team member");
	v->members_shown = 0;
	for (size_t i = 0; i < f->member_count && fits; i++) {
		if (digest_member_is_quiet(&f->members[i]))
			continue;
		member(&part, a, &f->members[i], v->paragraphs[i]);
		fits = take(b, &part, MEMBERS_BYTES);
		v->members_shown += fits;
	}
	cut_note(b, a, v, digest_busy_members(f) - v->members_shown, "member");
	if (*quiet)
		element(b,
		    "<p class=\"m\" dir=\"auto\" style=\"margin:20px 0 "
		    "0;font-size:14px;line-height:20px;color:#5f6b7a\">",
		    quiet, "</p>\n");
	buf_clear(&part);
}

static void investors(struct buf *b, struct arena *a, struct digest_view *v)
{
	const struct digest_facts *f = v->facts;
	size_t most = most_of(f->investors, f->investor_count);
	struct buf part = {0};

	section(b, "By investor");
	for (v->investors_shown = 0; v->investors_shown < f->investor_count; v->investors_shown++) {
		investor(&part, a, v, &f->investors[v->investors_shown], most);
		if (!take(b, &part, DIGEST_HTML_BYTES - FOOT_BYTES))
			break;
	}
	cut_note(b, a, v, f->investor_count - v->investors_shown, "investor");
	if (f->investor_count == 0)
		buf_puts(b, "<p class=\"m\" style=\"margin:14px 0 "
		            "0;font-size:14px;line-height:20px;color:#5f6b7a\">None.</p>\n");
	buf_clear(&part);
}

void digest_html(struct digest_view *v, struct arena *a, struct buf *b)
{
	head(b, a, v);
	members(b, a, v);
	investors(b, a, v);
	element(b,
	    "<p class=\"m l\" style=\"margin:36px 0 0;padding:12px 0 20px;border-top:1px solid #d9dee3;font-size:12px;"
	    "line-height:18px;color:#5f6b7a\">",
	    arena_printf(a, "Times are those of %s. For the admins of the team, by Mailroom.", v->zone),
	    "</p>\n</td></tr></table>\n<!--[if mso]></td></tr></table><![endif]-->\n"
	    "</td></tr></table>\n</body></html>\n");
}
