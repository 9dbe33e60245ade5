/* The headers that tell automatic mail from a person's (RFC 3834, 2919, 2369, 8058), for compose.headers of every
 * kind that Mailroom sends. */
#ifndef MAIL_COMPOSE_AUTOMATIC_H
#define MAIL_COMPOSE_AUTOMATIC_H

#include "base/arena.h"
#include "mail/compose.h"

#include <stdbool.h>
#include <stddef.h>

struct compose_automatic {
	const char *list;      /* what kind of mail it is, as a label of a domain: "team-digest" */
	const char *list_name; /* the same for people; NULL: none */
	const char *domain;    /* of the sender */
	const char *token;     /* X-Mailroom-Message-ID (message_token.h); NULL: none */
	/* How to get out: an https URL or an address; NULL: none. one_click: the URL takes a POST (RFC 8058 section
	 * 3.1). */
	const char *unsubscribe_url, *unsubscribe_address;
	bool one_click;
};

struct compose_headers {
	struct compose_header *items;
	size_t count;
};

/* List-Id, Auto-Submitted, X-Auto-Response-Suppress, List-Unsubscribe and List-Unsubscribe-Post,
 * X-Mailroom-Message-ID, as far as there is something to say, in `a`. What a header cannot hold is found by
 * compose_message. */
void compose_headers_automatic(struct arena *a, const struct compose_automatic *c, struct compose_headers *out);

#endif
