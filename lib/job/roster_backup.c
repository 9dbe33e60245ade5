#include "job/roster_backup.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "job/roster_csv.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_BYTES = 1 << 30, STAMP_BYTES = 16, SAME_SECOND = 99 };

struct copies {
	const char *dir;
	char **names; /* oldest first */
	size_t count;
};

/* "20261120T080000Z.csv", "20261120T080000Z_02.csv"; *half: behind it stands what file_write_atomic writes to. */
static bool is_copy(const char *name, bool *half)
{
	static const char stamp[] = "########T######Z";
	const char *end = name + STAMP_BYTES;

	for (size_t i = 0; i < STAMP_BYTES; i++)
		if (stamp[i] == '#' ? name[i] < '0' || name[i] > '9' : name[i] != stamp[i])
			return false;
	if (*end == '_')
		end += 1 + strspn(end + 1, "0123456789");
	if (strncmp(end, ".csv", 4) != 0)
		return false;
	end += 4;
	*half = *end == '.' && strlen(end) == strlen(".XXXXXX");
	return *end == '\0' || *half;
}

static int by_name(const void *x, const void *y)
{
	return strcmp(*(char *const *)x, *(char *const *)y);
}

static int remove_one(const char *dir, const char *name, struct err *e)
{
	char *path = file_join(dir, name);
	int rc = unlink(path) == 0 || errno == ENOENT ? 0 : err_errno(e, "%s: remove", path);

	free(path);
	return rc;
}

static int list(struct copies *c, struct err *e)
{
	DIR *d = opendir(c->dir);
	int rc = 0;

	if (!d)
		return err_errno(e, "%s", c->dir);
	for (struct dirent *entry; rc == 0 && (entry = readdir(d)) != NULL;) {
		bool half;
		if (!is_copy(entry->d_name, &half))
			continue;
		if (half) {
			rc = remove_one(c->dir, entry->d_name, e);
			continue;
		}
		c->names = mem_realloc(c->names, c->count + 1, sizeof *c->names);
		c->names[c->count++] = mem_strdup(entry->d_name);
	}
	closedir(d);
	if (c->count > 1)
		qsort(c->names, c->count, sizeof *c->names, by_name);
	return rc;
}

static bool is_newest(const struct copies *c, const struct buf *text)
{
	struct err ignored = {0};
	struct buf last = {0};
	char *path;
	bool same;

	if (c->count == 0)
		return false;
	path = file_join(c->dir, c->names[c->count - 1]);
	same = file_read(path, -1, FILE_BYTES, &last, &ignored) == 0 && last.len == text->len &&
	       memcmp(last.data, text->data, text->len) == 0;
	buf_clear(&last);
	free(path);
	return same;
}

/* A name that is behind all that are there. */
static char *next_name(const struct copies *c, int64_t now)
{
	char iso[CLOCK_TEXT_BYTES], stamp[STAMP_BYTES + 1];
	size_t n = 0;

	clock_format_utc(now, iso);
	for (const char *p = iso; *p && n < STAMP_BYTES; p++)
		if (*p != '-' && *p != ':')
			stamp[n++] = *p;
	stamp[n] = '\0';
	for (int i = 1; i <= SAME_SECOND; i++) {
		char *name = i == 1 ? mem_printf("%s.csv", stamp) : mem_printf("%s_%02d.csv", stamp, i);
		bool taken = false;
		for (size_t k = 0; k < c->count; k++)
			taken = taken || strcmp(c->names[k], name) == 0;
		if (!taken)
			return name;
		free(name);
	}
	return NULL;
}

static int write_copy(struct copies *c, const struct buf *text, size_t keep, int64_t now, struct err *e)
{
	char *name = next_name(c, now), *path;
	int rc;

	if (!name)
		return err_set(e, ERR_CANNOT_CREATE, "%s: over %d copies of one second", c->dir, SAME_SECOND);
	path = file_join(c->dir, name);
	rc = file_write_atomic(path, text->data, text->len, 0600, e);
	for (size_t i = 0; rc == 0 && c->count - i >= keep && i < c->count; i++)
		rc = remove_one(c->dir, c->names[i], e);
	free(path);
	free(name);
	return rc;
}

int roster_backup(struct store *s, const char *dir, size_t keep, int64_t now, struct err *e)
{
	struct copies c = {.dir = dir};
	struct buf text = {0};
	size_t participants;
	int rc = -1;

	if (roster_export_text(s, &text, &participants, e) != 0)
		goto out;
	rc = 0;
	if (keep == 0 || participants == 0)
		goto out;
	rc = file_make_dirs(dir, e) == 0 ? list(&c, e) : -1;
	if (rc == 0 && !is_newest(&c, &text))
		rc = write_copy(&c, &text, keep, now, e);
out:
	for (size_t i = 0; i < c.count; i++)
		free(c.names[i]);
	free(c.names);
	buf_clear(&text);
	return rc == 0 ? 0 : err_prefix(e, "a copy of the roster as it was");
}
