/* Threads against a plain union-find in memory: any order of arrival gives the same sets; and large ones in linear time. */
#include "base/mem.h"
#include "store/emails.h"
#include "store/store.h"
#include "store/threads.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct fixture {
	struct store *store;
	struct threads *threads;
	char path[64];
};

static int fresh(void **state)
{
	struct fixture *f = mem_alloc(sizeof *f);
	struct err e = {0};
	int applied, fd;

	strcpy(f->path, "/tmp/mailroom-threads-XXXXXX");
	fd = mkstemp(f->path);
	if (fd < 0)
		return -1;
	close(fd);
	if (store_open(f->path, STORE_CREATE, &f->store, &e) != 0 || store_migrate(f->store, &applied, &e) != 0 ||
	    store_begin(f->store, &e) != 0) {
		print_error("%s\n", e.text);
		return -1;
	}
	f->threads = threads_new(f->store);
	*state = f;
	return 0;
}

static int done(void **state)
{
	struct fixture *f = *state;

	threads_free(f->threads);
	store_rollback(f->store);
	store_close(f->store);
	unlink(f->path);
	free(f);
	return 0;
}

/* A message with these keys, the first one its own. Returns its row. */
static int64_t add(struct fixture *f, const int64_t *keys, size_t n)
{
	static const unsigned char body[32];
	struct email_row row = {.body_sha256 = body, .subject = ""};
	struct err e = {0};
	int64_t id = 0;

	if (threads_place(f->threads, keys, n, 0, false, &row.thread_id, &e) != 0 ||
	    threads_grow(f->threads, row.thread_id, &e) != 0 || emails_insert(f->store, &row, &id, &e) != 0)
		fail_msg("%s", e.text);
	return id;
}

static int64_t thread_of(struct fixture *f, int64_t id)
{
	struct arena a = {0};
	struct email_stored m;
	struct err e = {0};
	int64_t thread;

	assert_int_equal(emails_get(f->store, &a, id, &m, &e), 0);
	thread = m.thread_id;
	arena_clear(&a);
	return thread;
}

static size_t find(size_t *up, size_t i)
{
	while (up[i] != i)
		i = up[i] = up[up[i]];
	return i;
}

enum { MESSAGES = 600, KEYS = 5 };

/* Message i names a few others, before and behind it; both sides must see the same sets. */
static void same_as_union_find(void **state)
{
	struct fixture *f = *state;
	static int64_t keys[MESSAGES][KEYS], ids[MESSAGES];
	static size_t up[2 * MESSAGES];
	uint32_t seed = 7;

	for (size_t i = 0; i < 2 * MESSAGES; i++)
		up[i] = i;
	for (size_t i = 0; i < MESSAGES; i++) {
		size_t n = 1;
		keys[i][0] = (int64_t)i + 1;
		for (seed = seed * 1664525 + 1013904223; n < KEYS && (seed >> (n * 3)) % 4 == 0; n++) {
			/* Some of the named ones never arrive. */
			keys[i][n] = (int64_t)((seed >> (n + 8)) % (2 * MESSAGES)) + 1;
			up[find(up, (size_t)keys[i][n] - 1)] = find(up, i);
		}
		ids[i] = add(f, keys[i], n);
	}
	for (size_t i = 0; i < MESSAGES; i++)
		for (size_t j = 0; j < i; j += 7)
			assert_int_equal(find(up, i) == find(up, j), thread_of(f, ids[i]) == thread_of(f, ids[j]));
}

static void late_parents_join(void **state)
{
	struct fixture *f = *state;
	const int64_t left[] = {10, 1}, right[] = {20, 2}, alone[] = {30}, parent[] = {2, 1};
	int64_t a = add(f, left, 2), b = add(f, right, 2), c = add(f, alone, 1);
	int64_t found;
	struct err e = {0};

	assert_true(thread_of(f, a) != thread_of(f, b));
	int64_t d = add(f, parent, 2);
	assert_int_equal(thread_of(f, a), thread_of(f, b));
	assert_int_equal(thread_of(f, a), thread_of(f, d));
	assert_true(thread_of(f, a) != thread_of(f, c));
	/* Keys of the one that was joined lead on; after a rollback's forgetting too. */
	assert_int_equal(threads_find(f->threads, 20, &found, &e), 0);
	assert_int_equal(found, thread_of(f, a));
	threads_forget(f->threads);
	assert_int_equal(threads_find(f->threads, 10, &found, &e), 0);
	assert_int_equal(found, thread_of(f, a));
	assert_int_equal(threads_find(f->threads, 99, &found, &e), 0);
	assert_int_equal(found, 0);
}

enum { MANY = 20000 };

/* Threads that grow by joining are where a naive rewrite takes the square of their size: pairs, then pairs of pairs ... */
static void joins_in_the_worst_order(void **state)
{
	struct fixture *f = *state;
	int64_t first = 0, last = 0;

	for (int64_t i = 0; i < MANY; i++) {
		const int64_t key[] = {i + 1};
		last = add(f, key, 1);
		first = first ? first : last;
	}
	for (int64_t step = 1; step < MANY; step *= 2)
		for (int64_t i = 0; i + step < MANY; i += 2 * step) {
			const int64_t keys[] = {MANY + step * MANY + i, i + 1, i + step + 1};
			add(f, keys, 3);
		}
	assert_int_equal(thread_of(f, first), thread_of(f, last));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(same_as_union_find, fresh, done),
	    cmocka_unit_test_setup_teardown(late_parents_join, fresh, done),
	    cmocka_unit_test_setup_teardown(joins_in_the_worst_order, fresh, done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
