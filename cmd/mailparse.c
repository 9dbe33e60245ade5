/* mailparse: shows how a message is read, as JSON, one object a line. */
#include "base/err.h"
#include "base/json.h"
#include "mail/message.h"
#include "mail/message_json.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

enum { MAX_TRUSTED = 32, OPT_TRUSTED = 256, OPT_LIMIT };

struct options {
	struct message_options message;
	struct message_limits limits;
	const char *trusted[MAX_TRUSTED + 1];
	size_t trusted_count;
	bool quiet;
};

struct run {
	const struct options *o;
	struct message_parser *parser;
	struct arena arena;
	struct buf raw, line;
	bool failed;
	int write_errno; /* not 0: standard output is gone, which ends the run */
};

static const char usage_text[] =
    "usage: mailparse [--html] [--limit NAME=N]... [--trusted-authserv ID]... [-q] [FILE...]\n"
    "Prints each message (standard input without FILE) as one JSON object a line.\n"
    "\n"
    "      --html                 add the HTML body\n"
    "      --limit NAME=N         change a cap: raw, header, nesting, parts, addresses, boundary,\n"
    "                             comment-depth, rfc2231-parts, text, references\n"
    "      --trusted-authserv ID  believe only Authentication-Results of this server\n"
    "      --json                 JSON output (the default)\n"
    "  -q, --quiet                say nothing about files that cannot be read\n"
    "      --help, --version\n";

static int parse_options(int argc, char **argv, struct options *o, struct err *e)
{
	static const struct option longs[] = {{"html", no_argument, NULL, 'H'},
	    {"json", no_argument, NULL, 'j'}, {"quiet", no_argument, NULL, 'q'},
	    {"limit", required_argument, NULL, OPT_LIMIT},
	    {"trusted-authserv", required_argument, NULL, OPT_TRUSTED}, {"help", no_argument, NULL, 'h'},
	    {"version", no_argument, NULL, 'V'}, {0}};

	for (int c; (c = getopt_long(argc, argv, "q", longs, NULL)) != -1;) {
		switch (c) {
		case 'H':
			o->message.want_html = true;
			break;
		case 'j':
			break;
		case 'q':
			o->quiet = true;
			break;
		case OPT_LIMIT:
			if (message_limits_set(&o->limits, optarg, e))
				return -1;
			break;
		case OPT_TRUSTED:
			if (o->trusted_count == MAX_TRUSTED)
				return err_set(e, ERR_USAGE, "more than %d --trusted-authserv", MAX_TRUSTED);
			o->trusted[o->trusted_count++] = optarg;
			o->message.trusted_authserv = o->trusted;
			break;
		case 'h':
			fputs(usage_text, stdout);
			exit(EX_OK);
		case 'V':
			puts("mailparse " MAILROOM_VERSION);
			exit(EX_OK);
		default:
			return err_set(e, ERR_USAGE, "see mailparse --help");
		}
	}
	return 0;
}

/* The whole of fd, but no more than one byte over the limit: what is longer is refused by the parser. */
static int read_all(int fd, size_t limit, struct buf *raw, struct err *e)
{
	struct stat st;
	ssize_t got;

	buf_reset(raw);
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (uint64_t)st.st_size <= limit)
		buf_reserve(raw, (size_t)st.st_size + 1);
	do {
		char *to = buf_reserve(raw, 65536);
		got = read(fd, to, 65536);
		if (got < 0)
			return err_errno(e, "read");
		raw->len += (size_t)got;
	} while (got > 0 && raw->len <= limit);
	return 0;
}

static int print_message(struct run *r, const char *name, int fd, struct err *e)
{
	struct message m;
	struct json j = {.out = &r->line};

	if (read_all(fd, r->o->limits.raw_bytes, &r->raw, e) ||
	    message_parse(r->parser, &r->arena, buf_str(&r->raw), r->raw.len, &r->o->message, &m, e))
		return -1;
	buf_reset(&r->line);
	message_json(&j, name, &m, r->o->message.want_html);
	json_close(&j, '}');
	buf_putc(&r->line, '\n');
	if (fwrite(r->line.data, 1, r->line.len, stdout) != r->line.len)
		r->write_errno = errno;
	return 0;
}

static void print_file(struct run *r, const char *name)
{
	struct err e = {0};
	bool is_stdin = strcmp(name, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(name, O_RDONLY | O_CLOEXEC);
	int failed = fd < 0 ? err_errno(&e, "open") : print_message(r, name, fd, &e);

	if (failed && !r->o->quiet)
		fprintf(stderr, "mailparse: %s: %s\n", name, e.text);
	r->failed = r->failed || failed;
	arena_reset(&r->arena);
	if (fd >= 0 && !is_stdin)
		close(fd);
}

int main(int argc, char **argv)
{
	struct options o = {.limits = message_default_limits};
	struct run r = {.o = &o};
	struct err e = {0};

	o.message.limits = &o.limits;
	if (parse_options(argc, argv, &o, &e)) {
		fprintf(stderr, "mailparse: %s\n", e.text);
		return err_exit_status(&e);
	}
	r.parser = message_parser_new();
	if (optind == argc)
		print_file(&r, "-");
	for (int i = optind; i < argc && !r.write_errno; i++)
		print_file(&r, argv[i]);
	message_parser_free(r.parser);
	arena_clear(&r.arena);
	buf_clear(&r.raw);
	buf_clear(&r.line);
	if (!r.write_errno && fflush(stdout))
		r.write_errno = errno;
	if (r.write_errno) {
		fprintf(stderr, "mailparse: standard output: %s\n", strerror(r.write_errno));
		return EX_IOERR;
	}
	return r.failed ? 1 : EX_OK;
}
