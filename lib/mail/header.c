#include "mail/header.h"

#include <string.h>

struct known {
	const char *name;
	enum header_id id;
};

/* By length, so that most names are told apart without a look at their letters. */
static const struct known known_headers[] = {
    {"to", HEADER_TO},
    {"cc", HEADER_CC},
    {"bcc", HEADER_BCC},
    {"from", HEADER_FROM},
    {"date", HEADER_DATE},
    {"sender", HEADER_SENDER},
    {"subject", HEADER_SUBJECT},
    {"list-id", HEADER_LIST_ID},
    {"reply-to", HEADER_REPLY_TO},
    {"x-gm-thrid", HEADER_X_GM_THRID},
    {"message-id", HEADER_MESSAGE_ID},
    {"references", HEADER_REFERENCES},
    {"content-id", HEADER_CONTENT_ID},
    {"precedence", HEADER_PRECEDENCE},
    {"in-reply-to", HEADER_IN_REPLY_TO},
    {"feedback-id", HEADER_FEEDBACK_ID},
    {"content-type", HEADER_CONTENT_TYPE},
    {"auto-submitted", HEADER_AUTO_SUBMITTED},
    {"x-gmail-labels", HEADER_X_GMAIL_LABELS},
    {"list-unsubscribe", HEADER_LIST_UNSUBSCRIBE},
    {"content-disposition", HEADER_CONTENT_DISPOSITION},
    {"authentication-results", HEADER_AUTHENTICATION_RESULTS},
    {"content-transfer-encoding", HEADER_CONTENT_TRANSFER_ENCODING},
};

/* Index of the first known name of each length; names end at 25 bytes. */
static const unsigned char first_of_length[] = {
    0, 0, 0, 2, 3, 5, 5, 6, 8, 9, 9, 14, 16, 17, 17, 19, 19, 20, 20, 20, 21, 21, 21, 22, 22, 22, 23};

static enum header_id header_identify(struct span name)
{
	if (name.len + 1 >= sizeof first_of_length)
		return HEADER_OTHER;
	for (size_t i = first_of_length[name.len]; i < first_of_length[name.len + 1]; i++)
		if (ascii_lower(name.at[0]) == known_headers[i].name[0] && span_starts(name, known_headers[i].name))
			return known_headers[i].id;
	return HEADER_OTHER;
}

/* Length of a field name that stands at s with its colon within n bytes, 0 when there is none (RFC 5322 section
 * 3.6.8; white space before the colon is the obsolete form of section 4.5). */
static size_t field_name(const char *s, size_t n, size_t *colon)
{
	size_t i = 0, len;

	if (n >= 2 && s[0] == '-' && s[1] == '-') /* a boundary, which may hold a colon */
		return 0;
	while (i < n && (unsigned char)s[i] > ' ' && (unsigned char)s[i] < 0x7f && s[i] != ':')
		i++;
	len = i;
	while (i < n && (s[i] == ' ' || s[i] == '\t'))
		i++;
	*colon = i;
	return i < n && s[i] == ':' ? len : 0;
}

/* End of the line that starts at pos: behind its LF, or n. */
static size_t line_end(const char *s, size_t pos, size_t n)
{
	const char *lf = memchr(s + pos, '\n', n - pos);

	return lf ? (size_t)(lf - s) + 1 : n;
}

static bool is_empty_line(const char *s, size_t len)
{
	return len == 0 || s[0] == '\n' || (s[0] == '\r' && (len == 1 || s[1] == '\n'));
}

/* A byte order mark, lines that start with white space (what they continued is gone), and the "From " and ">From "
 * lines that mbox readers and writers left behind. */
static size_t skip_leftovers(const char *s, size_t n)
{
	size_t pos = n >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0 ? 3 : 0, colon;

	while (pos < n) {
		struct span line = {s + pos, n - pos};
		bool blank = s[pos] == ' ' || s[pos] == '\t';
		bool mbox = span_starts(line, "from ") || span_starts(line, ">from ");
		if (!blank && (!mbox || field_name(line.at, line.len, &colon)))
			break;
		pos = line_end(s, pos, n);
	}
	return pos;
}

/* Where the header block goes on behind junk (a fold that lost its white space, a stray line): at the next line that is
 * a field or empty. n when neither comes before a boundary line: then the junk is the body, whose empty line is missing. */
static size_t skip_junk(const char *s, size_t pos, size_t n)
{
	while (pos < n && !(n - pos >= 2 && s[pos] == '-' && s[pos + 1] == '-')) {
		size_t colon;
		if (is_empty_line(s + pos, n - pos) || field_name(s + pos, n - pos, &colon))
			return pos;
		pos = line_end(s, pos, n);
	}
	return n;
}

static void add_header(struct arena *a, struct header_block *b, size_t *cap, enum header_id id, struct span value)
{
	if (b->count == *cap) {
		size_t more = *cap ? *cap * 2 : 24;
		b->items = arena_grow(a, b->items, *cap * sizeof *b->items, more * sizeof *b->items);
		*cap = more;
	}
	b->items[b->count++] = (struct header){id, span_trim(value)};
}

/* Where the field that starts at pos ends: continuation lines belong to it. */
static size_t field_end(const char *s, size_t pos, size_t n)
{
	do
		pos = line_end(s, pos, n);
	while (pos < n && (s[pos] == ' ' || s[pos] == '\t'));
	return pos;
}

void header_block_parse(struct arena *a, const char *s, size_t n, size_t limit, struct header_block *b)
{
	size_t pos = skip_leftovers(s, n), cap = 0;

	*b = (struct header_block){0};
	while (pos < n && !is_empty_line(s + pos, n - pos)) {
		size_t colon, len = field_name(s + pos, n - pos, &colon);
		if (len == 0) {
			size_t next = skip_junk(s, pos, n);
			b->junk = b->junk || next < n;
			if (next == n) {
				b->no_separator = true;
				b->body = pos;
				return;
			}
			pos = next;
			continue;
		}
		size_t end = field_end(s, pos, n);
		enum header_id id = header_identify((struct span){s + pos, len});
		b->fields++;
		if (end > limit)
			b->over_limit = true;
		else if (id != HEADER_OTHER)
			add_header(a, b, &cap, id, (struct span){s + pos + colon + 1, end - pos - colon - 1});
		pos = end;
	}
	b->body = pos < n ? line_end(s, pos, n) : n;
}

const struct header *header_find(const struct header_block *b, enum header_id id)
{
	for (size_t i = 0; i < b->count; i++)
		if (b->items[i].id == id)
			return &b->items[i];
	return NULL;
}
