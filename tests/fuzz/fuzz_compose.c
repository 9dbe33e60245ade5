/* Outgoing messages: whatever the fields hold, what is written is ASCII in CRLF lines, has the headers it should have and
 * no others, and is read back as it was. */
#include "mail/compose.h"
#include "mail/message.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FIELDS = 6 };

static void check_wire(const struct buf *out)
{
	size_t column = 0;

	for (size_t i = 0; i < out->len; i++) {
		char c = out->data[i];
		if (c & 0x80 || (c == '\n') != (i > 0 && out->data[i - 1] == '\r') || column > 998)
			abort();
		column = c == '\n' ? 0 : column + 1;
	}
	if (column != 0)
		abort();
}

/* Every line of the header block begins with a header that was asked for, or goes on with the one before. */
static void check_headers(const struct buf *out)
{
	static const char *const names[] = {"Date: ", "From:", "To:", "Subject:", "Message-ID: <",
	    "X-Extra:", "MIME-Version: 1.0\r\n", "Content-Type: ", "Content-Transfer-Encoding: ", " "};
	const char *line = out->data;

	while (strncmp(line, "\r\n", 2) != 0) {
		size_t i = 0;
		while (i < sizeof names / sizeof *names && strncmp(line, names[i], strlen(names[i])) != 0)
			i++;
		if (i == sizeof names / sizeof *names)
			abort();
		line = strstr(line, "\r\n") + 2;
	}
}

static void read_back(const struct buf *out, const struct compose *c)
{
	struct message_parser *p = message_parser_new();
	struct arena a = {0};
	struct message m;
	struct err e = {0};

	if (message_parse(p, &a, out->data, out->len, NULL, &m, &e) || m.from.count != 1 || m.to.count != c->to.count ||
	    !m.message_id || strcmp(m.message_id, c->message_id) != 0 || m.attachments.count)
		abort();
	arena_clear(&a);
	message_parser_free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *fields[FIELDS], *copy = malloc(size + FIELDS + 1), *at = copy;
	struct buf out = {0};
	struct err e = {0};

	/* Fields end at NUL; those that are not given are empty. */
	memcpy(copy, data, size);
	memset(copy + size, 0, FIELDS + 1);
	for (size_t i = 0; i < FIELDS; i++) {
		fields[i] = at;
		at = at < copy + size ? at + strlen(at) + 1 : copy + size + 1;
	}
	struct address to[] = {{NULL, "bob@example.org"}, {fields[1], fields[2]}};
	struct compose_header extra = {"X-Extra", fields[3]};
	struct compose c = {
	    .from = {fields[1], "room@example.org"},
	    .to = {to, *fields[2] ? 2 : 1},
	    .subject = fields[0],
	    .date = 1795168800,
	    .message_id = "1.a@example.org",
	    .headers = &extra,
	    .header_count = 1,
	    .text = fields[4],
	    .html = *fields[5] ? fields[5] : NULL,
	};
	if (compose_message(&c, &out, &e) == 0) {
		check_wire(&out);
		check_headers(&out);
		read_back(&out, &c);
	} else if (out.len != 0 || e.code != ERR_INPUT) {
		abort();
	}
	buf_clear(&out);
	free(copy);
	return 0;
}
