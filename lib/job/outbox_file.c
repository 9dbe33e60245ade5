#include "job/outbox_file.h"

#include "base/file.h"
#include "store/outbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int outbox_file_read(const char *path, struct buf *out, struct err *e)
{
	/* O_NONBLOCK: a FIFO of this name would hold us up for ever. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK), rc = -1;
	struct stat st;

	if (fd < 0 && errno == ELOOP)
		return err_set(e, ERR_REFUSED, "%s: is a symbolic link, not the file that was written", path);
	if (fd < 0)
		return err_errno(e, "%s", path);
	if (fstat(fd, &st) != 0)
		err_errno(e, "%s", path);
	else if (!S_ISREG(st.st_mode))
		err_set(e, ERR_REFUSED, "%s: is no plain file", path);
	else
		rc = file_read(path, fd, OUTBOX_FILE_BYTES, out, e);
	close(fd);
	return rc;
}

/* "12.eml" or "12.eml.aB3xYz", the name that file_write_atomic renames; false for any other name. */
static bool parse_name(const char *name, int64_t *id, bool *is_temporary)
{
	char *end;

	if (*name < '1' || *name > '9')
		return false;
	errno = 0;
	*id = strtoll(name, &end, 10);
	if (errno || strncmp(end, ".eml", 4) != 0)
		return false;
	end += 4;
	*is_temporary = *end == '.' && strlen(end) == strlen(".XXXXXX");
	return *end == '\0' || *is_temporary;
}

int outbox_file_write(const char *path, const struct buf *bytes, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600), rc;

	if (fd < 0 && errno == ELOOP)
		return err_set(e, ERR_REFUSED, "%s: is a symbolic link", path);
	if (fd < 0) {
		err_errno(e, "%s: create", path);
		e->code = ERR_CANNOT_CREATE;
		return -1;
	}
	rc = file_write_all(fd, path, bytes->data, bytes->len, e);
	if (close(fd) != 0 && rc == 0)
		rc = err_errno(e, "%s: write", path);
	return rc;
}

int outbox_file_sync(const char *dir, struct err *e)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;

	if (fd < 0)
		return err_errno(e, "%s", dir);
	/* One call for all files: the file system writes them in one go instead of waiting for the disk once a file. */
	if (syncfs(fd) != 0 || fsync(fd) != 0)
		rc = err_errno(e, "%s: sync", dir);
	close(fd);
	return rc;
}

static int compare_ids(const void *x, const void *y)
{
	int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;

	return a < b ? -1 : a > b;
}

/* What of the folder one pass finds to be of no use. */
static int sweep_folder(DIR *d, const char *dir, const int64_t *discarded, size_t n, int64_t last_id, struct err *e)
{
	for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
		int64_t id;
		bool is_temporary, stale;
		if (!parse_name(entry->d_name, &id, &is_temporary))
			continue;
		/* A run is killed while it writes the file of the next id only, so that a person's own
		 * "12.eml.backup" is none of it. */
		stale = is_temporary ? id == last_id + 1
		                     : n > 0 && bsearch(&id, discarded, n, sizeof *discarded, compare_ids);
		if (stale && unlinkat(dirfd(d), entry->d_name, 0) != 0 && errno != ENOENT)
			return err_errno(e, "%s/%s: remove", dir, entry->d_name);
	}
	return 0;
}

/* A batch writes its files in the order of their ids. */
static int sweep_batch(DIR *d, const char *dir, int64_t last_id, struct err *e)
{
	for (int64_t id = last_id + 1;; id++) {
		char name[32];
		snprintf(name, sizeof name, "%lld.eml", (long long)id);
		if (unlinkat(dirfd(d), name, 0) == 0)
			continue;
		return errno == ENOENT ? 0 : err_errno(e, "%s/%s: remove", dir, name);
	}
}

int outbox_file_sweep(struct store *s, struct arena *a, const char *dir, int64_t last_id, struct err *e)
{
	DIR *d = opendir(dir);
	int64_t *discarded;
	size_t n;
	int rc = -1;

	if (!d)
		return err_errno(e, "%s", dir);
	if (outbox_ids(s, a, OUTBOX_DISCARDED, &discarded, &n, e) == 0 &&
	    sweep_folder(d, dir, discarded, n, last_id, e) == 0)
		rc = sweep_batch(d, dir, last_id, e);
	closedir(d);
	return rc;
}
