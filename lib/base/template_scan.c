#include "base/template_scan.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int template_scan_error(const struct template_scan *s, struct err *e, const char *fmt, ...)
{
	char text[sizeof e->text];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	return err_set(e, ERR_CONFIG, "%s:%zu: %s", s->file, s->tag_line, text);
}

/* Moves to `to`, counting the lines. */
static void pass(struct template_scan *s, const char *to)
{
	while (s->at < to) {
		const char *nl = memchr(s->at, '\n', (size_t)(to - s->at));
		if (!nl) {
			s->at = to;
			return;
		}
		s->at = nl + 1;
		s->bol = s->at;
		s->line++;
	}
}

struct span template_scan_literal(struct template_scan *s, bool *tag)
{
	const char *begin = s->at, *open = memmem(s->at, (size_t)(s->end - s->at), "{{", 2);

	*tag = open != NULL;
	pass(s, open ? open : s->end);
	if (open) {
		s->open = open;
		s->tag_line = s->line;
		s->at += 2;
	}
	return (struct span){begin, (size_t)((open ? open : s->end) - begin)};
}

static int not_closed(const struct template_scan *s, struct err *e)
{
	return template_scan_error(s, e, "\"{{\" without \"}}\"");
}

int template_scan_comment(struct template_scan *s, bool *is_comment, struct err *e)
{
	const char *close, *bol = s->bol;

	*is_comment = s->at < s->end && *s->at == '!';
	if (!*is_comment)
		return 0;
	close = memmem(s->at, (size_t)(s->end - s->at), "}}", 2);
	if (!close)
		return not_closed(s, e);
	pass(s, close + 2);
	s->bol = bol;
	return 0;
}

bool template_scan_alone(struct template_scan *s)
{
	const char *at = s->at;

	for (const char *p = s->bol; p < s->open; p++)
		if (*p != ' ' && *p != '\t')
			return false;
	while (at < s->end && (*at == ' ' || *at == '\t' || *at == '\r'))
		at++;
	if (at < s->end && *at != '\n')
		return false;
	pass(s, at < s->end ? at + 1 : at);
	return true;
}

static bool is_name_char(char c, bool first)
{
	return c == '_' || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z') || (!first && ascii_is_digit(c));
}

static int string(struct template_scan *s, struct template_word *w, struct err *e)
{
	const char *from = s->at + 1, *close = memchr(from, *s->at, (size_t)(s->end - from));

	if (!close || memchr(from, '\n', (size_t)(close - from)))
		return template_scan_error(s, e, "a string that is not closed on its line");
	w->kind = TEMPLATE_WORD_STRING;
	w->text = (struct span){from, (size_t)(close - from)};
	s->at = close + 1;
	return 0;
}

/* A number of at most 18 digits, which fits. */
static int number(struct template_scan *s, struct template_word *w, struct err *e)
{
	const char *at = s->at;
	bool minus = *at == '-';

	w->kind = TEMPLATE_WORD_NUMBER;
	for (at += minus; at < s->end && ascii_is_digit(*at); at++) {
		if (at - s->at > 18)
			return template_scan_error(s, e, "a number of too many digits");
		w->number = w->number * 10 + (*at - '0');
	}
	if (minus)
		w->number = -w->number;
	w->text = (struct span){s->at, (size_t)(at - s->at)};
	s->at = at;
	return 0;
}

static int sign(struct template_scan *s, struct template_word *w, struct err *e)
{
	size_t left = (size_t)(s->end - s->at);
	size_t n = left >= 2 && s->at[1] == '=' && (*s->at == '=' || *s->at == '!') ? 2 : 1;

	if (n == 1 && !memchr(".#/", *s->at, 3))
		return template_scan_error(s, e, "\"%c\" has no meaning in a tag", *s->at);
	w->kind = TEMPLATE_WORD_SIGN;
	w->text = (struct span){s->at, n};
	s->at += n;
	return 0;
}

int template_scan_word(struct template_scan *s, struct template_word *w, struct err *e)
{
	const char *bol = s->bol, *from;

	*w = (struct template_word){.kind = TEMPLATE_WORD_END};
	for (from = s->at; from < s->end && ascii_is_space(*from);)
		from++;
	pass(s, from);
	s->bol = bol;
	if (s->at == s->end)
		return not_closed(s, e);
	if (s->end - s->at >= 2 && s->at[0] == '}' && s->at[1] == '}') {
		s->at += 2;
		return 0;
	}
	if (*s->at == '"' || *s->at == '\'')
		return string(s, w, e);
	if (ascii_is_digit(*s->at) || (*s->at == '-' && s->at + 1 < s->end && ascii_is_digit(s->at[1])))
		return number(s, w, e);
	if (!is_name_char(*s->at, true))
		return sign(s, w, e);
	for (from = s->at; s->at < s->end && is_name_char(*s->at, false);)
		s->at++;
	w->kind = TEMPLATE_WORD_NAME;
	w->text = (struct span){from, (size_t)(s->at - from)};
	return 0;
}
