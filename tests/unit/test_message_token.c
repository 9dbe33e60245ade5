/* Tokens of messages: written, found in what comes back, verified. */
#include "base/hmac.h"
#include "mail/message_token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* RFC 4231, test case 2 */
static void hmac_is_the_standards(void **state)
{
	static const unsigned char right[] = {0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e, 0x6a, 0x04, 0x24, 0x26,
	    0x08, 0x95, 0x75, 0xc7, 0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83, 0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec,
	    0x38, 0x43};
	static const char text[] = "what do ya want for nothing?";
	unsigned char mac[HMAC_BYTES];

	(void)state;
	hmac_sha256("Jefe", 4, text, strlen(text), mac);
	assert_true(hmac_equal(mac, right, sizeof right));
	mac[31] ^= 1;
	assert_false(hmac_equal(mac, right, sizeof right));
}

#define MAC "0123456789abcdef0123456789abcdef"

static void is_found(void **state)
{
	static const struct {
		const char *text, *token;
	} rows[] = {
	    {"mr1.7." MAC, "mr1.7." MAC},
	    {" mr1.7." MAC "\r\n", "mr1.7." MAC},
	    {"bounces+MR1.12.0123456789ABCDEF0123456789abcdef@harbor.example", "mr1.12." MAC},
	    {"mr1.7." MAC ".3", "mr1.7." MAC},
	    {"mmr1.7." MAC, NULL},
	    {"mr1.mr1.7." MAC, "mr1.7." MAC},
	    {"mr1.123456789012345678." MAC, "mr1.123456789012345678." MAC},
	    {"mr1.1234567890123456789." MAC, NULL},
	    {"mr1.7." MAC "0", NULL},
	    {"mr1.07." MAC, NULL},
	    {"mr1.." MAC, NULL},
	    {"mr1.-7." MAC, NULL},
	    {"mr1.7.0123456789abcdef0123456789abcde", NULL},
	    {"mr1.7.0123456789abcdef0123456789abcdeg", NULL},
	    {"mr2.7." MAC, NULL},
	    {"mr1.7", NULL},
	    {"m", NULL},
	    {"", NULL},
	};
	char token[MESSAGE_TOKEN_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		bool found = message_token_find(rows[i].text, strlen(rows[i].text), token);
		assert_int_equal(found, rows[i].token != NULL);
		if (found)
			assert_string_equal(token, rows[i].token);
	}
}

static void is_proof(void **state)
{
	static const int64_t ids[] = {1, 42, 999999999999999999};
	unsigned char key[MESSAGE_TOKEN_KEY_BYTES] = {1, 2, 3}, other[MESSAGE_TOKEN_KEY_BYTES] = {1, 2, 4};
	char token[MESSAGE_TOKEN_BYTES], found[MESSAGE_TOKEN_BYTES];
	int64_t id;

	(void)state;
	for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
		message_token_write(key, ids[i], token);
		assert_true(message_token_find(token, strlen(token), found));
		assert_string_equal(found, token);
		assert_true(message_token_verify(key, token, &id));
		assert_int_equal(id, ids[i]);
		assert_false(message_token_verify(other, token, &id));
		for (size_t k = 0; k < strlen(token); k++) {
			strncpy(found, token, sizeof found);
			found[k] = found[k] == '1' ? '2' : '1';
			assert_false(message_token_verify(key, found, &id));
		}
	}
	assert_false(message_token_verify(key, "", &id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(hmac_is_the_standards),
	    cmocka_unit_test(is_found),
	    cmocka_unit_test(is_proof),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
