#include "job/survey_access.h"

#include "base/keyfile.h"

#include <string.h>

enum { TOKEN_FILE_BYTES = 4096 };

/* Takes the white space around it off, in place. */
static void trim(struct buf *b)
{
	size_t from = strspn(b->data, " \t\r\n");

	while (b->len > from && strchr(" \t\r\n", b->data[b->len - 1]))
		b->data[--b->len] = '\0';
	memmove(b->data, b->data + from, b->len - from + 1);
	b->len -= from;
}

static int read_token(const struct config *c, struct buf *token, struct err *e)
{
	const char *plain = config_text(c, "MAILROOM_QUALTRICS_TOKEN");
	const char *path = config_text(c, "MAILROOM_QUALTRICS_TOKEN_FILE");

	if (plain && path)
		return err_set(e, ERR_CONFIG,
		    "both MAILROOM_QUALTRICS_TOKEN and MAILROOM_QUALTRICS_TOKEN_FILE are set: which is the token's is "
		    "not to "
		    "be guessed");
	if (!plain && !path)
		return err_set(e, ERR_CONFIG,
		    "there is no API token for Qualtrics: make one under Account settings > Qualtrics IDs > API, write "
		    "it to a "
		    "file of mode 0600, and name that in MAILROOM_QUALTRICS_TOKEN_FILE");
	if (!path) {
		buf_puts(token, plain);
		return 0;
	}
	if (keyfile_read(path, TOKEN_FILE_BYTES, token, e) != 0)
		return err_prefix(e, "MAILROOM_QUALTRICS_TOKEN_FILE");
	if (memchr(token->data, '\0', token->len))
		return err_set(e, ERR_CONFIG, "%s: holds a NUL byte: this is no token", path);
	trim(token);
	return 0;
}

int survey_access_open(
    const struct config *c, struct http *http, const struct gmail_clock *clock, struct qualtrics **out, struct err *e)
{
	int retry_max = (int)config_int(c, "MAILROOM_QUALTRICS_RETRY_MAX");
	struct qualtrics_options o = {.url = config_text(c, "MAILROOM_QUALTRICS_URL"),
	    .requests_per_min = (int)config_int(c, "MAILROOM_QUALTRICS_REQUESTS_PER_MIN"),
	    .retry_max = retry_max == 0 ? -1 : retry_max};
	struct buf token = {0};
	int rc = -1;

	if (!o.url)
		return err_set(e, ERR_CONFIG,
		    "MAILROOM_QUALTRICS_URL is not set: it is the address of the account's data centre, as "
		    "https://fra1.qualtrics.com (Account settings > Qualtrics IDs > Datacenter ID)");
	if (read_token(c, &token, e) == 0) {
		o.token = buf_str(&token);
		rc = qualtrics_open(http, &o, clock, out, e);
	}
	buf_wipe(&token);
	return rc;
}
