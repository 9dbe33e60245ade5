#include "job/outbox_file.h"

#include "base/file.h"
#include "store/outbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
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

/* A run is killed while it writes the file of the next id only, so that a person's own "12.eml.backup" is none of it. */
static int is_stale(
    struct store *s, struct arena *a, int64_t id, bool is_temporary, int64_t last_id, bool *stale, struct err *e)
{
	struct outbox_message *m;

	*stale = id == last_id + 1;
	if (*stale || is_temporary)
		return 0;
	if (outbox_get(s, a, id, &m, e) != 0)
		return -1;
	*stale = m && m->state == OUTBOX_DISCARDED;
	return 0;
}

int outbox_file_sweep(struct store *s, struct arena *a, const char *dir, int64_t last_id, struct err *e)
{
	DIR *d = opendir(dir);
	int rc = -1;

	if (!d)
		return err_errno(e, "%s", dir);
	for (struct dirent *entry; (entry = readdir(d)) != NULL;) {
		int64_t id;
		bool is_temporary, stale;
		if (!parse_name(entry->d_name, &id, &is_temporary))
			continue;
		if (is_stale(s, a, id, is_temporary, last_id, &stale, e) != 0)
			goto out;
		if (stale && unlinkat(dirfd(d), entry->d_name, 0) != 0 && errno != ENOENT) {
			err_errno(e, "%s/%s: remove", dir, entry->d_name);
			goto out;
		}
	}
	rc = 0;
out:
	closedir(d);
	return rc;
}
