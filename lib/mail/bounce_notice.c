/* The words for people, and where the copy of the returned message begins in them. */
#include "base/buf.h"
#include "mail/bounce_core.h"

#include <string.h>

/* How many lines are looked at to tell a header from prose. */
enum { LOOK_LINES = 20 };

struct look {
	int fields;   /* that mail has */
	int strong;   /* ... and notices for people do not: Received, Return-Path, Message-ID */
	int unfields; /* lines that are neither fields nor folded */
};

static bool is_mail_field(struct span name)
{
	return span_starts(name, "x-") || span_starts(name, "dkim-") || span_starts(name, "arc-") ||
	       span_starts(name, "domainkey-") || span_is(name, "mime-version") ||
	       span_is(name, "authentication-results");
}

static struct look look_at(struct span rest)
{
	struct look l = {0, 0, 0};
	struct span line;
	struct field f;

	for (int i = 0; i < LOOK_LINES && line_next(&rest, &line) && line.len; i++) {
		struct span one = line;
		if (line.at[0] == ' ' || line.at[0] == '\t')
			continue;
		if (!field_next(&one, &f)) {
			l.unfields++;
			continue;
		}
		enum bounce_header id = bounce_header_id(f.name);
		l.fields += id < H_COUNT || is_mail_field(f.name);
		l.strong += (id == H_RECEIVED_FOR || id == H_RETURN_PATH || id == H_MESSAGE_ID) && f.value.len > 0;
	}
	return l;
}

/* A line that parts the notice from the copy: "--- Below this line", "=====", "Original message follows." */
static bool is_rule(struct span line)
{
	line = span_trim(line);
	return line.len > 2 && strchr("-=*_#>+|", line.at[0]) && (line.at[0] == line.at[1] || line.at[1] == '-');
}

static bool says_copy(struct span line)
{
	static const char *const words[] = {"original message", "message follows", "headers follow", "message header",
	    "unsent message", "returned message", "copy of", "original mail", "header of", "original headers",
	    "text follows"};
	char lower[200];

	if (line.len >= sizeof lower)
		return false;
	for (size_t i = 0; i < line.len; i++)
		lower[i] = ascii_lower(line.at[i]);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (span_find((struct span){lower, line.len}, words[i]) < line.len)
			return true;
	return false;
}

/* Offset of the copied header in the text; its length when there is none. A header begins behind an empty line or a rule. */
static size_t find_copy(struct span text)
{
	struct span rest = text, line, one;
	bool rule = false, empty = true;
	struct field f;

	for (struct span here = text; line_next(&rest, &line); here = rest) {
		one = line;
		if (line.len == 0) {
			empty = true;
			continue;
		}
		if ((rule || empty) && line.at[0] != ' ' && line.at[0] != '\t' && field_next(&one, &f) &&
		    (bounce_header_id(f.name) < H_COUNT || is_mail_field(f.name))) {
			struct look l = look_at(here);
			if ((l.strong && l.fields > 1 && (rule || l.unfields <= 1)) ||
			    (rule && l.fields > 2 && l.unfields <= 1))
				return (size_t)(here.at - text.at);
		}
		rule = is_rule(line) || says_copy(line);
		empty = false;
	}
	return text.len;
}

static bool is_blank(struct span s)
{
	return span_trim(s).len == 0;
}

/* All words for people in front of the returned message: plain text, or HTML where there is none. */
static struct span gather(struct reading_report *m, enum part_kind kind)
{
	struct span first = {"", 0};
	struct buf b = {0};
	bool several = false;

	for (size_t i = 0; i < m->part_count && m->parts[i].kind != PART_RETURNED; i++) {
		const struct bounce_part *p = &m->parts[i];
		if (p->kind != kind || (p->attached && i > 0 && !m->report_type.len))
			continue;
		struct span t = bounce_part_text(m, p);
		if (is_blank(t) || b.len > m->limits->text_bytes)
			continue;
		if (first.len == 0 && !several) {
			first = t;
			continue;
		}
		if (!several)
			buf_append(&b, first.at, first.len);
		several = true;
		buf_puts(&b, "\n\n");
		buf_append(&b, t.at, t.len);
	}
	if (several)
		first = span_of(arena_strndup(m->a, b.data, b.len));
	buf_clear(&b);
	return first;
}

void bounce_notice_read(struct reading_report *m)
{
	const struct bounce_part *p = bounce_part_find(m, PART_RETURNED);
	struct span text = gather(m, PART_TEXT);

	if (text.len == 0)
		text = gather(m, PART_HTML);
	size_t copy = find_copy(text);
	m->notice = (struct span){text.at, copy};
	m->returned = (struct span){text.at + copy, text.len - copy};
	if (p) {
		struct span body = bounce_part_body(m, p);
		while (body.len && ascii_is_space(body.at[0]))
			body = span_skip(body, 1);
		if (body.len)
			m->returned = body;
	}
	bounce_headers_read(m->returned, &m->original);
	phrase_text_init(m->a, m->notice, &m->text);
}
