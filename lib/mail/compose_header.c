#include "mail/compose_header.h"

#include "base/utf8.h"
#include "mail/domain.h"

#include <stdbool.h>
#include <string.h>

enum {
	LINE_BYTES = 76, /* the limit for a line with an encoded word (RFC 2047 section 2); 78 for others */
	ENCODED_WORD_BYTES = 75,
	ENCODED_FRAME_BYTES = 12, /* "=?UTF-8?Q?" and "?=" */
	ENCODED_LEAST_BYTES = 36, /* with less room left on the line a new one is begun */
	WORD_BYTES = 900,         /* a longer word is encoded, as it could not be folded below 998 */
	NAME_BYTES = 60,
	LOCAL_PART_BYTES = 64,
	ADDRESS_BYTES = 254,
};

/* Where the line stands that is being written. */
struct fold {
	struct buf *out;
	size_t column;
	bool first; /* nothing but the name of the header is on it */
};

static int check_text(const char *what, const char *s, struct err *e)
{
	if (!utf8_is_valid(s, strlen(s)))
		return err_set(e, ERR_INPUT, "%s: not valid UTF-8", what);
	for (const char *p = s; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			return err_set(e, ERR_INPUT, "%s: control character in \"%s\"", what, s);
	return 0;
}

static int begin(struct fold *f, struct buf *out, const char *name, struct err *e)
{
	size_t n = strlen(name);

	for (const char *p = name; *p; p++)
		if (*p <= 0x20 || *p >= 0x7f || *p == ':')
			n = 0;
	if (n == 0 || n > NAME_BYTES)
		return err_set(e, ERR_INPUT, "\"%s\" is no header name", name);
	buf_printf(out, "%s:", name);
	*f = (struct fold){.out = out, .column = n + 1, .first = true};
	return 0;
}

/* A new line that begins with the space that was due anyway. */
static void new_line(struct fold *f)
{
	buf_puts(f->out, "\r\n ");
	f->column = 1;
	f->first = false;
}

/* `spaces` and n bytes without a space. */
static void put_word(struct fold *f, size_t spaces, const char *s, size_t n)
{
	if (spaces && !f->first && f->column + spaces + n > LINE_BYTES) {
		buf_puts(f->out, "\r\n");
		f->column = 0;
	}
	for (size_t i = 0; i < spaces; i++)
		buf_putc(f->out, ' ');
	buf_append(f->out, s, n);
	f->column += spaces + n;
	f->first = false;
}

/* The bytes that a "Q" word may hold everywhere, in phrases too (RFC 2047 section 5). */
static bool is_q_literal(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '!' || c == '*' ||
	       c == '+' || c == '-' || c == '/';
}

static size_t q_bytes(const char *s, size_t n)
{
	size_t total = 0;

	for (size_t i = 0; i < n; i++)
		total += is_q_literal(s[i]) || s[i] == ' ' ? 1 : 3;
	return total;
}

static size_t b_bytes(size_t n)
{
	return (n + 2) / 3 * 4;
}

static void put_q(struct buf *out, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (is_q_literal(s[i]))
			buf_putc(out, s[i]);
		else if (s[i] == ' ')
			buf_putc(out, '_');
		else
			buf_printf(out, "=%02X", (unsigned char)s[i]);
	}
}

static void put_b(struct buf *out, const char *s, size_t n)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		size_t have = n - i < 3 ? n - i : 3;
		unsigned v = 0;
		for (size_t k = 0; k < 3; k++)
			v = v << 8 | (k < have ? (unsigned char)s[i + k] : 0);
		buf_putc(out, digits[v >> 18]);
		buf_putc(out, digits[v >> 12 & 63]);
		buf_putc(out, have > 1 ? digits[v >> 6 & 63] : '=');
		buf_putc(out, have > 2 ? digits[v & 63] : '=');
	}
}

/* How many bytes of s, whole characters, fit into `room` bytes of payload. */
static size_t fitting(const char *s, size_t n, bool q, size_t room)
{
	size_t taken = 0;

	while (taken < n) {
		uint32_t cp;
		size_t next = taken + utf8_decode(s + taken, n - taken, &cp);
		if ((q ? q_bytes(s, next) : b_bytes(next)) > room)
			break;
		taken = next;
	}
	return taken;
}

/* n bytes, spaces among them, as encoded words behind one space. */
static void put_encoded(struct fold *f, const char *s, size_t n)
{
	/* A person can read "Q": it may be a little longer. */
	bool q = q_bytes(s, n) <= b_bytes(n) + b_bytes(n) / 4;
	size_t whole = ENCODED_FRAME_BYTES + (q ? q_bytes(s, n) : b_bytes(n));
	size_t wanted = whole < ENCODED_LEAST_BYTES ? whole : (size_t)ENCODED_LEAST_BYTES;

	if (f->column + 1 + wanted > LINE_BYTES)
		new_line(f);
	else
		put_word(f, 1, "", 0);
	while (n > 0) {
		size_t room = LINE_BYTES - f->column, start = f->out->len, take;
		room = (room < ENCODED_WORD_BYTES ? room : ENCODED_WORD_BYTES) - ENCODED_FRAME_BYTES;
		take = fitting(s, n, q, room);
		buf_puts(f->out, q ? "=?UTF-8?Q?" : "=?UTF-8?B?");
		if (q)
			put_q(f->out, s, take);
		else
			put_b(f->out, s, take);
		buf_puts(f->out, "?=");
		f->column += f->out->len - start;
		s += take;
		n -= take;
		if (n > 0)
			new_line(f);
	}
}

static bool needs_encoding(const char *s, size_t n)
{
	if (n > WORD_BYTES || memmem(s, n, "=?", 2))
		return true;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] >= 0x80)
			return true;
	return false;
}

static size_t word_bytes(const char *s)
{
	return strcspn(s, " ");
}

/* Spaces that folding or a reader would not keep. */
static bool has_odd_spaces(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && (s[0] == ' ' || s[n - 1] == ' ' || strstr(s, "  "));
}

/* Words of s, one space between them; neighbours that need encoding are encoded together, with the space. */
static void put_words(struct fold *f, const char *s)
{
	while (*s) {
		size_t n = word_bytes(s);
		if (!needs_encoding(s, n)) {
			put_word(f, 1, s, n);
		} else {
			while (s[n] && needs_encoding(s + n + 1, word_bytes(s + n + 1)))
				n += 1 + word_bytes(s + n + 1);
			put_encoded(f, s, n);
		}
		s += n + (s[n] == ' ');
	}
}

int compose_header_text(struct buf *out, const char *name, const char *value, struct err *e)
{
	struct fold f;

	if (begin(&f, out, name, e) || check_text(name, value, e))
		return -1;
	if (has_odd_spaces(value))
		put_encoded(&f, value, strlen(value));
	else
		put_words(&f, value);
	buf_puts(out, "\r\n");
	return 0;
}

static bool is_atext(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* A display name: atoms as they are, other ASCII in quotes, the rest in encoded words. */
static void put_name(struct fold *f, const char *name)
{
	bool atoms = true;
	struct buf quoted = {0};

	if (has_odd_spaces(name) || needs_encoding(name, strlen(name))) {
		put_encoded(f, name, strlen(name));
		return;
	}
	buf_putc(&quoted, '"');
	for (const char *p = name; *p; p++) {
		atoms &= is_atext(*p) || *p == ' ';
		if (*p == '"' || *p == '\\')
			buf_putc(&quoted, '\\');
		buf_putc(&quoted, *p);
	}
	buf_putc(&quoted, '"');
	put_words(f, atoms ? name : quoted.data);
	buf_clear(&quoted);
}

static bool is_dot_atom(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_atext(s[i]) && !(s[i] == '.' && i > 0 && i + 1 < n && s[i - 1] != '.'))
			return false;
	return n > 0;
}

/* Atoms with dots in odd places ("a..b", as some providers gave out) must be quoted. */
static bool is_dotted(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!is_atext(s[i]) && s[i] != '.')
			return false;
	return n > 0;
}

/* "<local@domain>", or without the brackets when they are not needed. */
static int put_addr_spec(struct fold *f, const char *address, bool brackets, const char *end, struct err *e)
{
	const char *at = strrchr(address, '@'), *domain = NULL, *quote;
	size_t local = at ? (size_t)(at - address) : 0;
	struct arena a = {0};
	struct buf word = {0};
	int result = -1;

	if (!is_dotted(address, local) || local > LOCAL_PART_BYTES || !(domain = domain_normalise(&a, at + 1)) ||
	    local + 1 + strlen(domain) > ADDRESS_BYTES) {
		err_set(e, ERR_INPUT, "\"%s\" is no address that can be written to", address);
		goto out;
	}
	quote = is_dot_atom(address, local) ? "" : "\"";
	buf_printf(&word, "%s%s%.*s%s@%s%s%s", brackets ? "<" : "", quote, (int)local, address, quote, domain,
	    brackets ? ">" : "", end);
	put_word(f, 1, word.data, word.len);
	result = 0;
out:
	buf_clear(&word);
	arena_clear(&a);
	return result;
}

int compose_header_addresses(struct buf *out, const char *name, const struct address_list *list, struct err *e)
{
	struct fold f;

	if (begin(&f, out, name, e))
		return -1;
	for (size_t i = 0; i < list->count; i++) {
		const struct address *to = &list->items[i];
		bool has_name = to->name && *to->name;
		if (!to->address)
			return err_set(e, ERR_INPUT, "%s: a mailbox without an address", name);
		if (check_text(name, to->address, e) || (has_name && check_text(name, to->name, e)))
			return -1;
		if (has_name)
			put_name(&f, to->name);
		if (put_addr_spec(&f, to->address, has_name, i + 1 < list->count ? "," : "", e))
			return err_prefix(e, "%s", name);
	}
	buf_puts(out, "\r\n");
	return 0;
}
