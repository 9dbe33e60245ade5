#include "job/message_settings.h"

#include <string.h>

static const char *take_word(struct arena *a, const char **text)
{
	const char *s = *text + strspn(*text, ", \t");
	size_t n = strcspn(s, ",");

	*text = s + n;
	while (n > 0 && strchr(" \t", s[n - 1]))
		n--;
	return n > 0 ? arena_strndup(a, s, n) : NULL;
}

const char *const *message_settings_list(struct arena *a, const char *text)
{
	const char **words = NULL, *word;
	size_t n = 0;

	while (text && (word = take_word(a, &text))) {
		words = arena_grow(a, words, n ? (n + 1) * sizeof *words : 0, (n + 2) * sizeof *words);
		words[n++] = word;
		words[n] = NULL;
	}
	return words;
}

void message_settings_init(struct message_settings *r, struct arena *a, const struct config *c)
{
	r->limits = message_default_limits;
	r->limits.raw_bytes = (size_t)config_int(c, "MAILROOM_MAX_MESSAGE_MB") << 20;
	r->limits.header_bytes = (size_t)config_int(c, "MAILROOM_MAX_HEADER_KB") << 10;
	r->limits.nesting = (size_t)config_int(c, "MAILROOM_MAX_NESTING");
	r->limits.parts = (size_t)config_int(c, "MAILROOM_MAX_PARTS");
	r->limits.addresses = (size_t)config_int(c, "MAILROOM_MAX_ADDRESSES");
	r->limits.boundary_bytes = (size_t)config_int(c, "MAILROOM_MAX_BOUNDARY");
	r->limits.comment_depth = (size_t)config_int(c, "MAILROOM_MAX_COMMENT_DEPTH");
	r->limits.rfc2231_parts = (size_t)config_int(c, "MAILROOM_MAX_RFC2231_PARTS");
	r->limits.text_bytes = (size_t)config_int(c, "MAILROOM_MAX_TEXT_KB") << 10;
	r->options = (struct message_options){.limits = &r->limits,
	    .trusted_authserv = message_settings_list(a, config_text(c, "MAILROOM_TRUSTED_AUTHSERV"))};
}
