/* Sends what is due in the outbox: once, through the transport that should take it, each step on record before and
 * after. Also clears up after runs that were killed, and looks up what nobody knows the outcome of. */
#ifndef JOB_SEND_H
#define JOB_SEND_H

#include "base/config.h"
#include "base/err.h"
#include "job/transports.h"
#include "store/outbox.h"
#include "store/store.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What became of a message in this run. */
enum send_what {
	SEND_SENT,
	SEND_SIMULATED,
	SEND_DEFERRED,
	SEND_FAILED,
	SEND_UNKNOWN,
	SEND_REFUSED, /* a check failed: it stays as it is */
	SEND_WAITING, /* its transport is stopped or not there: it stays as it is */
	SEND_EXPIRED,
	SEND_KINDS,
};

const char *send_what_name(enum send_what what);

/* Valid until the callback returns. */
struct send_event {
	const struct outbox_message *message;
	enum send_what what;
	const char *transport, *server; /* NULL: none was asked */
	const char *words;              /* why, without secrets; NULL: nothing to say */
	size_t done, total;             /* messages of this run */
};

struct send_options {
	const struct config *config;
	struct store *store; /* for writing, in no transaction */
	int64_t now;
	const char *kind; /* only of this kind; NULL: of all */
	int64_t id;       /* only this one; 0: all that are due */
	const char *
	    transport; /* by this one alone, also what failed or was simulated before; only with id. NULL: the one that should */
	int64_t max; /* recipients in this run, beside the settings' limits; 0: no limit of its own */
	const volatile sig_atomic_t *stop;         /* ends after the message at hand; may be NULL */
	const struct transport_kind *const *kinds; /* NULL: all there are */
	void (*told)(const struct send_event *, void *arg);
	void *arg;
};

struct send_totals {
	size_t messages[SEND_KINDS];
	int64_t recipients; /* that got it, or may have */
	const char
	    *stopped; /* why the run ended before everything that was due had its turn: in `buffer`; NULL: it had */
	bool stopped_by_run_limit; /* that is what was asked for, no trouble */
	char buffer[512];
};

/* One run. TEMPORARY when another one is at work (OUTBOX/send.lock). What happens to a message is told and counted;
 * -1 is for what ends the run: the database, the log, the settings. A kill at any instant sends nothing twice: what
 * is not certain becomes "unknown" in the next run. */
int send_run(const struct send_options *o, struct send_totals *t, struct err *e);

/* Why a run would leave the message as it is, whatever outbox_check says: its state, or more recipients than a limit of
 * the settings allows at all. NULL: for neither. In `a`. */
const char *send_objection(const struct send_options *o, struct arena *a, const struct outbox_message *m);

/* "PATH is there: its first line" while there is a stop file, or nobody can tell; in `a`. NULL: there is none. */
const char *send_stop_file(const struct config *c, struct arena *a);

/* A person decides about a message with unknown recipients: they got it (`sent`), or it goes to them again. NO_INPUT
 * when there is no such message, REFUSED when nothing is unknown about it, TEMPORARY when a run is at work. `who` is
 * the user of the machine. */
int send_resolve(const struct config *c, struct store *s, int64_t id, bool sent, const char *who, bool dry_run,
    int64_t now, struct err *e);

#endif
