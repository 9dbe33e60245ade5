/* One run of job/send: what its parts share. For lib/job/send*.c alone. */
#ifndef JOB_SEND_WORK_H
#define JOB_SEND_WORK_H

#include "base/arena.h"
#include "base/buf.h"
#include "job/send.h"
#include "store/attempts.h"

/* A transport that stays open for a sender's messages, or the reason why there is none in this run. */
struct send_route {
	const struct transport_kind *kind; /* NULL: none is set up */
	const char *from;
	bool is_team;
	struct transport transport;
	bool is_made, is_ready; /* the struct is filled; its open has succeeded */
	double used_s;          /* when it was opened or looked at last, by clock_monotonic_s */
	const char *server;     /* as the transport's, kept for the record */
	int64_t account_id;
	struct send_route *next;
	const char *blocked; /* why this sender's messages wait; NULL: they do not */
};

/* A message on its way: from the check to the commit of what became of it. */
struct send_item {
	struct arena arena;
	const struct outbox_message *message;
	enum outbox_state was;
	struct buf bytes;
	struct send_route *route;
	struct transport_recipient *recipients; /* of this call */
	size_t count;
	int attempt;
	bool is_last;        /* call of this attempt */
	enum send_what what; /* the worst of all its calls */
	const char *words;   /* about those it did not reach; NULL: none */
	int64_t started_at, finished_at;
	bool is_open; /* it was sent and is not settled in the database yet */
};

struct send_work {
	const struct send_options *o;
	struct send_totals *t;
	struct transport_context context;
	struct arena arena; /* of the run */
	const char *dir;
	double started_s;
	int lock_fd, log_fd;
	struct send_route *routes;
	struct send_item items[2]; /* the one at hand, and the one before until its result is committed */
	size_t at;
	int64_t run_left, day_left; /* recipients that may still be sent to; -1: any number */
	size_t done, total;
};

/* The time, from o->now on. */
int64_t send_now(const struct send_work *w);
void send_tell(struct send_work *w, const struct outbox_message *m, enum send_what what, const struct send_route *r,
    const char *words);
/* Appends the lines of all attempts at the message with this number. */
int send_note(struct send_work *w, int64_t outbox_id, int attempt, struct err *e);

/* The route of a message, connected (each time: the server may have ended it); or blocked, which says why the
 * message waits. An account that refuses the login is switched off. *deferred: the server could not be reached,
 * which counts as an attempt. Settles the item before it waits for anybody. */
int send_route_get(
    struct send_work *w, const struct outbox_message *m, struct send_route **route, bool *deferred, struct err *e);
/* The connection is of no use any more: the next message gets a new one. */
void send_route_reset(struct send_route *r);
/* Only SMTP has settings of its own to be switched off: an account that Gmail refuses may have a mail server, too. */
bool send_route_is_smtp(const struct send_route *r);
/* Nobody's mail takes this route in this run. `why` is kept. */
void send_route_block(struct send_work *w, struct send_route *r, const char *why);
void send_routes_close(struct send_work *w);

/* One message, checked, sent and put on record. -1 ends the run. */
int send_message(struct send_work *w, int64_t id, struct err *e);
/* Sends the item through its route, in as many calls as that needs; its result is open until the next commit. */
int send_attempt(struct send_work *w, struct send_item *item, struct err *e);
/* The item's server could not be reached: an attempt that is deferred, on record at once. */
int send_defer(struct send_work *w, struct send_item *item, struct err *e);
/* Settles the item that is still open. */
int send_flush(struct send_work *w, struct err *e);

/* Messages that a killed run left in "sending" become unknown; unknown ones are looked up where that can be. */
int send_recover(struct send_work *w, struct err *e);

/* STOP file, signal, limits: whether the run is to end before a message for `recipients` more (0: in any case). */
bool send_must_stop(struct send_work *w, size_t recipients);
int send_limits_init(struct send_work *w, struct err *e);

#endif
