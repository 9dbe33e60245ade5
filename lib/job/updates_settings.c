#include "job/updates_settings.h"

#include "base/buf.h"
#include "base/span.h"
#include "job/display.h"
#include "mail/address.h"

#include <string.h>

/* Plain text on both sides of one "@": a header is no place for a list or a name. Its domain, or NULL. */
static const char *domain_of(struct arena *a, const char *address)
{
	const char *at = strchr(address, '@'), *normal;

	if (!at || strchr(at + 1, '@') || strpbrk(address, " \t\r\n<>()[],;:\\\""))
		return NULL;
	normal = address_normalise(a, address);
	return normal ? strchr(normal, '@') + 1 : NULL;
}

static int read_sender(const struct config *c, struct arena *a, struct updates_settings *out, struct err *e)
{
	const char *from = config_text(c, "MAILROOM_PARTICIPANT_FROM"),
	           *name = config_text(c, "MAILROOM_PARTICIPANT_FROM_NAME");

	if (!from || !*from)
		return err_set(e, ERR_CONFIG,
		    "MAILROOM_PARTICIPANT_FROM is not set: give the address that participants get their updates from "
		    "and "
		    "answer to (mailroom.conf(5))");
	out->from = arena_strdup(a, from);
	out->domain = domain_of(a, from);
	if (!out->domain)
		return err_set(e, ERR_CONFIG, "MAILROOM_PARTICIPANT_FROM: \"%s\" is no address", from);
	name = display_clean(a, name);
	out->from_name = *name ? name : NULL;
	return 0;
}

static bool is_url(const char *s)
{
	for (const char *p = s; *p; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f || strchr("<>\"\\^`|", *p))
			return false;
	return span_starts(span_of(s), "https://") && strlen(s) > strlen("https://");
}

static int read_unsubscribe(const struct config *c, struct arena *a, struct updates_settings *out, struct err *e)
{
	const char *way = config_text(c, "MAILROOM_UNSUBSCRIBE");
	struct span s = way ? span_of(way) : (struct span){0};

	if (s.len == 0)
		return 0;
	if (is_url(way)) {
		out->unsubscribe_url = arena_strdup(a, way);
		out->unsubscribe_is_personal = strstr(way, "{token}") || strstr(way, "{did}");
		return 0;
	}
	out->unsubscribe_address = arena_strdup(a, span_starts(s, "mailto:") ? way + strlen("mailto:") : way);
	if (domain_of(a, out->unsubscribe_address))
		return 0;
	return err_set(e, ERR_CONFIG, "MAILROOM_UNSUBSCRIBE: \"%s\" is neither an https URL nor an address", way);
}

int updates_settings_read(const struct config *c, struct arena *a, struct updates_settings *out, struct err *e)
{
	*out = (struct updates_settings){0};
	return read_sender(c, a, out, e) || read_unsubscribe(c, a, out, e) ? -1 : 0;
}

/* RFC 3986 section 2.3. */
static void put_encoded(struct buf *b, const char *s)
{
	for (; *s; s++) {
		bool plain =
		    (ascii_lower(*s) >= 'a' && ascii_lower(*s) <= 'z') || ascii_is_digit(*s) || strchr("-._~", *s);
		if (plain)
			buf_putc(b, *s);
		else
			buf_printf(b, "%%%02X", (unsigned char)*s);
	}
}

const char *updates_unsubscribe_url(
    const struct updates_settings *s, struct arena *a, const char *token, const char *did)
{
	struct buf b = {0};
	const char *url;

	if (!s->unsubscribe_url)
		return NULL;
	for (const char *p = s->unsubscribe_url; *p;) {
		if (strncmp(p, "{token}", strlen("{token}")) == 0) {
			put_encoded(&b, token);
			p += strlen("{token}");
		} else if (strncmp(p, "{did}", strlen("{did}")) == 0) {
			put_encoded(&b, did);
			p += strlen("{did}");
		} else {
			buf_putc(&b, *p++);
		}
	}
	url = arena_strdup(a, buf_str(&b));
	buf_clear(&b);
	return url;
}
