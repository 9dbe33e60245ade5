#include "mail/compose_automatic.h"

#include "mail/message_token.h"

enum { HEADERS = 6 };

static void add(struct compose_headers *h, const char *name, const char *value)
{
	h->items[h->count++] = (struct compose_header){name, value};
}

static void add_unsubscribe(struct arena *a, const struct compose_automatic *c, struct compose_headers *h)
{
	const char *url = c->unsubscribe_url, *address = c->unsubscribe_address;

	if (url && address)
		add(h, "List-Unsubscribe", arena_printf(a, "<%s>, <mailto:%s>", url, address));
	else if (url)
		add(h, "List-Unsubscribe", arena_printf(a, "<%s>", url));
	else if (address)
		add(h, "List-Unsubscribe", arena_printf(a, "<mailto:%s>", address));
	if (url && c->one_click)
		add(h, "List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
}

void compose_headers_automatic(struct arena *a, const struct compose_automatic *c, struct compose_headers *out)
{
	*out = (struct compose_headers){arena_array(a, HEADERS, sizeof *out->items), 0};
	add(out, "List-Id",
	    arena_printf(
	        a, "%s%s<%s.%s>", c->list_name ? c->list_name : "", c->list_name ? " " : "", c->list, c->domain));
	add(out, "Auto-Submitted", "auto-generated"); /* RFC 3834 section 5 */
	add(out, "X-Auto-Response-Suppress", "All");  /* Exchange's own word for it */
	add_unsubscribe(a, c, out);
	if (c->token)
		add(out, MESSAGE_TOKEN_HEADER, c->token);
}
