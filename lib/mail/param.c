#include "mail/param.h"

#include "mail/decode.h"
#include "mail/encword.h"

#include <stdlib.h>
#include <string.h>

/* Skips white space and comments (RFC 5322 section 3.2.2); a comment that never closes is no comment. */
static size_t skip_cfws(struct span s, size_t pos, size_t max_depth)
{
	while (pos < s.len) {
		if (ascii_is_space(s.at[pos])) {
			pos++;
			continue;
		}
		if (s.at[pos] != '(')
			break;
		size_t depth = 0, i = pos;
		for (; i < s.len; i++) {
			if (s.at[i] == '\\')
				i++;
			else if (s.at[i] == '(' && ++depth > max_depth)
				return s.len;
			else if (s.at[i] == ')' && --depth == 0)
				break;
		}
		if (i >= s.len)
			return s.len;
		pos = i + 1;
	}
	return pos;
}

/* Offset of the closing quote of the quoted string whose text starts at pos, s.len when it never closes. */
static size_t quoted_end(struct span s, size_t pos)
{
	for (; pos < s.len; pos++) {
		if (s.at[pos] == '\\')
			pos++;
		else if (s.at[pos] == '"')
			return pos;
	}
	return s.len;
}

static size_t find_byte(struct span s, size_t pos, char c)
{
	const char *p = pos < s.len ? memchr(s.at + pos, c, s.len - pos) : NULL;

	return p ? (size_t)(p - s.at) : s.len;
}

/* A value without quotes reaches to the next ";", blanks in it included: file names are sent so. */
static size_t bare_end(struct span s, size_t pos)
{
	return find_byte(s, pos, ';');
}

static void add_param(struct arena *a, struct param_list *l, struct param p)
{
	l->items = arena_more(a, l->items, l->count, sizeof *l->items);
	l->items[l->count++] = p;
}

/* Reads "name = value" at pos and returns where it ends. */
static size_t read_param(struct span s, size_t pos, size_t max_depth, struct param *p)
{
	size_t start = pos;

	*p = (struct param){0};
	while (pos < s.len && s.at[pos] != '=' && s.at[pos] != ';')
		pos++;
	if (pos >= s.len || s.at[pos] == ';')
		return pos;
	p->name = span_trim((struct span){s.at + start, pos - start});
	pos = skip_cfws(s, pos + 1, max_depth);
	if (pos < s.len && s.at[pos] == '"') {
		size_t end = quoted_end(s, pos + 1);
		p->quoted = true;
		p->value = (struct span){s.at + pos + 1, (end < s.len ? end : s.len) - pos - 1};
		return end < s.len ? end + 1 : s.len;
	}
	size_t end = bare_end(s, pos);
	p->value = span_trim((struct span){s.at + (pos < s.len ? pos : s.len), end - (pos < s.len ? pos : end)});
	return end;
}

/* "value (comment)": the value of a parameter without quotes ends before a comment. */
static void strip_comment(struct param *p)
{
	if (p->quoted || p->value.len == 0 || p->value.at[p->value.len - 1] != ')')
		return;
	const char *open = memchr(p->value.at, '(', p->value.len);
	if (open && open > p->value.at && ascii_is_space(open[-1]))
		p->value = span_trim((struct span){p->value.at, (size_t)(open - p->value.at)});
}

void param_parse(struct arena *a, struct span s, size_t comment_depth, struct param_list *out)
{
	size_t start = skip_cfws(s, 0, comment_depth), pos = start;

	*out = (struct param_list){0};
	while (pos < s.len && s.at[pos] != ';' && s.at[pos] != '(')
		pos++;
	out->value = span_trim((struct span){s.at + start, pos - start});
	pos = skip_cfws(s, pos, comment_depth);
	while (pos < s.len) {
		struct param p;
		pos = skip_cfws(s, pos, comment_depth);
		if (pos < s.len && s.at[pos] == ';') {
			pos++;
			continue;
		}
		if (pos >= s.len)
			break;
		pos = read_param(s, pos, comment_depth, &p);
		if (p.name.len) {
			strip_comment(&p);
			add_param(a, out, p);
		}
	}
}

struct piece {
	size_t index;
	const struct param *param;
	bool extended; /* the name ends in "*": %XX, and a charset in front of the first one */
};

/* Tells "name", "name*", "name*3" and "name*3*" apart. */
static bool piece_of(const struct param *p, const char *name, struct piece *out, bool *continued)
{
	size_t len = strlen(name), i = len + 1, index = 0;

	if (p->name.len <= len || !span_starts(p->name, name) || p->name.at[len] != '*')
		return false;
	*out = (struct piece){0, p, true};
	*continued = false;
	if (p->name.len == len + 1)
		return true;
	for (; i < p->name.len && ascii_is_digit(p->name.at[i]) && index < 1000000; i++)
		index = index * 10 + (size_t)(p->name.at[i] - '0');
	if (i == len + 1)
		return false;
	*continued = true;
	out->index = index;
	out->extended = i < p->name.len && p->name.at[i] == '*';
	return i + (out->extended ? 1 : 0) == p->name.len;
}

static int by_index(const void *x, const void *y)
{
	size_t a = ((const struct piece *)x)->index, b = ((const struct piece *)y)->index;

	return (a > b) - (a < b);
}

struct joined {
	char *bytes;
	size_t len;
	struct span charset;
	bool extended, cut;
};

/* Copies a value without line ends, and without the backslashes of a quoted string. */
static size_t unquote(const struct param *p, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < p->value.len; i++) {
		char c = p->value.at[i];
		if (p->quoted && c == '\\' && i + 1 < p->value.len)
			c = p->value.at[++i];
		else if (c == '\r' || c == '\n')
			continue;
		out[n++] = c;
	}
	return n;
}

/* Takes charset'language' off the first extended piece. */
static struct span take_charset(struct joined *j, struct span value)
{
	size_t first = find_byte(value, 0, '\''), second = find_byte(value, first + 1, '\'');

	if (second >= value.len)
		return value;
	j->charset = (struct span){value.at, first};
	return span_skip(value, second + 1);
}

static void join(struct arena *a, struct piece *pieces, size_t count, struct joined *j)
{
	size_t room = 1;

	for (size_t i = 0; i < count; i++)
		room += pieces[i].param->value.len;
	j->bytes = arena_alloc(a, room);
	for (size_t i = 0; i < count; i++) {
		const struct param *p = pieces[i].param;
		if (i > 0 && pieces[i].index == pieces[i - 1].index)
			continue;
		if (pieces[i].extended) {
			struct span value = i == 0 ? take_charset(j, p->value) : p->value;
			j->len += decode_percent(value.at, value.len, j->bytes + j->len);
			j->extended = true;
		} else {
			j->len += unquote(p, j->bytes + j->len);
		}
	}
	j->bytes[j->len] = '\0';
}

/* Finds the parameter in whichever form; continuations come in any order. */
static bool find(struct arena *a, const struct param_list *l, const char *name, size_t max_parts, struct joined *j)
{
	struct piece *pieces = NULL, whole = {0};
	size_t count = 0;
	const struct param *plain = NULL;

	*j = (struct joined){0};
	for (size_t i = 0; i < l->count; i++) {
		struct piece piece;
		bool continued;
		if (!plain && span_is(l->items[i].name, name)) {
			plain = &l->items[i];
		} else if (piece_of(&l->items[i], name, &piece, &continued)) {
			if (!continued) {
				whole = piece;
				continue;
			}
			if (count == max_parts) {
				j->cut = true;
				continue;
			}
			pieces = arena_more(a, pieces, count, sizeof *pieces);
			pieces[count++] = piece;
		}
	}
	if (count) {
		qsort(pieces, count, sizeof *pieces, by_index);
		join(a, pieces, count, j);
	} else if (whole.param) {
		join(a, &whole, 1, j);
	} else if (plain) {
		join(a, &(struct piece){0, plain, false}, 1, j);
	} else {
		return false;
	}
	return true;
}

const char *param_bytes(struct arena *a, const struct param_list *l, const char *name, size_t max_parts, size_t *len)
{
	struct joined j;

	*len = 0;
	if (!find(a, l, name, max_parts, &j))
		return NULL;
	*len = j.len;
	return j.bytes;
}

const char *param_text(
    struct charset_cache *c, struct arena *a, const struct param_list *l, const char *name, size_t max_parts, bool *cut)
{
	struct joined j;

	if (!find(a, l, name, max_parts, &j))
		return NULL;
	*cut = *cut || j.cut;
	if (!j.extended)
		return encword_decode(c, a, (struct span){j.bytes, j.len});
	struct charset_text t = charset_to_utf8(c, a, j.charset, (struct span){j.bytes, j.len});
	/* No encoded words in here, so this only cleans. */
	return encword_decode(c, a, (struct span){t.text, t.len});
}
