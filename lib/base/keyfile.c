#include "base/keyfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_granted_by_systemd(const char *path, const struct stat *st)
{
	return strncmp(path, "/run/credentials/", 17) == 0 && !strstr(path, "/../") && st->st_uid == 0 &&
	       (st->st_mode & 0337) == 0;
}

static int check(const char *path, const struct stat *st, size_t cap, struct err *e)
{
	if (!S_ISREG(st->st_mode))
		return err_set(e, ERR_INPUT, "%s: is no regular file", path);
	if (st->st_uid != geteuid() && st->st_uid != 0)
		return err_set(e, ERR_REFUSED,
		    "%s: belongs to the user with the id %ld, who could change it; run: chown %ld %s", path,
		    (long)st->st_uid, (long)geteuid(), path);
	if ((st->st_mode & 077) != 0 && !is_granted_by_systemd(path, st))
		return err_set(e, ERR_REFUSED, "%s: holds a secret and has the mode %04o; run: chmod 0600 %s", path,
		    (unsigned)st->st_mode & 07777, path);
	if (st->st_size < 0 || (size_t)st->st_size > cap)
		return err_set(e, ERR_INPUT, "%s: longer than %zu bytes", path, cap);
	return 0;
}

int keyfile_read(const char *path, size_t cap, struct buf *out, struct err *e)
{
	/* O_NONBLOCK: a named pipe must not make the program wait for a writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), rc = -1;
	struct stat st;
	size_t size;

	if (fd < 0)
		return err_errno(e, "%s", path);
	if (fstat(fd, &st) != 0) {
		err_errno(e, "%s", path);
		goto out;
	}
	if (check(path, &st, cap, e) != 0)
		goto out;
	/* Room for all at once, so that the buffer is never moved and leaves no copy behind. */
	size = (size_t)st.st_size;
	buf_reserve(out, size + 1);
	while (out->len <= size) {
		ssize_t n = read(fd, out->data + out->len, size + 1 - out->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err_errno(e, "%s: read", path);
			goto out;
		}
		if (n == 0)
			break;
		out->len += (size_t)n;
	}
	if (out->len > size) {
		err_set(e, ERR_TEMPORARY, "%s: grew while it was read; try again", path);
		goto out;
	}
	out->data[out->len] = '\0';
	rc = 0;
out:
	close(fd);
	if (rc != 0)
		buf_wipe(out);
	return rc;
}
