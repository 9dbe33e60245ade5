#include "job/source_files.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "job/unpack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

enum { CHUNK_BYTES = 256 * 1024 };

struct entry {
	char *name; /* below the root */
	struct stat st;
};

struct files {
	struct source source;
	struct entry *items;
	size_t count, cap, next;
	size_t max_bytes;
	bool single; /* the path is the file itself */
	struct buf raw;
	struct err failure;
	XXH3_state_t *hash;
};

static void add_entry(struct files *f, char *name, const struct stat *st)
{
	if (f->count == f->cap) {
		f->cap = f->cap ? f->cap * 2 : 64;
		f->items = mem_realloc(f->items, f->cap, sizeof *f->items);
	}
	f->items[f->count++] = (struct entry){name, *st};
}

/* Folders still to be read: a list of our own, since the depth is the outside's. */
struct pending {
	char **names;
	size_t count, cap;
};

static void pending_add(struct pending *t, char *name)
{
	if (t->count == t->cap) {
		t->cap = t->cap ? t->cap * 2 : 16;
		t->names = mem_realloc(t->names, t->cap, sizeof *t->names);
	}
	t->names[t->count++] = name;
}

static void pending_clear(struct pending *t)
{
	while (t->count > 0)
		free(t->names[--t->count]);
	free(t->names);
}

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && strcasecmp(s + n - m, end) == 0;
}

/* What to do with one name of a folder: a message file, a folder to read, or nothing. */
static void sort_in(struct files *f, struct pending *t, const char *dir, const char *name, const struct stat *st)
{
	char *below = *dir ? file_join(dir, name) : mem_strdup(name);
	bool maildir = f->source.kind == SOURCE_MAILDIR, box = strcmp(name, "cur") == 0 || strcmp(name, "new") == 0;
	bool in_box =
	    ends_with(dir, "cur") || ends_with(dir, "new") || strcmp(dir, "cur") == 0 || strcmp(dir, "new") == 0;

	if (S_ISDIR(st->st_mode) && (maildir ? box || (name[0] == '.' && !in_box) : name[0] != '.')) {
		pending_add(t, below);
		return;
	}
	if (S_ISREG(st->st_mode) && name[0] != '.' && (maildir ? in_box : ends_with(name, ".eml"))) {
		add_entry(f, below, st);
		return;
	}
	free(below);
}

static int list_dir(struct files *f, struct pending *t, const char *dir, struct err *e)
{
	char *path = file_join(f->source.path, dir);
	DIR *d = opendir(path);
	struct dirent *de;
	struct stat st;

	if (!d) {
		err_errno(e, "%s", path);
		free(path);
		return -1;
	}
	while ((de = readdir(d))) {
		if (strcmp(de->d_name, ".") == 0 || strcmp(de->d_name, "..") == 0)
			continue;
		/* A file that went away meanwhile was moved by the mail reader; links are not followed out of the folder. */
		if (fstatat(dirfd(d), de->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			sort_in(f, t, dir, de->d_name, &st);
	}
	closedir(d);
	free(path);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->name, ((const struct entry *)b)->name);
}

static int list_all(struct files *f, struct err *e)
{
	struct pending t = {0};
	int rc = 0;

	pending_add(&t, mem_strdup(""));
	while (t.count > 0 && rc == 0) {
		char *dir = t.names[--t.count];
		rc = list_dir(f, &t, dir, e);
		free(dir);
	}
	pending_clear(&t);
	if (f->count > 0)
		qsort(f->items, f->count, sizeof *f->items, by_name);
	return rc;
}

static void add_to_hash(struct files *f, const struct entry *en)
{
	int64_t state[] = {en->st.st_size, (int64_t)en->st.st_ino, en->st.st_mtim.tv_sec, en->st.st_mtim.tv_nsec,
	    en->st.st_ctim.tv_sec, en->st.st_ctim.tv_nsec};

	XXH3_128bits_update(f->hash, en->name, strlen(en->name) + 1);
	XXH3_128bits_update(f->hash, state, sizeof state);
}

static void cursor(struct source *s, struct source_cursor *c)
{
	struct files *f = (struct files *)s;
	XXH128_canonical_t text;

	XXH128_canonicalFromHash(&text, XXH3_128bits_digest(f->hash));
	c->offset = (int64_t)f->next;
	memcpy(c->hash, text.digest, sizeof c->hash);
}

/* A message on its own may be compressed. */
static int read_single(struct files *f, struct source_item *item)
{
	struct unpack *u;
	size_t got = 1;
	int rc = 0;

	buf_reset(&f->raw);
	if (unpack_open(f->source.path, &u, &f->failure) != 0)
		return -1;
	while (rc == 0 && got > 0 && f->raw.len <= f->max_bytes) {
		char *to = buf_reserve(&f->raw, CHUNK_BYTES);
		rc = unpack_read(u, to, CHUNK_BYTES, &got, &f->failure);
		if (rc == 0)
			f->raw.len += got;
	}
	unpack_close(u);
	item->size_bytes = f->raw.len;
	if (rc == 0 && f->raw.len > f->max_bytes)
		rc = err_set(
		    &f->failure, ERR_INPUT, "the message has more than the %zu bytes that are read", f->max_bytes);
	return rc;
}

static int read_entry(struct files *f, const char *name, struct source_item *item)
{
	char *path = file_join(f->source.path, name);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW), rc = -1;
	struct stat st;

	buf_reset(&f->raw);
	if (fd < 0 || fstat(fd, &st) != 0) {
		err_errno(&f->failure, "%s", path);
		goto out;
	}
	item->size_bytes = (size_t)st.st_size;
	if (!S_ISREG(st.st_mode))
		err_set(&f->failure, ERR_INPUT, "%s: is no regular file", path);
	else if (item->size_bytes > f->max_bytes)
		err_set(&f->failure, ERR_INPUT, "the message has %zu bytes, more than the %zu that are read",
		    item->size_bytes, f->max_bytes);
	else
		rc = file_read(path, fd, f->max_bytes, &f->raw, &f->failure);
out:
	if (fd >= 0)
		close(fd);
	free(path);
	return rc;
}

static void fill_item(struct files *f, const char *name, struct source_item *item)
{
	*item = (struct source_item){.name = f->single ? NULL : name};
	f->failure = (struct err){0};
	if ((f->single ? read_single(f, item) : read_entry(f, name, item)) == 0) {
		item->raw = f->raw.data;
		item->size_bytes = f->raw.len;
	} else {
		item->failure = f->failure.text;
	}
}

static int next(struct source *s, struct source_item *item, bool *more, struct err *e)
{
	struct files *f = (struct files *)s;

	(void)e;
	*more = f->next < f->count;
	if (!*more)
		return 0;
	fill_item(f, f->items[f->next].name, item);
	add_to_hash(f, &f->items[f->next++]);
	return 0;
}

static int resume(struct source *s, const struct source_cursor *c, bool *resumed, struct err *e)
{
	struct files *f = (struct files *)s;
	struct source_cursor here;

	(void)e;
	*resumed = false;
	if (c->offset <= 0 || (uint64_t)c->offset > f->count)
		return 0;
	while ((int64_t)f->next < c->offset)
		add_to_hash(f, &f->items[f->next++]);
	cursor(s, &here);
	*resumed = memcmp(here.hash, c->hash, sizeof here.hash) == 0;
	if (!*resumed) {
		XXH3_128bits_reset(f->hash);
		f->next = 0;
	}
	return 0;
}

static int at(struct source *s, int64_t offset, const char *name, struct source_item *item, struct err *e)
{
	struct files *f = (struct files *)s;
	static const char alone[] = "";

	(void)offset;
	/* Names come from the database, yet a path out of the folder is never opened. */
	if (!f->single && (!name || !*name || name[0] == '/' || strstr(name, "../")))
		return err_set(e, ERR_NO_INPUT, "%s: no such message", s->path);
	fill_item(f, f->single ? alone : name, item);
	if (item->failure && f->failure.code == ERR_NO_INPUT)
		return err_set(e, ERR_NO_INPUT, "%s", item->failure);
	return 0;
}

static void progress(const struct source *s, int64_t *done, int64_t *total)
{
	const struct files *f = (const struct files *)s;

	*done = (int64_t)f->next;
	*total = (int64_t)f->count;
}

static void close_files(struct source *s)
{
	struct files *f = (struct files *)s;

	for (size_t i = 0; i < f->count; i++)
		free(f->items[i].name);
	free(f->items);
	free((char *)(uintptr_t)s->path);
	buf_clear(&f->raw);
	XXH3_freeState(f->hash);
	free(f);
}

static void identify(struct files *f, const struct stat *st)
{
	XXH128_hash_t h;

	XXH3_128bits_reset(f->hash);
	for (size_t i = 0; i < f->count; i++)
		add_to_hash(f, &f->items[i]);
	h = XXH3_128bits_digest(f->hash);
	f->source.identity = (struct source_identity){
	    (int64_t)st->st_dev, (int64_t)st->st_ino, (int64_t)f->count, (int64_t)h.high64, (int64_t)h.low64};
	XXH3_128bits_reset(f->hash);
}

int source_files_open(const char *path, enum source_kind kind, size_t max_bytes, struct source **out, struct err *e)
{
	struct files *f = mem_alloc(sizeof *f);
	struct stat st;

	f->source = (struct source){.kind = kind,
	    .path = mem_strdup(path),
	    .next = next,
	    .cursor = cursor,
	    .resume = resume,
	    .at = at,
	    .progress = progress,
	    .close = close_files};
	f->max_bytes = max_bytes;
	f->hash = XXH3_createState();
	if (!f->hash)
		mem_out_of_memory();
	if (stat(path, &st) != 0) {
		err_errno(e, "%s", path);
		goto fail;
	}
	f->single = !S_ISDIR(st.st_mode);
	if (f->single)
		add_entry(f, mem_strdup(""), &st);
	else if (list_all(f, e) != 0)
		goto fail;
	identify(f, &st);
	*out = &f->source;
	return 0;
fail:
	close_files(&f->source);
	return -1;
}
