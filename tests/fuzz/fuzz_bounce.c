/* Any bytes as a delivery report, read twice (as they are and with small caps) and written as JSON: valid UTF-8 comes out, and no
 * recipient fails in what is no failure. */
#include "base/err.h"
#include "base/utf8.h"
#include "mail/bounce.h"
#include "mail/bounce_json.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct message_limits small = {.raw_bytes = 1 << 20,
    .header_bytes = 300,
    .nesting = 2,
    .parts = 3,
    .addresses = 2,
    .boundary_bytes = 8,
    .comment_depth = 2,
    .rfc2231_parts = 2,
    .text_bytes = 100,
    .references = 2};

static void read_one(struct bounce_reader *r, const uint8_t *data, size_t size, const struct message_limits *limits)
{
	struct arena a = {0};
	struct bounce_report b;
	struct err e = {0};
	struct buf out = {0};
	struct json j = {.out = &out};

	if (bounce_read(r, &a, data, size, limits, &b, &e) == 0) {
		bounce_json(&j, "x", &b);
		if (!utf8_is_valid(out.data, out.len))
			abort();
		for (size_t i = 0; i < b.count; i++)
			if (b.kind != BOUNCE_FAILED && b.recipients[i].action == BOUNCE_ACTION_FAILED)
				abort();
	}
	buf_clear(&out);
	arena_clear(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bounce_reader *r = bounce_reader_new();

	read_one(r, data, size, NULL);
	read_one(r, data, size, &small);
	bounce_reader_free(r);
	return 0;
}
