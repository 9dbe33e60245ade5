#include "mail/bounce_phrases.h"

#include <string.h>

/* A state of the automaton. Children stand side by side from `children` on, sorted by label. */
struct phrase_state {
	uint32_t children, fail, out; /* out: the nearest suffix that ends a piece */
	uint16_t piece;               /* 1 + the piece that ends here; 0: none */
	uint8_t count, label;
};

/* Phrases of several pieces keep in slots where each piece was seen last; slot 0 is no slot. */
struct phrase_piece {
	uint8_t category, length;
	uint16_t before, slot; /* of the piece that must stand before it; of this one */
	uint16_t next;         /* 1 + another piece of the same bytes; 0: none */
};

#include "bounce_phrases.inc"

enum { GAP_BYTES = 100 };

/* Of several reasons the first here is told: what names a cause stands before what names an effect, and what is soft before what is
 * hard where both are likely to be said of the same failure. */
static const uint8_t ranking[] = {BOUNCE_REASON_SUPPRESSED, BOUNCE_REASON_MAILBOX_FULL, BOUNCE_REASON_TOO_BIG,
    BOUNCE_REASON_VIRUS, BOUNCE_REASON_AUTHENTICATION, BOUNCE_REASON_REVERSE_DNS, BOUNCE_REASON_SPAM,
    BOUNCE_REASON_REPUTATION, BOUNCE_REASON_BLOCKED, BOUNCE_REASON_GREYLISTED, BOUNCE_REASON_RATE, BOUNCE_REASON_LIMIT,
    BOUNCE_REASON_DISABLED, BOUNCE_REASON_NO_MAIL, BOUNCE_REASON_MOVED, BOUNCE_REASON_SECURITY, BOUNCE_REASON_SENDER,
    BOUNCE_REASON_RELAYING, BOUNCE_REASON_USER_UNKNOWN, BOUNCE_REASON_NETWORK, BOUNCE_REASON_HOST_UNKNOWN,
    BOUNCE_REASON_LOOP, BOUNCE_REASON_CONTENT, BOUNCE_REASON_PROTOCOL, BOUNCE_REASON_STORAGE, BOUNCE_REASON_MAILER,
    BOUNCE_REASON_SYSTEM, BOUNCE_REASON_SYNTAX, BOUNCE_REASON_POLICY, BOUNCE_REASON_FILTERED, BOUNCE_REASON_EXPIRED,
    BOUNCE_REASON_REJECTED};

/* Lower case of a two-byte UTF-8 letter: Latin-1, Latin Extended-A, Greek, Cyrillic. */
static uint32_t fold_pair(uint32_t c)
{
	if ((c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x391 && c <= 0x3a9) || (c >= 0x410 && c <= 0x42f))
		return c + 32;
	if (c >= 0x400 && c <= 0x40f)
		return c + 80;
	if ((c >= 0x100 && c <= 0x137 && c != 0x130) || (c >= 0x14a && c <= 0x177))
		return c | 1;
	if ((c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e))
		return c + (c & 1);
	return c;
}

/* Folds the character at s (n bytes left) to out; returns how many bytes it took, and sets *len. */
static size_t fold_one(const unsigned char *s, size_t n, char *out, size_t *len)
{
	*len = 1;
	out[0] = ascii_lower((char)s[0]);
	if (n > 1 && s[0] >= 0xc3 && s[0] <= 0xd2 && (s[1] & 0xc0) == 0x80) {
		uint32_t c = fold_pair(((s[0] & 0x1fu) << 6) | (s[1] & 0x3fu));
		out[0] = (char)(0xc0 | (c >> 6));
		out[1] = (char)(0x80 | (c & 0x3f));
		*len = 2;
		return 2;
	}
	if (n > 2 && s[0] == 0xe2 && s[1] == 0x80 && (s[2] == 0x98 || s[2] == 0x99)) {
		out[0] = '\'';
		return 3;
	}
	return 1;
}

/* Length of the white space character at s (n bytes left), 0 when it is none. */
static size_t blank_len(const unsigned char *s, size_t n)
{
	if (s[0] <= ' ')
		return 1;
	if (n > 1 && s[0] == 0xc2 && s[1] == 0xa0)
		return 2;
	return n > 2 && s[0] == 0xe3 && s[1] == 0x80 && s[2] == 0x80 ? 3 : 0;
}

/* Reads white space at s[*i]; returns what stands for it. */
static char fold_blank(const unsigned char *s, size_t n, size_t *i)
{
	size_t lines = 0, len;

	while (*i < n && (len = blank_len(s + *i, n - *i)) > 0) {
		lines += s[*i] == '\n';
		*i += len;
	}
	return lines == 0 ? ' ' : lines == 1 ? '\n' : '\f';
}

/* Length of a reply code, with its enhanced status, at s (n bytes left): "550-5.7.1 "; 0 when there is none. */
static size_t reply_len(const unsigned char *s, size_t n)
{
	if (n < 4 || (s[0] != '4' && s[0] != '5') || !ascii_is_digit((char)s[1]) || !ascii_is_digit((char)s[2]) ||
	    (s[3] != '-' && s[3] != ' '))
		return 0;
	size_t end = 4, dots = 0;
	while (end < n && end < 14 && (ascii_is_digit((char)s[end]) || s[end] == '.'))
		dots += s[end++] == '.';
	return dots == 2 && (end == n || blank_len(s + end, n - end)) ? end : 4;
}

/* Replies of several lines repeat their code (RFC 5321 section 4.2.1), in the midst of sentences: "has been\n550-5.7.1 blocked". The
 * length of such a repetition at s, with the white space behind it; else 0. open: the code of the reply so far, "" outside of one. */
static size_t repetition_len(const unsigned char *s, size_t n, char open[4])
{
	size_t len = reply_len(s, n), blank;
	bool repeats = len && memcmp(s, open, 3) == 0;

	if (!len || (!repeats && s[3] != '-'))
		return 0;
	memcpy(open, s[3] == '-' ? (const char *)s : "\0\0\0", 3);
	while (len < n && (blank = blank_len(s + len, n - len)) > 0)
		len += blank;
	return repeats ? len : 0;
}

static void fold(struct arena *a, struct span utf8, struct phrase_text *t)
{
	char *plain = arena_alloc(a, utf8.len + 1), *folded = arena_alloc(a, utf8.len + 1);
	const unsigned char *s = (const unsigned char *)utf8.at;
	size_t n = 0, skip;
	char open[4] = "";

	for (size_t i = 0; i < utf8.len;) {
		if ((n == 0 || folded[n - 1] <= ' ') && (skip = repetition_len(s + i, utf8.len - i, open)) > 0) {
			i += skip;
			continue;
		}
		if (blank_len(s + i, utf8.len - i)) {
			plain[n] = folded[n] = fold_blank(s, utf8.len, &i);
			n++;
			continue;
		}
		size_t len, took = fold_one(s + i, utf8.len - i, folded + n, &len);
		for (size_t k = 0; k < len; k++)
			plain[n + k] = len == took ? (char)s[i + k] : folded[n + k];
		i += took;
		n += len;
	}
	plain[n] = folded[n] = '\0';
	t->plain = (struct span){plain, n};
	t->folded = (struct span){folded, n};
}

static uint32_t child_of(uint32_t state, uint8_t c)
{
	const struct phrase_state *s = &states[state];

	if (state == 0)
		return root[c];
	for (uint32_t k = s->children, end = s->children + s->count; k < end; k++)
		if (states[k].label == c)
			return k;
	return 0;
}

static bool is_reason(int category)
{
	return category < PHRASE_FAILURE || category == PHRASE_PERHAPS_UNKNOWN;
}

/* Of reasons that lie one within the other the longer one counts: "not listed in directory" is no "listed in". */
static void add_hit(struct arena *a, struct phrase_text *t, size_t start, size_t end, int category)
{
	for (size_t i = t->count; is_reason(category) && i-- > 0 && t->hits[i].end > start;) {
		struct phrase_hit *h = &t->hits[i];
		if (!is_reason(h->category) || h->category == category)
			continue;
		if (h->start < start && h->end == end)
			return;
		if (h->start >= start && h->end - h->start < end - start)
			h->category = PHRASE_WITHIN;
	}
	t->hits = arena_more(a, t->hits, t->count, sizeof *t->hits);
	t->hits[t->count++] = (struct phrase_hit){start, end, category};
}

/* A piece counts at the start of a word only, and behind the piece before it. ends[] has the slots; 0: not seen. */
static void take(struct arena *a, struct phrase_text *t, size_t *ends, uint16_t number, size_t end)
{
	for (; number; number = pieces[number - 1].next) {
		const struct phrase_piece *p = &pieces[number - 1];
		size_t start = end - p->length, seen = ends[p->before];
		char first = t->folded.at[start], before = start ? t->folded.at[start - 1] : ' ';
		if (first >= 'a' && first <= 'z' && before >= 'a' && before <= 'z')
			continue;
		if (p->before && (!seen || seen > start || start - seen > GAP_BYTES))
			continue;
		if (p->slot)
			ends[p->slot] = end;
		else
			add_hit(a, t, start, end, p->category);
	}
}

static void scan(struct arena *a, struct phrase_text *t)
{
	size_t ends[N_SLOTS] = {0};
	uint32_t state = 0;

	for (size_t i = 0; i < t->folded.len; i++) {
		uint8_t c = (uint8_t)t->folded.at[i];
		if (c < ' ')
			c = ' ';
		uint32_t next = child_of(state, c);
		while (!next && state) {
			state = states[state].fail;
			next = child_of(state, c);
		}
		state = next;
		for (uint32_t o = states[state].piece ? state : states[state].out; o; o = states[o].out)
			take(a, t, ends, states[o].piece, i + 1);
	}
}

void phrase_text_init(struct arena *a, struct span utf8, struct phrase_text *t)
{
	*t = (struct phrase_text){.hits = NULL};
	fold(a, utf8, t);
	scan(a, t);
}

size_t phrase_first(const struct phrase_text *t, size_t from)
{
	size_t lo = 0, hi = t->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (t->hits[mid].end <= from)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

uint64_t phrase_seen(const struct phrase_text *t, size_t from, size_t to)
{
	uint64_t seen = 0;

	for (size_t i = phrase_first(t, from); i < t->count && t->hits[i].end <= to; i++)
		if (t->hits[i].start >= from)
			seen |= (uint64_t)1 << t->hits[i].category;
	return seen;
}

enum bounce_reason phrase_reason(uint64_t seen)
{
	for (size_t i = 0; i < sizeof ranking; i++)
		if (phrase_has(seen, ranking[i]))
			return (enum bounce_reason)ranking[i];
	return BOUNCE_REASON_UNDEFINED;
}
