#include "mail/domain.h"

#include "base/span.h"

#include <idn2.h>
#include <libpsl.h>

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { HOST_BYTES = 253, LABEL_BYTES = 63, INPUT_BYTES = 1024 };

static const char free_mail[][28] = {
#include "free_mail.inc"
};

static bool is_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

/* Lower-case letters, digits, hyphen, and the underscore that DNS has though host names have not. */
static bool is_host_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* Labels of 1 to 63 host characters with a dot between. */
static bool is_host(const char *s)
{
	size_t label = 0;

	if (strlen(s) > HOST_BYTES)
		return false;
	for (; *s; s++) {
		label = *s == '.' ? 0 : label + 1;
		if (label > LABEL_BYTES || (*s == '.' ? s[1] == '\0' || s[1] == '.' : !is_host_char(*s)))
			return false;
	}
	return label > 0;
}

/* Beyond ASCII: by libidn2, whose result is malloc'ed. */
static char *a_labels(struct arena *a, const char *host)
{
	uint8_t *found = NULL;
	char *copy = NULL;

	if (idn2_lookup_u8((const uint8_t *)host, &found, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) == IDN2_OK)
		copy = arena_strdup(a, (const char *)found);
	idn2_free(found);
	return copy;
}

const char *domain_normalise(struct arena *a, const char *host)
{
	size_t n = strnlen(host, INPUT_BYTES + 1);
	char *s;

	if (n == 0 || n > INPUT_BYTES || *host == '.')
		return NULL;
	s = is_ascii(host) ? arena_strndup(a, host, n) : a_labels(a, host);
	if (!s)
		return NULL;
	for (char *p = s; *p; p++)
		*p = ascii_lower(*p);
	n = strlen(s);
	if (n > 1 && s[n - 1] == '.')
		s[n - 1] = '\0';
	return is_host(s) ? s : NULL;
}

static bool is_ip_address(const char *host)
{
	struct in_addr ignored;

	return inet_pton(AF_INET, host, &ignored) == 1;
}

const char *domain_registrable(struct arena *a, const char *host)
{
	const char *s = domain_normalise(a, host);

	if (!s || is_ip_address(s))
		return NULL;
	/* A pointer into s. */
	return psl_registrable_domain(psl_builtin(), s);
}

static int domain_order(const void *domain, const void *row)
{
	return strcmp(domain, row);
}

bool domain_is_free_mail(const char *domain)
{
	return domain &&
	       bsearch(domain, free_mail, sizeof free_mail / sizeof *free_mail, sizeof *free_mail, domain_order);
}
