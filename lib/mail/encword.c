#include "mail/encword.h"

#include "base/utf8.h"
#include "mail/decode.h"

#include <string.h>

struct word {
	struct span charset, text;
	bool base64;
	size_t end; /* offset behind the word */
};

/* Bytes in one charset, waiting for the end of their run of encoded words. */
struct run {
	struct span charset;
	char *bytes;
	size_t len, cap;
};

struct decoder {
	struct charset_cache *charsets;
	struct arena *a;
	char *out;
	size_t len, cap;
	struct run run;
};

static void put(struct decoder *d, const char *s, size_t n)
{
	if (d->cap - d->len <= n) {
		size_t cap = (d->len + n) * 2 + 64;
		d->out = arena_grow(d->a, d->out, d->cap, cap);
		d->cap = cap;
	}
	if (n)
		memcpy(d->out + d->len, s, n);
	d->len += n;
}

static void flush_run(struct decoder *d)
{
	if (d->run.len) {
		struct charset_text t =
		    charset_to_utf8(d->charsets, d->a, d->run.charset, (struct span){d->run.bytes, d->run.len});
		put(d, t.text, t.len);
	}
	d->run = (struct run){0};
}

/* A run that outgrows its room is copied to twice of it, so a long one stays linear. */
static char *run_reserve(struct decoder *d, size_t n)
{
	struct run *r = &d->run;

	if (r->cap - r->len < n) {
		size_t cap = (r->len + n) * 2;
		char *bytes = arena_alloc(d->a, cap);
		if (r->bytes)
			memcpy(bytes, r->bytes, r->len);
		r->bytes = bytes;
		r->cap = cap;
	}
	return r->bytes + r->len;
}

static void add_word(struct decoder *d, const struct word *w)
{
	if (!span_same(d->run.charset, w->charset))
		flush_run(d);
	d->run.charset = w->charset;
	char *to = run_reserve(d, w->text.len + 4);
	d->run.len +=
	    w->base64 ? decode_base64(w->text.at, w->text.len, to, NULL) : decode_q(w->text.at, w->text.len, to);
}

/* Undeclared text between encoded words. */
static void add_plain(struct decoder *d, struct span s)
{
	flush_run(d);
	if (s.len) {
		struct charset_text t = charset_to_utf8(d->charsets, d->a, (struct span){0}, s);
		put(d, t.text, t.len);
	}
}

/* "?=" closes a word; a "?" in quoted-printable text ("=?utf-8?q?a?b?=") stays text. Folding white space is let in. */
static size_t word_text_end(struct span s, size_t pos)
{
	while (pos < s.len) {
		const char *q = memchr(s.at + pos, '?', s.len - pos);
		if (!q)
			return s.len;
		pos = (size_t)(q - s.at);
		if (pos + 1 < s.len && s.at[pos + 1] == '=')
			return pos;
		if (pos > 0 && s.at[pos - 1] == '=') /* the next word starts: this one was never closed */
			return s.len;
		pos++;
	}
	return s.len;
}

/* Reads "=?charset*lang?B|Q?text?=" at pos. */
static bool word_at(struct span s, size_t pos, struct word *w)
{
	size_t start = pos + 2, i = start;

	while (i < s.len && s.at[i] != '?' && (unsigned char)s.at[i] > ' ' && i - start < 80)
		i++;
	if (i + 3 >= s.len || s.at[i] != '?' || s.at[i + 2] != '?' || i == start)
		return false;
	char kind = ascii_lower(s.at[i + 1]);
	if (kind != 'b' && kind != 'q')
		return false;
	size_t end = word_text_end(s, i + 3);
	if (end == s.len)
		return false;
	w->charset = (struct span){s.at + start, i - start};
	const char *lang = memchr(w->charset.at, '*', w->charset.len);
	if (lang)
		w->charset.len = (size_t)(lang - w->charset.at);
	w->text = (struct span){s.at + i + 3, end - i - 3};
	w->base64 = kind == 'b';
	w->end = end + 2;
	return true;
}

static bool is_blank(struct span s)
{
	return span_trim(s).len == 0;
}

/* Offset of the next encoded word from pos on, s.len when there is none. */
static size_t next_word(struct span s, size_t pos, struct word *w)
{
	while (pos + 1 < s.len) {
		const char *eq = memchr(s.at + pos, '=', s.len - pos - 1);
		if (!eq)
			break;
		pos = (size_t)(eq - s.at);
		if (s.at[pos + 1] == '?' && word_at(s, pos, w))
			return pos;
		pos++;
	}
	return s.len;
}

/* Unfolds (the line end goes, the white space stays) and makes the rest of the control characters spaces. */
static size_t clean(char *s, size_t n)
{
	size_t k = 0;

	for (size_t i = 0; i < n; i++) {
		if (s[i] == '\n' || s[i] == '\r')
			continue;
		s[k++] = (unsigned char)s[i] < 0x20 || s[i] == 0x7f ? ' ' : s[i];
	}
	while (k && s[k - 1] == ' ')
		k--;
	return k;
}

/* Nothing to decode: printable ASCII on one line. */
static bool is_simple(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] < 0x20 || (unsigned char)s.at[i] >= 0x7f ||
		    (s.at[i] == '=' && i + 1 < s.len && s.at[i + 1] == '?'))
			return false;
	return true;
}

const char *encword_decode(struct charset_cache *c, struct arena *a, struct span text)
{
	struct decoder d = {.charsets = c, .a = a};
	struct word w = {0};
	bool after_word = false;

	text = span_trim(text);
	if (is_simple(text))
		return span_dup(a, text);
	for (size_t pos = 0; pos < text.len;) {
		size_t at = next_word(text, pos, &w);
		struct span between = {text.at + pos, at - pos};
		if (!(after_word && at < text.len && is_blank(between)))
			add_plain(&d, between);
		if (at == text.len)
			break;
		add_word(&d, &w);
		after_word = true;
		pos = w.end;
	}
	flush_run(&d);
	put(&d, "", 0);
	d.len = clean(d.out, d.len);
	d.out[d.len] = '\0';
	size_t lead = strspn(d.out, " ");
	return d.out + lead;
}
