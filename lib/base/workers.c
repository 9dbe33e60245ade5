#include "base/workers.h"

#include "base/mem.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { AT_ONCE_MOST = 64 };

struct child {
	pid_t pid;
	int fd; /* its result comes here; -1: no child in this place */
	size_t index, got;
	char *result;
};

struct crew {
	const struct workers *w;
	struct child children[AT_ONCE_MOST];
	size_t busy, next;
	bool told_to_stop;
};

static bool is_stopped(const struct workers *w)
{
	return w->stop && *w->stop;
}

static void write_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t got = write(fd, bytes, n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return;
		bytes += got;
		n -= (size_t)got;
	}
}

static _Noreturn void be_child(const struct workers *w, size_t index, int fd)
{
	char *result = mem_alloc(w->result_bytes);

	w->work(index, result, w->arg);
	write_all(fd, result, w->result_bytes);
	/* Not exit(): what the parent has in its buffers is the parent's to write. */
	_exit(0);
}

static int start(struct crew *c, struct child *child, struct err *e)
{
	int fds[2];

	if (pipe(fds) != 0)
		return err_errno(e, "pipe");
	child->pid = fork();
	if (child->pid < 0) {
		err_errno(e, "fork");
		close(fds[0]);
		close(fds[1]);
		return -1;
	}
	if (child->pid == 0) {
		close(fds[0]);
		be_child(c->w, c->next, fds[1]);
	}
	close(fds[1]);
	child->fd = fds[0];
	child->index = c->next++;
	child->got = 0;
	child->result = mem_alloc(c->w->result_bytes);
	c->busy++;
	return 0;
}

static int start_some(struct crew *c, size_t at_once, struct err *e)
{
	for (size_t i = 0; i < at_once && c->next < c->w->count && !is_stopped(c->w); i++)
		if (c->children[i].fd < 0 && start(c, &c->children[i], e) != 0)
			return -1;
	return 0;
}

static void end(struct crew *c, struct child *child)
{
	int status;

	close(child->fd);
	child->fd = -1;
	c->busy--;
	while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	c->w->done(child->index, child->got == c->w->result_bytes ? child->result : NULL, c->w->arg);
	free(child->result);
}

static void read_some(struct crew *c, struct child *child)
{
	ssize_t n = read(child->fd, child->result + child->got, c->w->result_bytes - child->got);

	if (n < 0 && errno == EINTR)
		return;
	if (n > 0)
		child->got += (size_t)n;
	if (n <= 0 || child->got == c->w->result_bytes)
		end(c, child);
}

static void pass_on_stop(struct crew *c, size_t at_once)
{
	if (!is_stopped(c->w) || c->told_to_stop)
		return;
	c->told_to_stop = true;
	for (size_t i = 0; i < at_once; i++)
		if (c->children[i].fd >= 0)
			kill(c->children[i].pid, SIGTERM);
}

static void wait_some(struct crew *c, size_t at_once)
{
	struct pollfd fds[AT_ONCE_MOST];

	for (size_t i = 0; i < at_once; i++)
		fds[i] = (struct pollfd){.fd = c->children[i].fd, .events = POLLIN};
	/* The limit: a signal may come just before the wait. */
	if (poll(fds, (nfds_t)at_once, 1000) <= 0)
		return;
	for (size_t i = 0; i < at_once; i++)
		if (fds[i].fd >= 0 && fds[i].revents)
			read_some(c, &c->children[i]);
}

static void run_here(const struct workers *w)
{
	char *result = mem_alloc(w->result_bytes);

	for (size_t i = 0; i < w->count && !is_stopped(w); i++) {
		for (size_t k = 0; k < w->result_bytes; k++)
			result[k] = 0;
		w->work(i, result, w->arg);
		w->done(i, result, w->arg);
	}
	free(result);
}

int workers_run(const struct workers *w, struct err *e)
{
	size_t at_once = w->at_once > AT_ONCE_MOST ? AT_ONCE_MOST : w->at_once;
	struct crew c = {.w = w};
	int rc = 0;

	if (at_once <= 1 || w->count <= 1) {
		run_here(w);
		return 0;
	}
	for (size_t i = 0; i < AT_ONCE_MOST; i++)
		c.children[i].fd = -1;
	do {
		if (rc == 0)
			rc = start_some(&c, at_once, e);
		pass_on_stop(&c, at_once);
		if (c.busy > 0)
			wait_some(&c, at_once);
	} while (c.busy > 0 || (rc == 0 && c.next < w->count && !is_stopped(w)));
	return rc;
}
