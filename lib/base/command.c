#include "base/command.h"

#include "base/clock.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHUNK_BYTES = 1024, WORDS_MAX_BYTES = 300, EXIT_POLL_MS = 10 };

struct command {
	pid_t pid;
	int out, words; /* our ends of its standard output and error; -1: at the end */
	double until;
};

static void close_both(const int fds[2])
{
	if (fds[0] >= 0)
		close(fds[0]);
	if (fds[1] >= 0)
		close(fds[1]);
}

/* In the child, where only async-signal-safe functions are good. */
static _Noreturn void run(const char *command, int in, int out, int words)
{
	int null = in >= 0 ? in : open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 || dup2(words, STDERR_FILENO) < 0)
		_exit(127);
	close_range(STDERR_FILENO + 1, ~0U, 0);
	signal(SIGPIPE, SIG_DFL);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

/* Its input is the file `in`, which stays the caller's; -1: none. */
static int start(struct command *c, const char *command, int in, struct err *e)
{
	int out[2] = {-1, -1}, words[2] = {-1, -1};

	if (pipe2(out, O_CLOEXEC) != 0 || pipe2(words, O_CLOEXEC) != 0 || (c->pid = fork()) < 0) {
		err_errno(e, "running a command");
		close_both(out);
		close_both(words);
		return -1;
	}
	if (c->pid == 0)
		run(command, in, out[1], words[1]);
	setpgid(c->pid, c->pid); /* both do: whoever is first */
	close(out[1]);
	close(words[1]);
	c->out = out[0];
	c->words = words[0];
	return 0;
}

/* What there is, up to `cap` bytes in all: the rest is read and forgotten, so that the command can end. */
static int take(int *fd, struct buf *b, size_t cap, struct err *e)
{
	char chunk[CHUNK_BYTES];
	ssize_t n = read(*fd, chunk, sizeof chunk);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (n < 0)
		return err_errno(e, "reading from a command");
	if (n == 0) {
		close(*fd);
		*fd = -1;
	} else if (b->len < cap) {
		buf_append(b, chunk, (size_t)n < cap - b->len ? (size_t)n : cap - b->len);
	}
	explicit_bzero(chunk, sizeof chunk);
	return 0;
}

static int late(struct err *e)
{
	return err_set(e, ERR_TEMPORARY, "the command does not come to an end");
}

static int left_ms(const struct command *c)
{
	double left = c->until - clock_monotonic_s();

	return left <= 0 ? 0 : (int)(left * 1e3) + 1;
}

static int read_all(struct command *c, struct buf *out, struct buf *words, struct err *e)
{
	while (c->out >= 0 || c->words >= 0) {
		struct pollfd p[] = {{.fd = c->out, .events = POLLIN}, {.fd = c->words, .events = POLLIN}};
		int n = left_ms(c) ? poll(p, 2, left_ms(c)) : 0;
		if (n < 0 && errno != EINTR)
			return err_errno(e, "waiting for a command");
		if (n == 0)
			return late(e);
		if (n > 0 && p[0].revents && take(&c->out, out, COMMAND_LINE_MAX_BYTES + 2, e) != 0)
			return -1;
		if (n > 0 && p[1].revents && take(&c->words, words, WORDS_MAX_BYTES, e) != 0)
			return -1;
	}
	return 0;
}

/* A command may close its output and go on. */
static int reap(struct command *c, int *status, struct err *e)
{
	for (;;) {
		pid_t pid = waitpid(c->pid, status, WNOHANG);
		if (pid == c->pid)
			break;
		if (pid < 0 && errno != EINTR)
			return err_errno(e, "waiting for a command");
		if (left_ms(c) == 0)
			return late(e);
		poll(NULL, 0, EXIT_POLL_MS);
	}
	c->pid = 0;
	return 0;
}

static void end(struct command *c)
{
	if (c->out >= 0)
		close(c->out);
	if (c->words >= 0)
		close(c->words);
	if (c->pid > 0) {
		kill(-c->pid, SIGKILL);
		waitpid(c->pid, NULL, 0);
	}
}

static void cut_line(struct buf *b)
{
	char *end = b->len ? memchr(b->data, '\n', b->len) : NULL;

	if (end)
		b->len = (size_t)(end - b->data);
	if (b->len > 0 && b->data[b->len - 1] == '\r')
		b->len--;
	if (b->data)
		b->data[b->len] = '\0';
}

static int judge(int status, const struct buf *line, const char *words, struct err *e)
{
	if (status != 0 && *words && (line->len == 0 || !strstr(words, line->data)))
		return err_set(e, ERR_UNAVAILABLE, "the command did not succeed: %s", words);
	if (WIFSIGNALED(status))
		return err_set(e, ERR_UNAVAILABLE, "the command was ended by signal %d", WTERMSIG(status));
	if (status != 0)
		return err_set(e, ERR_UNAVAILABLE, "the command did not succeed (exit status %d)", WEXITSTATUS(status));
	if (line->len == 0)
		return err_set(e, ERR_INPUT, "the command printed nothing");
	if (memchr(line->data, '\0', line->len))
		return err_set(e, ERR_INPUT, "the command printed a NUL");
	if (line->len > COMMAND_LINE_MAX_BYTES)
		return err_set(e, ERR_INPUT, "the line that the command printed is too long");
	return 0;
}

int command_first_line(const char *command, int timeout_ms, struct buf *out, struct err *e)
{
	struct command c = {.pid = 0, .out = -1, .words = -1, .until = clock_monotonic_s() + timeout_ms / 1e3};
	struct buf words = {0};
	int status = 0, rc;

	/* All the room at once: growing would leave copies behind. */
	buf_reserve(out, COMMAND_LINE_MAX_BYTES + CHUNK_BYTES);
	buf_reserve(&words, WORDS_MAX_BYTES + CHUNK_BYTES);
	rc = start(&c, command, -1, e);
	if (rc == 0)
		rc = read_all(&c, out, &words, e);
	if (rc == 0)
		rc = reap(&c, &status, e);
	end(&c);
	if (rc == 0) {
		cut_line(out);
		cut_line(&words);
		rc = judge(status, out, buf_str(&words), e);
	}
	buf_wipe(&words);
	return rc;
}

/* A file in memory, not a pipe: a command that does not read cannot make us wait. */
static int input_of(const char *text, size_t n, struct err *e)
{
	int fd = memfd_create("mailroom", MFD_CLOEXEC);

	if (fd < 0)
		return err_errno(e, "running a command");
	if (file_write_all(fd, "a command's input", text, n, e) != 0 || lseek(fd, 0, SEEK_SET) != 0) {
		close(fd);
		return e->code ? -1 : err_errno(e, "running a command");
	}
	return fd;
}

int command_feed(const char *command, int timeout_ms, const char *text, size_t n, struct err *e)
{
	struct command c = {.pid = 0, .out = -1, .words = -1, .until = clock_monotonic_s() + timeout_ms / 1e3};
	struct buf out = {0}, words = {0};
	int in = input_of(text, n, e), status = 0, rc;

	if (in < 0)
		return -1;
	rc = start(&c, command, in, e);
	close(in);
	if (rc == 0)
		rc = read_all(&c, &out, &words, e);
	if (rc == 0)
		rc = reap(&c, &status, e);
	end(&c);
	if (rc == 0 && status != 0) {
		buf_clear(&out);
		cut_line(&words);
		rc = judge(status, &out, buf_str(&words), e);
	}
	buf_clear(&out);
	buf_clear(&words);
	return rc;
}
