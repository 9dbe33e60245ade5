#include "base/err.h"
#include "mail/message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const struct message_limits message_default_limits = {
    .raw_bytes = 50u << 20,
    .header_bytes = 1u << 20,
    .nesting = 100,
    .parts = 10000,
    .addresses = 10000,
    .boundary_bytes = 256,
    .comment_depth = 64,
    .rfc2231_parts = 1000,
    .text_bytes = 2u << 20,
    .references = 1000,
};

static size_t *limit_named(struct message_limits *l, const char *name, size_t len)
{
	const struct {
		const char *name;
		size_t *value;
	} all[] = {{"raw", &l->raw_bytes}, {"header", &l->header_bytes}, {"nesting", &l->nesting}, {"parts", &l->parts},
	    {"addresses", &l->addresses}, {"boundary", &l->boundary_bytes}, {"comment-depth", &l->comment_depth},
	    {"rfc2231-parts", &l->rfc2231_parts}, {"text", &l->text_bytes}, {"references", &l->references}};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (strlen(all[i].name) == len && memcmp(all[i].name, name, len) == 0)
			return all[i].value;
	return NULL;
}

int message_limits_set(struct message_limits *l, const char *assignment, struct err *e)
{
	const char *eq = strchr(assignment, '=');
	size_t *limit = eq ? limit_named(l, assignment, (size_t)(eq - assignment)) : NULL;
	char *end;

	if (!limit)
		return err_set(e, ERR_USAGE, "limit %s: not NAME=N with a known NAME", assignment);
	errno = 0;
	unsigned long long v = strtoull(eq + 1, &end, 10);
	if (errno || !(eq[1] >= '0' && eq[1] <= '9') || *end || v > 1ull << 40)
		return err_set(e, ERR_USAGE, "limit %s: not a number", assignment);
	*limit = (size_t)v;
	return 0;
}
