/* Our own mark in what comes back, and the id of the message that did. */
#include "mail/bounce_core.h"

#include <string.h>

static size_t run(struct span s, size_t at, const char *from)
{
	size_t n = 0;

	while (at + n < s.len && s.at[at + n] && strchr(from, s.at[at + n]))
		n++;
	return n;
}

/* "mr1.<decimal id>.<32 hex digits>", any letter case, at the start of a word; NULL when there is none. */
static const char *find_token(struct arena *a, struct span s)
{
	for (size_t i = 0; i + 4 < s.len; i++) {
		struct span here = span_skip(s, i);
		char before = i ? s.at[i - 1] : ' ';
		if ((here.at[0] != 'm' && here.at[0] != 'M') || !span_starts(here, "mr1.") || ascii_is_digit(before) ||
		    (ascii_lower(before) >= 'a' && ascii_lower(before) <= 'z'))
			continue;
		size_t id = run(here, 4, "0123456789"), dot = 4 + id;
		if (id == 0 || id > 19 || dot >= here.len || here.at[dot] != '.' ||
		    run(here, dot + 1, "0123456789abcdefABCDEF") != 32)
			continue;
		return span_lower(a, (struct span){here.at, dot + 1 + 32});
	}
	return NULL;
}

/* xtext of RFC 3461: "+XX" is a byte. */
static struct span undo_xtext(struct arena *a, struct span s)
{
	char *out = arena_alloc(a, s.len + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++) {
		static const char hex[] = "0123456789ABCDEF";
		const char *hi = i + 2 < s.len && s.at[i] == '+' && s.at[i + 1] ? strchr(hex, s.at[i + 1]) : NULL;
		const char *lo = hi && s.at[i + 2] ? strchr(hex, s.at[i + 2]) : NULL;
		out[n++] = lo ? (char)((hi - hex) * 16 + (lo - hex)) : s.at[i];
		i += lo ? 2 : 0;
	}
	out[n] = '\0';
	return (struct span){out, n};
}

static struct span in_brackets(struct span s)
{
	const char *open = s.len ? memchr(s.at, '<', s.len) : NULL;
	const char *close = open ? memchr(open, '>', (size_t)(s.at + s.len - open)) : NULL;

	if (close)
		s = (struct span){open + 1, (size_t)(close - open - 1)};
	return span_trim(s);
}

/* A Message-ID that a text about the message names, on a line of its own. */
static struct span quoted_id(struct span notice)
{
	struct span line;

	while (line_next(&notice, &line)) {
		line = span_trim(line);
		size_t at = span_starts(line, "message-id:")   ? 11
		            : span_starts(line, "message id:") ? 11
		            : span_starts(line, "messageid:")  ? 10
		                                               : 0;
		if (!at || !memchr(line.at, '@', line.len))
			continue;
		return in_brackets(span_skip(line, at));
	}
	return (struct span){NULL, 0};
}

void bounce_token_read(struct reading_report *m)
{
	struct bounce_report *out = m->out;
	const enum bounce_header own[] = {H_TO, H_DELIVERED_TO, H_X_ORIGINAL_TO};
	struct span id = in_brackets(m->original.v[H_MESSAGE_ID]), envelope = undo_xtext(m->a, m->envelope_id);

	if (!id.len && out->kind != BOUNCE_NONE)
		id = quoted_id(m->notice);
	if (id.len)
		out->original_message_id = bounce_line(m->a, id);
	if (envelope.len)
		out->envelope_id = bounce_line(m->a, envelope);
	out->token = find_token(m->a, m->original.v[H_X_MAILROOM_MESSAGE_ID]);
	if (!out->token)
		out->token = find_token(m->a, envelope);
	for (size_t i = 0; !out->token && i < sizeof own / sizeof *own; i++)
		out->token = find_token(m->a, m->h.v[own[i]]);
}
