#include "base/json.h"

#include "base/utf8.h"

#include <inttypes.h>
#include <string.h>

static void start_value(struct json *j)
{
	if (j->comma)
		buf_puts(j->out, ", ");
	j->comma = true;
}

void json_open(struct json *j, char kind)
{
	start_value(j);
	buf_putc(j->out, kind);
	j->comma = false;
}

void json_close(struct json *j, char kind)
{
	buf_putc(j->out, kind);
	j->comma = true;
}

void json_key(struct json *j, const char *name)
{
	json_str(j, name);
	buf_puts(j->out, ": ");
	j->comma = false;
}

static bool needs_escape(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\' || c == 0x7f;
}

static void put_escape(struct buf *out, unsigned char c)
{
	switch (c) {
	case '\n': buf_puts(out, "\\n"); break;
	case '\r': buf_puts(out, "\\r"); break;
	case '\t': buf_puts(out, "\\t"); break;
	case '"': buf_puts(out, "\\\""); break;
	case '\\': buf_puts(out, "\\\\"); break;
	default: buf_printf(out, "\\u%04x", c); break;
	}
}

/* The n bytes at s are valid UTF-8. */
static void put_valid(struct buf *out, const char *s, size_t n)
{
	size_t i = 0;

	while (i < n) {
		size_t run = i;
		while (run < n && !needs_escape((unsigned char)s[run]))
			run++;
		buf_append(out, s + i, run - i);
		if (run < n)
			put_escape(out, (unsigned char)s[run++]);
		i = run;
	}
}

void json_text(struct json *j, const char *s, size_t n)
{
	start_value(j);
	buf_putc(j->out, '"');
	while (n > 0) {
		size_t good = utf8_valid_prefix(s, n);
		put_valid(j->out, s, good);
		if (good < n)
			buf_puts(j->out, "\xef\xbf\xbd");
		good += good < n;
		s += good;
		n -= good;
	}
	buf_putc(j->out, '"');
}

void json_str(struct json *j, const char *s)
{
	if (s)
		json_text(j, s, strlen(s));
	else
		json_null(j);
}

void json_int(struct json *j, int64_t v)
{
	start_value(j);
	buf_printf(j->out, "%" PRId64, v);
}

void json_bool(struct json *j, bool v)
{
	start_value(j);
	buf_puts(j->out, v ? "true" : "false");
}

void json_word(struct json *j, const char *word)
{
	start_value(j);
	buf_puts(j->out, word);
}
