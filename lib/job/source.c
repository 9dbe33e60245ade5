#include "job/source.h"

#include "base/file.h"
#include "base/mem.h"
#include "job/source_files.h"
#include "job/source_mbox.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LOOK_BYTES = 1024 };

const char *source_kind_name(enum source_kind kind)
{
	static const char *const names[] = {[SOURCE_MBOX] = "mbox", [SOURCE_MAILDIR] = "maildir", [SOURCE_EML] = "eml"};

	return names[kind];
}

static bool has_folder(const char *path, const char *name)
{
	char *sub = file_join(path, name);
	struct stat st;
	bool yes = stat(sub, &st) == 0 && S_ISDIR(st.st_mode);

	free(sub);
	return yes;
}

static bool is_maildir(const char *path)
{
	bool yes = has_folder(path, "cur") || has_folder(path, "new");
	DIR *d = yes ? NULL : opendir(path);
	struct dirent *de;

	/* A Maildir++ root may have subfolders alone. */
	while (d && !yes && (de = readdir(d)))
		if (de->d_name[0] == '.' && de->d_name[1] != '\0' && de->d_name[1] != '.') {
			char *sub = file_join(path, de->d_name);
			yes = has_folder(sub, "cur");
			free(sub);
		}
	if (d)
		closedir(d);
	return yes;
}

static int look(struct unpack *u, char *to, size_t n, size_t *len, struct err *e)
{
	size_t got = 1;

	for (*len = 0; *len < n && got > 0; *len += got)
		if (unpack_read(u, to + *len, n - *len, &got, e) != 0)
			return -1;
	return 0;
}

enum content { CONTENT_MBOX, CONTENT_MESSAGE, CONTENT_OTHER };

static enum content content_of(const char *s, size_t n)
{
	const char *line_end;
	size_t skip = 0;

	while (skip < n && (s[skip] == '\n' || s[skip] == '\r'))
		skip++;
	line_end = memchr(s + skip, '\n', n - skip);
	if (n == skip || source_mbox_is_from_line(s + skip, line_end ? (size_t)(line_end - s) - skip : n - skip))
		return CONTENT_MBOX; /* an empty file is an mbox without messages */
	return source_mbox_is_header_line(s, n) ? CONTENT_MESSAGE : CONTENT_OTHER;
}

static int open_file(const char *path, size_t max_bytes, struct source **s, struct err *e)
{
	struct unpack *u;
	struct err early = {0};
	char first[LOOK_BYTES];
	size_t n = 0;
	enum content content;

	if (unpack_open(path, &u, e) != 0)
		return -1;
	/* Damage in what follows is met again, and told, by the reading itself. */
	(void)look(u, first, sizeof first, &n, &early);
	content = early.code && n == 0 ? CONTENT_MBOX : content_of(first, n);
	if (content == CONTENT_MBOX) {
		if (unpack_seek(u, 0, e) == 0)
			return source_mbox_open(path, u, max_bytes, s, e);
		unpack_close(u);
		return -1;
	}
	unpack_close(u);
	if (content == CONTENT_MESSAGE)
		return source_files_open(path, SOURCE_EML, max_bytes, s, e);
	return err_set(e, ERR_INPUT, "%s: is neither an mbox nor a message", path);
}

int source_open(const char *given, size_t max_bytes, struct source **s, struct err *e)
{
	char *path = realpath(given, NULL);
	struct stat st;
	int rc;

	if (!path || stat(path, &st) != 0)
		rc = err_errno(e, "%s", given);
	else if (S_ISDIR(st.st_mode))
		rc = source_files_open(path, is_maildir(path) ? SOURCE_MAILDIR : SOURCE_EML, max_bytes, s, e);
	else
		rc = open_file(path, max_bytes, s, e);
	free(path);
	return rc;
}
