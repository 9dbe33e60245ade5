/* The structure of a message: one pass over its bytes that hands out the leaves of multiparts and embedded messages. */
#ifndef MAIL_MIME_H
#define MAIL_MIME_H

#include "mail/defects.h"
#include "mail/header.h"
#include "mail/message.h"
#include "mail/param.h"

enum mime_encoding { ENCODING_IDENTITY, ENCODING_BASE64, ENCODING_QUOTED_PRINTABLE, ENCODING_UU };

/* A part: what its header says and where its body stands. Nothing is decoded yet. */
struct mime_part {
	/* "type/subtype" in lower case; "text/plain" where the header is missing, "application/octet-stream" where it names
	 * no type and subtype. */
	const char *content_type;
	struct param_list type_params, disposition_params;
	enum mime_encoding encoding;
	enum disposition disposition;
	bool too_deep;   /* a container over the nesting limit */
	bool in_message; /* inside of an embedded message */
	struct span content_id;
	struct span body; /* without the line end that belongs to the boundary behind it */
};

struct mime_frame;

/* Storage of the caller; mime_start fills it. */
struct mime_scan {
	struct arena *a;
	const struct message_limits *limits;
	struct defects *defects;
	struct span raw;
	size_t pos;
	struct mime_frame *frames; /* open multiparts and embedded messages, outermost first */
	size_t depth, frame_cap, parts;
	struct header_block headers; /* of the part that comes next */
	bool pending, digest;
};

/* Starts behind the message's own header block `b` (its offsets count from raw's start). */
void mime_start(struct mime_scan *s, struct arena *a, const struct message_limits *limits, struct defects *d,
    struct span raw, const struct header_block *b);

/* The next leaf in the order of the bytes; false when there is none left. Multiparts and message/rfc822 are gone
 * into, up to limits->nesting; deeper ones, and messages in base64 or quoted-printable, are leaves. No recursion; linear
 * in the message's size. */
bool mime_next(struct mime_scan *s, struct mime_part *part);

#endif
