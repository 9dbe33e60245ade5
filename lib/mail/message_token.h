/* The token that our messages carry (X-Mailroom-Message-ID, ENVID, VERP) and that reports about them bring back: which message it
 * was, and a MAC that nobody else can make. */
#ifndef MAIL_MESSAGE_TOKEN_H
#define MAIL_MESSAGE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MESSAGE_TOKEN_HEADER "X-Mailroom-Message-ID"

enum {
	MESSAGE_TOKEN_KEY_BYTES = 32,
	MESSAGE_TOKEN_MAC_HEX = 32, /* the first 128 bits of the HMAC */
	MESSAGE_TOKEN_BYTES = 64,   /* "mr1." id "." mac, with the NUL */
};

/* Writes the token of message `id` (> 0). */
void message_token_write(
    const unsigned char key[static MESSAGE_TOKEN_KEY_BYTES], int64_t id, char token[static MESSAGE_TOKEN_BYTES]);

/* The first word in n bytes that has the form of a token, in whatever case (mail servers change it), copied in lower case; false when
 * there is none. Proves nothing. */
bool message_token_find(const char *text, size_t n, char token[static MESSAGE_TOKEN_BYTES]);

/* Whether the token was written with this key; *id is the message's. */
bool message_token_verify(const unsigned char key[static MESSAGE_TOKEN_KEY_BYTES], const char *token, int64_t *id);

#endif
