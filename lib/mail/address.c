#include "mail/address.h"

#include "mail/encword.h"

#include <string.h>

/* One mailbox as far as it was read. The two buffers are as long as the header, so no check is needed at each byte. */
struct reader {
	struct charset_cache *charsets;
	struct arena *a;
	const struct address_limits *limits;
	struct span s;
	size_t pos;
	char *words; /* display name: words with single spaces, quotes undone */
	char *spec;  /* the same as an addr-spec: quotes kept, no space around "." and "@" */
	size_t words_len, spec_len;
	struct span comment, angle;
	bool has_angle, space, over, no_bracket, no_quote;
	size_t word_count, groups;
};

static void start_mailbox(struct reader *r)
{
	r->words_len = r->spec_len = r->word_count = 0;
	r->comment = r->angle = (struct span){0};
	r->has_angle = r->space = false;
}

static bool joins(char c)
{
	return c == '.' || c == '@';
}

/* Puts a word behind the others; `raw` is how it stands in an addr-spec. */
static void add_word(struct reader *r, struct span text, struct span raw)
{
	if (r->space && r->words_len)
		r->words[r->words_len++] = ' ';
	if (text.len)
		memcpy(r->words + r->words_len, text.at, text.len);
	r->words_len += text.len;
	bool joined = r->spec_len == 0 || !r->space || joins(raw.at[0]) || joins(r->spec[r->spec_len - 1]);
	if (!joined) {
		r->spec[r->spec_len++] = ' ';
		r->word_count++;
	} else if (r->spec_len == 0) {
		r->word_count++;
	}
	memcpy(r->spec + r->spec_len, raw.at, raw.len);
	r->spec_len += raw.len;
	r->space = false;
}

/* Offset behind the comment that opens at pos; 0 when it never closes or is too deep. */
static size_t comment_end(const struct reader *r, size_t pos, bool *over)
{
	size_t depth = 0;

	for (; pos < r->s.len; pos++) {
		char c = r->s.at[pos];
		if (c == '\\')
			pos++;
		else if (c == '(' && ++depth > r->limits->depth) {
			*over = true;
			return 0;
		} else if (c == ')' && --depth == 0)
			return pos + 1;
	}
	return 0;
}

static void read_comment(struct reader *r)
{
	size_t end = comment_end(r, r->pos, &r->over);

	r->space = true;
	if (end == 0) {
		/* Never closed: what follows is no address either. */
		r->comment = span_trim(span_skip(r->s, r->pos + 1));
		r->pos = r->s.len;
		return;
	}
	r->comment = span_trim((struct span){r->s.at + r->pos + 1, end - r->pos - 2});
	r->pos = end;
}

/* Copies a quoted string's text without backslashes and line ends to `out`; *pos moves behind the closing quote.
 * Returns false when there is none. */
static bool read_quoted(struct span s, size_t *pos, char *out, size_t *len)
{
	size_t n = 0, i = *pos + 1;

	for (; i < s.len && s.at[i] != '"'; i++) {
		if (s.at[i] == '\\' && i + 1 < s.len)
			i++;
		if (s.at[i] != '\r' && s.at[i] != '\n')
			out[n++] = s.at[i];
	}
	*len = n;
	if (i >= s.len)
		return false;
	*pos = i + 1;
	return true;
}

/* A quote that never closes is junk, and so are all behind it: they are not looked at again. */
static void read_quoted_word(struct reader *r)
{
	size_t start = r->pos, n, room = r->s.len - start + 1;
	char *text;

	if (r->no_quote) {
		r->pos++;
		return;
	}
	text = arena_alloc(r->a, room);
	if (read_quoted(r->s, &r->pos, text, &n)) {
		add_word(r, (struct span){text, n}, (struct span){r->s.at + start, r->pos - start});
	} else {
		r->no_quote = true;
		r->pos++;
	}
	arena_shrink(r->a, text, room, 0);
}

/* "<" to ">"; a quoted string in it may hold ">". Without ">" it ends at a comma or at the end. */
static void read_angle(struct reader *r)
{
	size_t start = r->pos + 1, i = start;
	bool quoted = false;

	for (; i < r->s.len; i++) {
		char c = r->s.at[i];
		if (c == '"')
			quoted = !quoted;
		else if (c == '\\')
			i++;
		else if (!quoted && (c == '>' || c == '<'))
			break;
	}
	if (i >= r->s.len) {
		const char *stop = memchr(r->s.at + start, '>', r->s.len - start);
		if (!stop)
			stop = memchr(r->s.at + start, ',', r->s.len - start);
		i = stop ? (size_t)(stop - r->s.at) : r->s.len;
	}
	struct span angle = span_trim((struct span){r->s.at + start, i - start});
	if (!r->has_angle || angle.len)
		r->angle = angle;
	r->has_angle = true;
	r->pos = i < r->s.len && r->s.at[i] == '>' ? i + 1 : i;
}

/* Length of an encoded word at pos, 0 when there is none: specials in it are no specials. */
static size_t encoded_word(struct span s, size_t pos)
{
	size_t marks = 0, i = pos + 2;

	if (pos + 2 >= s.len || s.at[pos] != '=' || s.at[pos + 1] != '?')
		return 0;
	for (; i < s.len && !ascii_is_space(s.at[i]); i++) {
		if (s.at[i] != '?')
			continue;
		if (++marks == 3)
			return i + 1 < s.len && s.at[i + 1] == '=' ? i + 2 - pos : 0;
	}
	return 0;
}

static size_t atom_end(struct span s, size_t pos)
{
	size_t i = pos;

	while (i < s.len && !ascii_is_space(s.at[i]) && !strchr("(\"<>,;:[", s.at[i] ? s.at[i] : 'x')) {
		size_t word = encoded_word(s, i);
		i += word ? word : 1;
	}
	return i > pos ? i : pos + 1;
}

static void read_atom(struct reader *r)
{
	size_t start = r->pos, end;

	if (r->s.at[start] == '[') {
		const char *close = r->no_bracket ? NULL : memchr(r->s.at + start, ']', r->s.len - start);
		r->no_bracket = !close; /* searched once, or a header of "[" would cost its square */
		end = close ? (size_t)(close - r->s.at) + 1 : start + 1;
	} else {
		end = atom_end(r->s, start);
	}
	struct span atom = {r->s.at + start, end - start};
	add_word(r, atom, atom);
	r->pos = end;
}

/* The address as text: undeclared 8-bit guessed, control characters gone. */
static const char *address_text(struct reader *r, const char *s, size_t n)
{
	return encword_decode(r->charsets, r->a, (struct span){s, n});
}

/* What stands in <>: route, comments, folds and white space around dots and "@" dropped (RFC 5322 section 4.4). Other
 * white space stays: without it the address would be another person's. */
static const char *angle_text(struct reader *r)
{
	struct span s = r->angle;
	char *out = arena_alloc(r->a, s.len + 1);
	size_t n = 0, i = 0;
	const char *colon = s.len && s.at[0] == '@' ? memchr(s.at, ':', s.len) : NULL;

	if (colon)
		i = (size_t)(colon - s.at) + 1;
	for (bool quoted = false, closes = true, gap = false, folded = false; i < s.len; i++) {
		char c = s.at[i];
		if (c == '"')
			quoted = !quoted;
		if (quoted && c == '\\' && i + 1 < s.len)
			out[n++] = s.at[i++];
		else if (!quoted && closes && c == '(') {
			const char *close = memchr(s.at + i, ')', s.len - i);
			closes = close != NULL;
			if (close) {
				i = (size_t)(close - s.at);
				continue;
			}
		} else if (!quoted && ascii_is_space(c)) {
			gap = true;
			folded = folded || c == '\n';
			continue;
		}
		if (gap && !folded && n && !joins(out[n - 1]) && !joins(c))
			out[n++] = ' ';
		gap = folded = false;
		out[n++] = s.at[i];
	}
	return n ? address_text(r, out, n) : NULL;
}

static const char *name_text(struct reader *r, struct span s)
{
	if (s.len == 0)
		return NULL;
	const char *name = encword_decode(r->charsets, r->a, s);
	return *name ? name : NULL;
}

/* Words without <>: the address is what holds the "@"; several words without one are a name. */
static void read_bare(struct reader *r, struct address *out)
{
	struct span spec = {r->spec, r->spec_len};
	const char *at = memrchr(spec.at, '@', spec.len);

	out->name = name_text(r, r->comment);
	if (r->word_count <= 1) {
		out->address = address_text(r, spec.at, spec.len);
	} else if (at) {
		const char *start = memrchr(spec.at, ' ', (size_t)(at - spec.at));
		const char *end = memchr(at, ' ', (size_t)(spec.at + spec.len - at));
		start = start ? start + 1 : spec.at;
		end = end ? end : spec.at + spec.len;
		out->address = address_text(r, start, (size_t)(end - start));
		if (!out->name && start > spec.at)
			out->name = name_text(r, (struct span){spec.at, (size_t)(start - spec.at)});
	} else {
		out->name = name_text(r, (struct span){r->words, r->words_len});
	}
}

static void append(struct reader *r, struct address_list *l, struct address item)
{
	if (l->count >= r->limits->addresses) {
		r->over = true;
		return;
	}
	l->items = arena_more(r->a, l->items, l->count, sizeof *l->items);
	l->items[l->count++] = item;
}

static void finish_mailbox(struct reader *r, struct address_list *l)
{
	struct address item = {0};

	if (r->has_angle) {
		item.address = angle_text(r);
		item.name = name_text(r, r->words_len ? (struct span){r->words, r->words_len} : r->comment);
	} else if (r->spec_len) {
		read_bare(r, &item);
	}
	if (item.name || item.address)
		append(r, l, item);
	start_mailbox(r);
}

/* ":" ends a group's name; inside an address it is junk that stays. Groups in groups are counted, not nested. */
static void read_colon(struct reader *r)
{
	r->pos++;
	if (r->has_angle)
		return;
	start_mailbox(r);
	if (++r->groups > r->limits->depth) {
		r->over = true;
		r->pos = r->s.len;
	}
}

static void read_one(struct reader *r, struct address_list *l)
{
	char c = r->s.at[r->pos];

	if (ascii_is_space(c)) {
		r->space = true;
		r->pos++;
	} else if (c == '(') {
		read_comment(r);
	} else if (c == '"') {
		read_quoted_word(r);
	} else if (c == '<') {
		read_angle(r);
	} else if (c == ',' || c == ';') {
		finish_mailbox(r, l);
		if (c == ';')
			r->groups = 0;
		r->pos++;
	} else if (c == ':') {
		read_colon(r);
	} else if (c == '>') {
		r->pos++;
	} else {
		read_atom(r);
	}
}

bool address_parse(struct charset_cache *c, struct arena *a, struct span value, const struct address_limits *limits,
    struct address_list *list)
{
	struct reader r = {.charsets = c, .a = a, .limits = limits, .s = value};

	/* Twice: each word may get a space in front of it. */
	r.words = arena_alloc(a, value.len * 2 + 2);
	r.spec = arena_alloc(a, value.len * 2 + 2);
	start_mailbox(&r);
	while (r.pos < value.len && list->count < limits->addresses)
		read_one(&r, list);
	if (r.pos < value.len)
		r.over = true;
	finish_mailbox(&r, list);
	return !r.over;
}
