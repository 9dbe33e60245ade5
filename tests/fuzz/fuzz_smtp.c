/* Any bytes as a submission server's side of a whole session: log in, send two messages, ask whether it is still there. */
#include "base/err.h"
#include "base/utf8.h"
#include "net/smtp.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_text(const char *s)
{
	if (!utf8_is_valid(s, strlen(s)) || strchr(s, '\n'))
		abort();
}

static void must_not_tell(const char *s, const struct smtp_options *o)
{
	if (o->auth != SMTP_AUTH_NONE && strstr(s, o->secret))
		abort();
}

static void send_one(struct smtp *s, const struct smtp_options *o, struct err *e)
{
	static const char text[] = "Subject: caf\303\251\r\n\r\n.dots\r\n";
	struct smtp_recipient to[] = {
	    {.address = "a@x.example"}, {.address = "\303\251@x.example"}, {.address = "c@\303\251.example"}};
	struct smtp_message m = {"l@y.example", to, 3, text, sizeof text - 1, "id"};
	struct arena a = {0};

	if (smtp_send(s, &a, &m, e) < 0)
		abort(); /* the input is good */
	for (size_t i = 0; i < 3; i++) {
		must_be_text(to[i].words);
		must_not_tell(to[i].words, o);
		if (strlen(to[i].words) > 500 || to[i].code < 0 || to[i].code > 599 ||
		    (to[i].outcome == SMTP_ACCEPTED && to[i].code / 100 != 2))
			abort();
		if (to[i].outcome == SMTP_UNKNOWN && smtp_is_open(s))
			abort();
	}
	arena_clear(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct smtp_options o = {.user = "kay", .secret = "s3cr3t"};
	struct smtp *s = NULL;
	struct err e = {0};
	bool account = false;

	if (size == 0)
		return 0;
	o.auth = (enum smtp_auth)(data[0] % (SMTP_AUTH_OAUTHBEARER + 1));
	if (smtp_open_stream(&s, stream_of_bytes(data + 1, size - 1), &o, &account, &e) == 0) {
		send_one(s, &o, &e);
		send_one(s, &o, &e);
		smtp_noop(s, &e);
	} else if (account && e.code != ERR_REFUSED) {
		abort();
	}
	must_be_text(e.text);
	must_not_tell(e.text, &o);
	smtp_close(s);
	return 0;
}
