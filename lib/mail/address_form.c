#include "mail/address.h"

#include "base/utf8.h"

#include <idn2.h>
#include <string.h>

static bool is_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

/* The domain as A-labels; NULL when it is ASCII already or does not convert. */
static const char *a_labels(struct arena *a, const char *domain)
{
	char *out = NULL;
	const char *copy = NULL;

	if (is_ascii(domain) || strlen(domain) > 1000)
		return NULL;
	if (idn2_to_ascii_8z(domain, &out, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) == IDN2_OK)
		copy = arena_strdup(a, out);
	idn2_free(out);
	return copy;
}

const char *address_normalise(struct arena *a, const char *address)
{
	const char *at = strrchr(address, '@');

	if (!at || at == address || !at[1])
		return NULL;
	struct span local = {address, (size_t)(at - address)};
	const char *domain = a_labels(a, at + 1);
	if (!domain)
		domain = span_lower(a, span_of(at + 1));
	size_t n = strlen(domain);
	while (n > 1 && domain[n - 1] == '.')
		n--;
	return arena_printf(a, "%s@%.*s", span_lower(a, local), (int)n, domain);
}
