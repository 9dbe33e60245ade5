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

static void put_escape(struct buf *out, uint32_t c)
{
	switch (c) {
	case '\n': buf_puts(out, "\\n"); break;
	case '\r': buf_puts(out, "\\r"); break;
	case '\t': buf_puts(out, "\\t"); break;
	case '"': buf_puts(out, "\\\""); break;
	case '\\': buf_puts(out, "\\\\"); break;
	default: buf_printf(out, "\\u%04" PRIx32, c); break;
	}
}

/* False for nearly all bytes: those that need no escape and begin no character that does. */
static bool may_need_escape(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\' || c == 0x7f || c == 0xc2 || c == 0xe2;
}

/* The n bytes at s are valid UTF-8. What JSON allows and a terminal obeys is escaped, too. */
static void put_valid(struct buf *out, const char *s, size_t n)
{
	size_t done = 0, i = 0;

	while (i < n) {
		uint32_t c;
		size_t len;
		if (!may_need_escape((unsigned char)s[i])) {
			i++;
			continue;
		}
		len = utf8_decode(s + i, n - i, &c);
		if (c == '"' || c == '\\' || utf8_steers(c)) {
			buf_append(out, s + done, i - done);
			put_escape(out, c);
			done = i + len;
		}
		i += len;
	}
	buf_append(out, s + done, n - done);
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
		json_nil(j);
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
