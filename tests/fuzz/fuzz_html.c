/* HTML to text: any bytes give valid UTF-8 within the limit, without runs of blank lines. */
#include "base/utf8.h"
#include "mail/html.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	size_t limit, bytes;
	bool cut;
	char *text;

	if (size == 0)
		return 0;
	/* The first byte sets the limit, so that cuts fall everywhere. */
	limit = data[0] == 0xff ? 1000000 : data[0];
	text = html_to_text(&a, (const char *)data + 1, size - 1, limit, &bytes, &cut);
	if (bytes > limit || text[bytes] != '\0' || strlen(text) != bytes || !utf8_is_valid(text, bytes) ||
	    strstr(text, "\n\n\n"))
		abort();
	arena_clear(&a);
	return 0;
}
