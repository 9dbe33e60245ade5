/* bench_gmail URL [BATCH [CA-FILE]]: lists a mailbox and fetches all of it from a Gmail (tests/fake/gmail.py), without quota. Prints
 * messages, seconds, messages a second, units a message and the memory at its highest. */
#include "base/clock.h"
#include "net/gmail_fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

static int token_get(void *arg, struct buf *token, struct err *e)
{
	(void)arg;
	(void)e;
	buf_puts(token, "any:team@harbor.example");
	return 0;
}

static void token_invalidate(void *arg, const char *token)
{
	(void)arg;
	(void)token;
}

static int list_all(struct gmail *g, struct arena *a, const char ***ids, size_t *n, struct err *e)
{
	struct gmail_query q = {0};
	struct gmail_page page;

	do {
		if (gmail_list(g, &q, a, &page, e) != 0)
			return -1;
		*ids = realloc(*ids, (*n + page.n + 1) * sizeof **ids);
		if (!*ids)
			abort();
		for (size_t i = 0; i < page.n; i++)
			(*ids)[(*n)++] = page.refs[i].id;
		q.page_token = page.next_page_token;
	} while (q.page_token);
	return 0;
}

static int fetch_all(struct gmail *g, const char *const *ids, size_t n, size_t *bytes, struct err *e)
{
	struct gmail_fetch *f = gmail_fetch_open(g, ids, n);
	const struct gmail_item *item;
	int rc;

	while ((rc = gmail_fetch_next(f, &item, e)) == 0 && item) {
		if (item->outcome != GMAIL_GOT)
			printf("%s: %s\n", item->id, item->why.text);
		*bytes += item->message.raw_len;
	}
	gmail_fetch_close(f);
	return rc;
}

int main(int argc, char **argv)
{
	struct gmail_token_source token = {token_get, token_invalidate, NULL};
	struct gmail_clock clock = gmail_clock_system();
	struct gmail_options o = {
	    .api_url = argv[1], .units_per_min = 2000000000, .batch = argc > 2 ? atoi(argv[2]) : 50};
	struct http *h;
	struct gmail *g;
	struct arena a = {0};
	struct err e = {0};
	struct rusage usage;
	const char **ids = NULL;
	size_t n = 0, bytes = 0;
	double began, s;
	int rc;

	if (argc < 2) {
		fprintf(stderr, "usage: bench_gmail URL [BATCH [CA-FILE]]\n");
		return 64;
	}
	h = http_new(&(struct http_options){.ca_file = argc > 3 ? argv[3] : NULL});
	g = gmail_new(h, &o, &token, &clock);
	began = clock_monotonic_s();
	rc = list_all(g, &a, &ids, &n, &e);
	if (rc == 0)
		rc = fetch_all(g, ids, n, &bytes, &e);
	s = clock_monotonic_s() - began;
	getrusage(RUSAGE_SELF, &usage);
	if (rc != 0)
		fprintf(stderr, "bench_gmail: %s\n", e.text);
	else
		printf("%zu messages, %.1f MB, %.3f s, %.0f/s, %.2f units a message, %lld requests, CPU %.3f s, %ld MB "
		       "at most\n",
		    n, (double)bytes / 1e6, s, (double)n / s, (double)gmail_stats(g)->units / (double)n,
		    (long long)gmail_stats(g)->requests,
		    (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6 +
		        (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec / 1e6,
		    usage.ru_maxrss >> 10);
	gmail_free(g);
	http_free(h);
	arena_clear(&a);
	free(ids);
	return rc == 0 ? 0 : 1;
}
