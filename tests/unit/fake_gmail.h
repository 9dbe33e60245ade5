/* A fake Gmail (tests/fake/gmail.py) of the test's own, and a clock that nobody waits for. */
#ifndef FAKE_GMAIL_H
#define FAKE_GMAIL_H

#include "base/arena.h"
#include "net/gmail.h"

#include <jansson.h>

struct fake {
	int pid, keep_alive; /* keep_alive: its standard input, whose end ends it */
	char url[64];
	struct http *http;
};

/* Starts it with these arguments behind the usual ones (NULL at the end) and waits for its port. */
void fake_start(struct fake *f, const char *const *arguments);
/* The same with another fake: a program that prints its port and ends when its standard input does. */
void fake_start_program(struct fake *f, const char *const *argv);
void fake_stop(struct fake *f);
/* POST /control with the object that the text is (' may stand for "); the answer. */
json_t *fake_control(struct fake *f, const char *object, ...) __attribute__((format(printf, 2, 3)));
/* The same, where the answer does not matter. */
void fake_do(struct fake *f, const char *object, ...) __attribute__((format(printf, 2, 3)));
json_t *fake_show(struct fake *f, const char *path);
/* counters[group][name] since the last reset_counters; name NULL: counters[group]. */
int64_t fake_counter(struct fake *f, const char *group, const char *name);

/* Time passes by sleeping only. */
struct fake_time {
	double now, slept;
	int sleeps;
	double random; /* what chance says */
};

/* A client of the fake's mailbox: its options, time and token. */
struct client {
	struct fake *fake;
	struct http *http;
	struct fake_time time;
	struct gmail *g;
	const char *token; /* "any:team@harbor.example"; NULL: asked for at /token, kept until it is invalidated */
	char *cached;
	int asked, invalidated;
	struct arena a;
	struct err e;
};

/* What is not set: the fake's address, no quota to speak of. */
struct client *client_new(struct fake *f, const struct gmail_options *o);
void client_free(struct client *c);

struct fetched {
	size_t got, gone, failed;
	struct err why; /* of the last that failed */
};

/* All ids of the mailbox in the client's arena, page by page. */
int client_list(struct client *c, const char *q, const char **ids, size_t *n);
/* Fetches them and checks that each comes once, with its bytes (`wanted`: id -> SHA-256) and the rest. -1 as gmail_fetch_next. */
int client_fetch(struct client *c, const char *const *ids, size_t n, const json_t *wanted, struct fetched *out);
/* id -> SHA-256 of all that the fake has. */
json_t *fake_wanted(struct fake *f);
/* No faults, nothing counted, settings as at the start. */
void fake_reset(struct fake *f);
/* The same, once the last request of clients that have gone is done with. No client may have a connection open. */
void fake_calm(struct fake *f);

#endif
