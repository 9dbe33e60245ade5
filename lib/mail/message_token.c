#include "mail/message_token.h"

#include "base/hmac.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { PREFIX_BYTES = 4, ID_DIGITS = 18 };

static const char prefix[] = "mr1.";

void message_token_write(
    const unsigned char key[static MESSAGE_TOKEN_KEY_BYTES], int64_t id, char token[static MESSAGE_TOKEN_BYTES])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char mac[HMAC_BYTES];
	size_t n = (size_t)snprintf(token, MESSAGE_TOKEN_BYTES, "%s%" PRId64, prefix, id);

	hmac_sha256(key, MESSAGE_TOKEN_KEY_BYTES, token, n, mac);
	token[n++] = '.';
	for (size_t i = 0; i < MESSAGE_TOKEN_MAC_HEX / 2; i++) {
		token[n++] = digits[mac[i] >> 4];
		token[n++] = digits[mac[i] & 15];
	}
	token[n] = '\0';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
	return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f');
}

static bool is_word(char c)
{
	return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z');
}

/* The length of a token at the start of n bytes, 0 when there is none. */
static size_t token_length(const char *s, size_t n)
{
	size_t i = PREFIX_BYTES, hex;

	if (n < PREFIX_BYTES || lower(s[0]) != 'm' || lower(s[1]) != 'r' || s[2] != '1' || s[3] != '.')
		return 0;
	while (i < n && i - PREFIX_BYTES < ID_DIGITS && is_digit(s[i]))
		i++;
	if (i == PREFIX_BYTES || s[PREFIX_BYTES] == '0' || i == n || s[i] != '.')
		return 0;
	i++;
	for (hex = 0; hex < MESSAGE_TOKEN_MAC_HEX; hex++, i++)
		if (i == n || !is_hex(s[i]))
			return 0;
	return i < n && is_hex(s[i]) ? 0 : i;
}

bool message_token_find(const char *text, size_t n, char token[static MESSAGE_TOKEN_BYTES])
{
	for (size_t i = 0; i < n; i++) {
		bool begins = i == 0 || !is_word(text[i - 1]);
		size_t len = begins && lower(text[i]) == 'm' ? token_length(text + i, n - i) : 0;
		if (len == 0)
			continue;
		for (size_t k = 0; k < len; k++)
			token[k] = lower(text[i + k]);
		token[len] = '\0';
		return true;
	}
	return false;
}

bool message_token_verify(const unsigned char key[static MESSAGE_TOKEN_KEY_BYTES], const char *token, int64_t *id)
{
	char right[MESSAGE_TOKEN_BYTES];
	size_t n = strlen(token);

	if (token_length(token, n) != n || n == 0)
		return false;
	*id = 0;
	for (const char *p = token + PREFIX_BYTES; is_digit(*p); p++)
		*id = *id * 10 + (*p - '0');
	message_token_write(key, *id, right);
	return strlen(right) == n && hmac_equal(right, token, n);
}
