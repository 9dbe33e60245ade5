/* Drives lib/net/smtp from the command line, for tests: opens a connection and does one thing after another, a line for each
 * result.
 * usage: smtp_probe [option...] COMMAND...
 * Options: host=H port=N security=ssl|starttls|none ca=FILE anywhere connect=MS idle=MS auth=plain|login|xoauth2|oauthbearer
 *          user=U secret=S helo=NAME greeting=MS command=MS block=MS end=MS transaction=MS
 * Of a message, at any place: from=A to=A (again: one more) forget (all to=) file=FILE (or made=BYTES: of that size) envid=ID
 * Commands: send[=TIMES] (a line for each recipient, the last time only), noop, open (is the connection?), again (a new
 *           connection), wait=FILE (until that file is there) */
#include "base/buf.h"
#include "base/err.h"
#include "net/smtp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RECIPIENTS_MAX = 1000 };

struct probe {
	struct smtp_options options;
	struct smtp *smtp;
	struct smtp_recipient to[RECIPIENTS_MAX];
	struct smtp_message message;
	struct buf bytes;
	struct arena arena;
};

static int read_file(struct probe *p, const char *path, struct err *e)
{
	FILE *f = fopen(path, "rb");
	size_t n;

	if (!f)
		return err_errno(e, "%s", path);
	buf_reset(&p->bytes);
	do {
		n = fread(buf_reserve(&p->bytes, 65536), 1, 65536, f);
		p->bytes.len += n;
	} while (n > 0);
	fclose(f);
	return 0;
}

static void make_message(struct probe *p, size_t n)
{
	buf_reset(&p->bytes);
	buf_puts(&p->bytes, "Subject: made\r\nMessage-ID: <made@test.example>\r\n\r\n");
	while (p->bytes.len + 66 < n)
		buf_puts(&p->bytes, ".012345678901234567890123456789012345678901234567890123456789123\r\n");
	while (p->bytes.len + 2 < n)
		buf_putc(&p->bytes, 'x');
	buf_puts(&p->bytes, "\r\n");
}

static int send_it(struct probe *p, int times, struct err *e)
{
	struct smtp_message *m = &p->message;
	int rc = 0;

	m->recipients = p->to;
	m->bytes = p->bytes.data ? p->bytes.data : "";
	m->len = p->bytes.len;
	for (int i = 0; i < times; i++) {
		arena_reset(&p->arena);
		rc = smtp_send(p->smtp, &p->arena, m, e);
		for (size_t k = 0; k < m->n && i + 1 < times; k++)
			if (p->to[k].outcome != SMTP_ACCEPTED)
				times = i + 1;
	}
	for (size_t i = 0; i < m->n; i++)
		printf("%s %s %d %s %s\n", m->recipients[i].address, smtp_outcome_name(m->recipients[i].outcome),
		    m->recipients[i].code, m->recipients[i].enhanced ? m->recipients[i].enhanced : "-",
		    m->recipients[i].words);
	return rc;
}

static int open_it(struct probe *p, struct err *e)
{
	bool account;

	smtp_close(p->smtp);
	p->smtp = NULL;
	if (smtp_open(&p->smtp, &p->options, &account, e) == 0)
		return 0;
	if (account)
		printf("the account is at fault\n");
	return -1;
}

static int command(struct probe *p, const char *name, const char *value, struct err *e)
{
	if (strcmp(name, "again") == 0)
		return open_it(p, e);
	if (strcmp(name, "wait") == 0) {
		while (access(value, F_OK) < 0)
			usleep(20000);
		return 0;
	}
	if (!p->smtp && open_it(p, e) < 0)
		return -1;
	if (strcmp(name, "send") == 0)
		return send_it(p, *value ? atoi(value) : 1, e);
	if (strcmp(name, "noop") == 0)
		return smtp_noop(p->smtp, e) < 0 ? -1 : printf("noop ok\n") < 0;
	if (strcmp(name, "open") == 0)
		return printf("open %s\n", smtp_is_open(p->smtp) ? "yes" : "no") < 0;
	return err_set(e, ERR_USAGE, "%s: no such command", name);
}

static bool message_option(struct probe *p, const char *name, const char *value, int *rc, struct err *e)
{
	struct smtp_message *m = &p->message;

	if (strcmp(name, "from") == 0)
		m->from = value;
	else if (strcmp(name, "to") == 0 && m->n < RECIPIENTS_MAX)
		p->to[m->n++] = (struct smtp_recipient){.address = value};
	else if (strcmp(name, "forget") == 0)
		m->n = 0;
	else if (strcmp(name, "file") == 0)
		*rc = read_file(p, value, e);
	else if (strcmp(name, "made") == 0)
		make_message(p, strtoul(value, NULL, 10));
	else if (strcmp(name, "envid") == 0)
		m->envelope_id = value;
	else
		return false;
	return true;
}

static bool time_option(struct smtp_options *o, const char *name, int n)
{
	const struct {
		const char *name;
		int *at;
	} times[] = {{"port", &o->stream.port}, {"connect", &o->stream.connect_timeout_ms},
	    {"idle", &o->stream.idle_timeout_ms}, {"greeting", &o->greeting_timeout_ms},
	    {"command", &o->command_timeout_ms}, {"block", &o->block_timeout_ms}, {"end", &o->end_timeout_ms},
	    {"transaction", &o->transaction_timeout_ms}};

	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		if (strcmp(name, times[i].name) == 0) {
			*times[i].at = n;
			return true;
		}
	return false;
}

static bool option(struct smtp_options *o, const char *name, const char *value)
{
	if (strcmp(name, "host") == 0)
		o->stream.host = value;
	else if (strcmp(name, "security") == 0)
		o->stream.security = *value == 'n'               ? STREAM_PLAIN
		                     : strcmp(value, "ssl") == 0 ? STREAM_TLS
		                                                 : STREAM_STARTTLS;
	else if (strcmp(name, "ca") == 0)
		o->stream.ca_file = value;
	else if (strcmp(name, "anywhere") == 0)
		o->stream.plain_anywhere = true;
	else if (strcmp(name, "auth") == 0)
		o->auth = *value == 'p'   ? SMTP_AUTH_PLAIN
		          : *value == 'l' ? SMTP_AUTH_LOGIN
		          : *value == 'x' ? SMTP_AUTH_XOAUTH2
		                          : SMTP_AUTH_OAUTHBEARER;
	else if (strcmp(name, "user") == 0)
		o->user = value;
	else if (strcmp(name, "secret") == 0)
		o->secret = value;
	else if (strcmp(name, "helo") == 0)
		o->helo = value;
	else
		return time_option(o, name, atoi(value));
	return true;
}

static int run(struct probe *p, int n, char **words, struct err *e)
{
	for (int i = 0; i < n; i++) {
		char *value = strchr(words[i], '=');
		int rc = 0;
		if (value)
			*value++ = '\0';
		else
			value = words[i] + strlen(words[i]);
		if (!message_option(p, words[i], value, &rc, e) && !option(&p->options, words[i], value))
			rc = command(p, words[i], value, e);
		fflush(stdout);
		if (rc < 0)
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	static struct probe p = {.options.stream.host = "localhost", .message.from = "list@test.example"};
	struct err e = {0};
	int rc;

	make_message(&p, 200);
	rc = run(&p, argc - 1, argv + 1, &e);
	if (rc < 0)
		printf("error %d: %s\n", err_exit_status(&e), e.text);
	smtp_close(p.smtp);
	arena_clear(&p.arena);
	buf_clear(&p.bytes);
	return rc < 0 ? err_exit_status(&e) : 0;
}
