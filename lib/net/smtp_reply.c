#include "net/smtp_reply.h"

#include "base/utf8.h"

#include <string.h>

void smtp_reply_clear(struct smtp_reply *r)
{
	buf_clear(&r->words);
	buf_clear(&r->line);
}

int smtp_reply_class(const struct smtp_reply *r)
{
	return r->code / 100;
}

static int bad(const struct stream *s, const char *what, struct err *e)
{
	return err_set(e, ERR_UNAVAILABLE, "%s: the server's answer is no SMTP: %s", stream_peer(s), what);
}

/* One line without its end; LF alone ends it, too. */
static int read_line(struct smtp_reply *r, struct stream *s, struct err *e)
{
	int c;

	buf_reset(&r->line);
	while ((c = stream_getc(s, e)) >= 0 && c != '\n') {
		if (r->line.len == SMTP_LINE_MAX)
			return bad(s, "a line without end", e);
		buf_putc(&r->line, (char)c);
	}
	if (c < 0)
		return -1;
	if (r->line.len > 0 && r->line.data[r->line.len - 1] == '\r')
		r->line.data[--r->line.len] = '\0';
	return 0;
}

/* The code of the line, and whether more lines follow; 0 when it is none. */
static int read_code(const struct buf *line, bool *more)
{
	const char *p = buf_str(line);

	if (line->len < 3 || p[0] < '2' || p[0] > '5' || !ascii_is_digit(p[1]) || !ascii_is_digit(p[2]))
		return 0;
	if (line->len > 3 && p[3] != ' ' && p[3] != '-')
		return 0;
	*more = line->len > 3 && p[3] == '-';
	return 100 * (p[0] - '0') + 10 * (p[1] - '0') + (p[2] - '0');
}

static size_t digits(struct span text, size_t at)
{
	size_t n = 0;

	while (n < 4 && at + n < text.len && ascii_is_digit(text.at[at + n]))
		n++;
	return n >= 1 && n <= 3 ? n : 0;
}

/* The length of an enhanced status code of this class at the start of the text; 0: there is none. */
static size_t enhanced_length(struct span text, int class)
{
	size_t subject, detail, n;

	if (text.len < 5 || text.at[0] != '0' + class || text.at[1] != '.')
		return 0;
	subject = digits(text, 2);
	if (!subject || 2 + subject >= text.len || text.at[2 + subject] != '.')
		return 0;
	detail = digits(text, 3 + subject);
	n = 3 + subject + detail;
	return detail && (n == text.len || text.at[n] == ' ') ? n : 0;
}

static void keep_words(struct smtp_reply *r, struct span text)
{
	size_t n = enhanced_length(text, smtp_reply_class(r));

	if (n > 0 && !*r->enhanced) {
		memcpy(r->enhanced, text.at, n);
		r->enhanced[n] = '\0';
	}
	text = span_trim(span_skip(text, n));
	if (text.len == 0 || r->words.len >= SMTP_WORDS_MAX)
		return;
	if (r->words.len > 0)
		buf_putc(&r->words, ' ');
	buf_append(&r->words, text.at, text.len < SMTP_WORDS_MAX ? text.len : SMTP_WORDS_MAX);
}

/* NULs first: the rest of the cleaning takes a string. */
static void clean_words(struct smtp_reply *r)
{
	buf_puts(&r->words, "");
	for (size_t i = 0; i < r->words.len; i++)
		if (r->words.data[i] == '\0')
			r->words.data[i] = '?';
	utf8_disarm(r->words.data, "");
	if (r->words.len > SMTP_WORDS_MAX)
		r->words.len = utf8_cut(r->words.data, SMTP_WORDS_MAX);
	r->words.data[r->words.len] = '\0';
}

int smtp_reply_read(struct smtp_reply *r, struct stream *s, void (*each)(struct span text, size_t line, void *arg),
    void *arg, struct err *e)
{
	bool more = true;

	r->code = 0;
	r->enhanced[0] = '\0';
	buf_reset(&r->words);
	for (size_t line = 0; more; line++) {
		if (line == SMTP_LINES_MAX)
			return bad(s, "more lines than an answer has", e);
		if (read_line(r, s, e) < 0)
			return -1;
		int code = read_code(&r->line, &more);
		if (code == 0 || (line > 0 && code != r->code))
			return bad(s, code ? "the lines of one answer have different codes" : "no reply code", e);
		r->code = code;
		struct span text = span_skip((struct span){r->line.data, r->line.len}, 4);
		if (each)
			each(text, line, arg);
		keep_words(r, text);
	}
	clean_words(r);
	return 0;
}
