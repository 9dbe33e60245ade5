/* bench_parse FILE.mbox: times message_parse over every message of a plain mbox, split at "From " lines. */
#include "base/err.h"
#include "mail/message.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct totals {
	size_t messages, text_bytes, attachments;
};

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Start of the next message's "From " line behind pos; n when there is none. */
static size_t next_message(const char *s, size_t pos, size_t n)
{
	const char *p = memmem(s + pos, n - pos, "\nFrom ", 6);

	return p ? (size_t)(p - s) + 1 : n;
}

static int parse_all(const char *s, size_t n, struct totals *t, struct err *e)
{
	struct message_parser *parser = message_parser_new();
	struct arena arena = {0};
	int r = 0;

	for (size_t pos = 0; pos < n && r == 0;) {
		size_t end = next_message(s, pos, n);
		struct message m;
		r = message_parse(parser, &arena, s + pos, end - pos, NULL, &m, e);
		t->messages++;
		t->text_bytes += r == 0 ? m.text_bytes : 0;
		t->attachments += r == 0 ? m.attachments.count : 0;
		arena_reset(&arena);
		pos = end;
	}
	arena_clear(&arena);
	message_parser_free(parser);
	return r;
}

int main(int argc, char **argv)
{
	struct stat st;
	struct totals t = {0};
	struct err e = {0};
	int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0 || fstat(fd, &st) || st.st_size == 0) {
		fprintf(stderr, "usage: bench_parse FILE.mbox\n");
		return 64;
	}
	size_t n = (size_t)st.st_size;
	const char *s = mmap(NULL, n, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (s == MAP_FAILED)
		return 71;
	double start = now_s();
	if (parse_all(s, n, &t, &e)) {
		fprintf(stderr, "bench_parse: %s\n", e.text);
		return 1;
	}
	double seconds = now_s() - start;
	printf("bench_parse messages %zu seconds %.3f rate %.0f\n", t.messages, seconds, (double)t.messages / seconds);
	return 0;
}
