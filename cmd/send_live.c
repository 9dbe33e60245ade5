#include "send_live.h"
#include "jsontext.h"

#include "base/log.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static volatile sig_atomic_t stop;

static void on_signal(int number)
{
	(void)number;
	stop = 1;
}

/* The message at hand is finished and put on record, then the run ends. */
static void catch_signals(void)
{
	struct sigaction sa = {.sa_handler = on_signal, .sa_flags = SA_RESTART | (int)SA_RESETHAND};

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
}

int send_live_allowed(const struct cli *cli, struct err *e)
{
	if (config_bool(cli_config(cli), "MAILROOM_LIVE"))
		return 0;
	return err_set(
	    e, ERR_REFUSED, "nothing was sent: MAILROOM_LIVE is false, which forbids --live (mailroom.conf(5))");
}

struct report {
	json_t *messages; /* NULL: in words */
	bool is_asked_simulation;
};

static json_t *event_json(const struct send_event *v)
{
	json_t *j = json_pack("{s:I, s:s, s:o, s:s?, s:s?, s:o}", "id", (json_int_t)v->message->id, "outcome",
	    send_what_name(v->what), "subject", jsontext(v->message->subject), "transport", v->transport, "server",
	    v->server, "words", v->words ? jsontext(v->words) : json_null());

	return j;
}

static void say(const struct report *r, const struct send_event *v)
{
	long long id = (long long)v->message->id;
	const char *words = v->words ? v->words : "";

	if (v->what == SEND_SENT)
		log_info("outbox %lld: sent by %s%s%s%s%s", id, v->transport ? v->transport : "an earlier run",
		    v->server ? ", " : "", v->server ? v->server : "", *words ? ": " : "", words);
	else if (v->what == SEND_SIMULATED && r->is_asked_simulation)
		log_info("outbox %lld: simulated", id);
	else if (v->what == SEND_SIMULATED)
		log_warning(
		    "outbox %lld: simulated only, since no transport is set up for %s (digest-send explain %lld)", id,
		    v->message->from_address, id);
	else
		log_error("outbox %lld: %s: %s%s%s", id, send_what_name(v->what), v->transport ? v->transport : "",
		    v->transport ? ": " : "", words);
}

static void told(const struct send_event *v, void *arg)
{
	struct report *r = arg;

	say(r, v);
	if (r->messages)
		json_array_append_new(r->messages, event_json(v));
	log_progress("%zu of %zu messages", v->done + 1 < v->total ? v->done + 1 : v->total, v->total);
}

static void print_json(json_t *messages, const struct send_totals *t)
{
	json_t *doc = json_pack("{s:i, s:o, s:I, s:o, s:o}", "format", 1, "messages", json_incref(messages),
	    "recipients", (json_int_t)t->recipients, "counts", json_object(), "stopped",
	    t->stopped ? jsontext(t->stopped) : json_null());

	for (size_t i = 0; i < SEND_KINDS; i++)
		json_object_set_new(json_object_get(doc, "counts"), send_what_name((enum send_what)i),
		    json_integer((json_int_t)t->messages[i]));
	json_dumpf(doc, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(doc);
}

static void print_words(const struct send_totals *t)
{
	const char *comma = "";

	for (size_t i = 0; i < SEND_KINDS; i++)
		if (t->messages[i]) {
			printf("%s%zu %s", comma, t->messages[i], send_what_name((enum send_what)i));
			comma = ", ";
		}
	puts(*comma ? "" : "nothing is due");
}

static int exit_status(const struct send_totals *t)
{
	if (t->stopped && !t->stopped_by_run_limit)
		return EX_TEMPFAIL;
	for (size_t i = 0; i < SEND_KINDS; i++)
		if (i != SEND_SENT && i != SEND_SIMULATED && t->messages[i])
			return 1;
	return 0;
}

int send_live(struct cli *cli, const struct send_options *given, struct err *e)
{
	struct send_options o = *given;
	const char *by = o.transport ? o.transport : config_text(o.config, "MAILROOM_TRANSPORT");
	struct report r = {
	    .messages = cli_json(cli) ? json_array() : NULL, .is_asked_simulation = strcmp(by, "simulation") == 0};
	struct send_totals t;
	int rc;

	catch_signals();
	o.told = told;
	o.arg = &r;
	o.stop = &stop;
	rc = send_run(&o, &t, e);
	log_progress_end();
	if (t.stopped && t.stopped_by_run_limit)
		log_info("%s", t.stopped);
	else if (t.stopped)
		log_warning("nothing more was sent: %s", t.stopped);
	if (r.messages)
		print_json(r.messages, &t);
	else if (log_shows_progress())
		print_words(&t);
	json_decref(r.messages);
	return rc == 0 ? exit_status(&t) : -1;
}
