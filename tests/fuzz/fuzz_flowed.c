/* format=flowed: joining adds nothing but a space a line. */
#include "mail/flowed.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena a = {0};
	size_t bytes;
	char *text;

	if (size == 0)
		return 0;
	text = flowed_unwrap(&a, (const char *)data + 1, size - 1, data[0] & 1, &bytes);
	if (bytes > size + size / 3 || text[bytes] != '\0')
		abort();
	arena_clear(&a);
	return 0;
}
