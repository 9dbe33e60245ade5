/* embed_sql: turns SQL files into one C source and its header. A build tool, not installed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static FILE *open_or_die(const char *path, const char *mode)
{
	FILE *f = fopen(path, mode);
	if (!f) {
		fprintf(stderr, "embed_sql: %s: %s\n", path, strerror(errno));
		exit(1);
	}
	return f;
}

/* Writes the file as C string literals, one a line. */
static void put_literal(FILE *out, FILE *in)
{
	int c, at_start = 1;

	while ((c = getc(in)) != EOF) {
		if (at_start)
			fputs("\t\"", out);
		at_start = 0;
		if (c == '\n') {
			fputs("\\n\"\n", out);
			at_start = 1;
		} else if (c == '"' || c == '\\') {
			fprintf(out, "\\%c", c);
		} else if (c == '?') {
			fputs("\\?", out);
		} else {
			putc(c, out);
		}
	}
	fputs(at_start ? "\t\"\";\n" : "\";\n", out);
}

/* The file's name without folder and .sql; for migrations the number goes too. */
static void identifier(const char *path, char *id, size_t size)
{
	const char *base = strrchr(path, '/');
	base = base ? base + 1 : path;
	snprintf(id, size, "%s", base);
	char *dot = strrchr(id, '.');
	if (dot)
		*dot = '\0';
}

/* The list of all texts from one folder, by name. */
static void put_list(FILE *out, const char *name, const char *folder, int argc, char **argv)
{
	char id[256];

	fprintf(out, "const struct sql_named %s[] = {\n", name);
	for (int i = 3; i < argc; i++) {
		identifier(argv[i], id, sizeof id);
		if (strstr(argv[i], folder))
			fprintf(out, "\t{\"%s\", sql_%s},\n", id, id);
	}
	fputs("\t{NULL, NULL}\n};\n", out);
}

int main(int argc, char **argv)
{
	char id[256];
	int n_migrations = 0;

	if (argc < 4) {
		fprintf(stderr, "usage: embed_sql OUT.c OUT.h FILE.sql...\n");
		return 2;
	}
	FILE *c = open_or_die(argv[1], "w");
	FILE *h = open_or_die(argv[2], "w");
	fputs("/* Generated from sql/ by embed_sql. */\n#include <stddef.h>\n#include \"sql.h\"\n", c);
	fputs("/* Generated from sql/ by embed_sql. */\n#ifndef SQL_H\n#define SQL_H\n#include <stddef.h>\n", h);
	for (int i = 3; i < argc; i++) {
		FILE *in = open_or_die(argv[i], "r");
		identifier(argv[i], id, sizeof id);
		if (strstr(argv[i], "/migrations/")) {
			fprintf(c, "static const char migration_%d[] = /* %s */\n", n_migrations++, id);
		} else {
			fprintf(h, "extern const char sql_%s[];\n", id);
			fprintf(c, "const char sql_%s[] =\n", id);
		}
		put_literal(c, in);
		fclose(in);
	}
	fputs("const char *const sql_migrations[] = {\n", c);
	for (int i = 0; i < n_migrations; i++)
		fprintf(c, "\tmigration_%d,\n", i);
	fprintf(c, "\tNULL\n};\nconst size_t sql_migration_count = %d;\n", n_migrations);
	put_list(c, "sql_queries", "/queries/", argc, argv);
	put_list(c, "sql_compliance", "/compliance/", argc, argv);
	fputs("struct sql_named {\n\tconst char *name, *text;\n};\n"
	      "extern const struct sql_named sql_queries[];\n"
	      "extern const struct sql_named sql_compliance[];\n"
	      "extern const char *const sql_migrations[];\n"
	      "extern const size_t sql_migration_count;\n#endif\n",
	    h);
	if (fclose(c) || fclose(h)) {
		fprintf(stderr, "embed_sql: write error: %s\n", strerror(errno));
		return 1;
	}
	return 0;
}
