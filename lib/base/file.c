#include "base/file.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static int make_dir(const char *path, struct err *e)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return 0;
	err_errno(e, "%s: make the folder", path);
	e->code = ERR_CANNOT_CREATE;
	return -1;
}

int file_make_dirs(const char *path, struct err *e)
{
	char *p = mem_strdup(path);
	struct stat st;
	int rc = -1;

	for (char *s = p; *s; s++) {
		if (*s != '/' || s == p)
			continue;
		*s = '\0';
		if (make_dir(p, e) != 0)
			goto out;
		*s = '/';
	}
	if (make_dir(p, e) != 0)
		goto out;
	if (stat(p, &st) != 0)
		err_errno(e, "%s", p);
	else if (!S_ISDIR(st.st_mode))
		err_set(e, ERR_CANNOT_CREATE, "%s: is a file, a folder is wanted here", p);
	else
		rc = 0;
out:
	free(p);
	return rc;
}

int file_read(const char *path, int fd, size_t cap, struct buf *out, struct err *e)
{
	bool ours = fd < 0;
	int rc = -1;

	if (ours && (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return err_errno(e, "%s", path);
	for (;;) {
		ssize_t n = read(fd, buf_reserve(out, 65536), 65536);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err_errno(e, "%s: read", path);
			goto out;
		}
		if (n == 0)
			break;
		out->len += (size_t)n;
		if (out->len > cap) {
			err_set(e, ERR_INPUT, "%s: longer than %zu bytes", path, cap);
			goto out;
		}
	}
	buf_append(out, "", 0);
	rc = 0;
out:
	if (ours)
		close(fd);
	return rc;
}

int file_write_all(int fd, const char *path, const void *bytes, size_t n, struct err *e)
{
	const char *p = bytes;

	while (n > 0) {
		ssize_t w = write(fd, p, n);
		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0)
			return err_errno(e, "%s: write", path);
		p += w;
		n -= (size_t)w;
	}
	return 0;
}

static char *parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return mem_strdup(".");
	return mem_strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

int file_sync_dir(const char *path, struct err *e)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;

	if (fd < 0)
		return err_errno(e, "%s", path);
	if (fsync(fd) != 0)
		rc = err_errno(e, "%s: sync", path);
	close(fd);
	return rc;
}

int file_write_atomic(const char *path, const void *bytes, size_t n, mode_t mode, struct err *e)
{
	char *temp, *dir;
	struct stat st;
	int fd, rc = -1;

	/* A rename would put the file in the place of /dev/null. */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return err_set(e, ERR_CANNOT_CREATE, "%s: is there and is no plain file", path);
	temp = mem_printf("%s.XXXXXX", path);
	dir = parent_of(path);
	fd = mkstemp(temp);
	if (fd < 0) {
		err_errno(e, "%s: create", path);
		if (e->code == ERR_NO_INPUT)
			e->code = ERR_CANNOT_CREATE;
		goto out;
	}
	if (file_write_all(fd, path, bytes, n, e) != 0)
		goto unlink;
	if (fchmod(fd, mode) != 0 || fsync(fd) != 0 || rename(temp, path) != 0) {
		err_errno(e, "%s: write", path);
		goto unlink;
	}
	rc = file_sync_dir(dir, e);
	goto out;
unlink:
	unlink(temp);
out:
	if (fd >= 0)
		close(fd);
	free(temp);
	free(dir);
	return rc;
}

char *file_join(const char *dir, const char *name)
{
	size_t n = strlen(dir);

	return mem_printf("%s%s%s", dir, n && dir[n - 1] == '/' ? "" : "/", name);
}

int file_free_bytes(const char *path, unsigned long long *bytes, struct err *e)
{
	struct statvfs v;

	if (statvfs(path, &v) != 0)
		return err_errno(e, "%s: free space", path);
	*bytes = (unsigned long long)v.f_bavail * v.f_frsize;
	return 0;
}
