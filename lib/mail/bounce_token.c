/* Our own mark in what comes back, and the id of the message that did. */
#include "mail/bounce_core.h"
#include "mail/message_token.h"

#include <string.h>

static const char *find_token(struct arena *a, struct span s)
{
	char token[MESSAGE_TOKEN_BYTES];

	return s.len && message_token_find(s.at, s.len, token) ? arena_strdup(a, token) : NULL;
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
