/* Bodies: whatever is given, both forms are valid UTF-8 without control characters, the page holds nothing that runs or
 * fetches, and what was cleaned is clean. */
#include "base/utf8.h"
#include "mail/body.h"
#include "mail/html_scan.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_clean(const char *s)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n;) {
		uint32_t cp;
		i += utf8_decode(s + i, n - i, &cp);
		if (utf8_steers(cp) && cp != '\n' && cp != '\t')
			abort();
	}
	if (!utf8_is_valid(s, n))
		abort();
}

/* No element, attribute or link that runs or fetches. */
static void check_harmless(const char *html)
{
	static const char *const bad[] = {"<script", "<iframe", "<form", "<style", "<svg", "<link", "<meta", "<base"};
	struct html_scan scan = {.at = html, .end = html + strlen(html), .raw = TAG_OTHER};
	struct html_token t;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (strstr(html, bad[i]))
			abort();
	for (html_scan_next(&scan, &t); t.kind != HTML_END; html_scan_next(&scan, &t)) {
		const char *at = t.attributes, *end = at + t.attributes_bytes;
		struct html_attribute a;
		while (t.kind == HTML_OPEN && html_attribute_next(&at, end, &a))
			if (strncmp(a.name, "on", 2) == 0 || strncmp(a.name, "href=\"j", 7) == 0 ||
			    (strncmp(a.name, "src=\"", 5) == 0 && strncasecmp(a.value, "cid:", 4) != 0))
				abort();
	}
}

/* Byte 0 says which kind of body the others are. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	struct body body;
	struct err e = {0};

	if (size == 0 || body_make(&a, (enum body_kind)(data[0] % 3), (const char *)data + 1, size - 1,
	                     &(struct body_page){0}, &body, &e) != 0)
		return 0;
	check_clean(body.text);
	check_clean(body.html);
	const char *once = body_html(&a, (const char *)data + 1, size - 1, NULL);
	check_harmless(once);
	if (strcmp(body_html(&a, once, strlen(once), NULL), once) != 0)
		abort();
	arena_clear(&a);
	return 0;
}
