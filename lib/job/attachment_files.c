#include "job/attachment_files.h"

#include "base/file.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct attachment_files {
	char *dir, *incoming; /* ".../attachments", ".../attachments/incoming-<owner>" */
	int dir_fd, incoming_fd;
	char (*names)[SHA256_HEX_BYTES];
	size_t count, cap;
};

/* "ab/cdef..." */
static void place_of(const char hex[static SHA256_HEX_BYTES], char out[static SHA256_HEX_BYTES + 1])
{
	snprintf(out, SHA256_HEX_BYTES + 1, "%.2s/%s", hex, hex + 2);
}

static int open_dir(const char *path, int *fd, struct err *e)
{
	if (file_make_dirs(path, e) != 0)
		return -1;
	*fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *fd < 0 ? err_errno(e, "%s", path) : 0;
}

static void remove_leftovers(struct attachment_files *f)
{
	DIR *d = opendir(f->incoming);
	struct dirent *de;

	while (d && (de = readdir(d)))
		if (de->d_name[0] != '.')
			unlinkat(f->incoming_fd, de->d_name, 0);
	if (d)
		closedir(d);
}

int attachment_files_open(const char *dir, const char *owner, struct attachment_files **out, struct err *e)
{
	struct attachment_files *f = mem_alloc(sizeof *f);

	f->dir_fd = f->incoming_fd = -1;
	f->dir = mem_strdup(dir);
	f->incoming = mem_printf("%s/incoming-%s", dir, owner);
	if (open_dir(f->dir, &f->dir_fd, e) != 0 || open_dir(f->incoming, &f->incoming_fd, e) != 0) {
		attachment_files_close(f);
		return -1;
	}
	remove_leftovers(f);
	*out = f;
	return 0;
}

void attachment_files_drop(struct attachment_files *f)
{
	while (f->count > 0)
		unlinkat(f->incoming_fd, f->names[--f->count], 0);
}

void attachment_files_close(struct attachment_files *f)
{
	if (!f)
		return;
	if (f->incoming_fd >= 0) {
		attachment_files_drop(f);
		close(f->incoming_fd);
		rmdir(f->incoming);
	}
	if (f->dir_fd >= 0)
		close(f->dir_fd);
	free(f->names);
	free(f->dir);
	free(f->incoming);
	free(f);
}

static bool is_there(const struct attachment_files *f, const char *place, size_t n)
{
	struct stat st;

	return fstatat(f->dir_fd, place, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) &&
	       st.st_size == (off_t)n;
}

static void remember(struct attachment_files *f, const char *hex)
{
	if (f->count == f->cap) {
		f->cap = f->cap ? f->cap * 2 : 64;
		f->names = mem_realloc(f->names, f->cap, sizeof *f->names);
	}
	memcpy(f->names[f->count++], hex, SHA256_HEX_BYTES);
}

int attachment_files_put(struct attachment_files *f, const unsigned char sha256[static SHA256_BYTES], const void *bytes,
    size_t n, struct err *e)
{
	char hex[SHA256_HEX_BYTES], place[SHA256_HEX_BYTES + 1];
	int fd, rc;

	sha256_hex(sha256, hex);
	place_of(hex, place);
	if (is_there(f, place, n))
		return 0;
	fd = openat(f->incoming_fd, hex, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return errno == EEXIST ? 0 : err_errno(e, "%s/%s: create", f->incoming, hex);
	remember(f, hex);
	rc = file_write_all(fd, place, bytes, n, e);
	if (close(fd) != 0 && rc == 0)
		rc = err_errno(e, "%s/%s: write", f->incoming, hex);
	return rc;
}

/* One pass over the file system costs less than a sync a file. */
static int sync_all(struct attachment_files *f, struct err *e)
{
	return syncfs(f->dir_fd) == 0 ? 0 : err_errno(e, "%s: sync", f->dir);
}

static int rename_into_place(struct attachment_files *f, const char *hex, struct err *e)
{
	char place[SHA256_HEX_BYTES + 1], sub[3] = {hex[0], hex[1], '\0'};

	place_of(hex, place);
	if (renameat(f->incoming_fd, hex, f->dir_fd, place) == 0)
		return 0;
	if (errno != ENOENT || (mkdirat(f->dir_fd, sub, 0700) != 0 && errno != EEXIST) ||
	    renameat(f->incoming_fd, hex, f->dir_fd, place) != 0)
		return err_errno(e, "%s/%s: rename", f->dir, place);
	return 0;
}

int attachment_files_keep(struct attachment_files *f, size_t *count, struct err *e)
{
	*count = f->count;
	if (f->count == 0)
		return 0;
	if (sync_all(f, e) != 0)
		return -1;
	for (size_t i = 0; i < f->count; i++)
		if (rename_into_place(f, f->names[i], e) != 0)
			return -1;
	f->count = 0;
	return sync_all(f, e);
}

int attachment_files_remove(const char *dir, const unsigned char sha256[static SHA256_BYTES], struct err *e)
{
	char hex[SHA256_HEX_BYTES], place[SHA256_HEX_BYTES + 1], *path;
	int rc = 0;

	sha256_hex(sha256, hex);
	place_of(hex, place);
	path = file_join(dir, place);
	if (unlink(path) != 0 && errno != ENOENT)
		rc = err_errno(e, "%s: remove", path);
	free(path);
	return rc;
}
