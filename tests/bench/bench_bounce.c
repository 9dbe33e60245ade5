/* bench_bounce FOLDER [ROUNDS]: times bounce_read over every file of a folder, which is read into memory first. */
#include "base/err.h"
#include "base/file.h"
#include "mail/bounce.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct corpus {
	struct buf *items;
	size_t count, bytes;
};

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int is_message(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 4 && strcmp(d->d_name + n - 4, ".eml") == 0;
}

static int load(const char *folder, struct corpus *c, struct err *e)
{
	struct dirent **names;
	int n = scandir(folder, &names, is_message, alphasort), r = 0;

	if (n < 0)
		return err_errno(e, "%s", folder);
	c->items = calloc((size_t)n + 1, sizeof *c->items);
	for (int i = 0; i < n; i++) {
		char *path = file_join(folder, names[i]->d_name);
		if (r == 0)
			r = file_read(path, -1, message_default_limits.raw_bytes, &c->items[c->count], e);
		c->bytes += c->items[c->count++].len;
		free(path);
		free(names[i]);
	}
	free(names);
	return r;
}

static size_t read_all(const struct corpus *c, int rounds, struct bounce_reader *reader)
{
	struct arena arena = {0};
	size_t recipients = 0;

	for (int i = 0; i < rounds; i++)
		for (size_t k = 0; k < c->count; k++) {
			struct bounce_report b;
			struct err e = {0};
			if (bounce_read(reader, &arena, buf_str(&c->items[k]), c->items[k].len, NULL, &b, &e) == 0)
				recipients += b.count;
			arena_reset(&arena);
		}
	arena_clear(&arena);
	return recipients;
}

int main(int argc, char **argv)
{
	int rounds = argc > 2 ? atoi(argv[2]) : 20;
	struct corpus c = {0};
	struct err e = {0};

	if (argc < 2 || rounds < 1) {
		fprintf(stderr, "usage: bench_bounce FOLDER [ROUNDS]\n");
		return 64;
	}
	if (load(argv[1], &c, &e) != 0) {
		fprintf(stderr, "bench_bounce: %s\n", e.text);
		return 1;
	}
	struct bounce_reader *reader = bounce_reader_new();
	double start = now_s();
	size_t recipients = read_all(&c, rounds, reader);
	double seconds = now_s() - start, messages = (double)c.count * rounds;
	printf("bench_bounce messages %.0f recipients %zu seconds %.3f rate %.0f MB/s %.0f\n", messages, recipients,
	    seconds, messages / seconds, (double)c.bytes * rounds / seconds / 1e6);
	bounce_reader_free(reader);
	for (size_t i = 0; i < c.count; i++)
		buf_clear(&c.items[i]);
	free(c.items);
	return 0;
}
