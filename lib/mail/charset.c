#include "mail/charset.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { CACHE_SLOTS = 12, LABEL_BYTES = 40 };

struct slot {
	char label[LABEL_BYTES];
	iconv_t cd; /* (iconv_t)-1: iconv does not know the label */
	uint64_t used;
};

struct charset_cache {
	struct slot slots[CACHE_SLOTS];
	uint64_t clock;
	struct span fallback;
};

struct alias {
	const char *label, *name;
};

/* Labels that mean more than they say: the vendors' supersets are what such mail is written in. */
static const struct alias aliases[] = {
    {"gb2312", "gb18030"}, {"gbk", "gb18030"}, {"x-gbk", "gb18030"}, {"gb_2312-80", "gb18030"}, {"hz-gb-2312", "hz"},
    {"ks_c_5601-1987", "cp949"}, {"ks_c_5601", "cp949"}, {"ksc5601", "cp949"}, {"euc-kr", "cp949"},
    {"shift_jis", "cp932"}, {"shift-jis", "cp932"}, {"sjis", "cp932"}, {"x-sjis", "cp932"}, {"windows-31j", "cp932"},
    {"big5", "big5-hkscs"}, {"x-big5", "big5-hkscs"}, {"iso8859-1", "iso-8859-1"}, {"iso_8859-1", "iso-8859-1"},
    {"latin1", "iso-8859-1"}, {"latin-1", "iso-8859-1"}, {"ascii", "us-ascii"}, {"ansi_x3.4-1968", "us-ascii"},
    {"iso-8859-8-i", "iso-8859-8"}, {"iso-8859-8-e", "iso-8859-8"}, {"iso-8859-9", "windows-1254"},
    {"tis-620", "windows-874"}, {"iso-8859-11", "windows-874"}, {"unicode-1-1-utf-7", "utf-7"},
    {"unicode-2-0-utf-7", "utf-7"}, {"x-unicode-2-0-utf-7", "utf-7"}, {"utf8", "utf-8"}, {"x-utf-8", "utf-8"},
    {"unicode-1-1-utf-8", "utf-8"}, {"utf-8mb4", "utf-8"}, {"macintosh", "macintosh"}, {"x-mac-roman", "macintosh"},
    {"iso-2022-jp", "iso-2022-jp-3"}, {"cp1252", "windows-1252"},
    {"ansi_x3.110-1983", "windows-1252"}, /* said by old Netscape servers, never meant */
};

/* Labels of senders that did not know. */
static const char *const unknown_labels[] = {"", "default", "unknown-8bit", "x-unknown", "unknown", "x-user-defined",
    "8bit", "binary", "_autodetect", "_autodetect_all", "none", "us-ascii"};

struct charset_cache *charset_cache_new(void)
{
	return mem_alloc(sizeof(struct charset_cache));
}

void charset_cache_free(struct charset_cache *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < CACHE_SLOTS; i++)
		if (c->slots[i].used && c->slots[i].cd != (iconv_t)-1)
			iconv_close(c->slots[i].cd);
	free(c);
}

/* The label in lower case, without quotes and iconv's own "//" options, with aliases put in place. */
static const char *canonical(struct span label, char buf[static LABEL_BYTES])
{
	size_t n = 0;

	label = span_trim(label);
	for (size_t i = 0; i < label.len && n < LABEL_BYTES - 1; i++) {
		char c = ascii_lower(label.at[i]);
		if ((c >= 'a' && c <= 'z') || ascii_is_digit(c) || c == '-' || c == '_' || c == '.' || c == ':')
			buf[n++] = c;
	}
	buf[n] = '\0';
	for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++)
		if (strcmp(buf, aliases[i].label) == 0)
			return aliases[i].name;
	return buf;
}

static bool is_unknown(const char *label)
{
	for (size_t i = 0; i < sizeof unknown_labels / sizeof *unknown_labels; i++)
		if (strcmp(label, unknown_labels[i]) == 0)
			return true;
	return false;
}

/* In these, bytes below 0x80 are more than ASCII. */
static bool is_not_ascii_superset(const char *name)
{
	static const char *const prefixes[] = {"iso-2022", "utf-7", "utf7", "hz", "utf-16", "utf16", "utf-32", "utf32",
	    "ucs", "csiso2022", "unicode", "cp50220", "cp50221", "ebcdic", "ibm", "cp037", "cp1026", "csunicode",
	    "iso-10646", "iso2022", "utf-7-imap"};

	for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

static bool is_ascii(const char *s, size_t n)
{
	uint64_t w, bits = 0;
	size_t i = 0;

	for (; i + 8 <= n; i += 8) {
		memcpy(&w, s + i, 8);
		bits |= w;
	}
	for (; i < n; i++)
		bits |= (unsigned char)s[i];
	return !(bits & 0x8080808080808080u);
}

static iconv_t descriptor(struct charset_cache *c, const char *name)
{
	struct slot *oldest = &c->slots[0];

	for (size_t i = 0; i < CACHE_SLOTS; i++) {
		struct slot *s = &c->slots[i];
		if (s->used && strcmp(s->label, name) == 0) {
			s->used = ++c->clock;
			return s->cd;
		}
		if (s->used < oldest->used)
			oldest = s;
	}
	if (oldest->used && oldest->cd != (iconv_t)-1)
		iconv_close(oldest->cd);
	memcpy(oldest->label, name, strlen(name) + 1);
	oldest->cd = iconv_open("UTF-8", name);
	oldest->used = ++c->clock;
	return oldest->cd;
}

static const char replacement[3] = {'\xef', '\xbf', '\xbd'}; /* U+FFFD */

/* UTF-8 as it is, with U+FFFD for what is none. */
static struct charset_text repair_utf8(struct arena *a, struct span in)
{
	size_t good = utf8_valid_prefix(in.at, in.len), n = 0;

	if (good == in.len)
		return (struct charset_text){in.at, in.len, CHARSET_EXACT};
	char *out = arena_alloc(a, in.len * 3);
	for (size_t pos = 0;;) {
		memcpy(out + n, in.at + pos, good);
		n += good;
		pos += good;
		if (pos == in.len)
			break;
		memcpy(out + n, replacement, 3);
		n += 3;
		pos++;
		good = pos < in.len ? utf8_valid_prefix(in.at + pos, in.len - pos) : 0;
	}
	arena_shrink(a, out, in.len * 3, n);
	return (struct charset_text){out, n, CHARSET_DAMAGED};
}

struct growing {
	struct arena *a;
	char *data;
	size_t len, cap;
};

static void grow(struct growing *g)
{
	g->data = arena_grow(g->a, g->data, g->cap, g->cap * 2);
	g->cap *= 2;
}

static void put_replacement(struct growing *g)
{
	if (g->cap - g->len < 3)
		grow(g);
	memcpy(g->data + g->len, replacement, 3);
	g->len += 3;
}

static struct charset_text convert(struct arena *a, iconv_t cd, struct span in)
{
	struct growing g = {a, NULL, 0, in.len + in.len / 2 + 16};
	char *from = (char *)(uintptr_t)in.at; /* iconv takes char ** and does not write through it */
	size_t left = in.len;
	enum charset_outcome outcome = CHARSET_EXACT;

	g.data = arena_alloc(a, g.cap);
	iconv(cd, NULL, NULL, NULL, NULL);
	for (bool flushing = false;;) {
		char *to = g.data + g.len;
		size_t room = g.cap - g.len;
		size_t r = flushing ? iconv(cd, NULL, NULL, &to, &room) : iconv(cd, &from, &left, &to, &room);
		g.len = (size_t)(to - g.data);
		if (r == (size_t)-1 && errno == E2BIG) {
			grow(&g);
		} else if (r == (size_t)-1 && left && !flushing) {
			put_replacement(&g);
			outcome = CHARSET_DAMAGED;
			from++;
			left--;
		} else if (flushing || r == (size_t)-1) {
			break;
		} else {
			flushing = left == 0;
		}
	}
	arena_shrink(a, g.data, g.cap, g.len);
	return (struct charset_text){g.data, g.len, outcome};
}

/* What speaks for and against UTF-8 in text whose label is missing or not to be believed. */
struct evidence {
	size_t characters;  /* of more than one byte */
	size_t bad, bad_c1; /* bytes that are no UTF-8; those among them from 80 to 9F */
};

static struct evidence look_for_utf8(struct span s)
{
	struct evidence e = {0};

	for (size_t i = 0; i < s.len;) {
		uint32_t cp;
		size_t n = (unsigned char)s.at[i] < 0x80 ? 1 : utf8_decode(s.at + i, s.len - i, &cp);
		bool bad = n == 1 && (unsigned char)s.at[i] >= 0x80;
		e.characters += n > 1;
		e.bad += bad;
		e.bad_c1 += bad && (unsigned char)s.at[i] < 0xa0;
		i += n;
	}
	return e;
}

/* Senders say ISO-8859-1 and mean windows-1252; bytes 80-9F tell. The ones in characters of UTF-8 say no such thing. */
static const char *which_latin1(const char *name, struct span bytes)
{
	return strcmp(name, "iso-8859-1") == 0 && look_for_utf8(bytes).bad_c1 ? "windows-1252" : name;
}

void charset_set_fallback(struct charset_cache *c, struct span label)
{
	c->fallback = label;
}

/* Reads the bytes in the fallback charset where there is one that fits without damage, else in windows-1252. */
static struct charset_text by_fallback(struct charset_cache *c, struct arena *a, struct span bytes)
{
	char buf[LABEL_BYTES];
	const char *name = canonical(c->fallback, buf);

	if (!is_unknown(name) && strcmp(name, "utf-8") != 0 && !is_not_ascii_superset(name)) {
		iconv_t cd = descriptor(c, name);
		struct charset_text t =
		    cd == (iconv_t)-1 ? (struct charset_text){NULL, 0, CHARSET_DAMAGED} : convert(a, cd, bytes);
		if (t.outcome == CHARSET_EXACT && strcmp(name, "iso-8859-1") != 0)
			return t;
	}
	return convert(a, descriptor(c, "windows-1252"), bytes);
}

/* UTF-8 that was cut in the middle of a character still is UTF-8. */
static struct charset_text guess(struct charset_cache *c, struct arena *a, struct span bytes)
{
	struct evidence e = look_for_utf8(bytes);
	bool is_utf8 = e.characters > e.bad || e.bad == 0;
	struct charset_text t = is_utf8 ? repair_utf8(a, bytes) : by_fallback(c, a, bytes);

	if (t.outcome == CHARSET_EXACT)
		t.outcome = CHARSET_GUESSED;
	return t;
}

struct charset_text charset_to_utf8(struct charset_cache *c, struct arena *a, struct span label, struct span bytes)
{
	char buf[LABEL_BYTES];
	const char *name = canonical(label, buf);

	if (bytes.len == 0)
		return (struct charset_text){"", 0, CHARSET_EXACT};
	if (!is_not_ascii_superset(name) && is_ascii(bytes.at, bytes.len))
		return (struct charset_text){bytes.at, bytes.len, CHARSET_EXACT};
	if (is_unknown(name))
		return guess(c, a, bytes);
	if (strcmp(name, "utf-8") == 0)
		return repair_utf8(a, bytes);
	iconv_t cd = descriptor(c, which_latin1(name, bytes));
	if (cd == (iconv_t)-1)
		return guess(c, a, bytes);
	struct charset_text t = convert(a, cd, bytes);
	if (!utf8_is_valid(t.text, t.len)) /* iconv's UTF-16 and UCS readers let surrogates through */
		t = repair_utf8(a, (struct span){t.text, t.len});
	return t;
}
