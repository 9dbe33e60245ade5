/* Conversations: which thread a message belongs to, by the keys it carries and names. Union-find over the database, the smaller
 * thread into the larger one, so that neither order of arrival nor size makes it slow. */
#ifndef STORE_THREADS_H
#define STORE_THREADS_H

#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Remembers keys met lately. One per connection that writes. */
struct threads;
struct threads *threads_new(struct store *s);
void threads_free(struct threads *t);
/* After a rollback: what was remembered may not be there. */
void threads_forget(struct threads *t);

/* The thread that a key (see email_thread_keys) stands for now; 0 when none does. */
int threads_find(struct threads *t, int64_t key, int64_t *thread_id, struct err *e);

/* Joins the threads of all keys, and `own` (0: none yet), into one, made when there is none, and gives it every key. Messages
 * move with their thread. With `rematch` a thread that another one was joined into is marked for matching again. */
int threads_place(
    struct threads *t, const int64_t *keys, size_t n, int64_t own, bool rematch, int64_t *thread_id, struct err *e);
/* The thread has one more message. */
int threads_grow(struct threads *t, int64_t thread_id, struct err *e);

/* The thread gained a link: when it holds other mail, that is to be matched again. */
int threads_mark_rematch(struct store *s, int64_t thread_id, struct err *e);
/* The first marked thread behind `after`; 0 when there is none. */
int threads_next_rematch(struct store *s, int64_t after, int64_t *thread_id, struct err *e);
int threads_clear_rematch(struct store *s, int64_t thread_id, struct err *e);

#endif
