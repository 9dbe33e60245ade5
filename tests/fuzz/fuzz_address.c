/* Any bytes as an address header; each address found is normalised. */
#include "base/utf8.h"
#include "mail/address.h"

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
	static const struct address_limits limits = {100, 8};
	struct charset_cache *c = charset_cache_new();
	struct address_list l = {0};
	struct arena a = {0};

	address_parse(c, &a, (struct span){(const char *)data, size}, &limits, &l);
	for (size_t i = 0; i < l.count; i++) {
		check(l.items[i].name);
		check(l.items[i].address);
		if (l.items[i].address)
			check(address_normalise(&a, l.items[i].address));
	}
	arena_clear(&a);
	charset_cache_free(c);
	return 0;
}
