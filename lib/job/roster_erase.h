/* A person asks to be forgotten: the rows, the files of the messages, and a keyed hash that keeps imports from bringing the person back. */
#ifndef JOB_ROSTER_ERASE_H
#define JOB_ROSTER_ERASE_H

#include "base/arena.h"
#include "base/config.h"
#include "base/err.h"
#include "store/participants.h"
#include "store/participants_erase.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct roster_erase {
	const char *did;
	const char *outbox_dir; /* MAILROOM_OUTBOX_DIR; "simulated" within it is looked into, too */
	const char *lock_path;  /* the audit log's (job/roster_log.h) */
	int64_t now;
	bool dry_run; /* only counts */
};

struct roster_erase_result {
	struct participant participant; /* as it was */
	struct participants_erased rows;
	size_t files;        /* .eml files removed */
	bool is_in_log;      /* the audit log has the person: its file is not touched */
	size_t same_address; /* other participants with this address: they stay */
	bool log_emptied;    /* what was deleted is not in the write-ahead log any more */
};

/* Removes the participant's row, history, snapshots, answers in quarantine, and the files of messages; an answer and a message stay as
 * counts. All of it is one transaction; files go before it commits, so that a run that is killed is done again. INPUT when there is no
 * such participant; TEMPORARY while a message to the person is being sent, or the audit log written. */
int roster_erase(struct store *s, struct arena *a, const struct config *c, const struct roster_erase *what,
    struct roster_erase_result *out, struct err *e);

#endif
