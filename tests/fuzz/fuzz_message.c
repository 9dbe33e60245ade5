/* Any bytes as a message, read twice (as they are and with small caps) and written as JSON: valid UTF-8 comes out. */
#include "base/err.h"
#include "base/utf8.h"
#include "mail/message.h"
#include "mail/message_json.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct message_limits small = {.raw_bytes = 1 << 20,
    .header_bytes = 300,
    .nesting = 3,
    .parts = 5,
    .addresses = 3,
    .boundary_bytes = 8,
    .comment_depth = 2,
    .rfc2231_parts = 2,
    .text_bytes = 40,
    .references = 2};

static void parse(struct message_parser *p, const uint8_t *data, size_t size, const struct message_limits *limits)
{
	struct message_options options = {.limits = limits, .want_html = true};
	struct arena a = {0};
	struct message m;
	struct err e = {0};
	struct buf b = {0};
	struct json j = {.out = &b};

	if (message_parse(p, &a, (const char *)data, size, &options, &m, &e) == 0) {
		message_json(&j, NULL, &m, true);
		if (!utf8_is_valid(b.data, b.len))
			abort();
	}
	buf_clear(&b);
	arena_clear(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct message_parser *p = message_parser_new();

	parse(p, data, size, NULL);
	parse(p, data, size, &small);
	message_parser_free(p);
	return 0;
}
