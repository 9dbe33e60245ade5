/* What the parts of the message reader share while one message is read. Internal to message_parse. */
#ifndef MAIL_PARSER_H
#define MAIL_PARSER_H

#include "base/sha256.h"
#include "mail/charset.h"
#include "mail/defects.h"
#include "mail/header.h"
#include "mail/message.h"
#include "mail/mime.h"

struct message_parser {
	struct charset_cache *charsets;
	struct sha256 *leaf_hash, *body_hash;
};

struct reading {
	struct message_parser *p;
	struct arena *a;
	const struct message_limits *limits;
	const struct message_options *options;
	struct message *m;
	struct defects defects;
	struct span plain, html; /* the first inline ones, decoded, in the charset that follows */
	struct span plain_charset, html_charset;
	bool seen_plain; /* the first one decides, even if it is blank */
	bool has_plain, has_html, flowed, delsp;
};

/* Fills the fields of r->m that header fields say (all but text and leaves). */
void fields_read(struct reading *r, const struct header_block *b);

/* Takes one leaf: keeps it as the text, as the HTML or as an attachment, and adds it to the body's digest. */
void leaf_read(struct reading *r, const struct mime_part *part);
/* After the last leaf: makes r->m's text and html of what was kept. */
void leaf_finish(struct reading *r);

#endif
