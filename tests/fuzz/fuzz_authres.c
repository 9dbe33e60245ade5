/* Authentication-Results: results are plain words, the id is valid UTF-8. */
#include "base/utf8.h"
#include "mail/authres.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *result)
{
	if (result && (!*result || strspn(result, "abcdefghijklmnopqrstuvwxyz0123456789-_") != strlen(result)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	struct auth_results r;

	if (authres_parse(&a, (const char *)data, size, &r) != (r.authserv_id != NULL))
		abort();
	if (r.authserv_id && !utf8_is_valid(r.authserv_id, strlen(r.authserv_id)))
		abort();
	check(r.spf);
	check(r.dkim);
	check(r.dmarc);
	arena_clear(&a);
	return 0;
}
