#include "mail/compose.h"

#include "base/sha256.h"
#include "base/span.h"
#include "base/utf8.h"
#include "mail/compose_body.h"
#include "mail/compose_header.h"
#include "mail/domain.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
	MESSAGE_ID_BYTES = 250,
	BOUNDARY_BYTES = 40, /* "=_", 32 digits, NUL */
	BOUNDARY_TRIES = 100,
	MINUTES_A_DAY = 24 * 60,
};

static const int64_t LAST_DATE = 253402214400; /* 9999-12-31, so that every zone has four digits of year */

static int check_message_id(const char *id, struct err *e)
{
	size_t n = id ? strlen(id) : 0;
	const char *at = id ? strchr(id, '@') : NULL;

	if (n == 0 || n > MESSAGE_ID_BYTES || !at || at == id || !at[1] || strchr(at + 1, '@'))
		return err_set(e, ERR_INPUT, "Message-ID \"%s\": not of the form left@right", id ? id : "");
	for (const char *p = id; *p; p++)
		if (*p <= 0x20 || *p >= 0x7f || strchr("<>()[]\\,;:\"", *p))
			return err_set(e, ERR_INPUT, "Message-ID \"%s\": a character that no id has", id);
	return 0;
}

static int check_body(const char *what, const char *s, struct err *e)
{
	if (s && !utf8_is_valid(s, strlen(s)))
		return err_set(e, ERR_INPUT, "%s: not valid UTF-8", what);
	return 0;
}

/* Headers that would stand twice, or change how the body is read. */
static bool is_ours(const char *name)
{
	static const char *const names[] = {
	    "from", "to", "cc", "bcc", "reply-to", "subject", "date", "message-id", "mime-version"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (span_is(span_of(name), names[i]))
			return true;
	return span_starts(span_of(name), "content-");
}

static int check(const struct compose *c, struct err *e)
{
	if (!c->text && !c->html)
		return err_set(e, ERR_INPUT, "message without a body");
	if (check_message_id(c->message_id, e) || check_body("text", c->text, e) || check_body("HTML", c->html, e))
		return -1;
	for (size_t i = 0; i < c->header_count; i++)
		if (is_ours(c->headers[i].name))
			return err_set(e, ERR_INPUT, "header %s is written by itself", c->headers[i].name);
	return 0;
}

/* RFC 5322 section 3.3, in English whatever the locale. */
static int put_date(struct buf *out, int64_t date, int zone_minutes, struct err *e)
{
	static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	static const char months[][4] = {
	    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	int east = zone_minutes < 0 ? -zone_minutes : zone_minutes;
	time_t local;
	struct tm tm;

	if (zone_minutes <= -MINUTES_A_DAY || zone_minutes >= MINUTES_A_DAY || date < 0 || date > LAST_DATE)
		return err_set(e, ERR_INPUT, "date out of range");
	local = (time_t)date + zone_minutes * 60;
	if (!gmtime_r(&local, &tm))
		return err_set(e, ERR_INPUT, "date out of range");
	buf_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d %c%02d%02d\r\n", days[tm.tm_wday], tm.tm_mday,
	    months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec, zone_minutes < 0 ? '-' : '+',
	    east / 60, east % 60);
	return 0;
}

static int put_addresses(struct buf *out, const char *name, const struct address_list *list, struct err *e)
{
	return list->count ? compose_header_addresses(out, name, list, e) : 0;
}

static int put_headers(struct buf *out, const struct compose *c, struct err *e)
{
	struct address from = c->from;
	const struct address_list from_list = {&from, 1};

	if (put_date(out, c->date, c->zone_minutes, e) || compose_header_addresses(out, "From", &from_list, e) ||
	    put_addresses(out, "To", &c->to, e) || put_addresses(out, "Cc", &c->cc, e) ||
	    put_addresses(out, "Reply-To", &c->reply_to, e) ||
	    (c->subject && compose_header_text(out, "Subject", c->subject, e)))
		return -1;
	buf_printf(out, "Message-ID: <%s>\r\n", c->message_id);
	for (size_t i = 0; i < c->header_count; i++)
		if (compose_header_text(out, c->headers[i].name, c->headers[i].value, e))
			return -1;
	buf_puts(out, "MIME-Version: 1.0\r\n");
	return 0;
}

/* "=_" occurs in no quoted-printable text; a 7bit part could hold anything, so the parts are searched as well. */
static int choose_boundary(
    const char *message_id, const struct buf *a, const struct buf *b, char boundary[BOUNDARY_BYTES], struct err *e)
{
	for (unsigned i = 0; i < BOUNDARY_TRIES; i++) {
		unsigned char digest[SHA256_BYTES];
		char hex[SHA256_HEX_BYTES];
		struct buf seed = {0};
		buf_printf(&seed, "%u %s", i, message_id);
		sha256_of(seed.data, seed.len, digest);
		buf_clear(&seed);
		sha256_hex(digest, hex);
		snprintf(boundary, BOUNDARY_BYTES, "=_%.32s", hex);
		if (!memmem(a->data, a->len, boundary, strlen(boundary)) &&
		    !memmem(b->data, b->len, boundary, strlen(boundary)))
			return 0;
	}
	return err_set(e, ERR_INPUT, "the body holds every boundary that was tried");
}

static int put_alternative(struct buf *out, const struct compose *c, struct err *e)
{
	struct buf text = {0}, html = {0};
	char b[BOUNDARY_BYTES];
	int result;

	compose_body(&text, "plain", c->text, strlen(c->text));
	compose_body(&html, "html", c->html, strlen(c->html));
	result = choose_boundary(c->message_id, &text, &html, b, e);
	if (result == 0)
		buf_printf(out,
		    "Content-Type: multipart/alternative;\r\n boundary=\"%s\"\r\n\r\n"
		    "--%s\r\n%s\r\n--%s\r\n%s\r\n--%s--\r\n",
		    b, b, text.data, b, html.data, b);
	buf_clear(&text);
	buf_clear(&html);
	return result;
}

int compose_message(const struct compose *c, struct buf *out, struct err *e)
{
	size_t before = out->len;
	int result = check(c, e) || put_headers(out, c, e) ? -1 : 0;

	if (result == 0 && c->text && c->html)
		result = put_alternative(out, c, e);
	else if (result == 0 && c->text)
		compose_body(out, "plain", c->text, strlen(c->text));
	else if (result == 0)
		compose_body(out, "html", c->html, strlen(c->html));
	if (result && out->data) {
		out->len = before;
		out->data[before] = '\0';
	}
	return result;
}

const char *compose_message_id(struct arena *a, int64_t now, const unsigned char *unique, size_t n, const char *domain)
{
	const char *host = domain_normalise(a, domain);
	struct buf id = {0};
	char *kept;

	if (!host)
		return NULL;
	buf_printf(&id, "%lld.", (long long)now);
	for (size_t i = 0; i < n; i++)
		buf_printf(&id, "%02x", unique[i]);
	buf_printf(&id, "@%s", host);
	kept = arena_strndup(a, id.data, id.len);
	buf_clear(&id);
	return kept;
}
