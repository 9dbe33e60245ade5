#include "bounces_file.h"

#include "base/buf.h"
#include "base/file.h"
#include "mail/bounce.h"
#include "mail/bounce_json.h"
#include "table.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct scan {
	struct cli *cli;
	struct bounce_reader *reader;
	struct arena arena;
	struct buf raw, line;
	struct table table;
	bool failed;
};

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static void print_json(struct scan *s, const char *name, const struct bounce_report *b)
{
	struct json j = {.out = &s->line};

	buf_reset(&s->line);
	bounce_json(&j, name, b);
	buf_putc(&s->line, '\n');
	fwrite(s->line.data, 1, s->line.len, stdout);
}

static void add_rows(struct scan *s, const char *name, const struct bounce_report *b)
{
	for (size_t i = 0; i < b->count || i == 0; i++) {
		const struct bounce_recipient *r = i < b->count ? &b->recipients[i] : NULL;
		table_add(&s->table, i == 0 ? name : "");
		table_add(&s->table, i == 0 ? bounce_kind_name(b->kind) : "");
		table_add(&s->table, r ? r->address : "-");
		table_add(&s->table, r ? bounce_action_name(r->action) : "-");
		table_add(&s->table, r ? bounce_class_name(r->class) : "-");
		table_add(&s->table, r && r->status ? r->status : "-");
		table_add(&s->table, r && r->class != BOUNCE_CLASS_NONE ? bounce_reason_name(r->reason) : "-");
	}
}

static void read_file(struct scan *s, const char *path)
{
	struct bounce_report report;
	struct err e = {0};
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : -1;

	buf_reset(&s->raw);
	if (file_read(path, fd, message_default_limits.raw_bytes, &s->raw, &e) != 0 ||
	    bounce_read(s->reader, &s->arena, buf_str(&s->raw), s->raw.len, NULL, &report, &e) != 0) {
		s->failed = true;
		cli_fail(&e);
	} else if (cli_json(s->cli)) {
		print_json(s, base_name(path), &report);
	} else {
		add_rows(s, base_name(path), &report);
	}
	arena_reset(&s->arena);
}

static int not_hidden(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

/* The files of one folder, by name. */
static void read_folder(struct scan *s, const char *path)
{
	struct dirent **names;
	struct err e = {0};
	int n = scandir(path, &names, not_hidden, alphasort);

	if (n < 0) {
		s->failed = true;
		err_errno(&e, "%s", path);
		cli_fail(&e);
		return;
	}
	for (int i = 0; i < n; i++) {
		char *file = file_join(path, names[i]->d_name);
		struct stat st;
		if (!ferror(stdout) && (stat(file, &st) != 0 || !S_ISDIR(st.st_mode)))
			read_file(s, file);
		free(file);
		free(names[i]);
	}
	free(names);
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* A folder's files, and where it is a Maildir those of new and cur. */
static void read_path(struct scan *s, const char *path)
{
	char *parts[] = {file_join(path, "new"), file_join(path, "cur")};

	if (strcmp(path, "-") == 0 || !is_folder(path)) {
		read_file(s, path);
	} else if (is_folder(parts[0]) && is_folder(parts[1])) {
		read_folder(s, parts[0]);
		read_folder(s, parts[1]);
	} else {
		read_folder(s, path);
	}
	free(parts[0]);
	free(parts[1]);
}

int bounces_file_run(struct cli *cli, int argc, char **argv)
{
	struct scan s = {.cli = cli, .table = {.columns = 7}};
	const char *path;

	if (argc == 0 && !cli_value(cli, "file"))
		return cli_usage(cli, "what to read? --file PATH");
	s.reader = bounce_reader_new();
	for (size_t i = 0; (path = cli_value_at(cli, "file", i)) && !ferror(stdout); i++)
		read_path(&s, path);
	for (int i = 0; i < argc && !ferror(stdout); i++)
		read_path(&s, argv[i]);
	table_print(&s.table);
	bounce_reader_free(s.reader);
	arena_clear(&s.arena);
	buf_clear(&s.raw);
	buf_clear(&s.line);
	return s.failed;
}
