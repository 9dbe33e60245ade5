/* Drives the SMTP transport from the command line, for tests: opens it for a sender and sends a file over one connection, again and
 * again, a line for each result. The settings come from the environment.
 * usage: transport_probe FROM FILE COUNT RECIPIENT...    COUNT 0: looks the message up instead
 *        transport_probe FROM                            says whether it is ready, and why */
#include "base/config.h"
#include "base/file.h"
#include "job/transports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_MAX_BYTES = 1 << 20 };

struct probe {
	struct transport_context c;
	struct transport t;
	struct arena a;
	const char *from;
};

static int fail(const struct err *e)
{
	printf("error %d: %s\n", err_exit_status(e), e->text);
	return 1;
}

static int show_readiness(struct probe *p)
{
	static const char *const names[] = {"not configured", "stopped", "ready"};
	enum transport_readiness ready;
	struct err e = {0};
	const char *why;

	if (transport_smtp_readiness(&p->c, p->from, &ready, &why, &e) != 0)
		return fail(&e);
	printf("%s: %s\n", names[ready], why);
	return 0;
}

static void show(const struct transport_message *m)
{
	static const char *const names[] = {"accepted", "temporary", "permanent", "account", "unknown", "simulated"};

	for (size_t i = 0; i < m->recipient_count; i++) {
		const struct transport_recipient *r = &m->recipients[i];
		printf("%s %s %d %s\n", r->address, names[r->outcome], r->code, r->enhanced ? r->enhanced : "-");
	}
}

static int open_line(struct probe *p)
{
	struct err e = {0};
	bool fault;

	if (p->t.open(p->t.state, &fault, &e) == 0)
		return 0;
	printf("%s", fault ? "account at fault, " : "");
	return fail(&e);
}

static int send_one(struct probe *p, struct transport_message *m)
{
	struct err e = {0};

	if (p->t.send(p->t.state, &p->a, m, &e) != 0)
		return fail(&e);
	show(m);
	return 0;
}

static int look_up(struct probe *p, const struct transport_message *m)
{
	static const char *const names[] = {"found", "not found", "no telling"};
	enum transport_found found;
	const char *remote_id;
	struct err e = {0};

	if (p->t.find(p->t.state, &p->a, m, &found, &remote_id, &e) != 0)
		return fail(&e);
	printf("%s\n", names[found]);
	return 0;
}

static int run(struct probe *p, char **argv)
{
	struct outbox_message o = {.from_address = p->from};
	struct transport_message m = {.from = p->from, .message_id = "1@harbor.example", .envelope_id = "token.1"};
	struct buf bytes = {0};
	struct err e = {0};
	int count = atoi(argv[1]), rc;

	if (file_read(argv[0], -1, FILE_MAX_BYTES, &bytes, &e) != 0 || transport_smtp_open(&p->t, &p->c, &o, &e) != 0)
		return fail(&e);
	m.bytes = bytes.data;
	m.len = bytes.len;
	for (char **to = argv + 2; *to; to++) {
		m.recipients = arena_more(&p->a, m.recipients, m.recipient_count, sizeof *m.recipients);
		m.recipients[m.recipient_count++] = (struct transport_recipient){.address = *to};
	}
	printf("%s by %s\n", p->t.name, p->t.server);
	rc = count == 0 ? look_up(p, &m) : open_line(p);
	for (int i = 0; i < count && rc == 0; i++)
		rc = send_one(p, &m);
	p->t.close(p->t.state);
	buf_clear(&bytes);
	return rc;
}

int main(int argc, char **argv)
{
	struct config *config = config_new();
	struct store *store = NULL;
	struct probe p = {.from = argc > 1 ? argv[1] : ""};
	struct err e = {0};
	int rc;

	if (argc != 2 && argc < 5)
		return 64;
	if (config_load_environment(config, environ, &e) != 0 || config_finish(config, environ, &e) != 0 ||
	    store_open(config_text(config, "MAILROOM_DB"), STORE_WRITE, &store, &e) != 0)
		return fail(&e);
	p.c = (struct transport_context){.config = config, .store = store, .arena = &p.a, .now = 1700000000};
	rc = argc == 2 ? show_readiness(&p) : run(&p, argv + 2);
	store_close(store);
	config_free(config);
	arena_clear(&p.a);
	return rc;
}
