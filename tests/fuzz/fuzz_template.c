/* Templates: any bytes compile or are refused with a line; what compiles renders to valid UTF-8 within the bounds,
 * twice the same, and a value in HTML or in a header stays a value. */
#include "base/template.h"
#include "base/utf8.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct template_name row_names[] = {
    {"word", TEMPLATE_STRING, NULL}, {"n", TEMPLATE_NUMBER, NULL}, {NULL, TEMPLATE_STRING, NULL}};

static const struct template_name names[] = {
    {"word", TEMPLATE_STRING, NULL},
    {"n", TEMPLATE_NUMBER, NULL},
    {"yes", TEMPLATE_FLAG, NULL},
    {"rows", TEMPLATE_LIST, row_names},
    {NULL, TEMPLATE_STRING, NULL},
};

/* Byte 0 says how it is escaped and how long the value is that comes before the template. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf once = {0}, again = {0};
	struct template *t;
	struct err e = {0};
	char value[16] = {0};
	size_t n;

	if (size == 0)
		return 0;
	n = (data[0] >> 2) % sizeof value;
	n = n < size - 1 ? n : size - 1;
	memcpy(value, data + 1, n);
	union template_value rows[] = {{.string = value}, {.number = 1}, {.string = "b"}, {.number = 2}};
	union template_value values[] = {{.string = value}, {.number = 3}, {.flag = true}, {.list = {rows, 2}}};
	if (template_parse("t", (const char *)data + 1 + n, size - 1 - n, (enum template_escape)(data[0] & 3), names,
	        &t, &e) != 0) {
		if (e.code != ERR_CONFIG || strncmp(e.text, "t:", 2) != 0)
			abort();
		return 0;
	}
	int first = template_render(t, values, &once, &e), second = template_render(t, values, &again, &e);
	if (first != second || once.len > TEMPLATE_OUTPUT_BYTES || strcmp(buf_str(&once), buf_str(&again)) != 0 ||
	    !utf8_is_valid(buf_str(&once), once.len))
		abort();
	buf_clear(&once);
	buf_clear(&again);
	template_free(t);
	return 0;
}
