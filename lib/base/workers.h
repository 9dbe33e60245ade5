/* Work done by child processes, several at once: each has its own memory, and what one does to itself harms no other. */
#ifndef BASE_WORKERS_H
#define BASE_WORKERS_H

#include "base/err.h"

#include <signal.h>
#include <stddef.h>

struct workers {
	size_t count;   /* pieces of work, numbered from 0 */
	size_t at_once; /* processes at a time; 1: in this process */
	size_t result_bytes;
	/* Does the piece and fills *result (zeroed before), which is plain bytes without pointers. */
	void (*work)(size_t index, void *result, void *arg);
	/* Called here, in this process, when a piece is done; result is NULL when its process died. */
	void (*done)(size_t index, const void *result, void *arg);
	void *arg;
	const volatile sig_atomic_t
	    *stop; /* not 0: the processes get SIGTERM, and no further one begins; may be NULL */
};

/* Nothing that a process must not share (an open database) may be open. SYSTEM when no process can be made; those under way are
 * waited for first. */
int workers_run(const struct workers *w, struct err *e);

#endif
