/* Any bytes as header text with encoded words, as a value with parameters and as a date. */
#include "base/utf8.h"
#include "mail/date.h"
#include "mail/encword.h"
#include "mail/param.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *s)
{
	if (s && !utf8_is_valid(s, strlen(s)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span s = {(const char *)data, size};
	struct charset_cache *c = charset_cache_new();
	struct arena a = {0};
	struct param_list l;
	bool cut = false;
	int64_t at;

	check(encword_decode(c, &a, s));
	param_parse(&a, s, 8, &l);
	check(param_text(c, &a, &l, "name", 10, &cut));
	date_parse(s, &at);
	arena_clear(&a);
	charset_cache_free(c);
	return 0;
}
