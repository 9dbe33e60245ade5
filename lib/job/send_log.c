#include "job/send_log.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WORDS_BYTES = 500, SECRET_BYTES = 64 };

/* A line that a full disk cut off ends here, so that the next one is whole. */
static int end_last_line(int fd, off_t size, struct err *e)
{
	char last = '\n';

	if (size > 0 && pread(fd, &last, 1, size - 1) != 1)
		return err_errno(e, "send_log.jsonl: read");
	return last == '\n' || write(fd, "\n", 1) == 1 ? 0 : err_errno(e, "send_log.jsonl: write");
}

int send_log_open(const char *dir, int *fd, struct err *e)
{
	char *path = file_join(dir, "send_log.jsonl");
	struct stat st;
	int rc = -1;

	*fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (*fd < 0) {
		err_errno(e, "%s: open", path);
	} else if (fstat(*fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		err_set(e, ERR_REFUSED, "%s: is no plain file", path);
	} else {
		rc = end_last_line(*fd, st.st_size, e);
	}
	if (rc != 0 && *fd >= 0) {
		close(*fd);
		*fd = -1;
	}
	free(path);
	return rc;
}

static void put_text(struct json *j, const char *key, const char *value)
{
	json_key(j, key);
	json_str(j, value);
}

static void put_time(struct json *j, const char *key, int64_t t)
{
	char text[CLOCK_TEXT_BYTES];

	json_key(j, key);
	if (!t) {
		json_nil(j);
		return;
	}
	clock_format_utc(t, text);
	json_str(j, text);
}

static void put_int(struct json *j, const char *key, int64_t v)
{
	json_key(j, key);
	json_int(j, v);
}

void send_log_line(struct buf *out, const struct attempt *a)
{
	struct json j = {.out = out};
	char hex[SHA256_HEX_BYTES];

	sha256_hex(a->sha256, hex);
	json_open(&j, '{');
	put_int(&j, "outbox_id", a->outbox_id);
	put_int(&j, "attempt", a->attempt);
	put_text(&j, "recipient", a->recipient);
	put_text(&j, "status", attempt_status_name(a->status));
	put_text(&j, "transport", a->transport);
	put_text(&j, "server", a->server);
	json_key(&j, "code");
	if (a->code)
		json_int(&j, a->code);
	else
		json_nil(&j);
	put_text(&j, "enhanced", a->enhanced);
	put_text(&j, "words", a->words);
	put_text(&j, "remote_id", a->remote_id);
	put_text(&j, "message_id", a->message_id);
	put_text(&j, "sha256", hex);
	put_int(&j, "size_bytes", (int64_t)a->size_bytes);
	put_time(&j, "rendered_at", a->rendered_at);
	put_time(&j, "started_at", a->started_at);
	put_time(&j, "finished_at", a->finished_at);
	json_close(&j, '}');
	buf_putc(out, '\n');
}

int send_log_append(int fd, const struct buf *lines, struct err *e)
{
	ssize_t n;

	do
		n = write(fd, lines->data, lines->len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_errno(e, "send_log.jsonl: write");
	if ((size_t)n != lines->len)
		return err_set(e, ERR_IO, "send_log.jsonl: the disk took only a part of a line");
	return 0;
}

static bool is_secret_char(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
	       c == '+' || c == '=';
}

/* How many bytes at s name a secret that follows: "Bearer ", "access_token=". 0: none. */
static size_t introduction(const char *s)
{
	static const char *const words[] = {
	    "bearer ", "basic ", "token=", "token: ", "token\":\"", "password=", "password: ", "secret=", "key="};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strncasecmp(s, words[i], strlen(words[i])) == 0)
			return strlen(words[i]);
	return 0;
}

/* Copies the run of letters and digits at *s, or a mark in its place. */
static void put_run(struct buf *out, const char **s, bool is_secret)
{
	const char *end = *s;

	while (is_secret_char(*end) && (is_secret || !introduction(end)))
		end++;
	if (end > *s && (is_secret || end - *s >= SECRET_BYTES))
		buf_puts(out, "(left out)");
	else
		buf_append(out, *s, (size_t)(end - *s));
	*s = end;
}

const char *send_log_words(struct arena *a, const char *words)
{
	struct buf out = {0};
	char *kept;

	if (!words)
		return NULL;
	for (const char *s = words; *s;) {
		size_t n = introduction(s);
		buf_append(&out, s, n);
		s += n;
		if (n > 0)
			/* A token's dots are part of it (JWT, Google). */
			do {
				put_run(&out, &s, true);
				if (*s == '.')
					s++;
			} while (is_secret_char(*s));
		else if (is_secret_char(*s))
			put_run(&out, &s, false);
		else
			buf_putc(&out, *s++);
	}
	kept = arena_strndup(a, buf_str(&out), out.len < WORDS_BYTES ? out.len : utf8_cut(buf_str(&out), WORDS_BYTES));
	buf_clear(&out);
	utf8_disarm(kept, "");
	return kept;
}
