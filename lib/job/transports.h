/* Which transport a message takes: the kinds there are, in which order they are asked for a sender, and why one was
 * chosen. It opens the one that is chosen and sends nothing itself. */
#ifndef JOB_TRANSPORTS_H
#define JOB_TRANSPORTS_H

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"
#include "job/transport.h"
#include "store/outbox.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct transport_kind;

/* What a kind of transport gets to look at; all of it is borrowed and outlives the transport. */
struct transport_context {
	const struct config *config;
	struct store *store; /* for reading; for writing too when a transport is opened, with no transaction open */
	struct arena *arena; /* of the run: what lives as long as the transport */
	int64_t now;
	bool may_ask; /* false (a dry run): open makes no connection, fetches no token and runs no command */
	const struct transport_kind *const *kinds; /* in the order of asking, NULL at the end; NULL: all there are */
};

enum transport_readiness {
	TRANSPORT_NOT_CONFIGURED, /* nobody set it up for this sender: the next kind is asked */
	TRANSPORT_STOPPED, /* set up and switched off, or incomplete: messages wait for it, no other kind steps in */
	TRANSPORT_READY,
};

/* How a kind stands for the sender `from` (normalised address): reads settings and the database, asks nobody
 * outside. *why is a clause in c->arena or static, for a person ("smtp.example.org:587 is set for
 * mara@harbor.example", "no SMTP server is set for mara@harbor.example", "switched off since 535 5.7.8 bad password:
 * `account test` switches it on"). -1 only where the database or the settings cannot be read. */
typedef int transport_readiness_function(const struct transport_context *c, const char *from,
    enum transport_readiness *ready, const char **why, struct err *e);

/* Fills *out for messages of m->from_address; the state is its own (out->close frees it). One that is open serves
 * any number of messages of the same sender, one after the other. Asks nobody yet: out->open connects; out->find is
 * also called without it. Fails as the settings do: CONFIG, REFUSED, NO_INPUT. */
typedef int transport_open_function(
    struct transport *out, const struct transport_context *c, const struct outbox_message *m, struct err *e);

/* A kind; transports.c keeps the table. Gmail has two rows with one open function: by delegation, by a login of its
 * own. */
struct transport_kind {
	const char *name;   /* as send_attempts.transport, MAILROOM_TRANSPORT and --transport have it */
	const char *detail; /* "by delegation"; NULL: none */
	transport_readiness_function *readiness;
	transport_open_function *open;
};

/* Each in the file of its name. */
transport_readiness_function transport_smtp_readiness, transport_gmail_delegation_readiness,
    transport_gmail_login_readiness, transport_postmark_readiness, transport_simulation_readiness;
transport_open_function transport_smtp_open, transport_gmail_open, transport_postmark_open, transport_simulation_open;

/* One kind, as it stands for a message. */
struct transport_offer {
	const struct transport_kind *kind;
	enum transport_readiness ready;
	const char *why;
	bool is_asked; /* false: an earlier kind was chosen, or settings or the caller name another one */
};

struct transport_choice {
	const struct transport_offer *chosen; /* of `offers`; NULL: no kind of that name is set up */
	struct transport_offer *offers;       /* every kind, in the order of asking */
	size_t count;
};

/* The kinds for a message of this kind and sender: the first that is set up is chosen, be it stopped. A team digest
 * goes through Gmail by delegation, the sender's own SMTP server, Gmail by login, Postmark, else the simulation;
 * other mail asks SMTP first. `only` (a kind's name; NULL: MAILROOM_TRANSPORT decides) leaves the others aside.
 * USAGE when there is no kind of that name. */
int transports_choose(const struct transport_context *c, const struct outbox_message *m, const char *only,
    struct transport_choice *out, struct err *e);

#endif
