#include "job/outbox.h"

#include "base/sha256.h"
#include "base/utf8.h"
#include "job/outbox_file.h"
#include "mail/message.h"

#include <string.h>

/* A file that somebody changed may hold anything: of what steers a terminal only line ends and tabs reach it. */
static const char *printable(struct arena *a, const char *s, size_t n)
{
	char *out = arena_alloc(a, n + 1);
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		if (s[i] != '\r' || i + 1 == n || s[i + 1] != '\n')
			out[len++] = s[i] ? s[i] : '?';
	out[len] = '\0';
	utf8_disarm(out, "\n\t");
	return out;
}

/* The header block, up to the empty line. */
static const char *headers_of(struct arena *a, const struct buf *b)
{
	const char *end = memmem(buf_str(b), b->len, "\r\n\r\n", 4);
	size_t n = end ? (size_t)(end - b->data) + 2 : b->len;

	return printable(a, buf_str(b), n);
}

static const char *text_of(struct arena *a, const struct buf *b)
{
	struct message_parser *parser = message_parser_new();
	const struct message_options options = {0};
	struct message m;
	struct err e = {0};
	const char *text = "";

	if (message_parse(parser, a, buf_str(b), b->len, &options, &m, &e) == 0 && m.text)
		text = printable(a, m.text, m.text_bytes);
	message_parser_free(parser);
	return text;
}

int outbox_show(struct store *s, struct arena *a, const char *dir, int64_t id, struct outbox_shown *out, struct err *e)
{
	unsigned char digest[SHA256_BYTES];
	struct buf bytes = {0};
	int rc = -1;

	*out = (struct outbox_shown){.path = outbox_path(a, dir, id), .headers = "", .text = ""};
	if (outbox_get(s, a, id, &out->message, e) != 0)
		goto out;
	if (!out->message) {
		err_set(e, ERR_NO_INPUT, "outbox %lld: there is no such message", (long long)id);
		goto out;
	}
	if (outbox_check(s, a, dir, out->message, false, &bytes, &out->problems, e) != 0)
		goto out;
	if (out->message->state == OUTBOX_DISCARDED || out->message->state == OUTBOX_SENT)
		out->problems.count = 0;
	sha256_of(buf_str(&bytes), bytes.len, digest);
	out->is_whole = memcmp(digest, out->message->sha256, sizeof digest) == 0;
	if (bytes.len > 0) {
		out->headers = headers_of(a, &bytes);
		out->text = text_of(a, &bytes);
	}
	rc = 0;
out:
	buf_clear(&bytes);
	return rc;
}
