#include "mail/authres.h"

#include "base/span.h"
#include "base/utf8.h"

#include <string.h>

struct cursor {
	const char *at, *end;
};

static bool is_delimiter(char c)
{
	return c == '(' || c == ')' || c == ';' || c == '=' || c == '"' || c == '/';
}

/* From "(" to behind the ")" that closes it, or to the end. */
static void skip_comment(struct cursor *c)
{
	size_t depth = 0;

	for (; c->at < c->end; c->at++) {
		if (*c->at == '(')
			depth++;
		else if (*c->at == ')' && --depth == 0)
			break;
		else if (*c->at == '\\' && c->at + 1 < c->end)
			c->at++;
	}
	c->at += c->at < c->end;
}

static void skip_cfws(struct cursor *c)
{
	while (c->at < c->end && (ascii_is_space(*c->at) || *c->at == '(')) {
		if (*c->at == '(')
			skip_comment(c);
		else
			c->at++;
	}
}

/* The string without its quotes (quoted pairs still in it). */
static struct span quoted(struct cursor *c)
{
	struct span w = {++c->at, 0};

	while (c->at < c->end && *c->at != '"')
		c->at += *c->at == '\\' && c->at + 1 < c->end ? 2 : 1;
	w.len = (size_t)(c->at - w.at);
	c->at += c->at < c->end;
	return w;
}

/* The next word after white space and comments; empty before a delimiter and at the end. */
static struct span next_word(struct cursor *c)
{
	struct span w;

	skip_cfws(c);
	if (c->at < c->end && *c->at == '"')
		return quoted(c);
	w.at = c->at;
	while (c->at < c->end && !ascii_is_space(*c->at) && !is_delimiter(*c->at))
		c->at++;
	w.len = (size_t)(c->at - w.at);
	return w;
}

static bool skip_char(struct cursor *c, char wanted)
{
	skip_cfws(c);
	if (c->at == c->end || *c->at != wanted)
		return false;
	c->at++;
	return true;
}

/* To behind the next ";" that stands in no comment and no quotes. */
static void skip_statement(struct cursor *c)
{
	while (c->at < c->end && *c->at != ';') {
		if (*c->at == '(')
			skip_comment(c);
		else if (*c->at == '"')
			quoted(c);
		else
			c->at++;
	}
	c->at += c->at < c->end;
}

/* A result keyword in lower case; NULL when it is none. */
static const char *keyword(struct arena *a, struct span w)
{
	enum { KEYWORD_BYTES = 32 }; /* the longest registered one has 9 */
	char *s;

	if (w.len == 0 || w.len > KEYWORD_BYTES)
		return NULL;
	s = arena_strndup(a, w.at, w.len);
	for (char *p = s; *p; p++) {
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p | 0x20);
		else if (!(*p >= 'a' && *p <= 'z') && !(*p >= '0' && *p <= '9') && *p != '-' && *p != '_')
			return NULL;
	}
	return strlen(s) == w.len ? s : NULL;
}

static void note(const char **slot, const char *result)
{
	if (result && (!*slot || (strcmp(*slot, "pass") != 0 && strcmp(result, "pass") == 0)))
		*slot = result;
}

/* "method [/ version] = result ..." up to its ";". */
static void statement(struct arena *a, struct cursor *c, struct auth_results *out)
{
	struct span method = next_word(c);
	const char **slot = span_is(method, "spf")     ? &out->spf
	                    : span_is(method, "dkim")  ? &out->dkim
	                    : span_is(method, "dmarc") ? &out->dmarc
	                                               : NULL;

	if (slot) {
		if (skip_char(c, '/'))
			next_word(c);
		if (skip_char(c, '='))
			note(slot, keyword(a, next_word(c)));
	}
	skip_statement(c);
}

static bool is_id(struct span w)
{
	for (size_t i = 0; i < w.len; i++)
		if ((unsigned char)w.at[i] <= 0x20 || w.at[i] == 0x7f)
			return false;
	return w.len > 0 && utf8_is_valid(w.at, w.len);
}

bool authres_parse(struct arena *a, const char *value, size_t n, struct auth_results *out)
{
	struct cursor c = {value, value + n};
	struct span id = next_word(&c);

	*out = (struct auth_results){0};
	skip_cfws(&c);
	/* Some servers leave the id out and begin with "spf=pass": such a header is nobody's. */
	if (!is_id(id) || (c.at < c.end && *c.at == '='))
		return false;
	out->authserv_id = arena_strndup(a, id.at, id.len);
	skip_statement(&c); /* the version, if any */
	while (c.at < c.end)
		statement(a, &c, out);
	return true;
}
