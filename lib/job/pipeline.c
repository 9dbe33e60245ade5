#include "job/pipeline.h"

#include "base/arena.h"
#include "base/mem.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

enum {
	SLOTS = 32,
	AHEAD_BYTES = 8 * 1024 * 1024, /* held by what waits; one message more is read below that, however long it is */
	KEPT_BYTES = 256 * 1024        /* of a slot's memory, for its next message */
};

enum kind { KIND_MESSAGE, KIND_END, KIND_FAILED };

struct slot {
	enum kind kind;
	struct arena arena;
	size_t held;
	struct pipeline_item item;
	struct err failure; /* of the source, or of the message */
};

/* A ring: the thread fills slots[(first + count) % SLOTS] outside the lock, the caller works on slots[first] outside the lock. */
struct pipeline {
	struct source *source;
	struct message_parser *parser;
	const struct message_options *options;
	int64_t account_id;
	pthread_t thread;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t is_filled, has_room;
	size_t first, count, bytes;
	bool is_full;  /* the thread waits until half is free: so it wakes seldom, for several messages */
	bool stopping; /* the thread comes to an end */
	bool starving; /* the caller waits */
	bool taken;    /* slots[first] is with the caller */
	struct slot slots[SLOTS];
};

static void note_place(struct pipeline *p, struct slot *s)
{
	p->source->cursor(p->source, &s->item.cursor);
	p->source->progress(p->source, &s->item.done, &s->item.total);
}

static void read_message(struct pipeline *p, struct slot *s, const struct source_item *from)
{
	struct pipeline_item *to = &s->item;
	char *raw;

	*to = (struct pipeline_item){.offset = from->offset,
	    .name = from->name ? arena_strdup(&s->arena, from->name) : NULL,
	    .size_bytes = from->size_bytes,
	    .failure = from->failure ? arena_strdup(&s->arena, from->failure) : NULL,
	    .is_last = from->is_last};
	if (to->failure)
		return;
	raw = arena_strndup(&s->arena, from->raw, from->size_bytes);
	if (incoming_read(
	        p->parser, &s->arena, raw, from->size_bytes, p->options, p->account_id, &to->in, &s->failure) != 0)
		to->failure = s->failure.text;
}

static void fill(struct pipeline *p, struct slot *s)
{
	struct source_item item;
	bool more;

	s->failure = (struct err){0};
	s->item = (struct pipeline_item){0};
	if (p->source->next(p->source, &item, &more, &s->failure) != 0) {
		s->kind = KIND_FAILED;
		return;
	}
	s->kind = more ? KIND_MESSAGE : KIND_END;
	if (more)
		read_message(p, s, &item);
	note_place(p, s);
	s->held = arena_held_bytes(&s->arena);
}

static bool half_is_free(const struct pipeline *p)
{
	return p->count <= SLOTS / 2 && p->bytes <= AHEAD_BYTES / 2;
}

/* Waits for a slot to fill; NULL when there is no need for more. */
static struct slot *free_slot(struct pipeline *p)
{
	struct slot *s;

	pthread_mutex_lock(&p->lock);
	p->is_full = p->count == SLOTS || p->bytes >= AHEAD_BYTES;
	while (p->is_full && !p->stopping)
		pthread_cond_wait(&p->has_room, &p->lock);
	s = p->stopping ? NULL : &p->slots[(p->first + p->count) % SLOTS];
	pthread_mutex_unlock(&p->lock);
	return s;
}

static void hand_over(struct pipeline *p, const struct slot *s)
{
	pthread_mutex_lock(&p->lock);
	p->count++;
	p->bytes += s->held;
	if (p->starving)
		pthread_cond_signal(&p->is_filled);
	pthread_mutex_unlock(&p->lock);
}

static void *read_ahead(void *arg)
{
	struct pipeline *p = arg;
	struct slot *s;
	bool ended = false;

	while (!ended && (s = free_slot(p))) {
		fill(p, s);
		ended = s->kind != KIND_MESSAGE || s->item.is_last;
		hand_over(p, s);
	}
	return NULL;
}

/* Signals are for the caller's thread: it is the one that can come to an end in order. */
static int start_thread(struct pipeline *p)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&p->thread, NULL, read_ahead, p);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

static void destroy(struct pipeline *p)
{
	for (size_t i = 0; i < SLOTS; i++)
		arena_clear(&p->slots[i].arena);
	pthread_cond_destroy(&p->has_room);
	pthread_cond_destroy(&p->is_filled);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

int pipeline_start(struct source *source, struct message_parser *parser, const struct message_options *o,
    int64_t account_id, struct pipeline **out, struct err *e)
{
	struct pipeline *p = mem_alloc(sizeof *p);

	p->source = source;
	p->parser = parser;
	p->options = o;
	p->account_id = account_id;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->is_filled, NULL);
	pthread_cond_init(&p->has_room, NULL);
	errno = start_thread(p);
	if (errno != 0) {
		err_errno(e, "%s: start a thread to read it", source->path);
		destroy(p);
		return -1;
	}
	*out = p;
	return 0;
}

/* The slot that the caller had goes back to the thread. */
static void give_back(struct pipeline *p)
{
	struct slot *s = &p->slots[p->first];

	if (!p->taken)
		return;
	if (s->held > KEPT_BYTES)
		arena_clear(&s->arena);
	else
		arena_reset(&s->arena);
	pthread_mutex_lock(&p->lock);
	p->bytes -= s->held;
	p->first = (p->first + 1) % SLOTS;
	p->count--;
	if (p->is_full && half_is_free(p)) {
		p->is_full = false;
		pthread_cond_signal(&p->has_room);
	}
	pthread_mutex_unlock(&p->lock);
	p->taken = false;
}

int pipeline_next(struct pipeline *p, const struct pipeline_item **item, bool *more, struct err *e)
{
	struct slot *s;

	give_back(p);
	pthread_mutex_lock(&p->lock);
	p->starving = true;
	while (p->count == 0)
		pthread_cond_wait(&p->is_filled, &p->lock);
	p->starving = false;
	pthread_mutex_unlock(&p->lock);
	p->taken = true;
	s = &p->slots[p->first];
	if (s->kind == KIND_FAILED) {
		*e = s->failure;
		return -1;
	}
	*item = &s->item;
	*more = s->kind == KIND_MESSAGE;
	return 0;
}

void pipeline_stop(struct pipeline *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	pthread_cond_signal(&p->has_room);
	pthread_mutex_unlock(&p->lock);
	pthread_join(p->thread, NULL);
	destroy(p);
}
