/* The settings: the file's syntax, the types, who wins, the paths that are worked out. */
#include "base/config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *write_file(const char *text, size_t n)
{
	static char path[64];
	int fd;

	snprintf(path, sizeof path, "/tmp/mailroom-test-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, n), n);
	close(fd);
	return path;
}

/* What MAILROOM_TEAM_NAME is after loading the text; the error's text where it is refused. */
static const char *load(const char *text, size_t n, enum err_code *code)
{
	static char value[1100];
	const char *path = write_file(text, n);
	struct config *c = config_new();
	struct err e = {0};

	if (config_load_file(c, path, &e) == 0)
		snprintf(value, sizeof value, "%s", config_text(c, "MAILROOM_TEAM_NAME"));
	else
		snprintf(value, sizeof value, "%s",
		    strncmp(e.text, path, strlen(path)) == 0 ? e.text + strlen(path) : e.text);
	*code = e.code;
	config_free(c);
	unlink(path);
	return value;
}

static void files_are_read_as_systemd_reads_them(void **state)
{
	static const struct {
		const char *text, *value;
	} rows[] = {
	    {"", "Team"},
	    {"MAILROOM_TEAM_NAME=Harbor", "Harbor"},
	    {"MAILROOM_TEAM_NAME=Harbor\n", "Harbor"},
	    {"\xef\xbb\xbfMAILROOM_TEAM_NAME=Harbor\r\n", "Harbor"},
	    {"  MAILROOM_TEAM_NAME = Harbor Team  \n", "Harbor Team"},
	    {"MAILROOM_TEAM_NAME=\" Harbor \"\n", " Harbor "},
	    {"MAILROOM_TEAM_NAME='a \"b\"'\n", "a \"b\""},
	    {"MAILROOM_TEAM_NAME=\"a'\n", "\"a'"},
	    {"MAILROOM_TEAM_NAME=\"\n", "\""},
	    {"MAILROOM_TEAM_NAME=a=b\n", "a=b"},
	    {"MAILROOM_TEAM_NAME=$HOME `id` #1\n", "$HOME `id` #1"},
	    {"# a\n; b\n\n \t\nMAILROOM_TEAM_NAME=x\n", "x"},
	    {"MAILROOM_TEAM_NAME=one \\\ntwo\n", "one two"},
	    {"MAILROOM_TEAM_NAME=one\\\n\\\n two\nMAILROOM_KEEP=all", "one two"},
	    {"MAILROOM_TEAM_NAME=one\\", "one\\"},
	    {"# a comment \\\nMAILROOM_TEAM_NAME=hidden\n", "Team"},
	    {"MAILROOM_TEAM_NAME=a\nMAILROOM_TEAM_NAME=b\n", "b"},
	    {"MAILROOM_TEAM_NAME=a\nMAILROOM_TEAM_NAME=\n", "Team"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		enum err_code code;
		const char *got = load(rows[i].text, strlen(rows[i].text), &code);
		if (code != ERR_NONE || strcmp(got, rows[i].value) != 0)
			fail_msg("row %zu gave \"%s\", not \"%s\"", i, got, rows[i].value);
	}
	(void)state;
}

static void mistakes_are_told_with_their_line(void **state)
{
	static const struct {
		const char *text, *words;
	} rows[] = {
	    {"MAILROOM_KEP=all", ":1: MAILROOM_KEP: no such setting"},
	    {"KEEP=all", ":1: KEEP: no such setting"},
	    {"\n\nMAILROOM_KEEP=some\n", ":3: MAILROOM_KEEP: \"some\" is none of matched|all"},
	    {"# a \\\nb\nMAILROOM_KEEP=match\n", ":3: MAILROOM_KEEP: \"match\""},
	    {"MAILROOM_TEAM_NAME=a\\\nb\nMAILROOM_LIVE=maybe\n", ":3: MAILROOM_LIVE: \"maybe\""},
	    {"MAILROOM_MAX_PARTS=1e3", ":1: MAILROOM_MAX_PARTS: \"1e3\" is no whole number from 1 to 1000000"},
	    {"MAILROOM_MAX_PARTS=0", ":1: MAILROOM_MAX_PARTS"},
	    {"MAILROOM_MAX_PARTS=1000001", ":1: MAILROOM_MAX_PARTS"},
	    {"MAILROOM_MAX_PARTS=99999999999999999999", ":1: MAILROOM_MAX_PARTS"},
	    {"MAILROOM_NOW=tomorrow", ":1: MAILROOM_NOW"},
	    {"MAILROOM_DATA_DIR=$HOME/mail", ":1: MAILROOM_DATA_DIR: \"$HOME/mail\" is no path from / on"},
	    {"MAILROOM_DB=~/mail.db", ":1: MAILROOM_DB: \"~/mail.db\" is no path from / on"},
	    {"just words", ":1: \"just words\" is no KEY=VALUE line"},
	    {"=x", ":1: "},
	};
	enum err_code code;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *got = load(rows[i].text, strlen(rows[i].text), &code);
		if (code != ERR_CONFIG || strncmp(got, rows[i].words, strlen(rows[i].words)) != 0)
			fail_msg("row %zu gave \"%s\", not \"%s\"", i, got, rows[i].words);
	}
	assert_non_null(strstr(load("MAILROOM_KEEP=all\0x", 19, &code), "NUL"));
	assert_int_equal(code, ERR_CONFIG);
	(void)state;
}

static void a_file_of_joined_lines_takes_no_time(void **state)
{
	size_t n = 1000000;
	char *text = test_malloc(n);
	enum err_code code;

	for (size_t i = 0; i < n; i++)
		text[i] = i % 2 ? '\n' : '\\';
	text[0] = '#';
	text[1] = ' ';
	assert_string_equal(load(text, n, &code), "Team");
	test_free(text);
	text = test_calloc(1, (1 << 20) + 1);
	memset(text, '#', (1 << 20) + 1);
	load(text, (1 << 20) + 1, &code);
	assert_int_equal(code, ERR_INPUT);
	test_free(text);
	(void)state;
}

static void the_later_origin_wins(void **state)
{
	char env[] = "MAILROOM_KEEP=all", other[] = "PATH=/bin", name[] = "MAILROOM_TEAM_NAME=env",
	     empty[] = "MAILROOM_TZ=", file_name[] = "MAILROOM_CONFIG=/x";
	char *envp[] = {other, env, name, empty, file_name, NULL};
	const char *path = write_file("MAILROOM_KEEP=matched\nMAILROOM_TZ=UTC\nMAILROOM_LIVE=on\n", 55);
	struct config *c = config_new();
	struct err e = {0};

	assert_int_equal(config_load_environment(c, envp, &e), 0);
	assert_int_equal(config_load_file(c, path, &e), 0);
	assert_int_equal(config_set(c, "MAILROOM_TEAM_NAME", "option", CONFIG_OPTION, &e), 0);
	assert_int_equal(config_set(c, "MAILROOM_TEAM_NAME", "file", CONFIG_FILE, &e), 0);
	assert_string_equal(config_text(c, "MAILROOM_KEEP"), "all");
	assert_int_equal(config_origin_of(c, "MAILROOM_KEEP"), CONFIG_ENVIRONMENT);
	assert_string_equal(config_text(c, "MAILROOM_TEAM_NAME"), "option");
	assert_string_equal(config_text(c, "MAILROOM_TZ"), "localtime");
	assert_true(config_bool(c, "MAILROOM_LIVE"));
	assert_int_equal(config_origin_of(c, "MAILROOM_LIVE"), CONFIG_FILE);
	assert_int_equal(config_int(c, "MAILROOM_MAX_PARTS"), 10000);
	assert_int_equal(config_origin_of(c, "MAILROOM_MAX_PARTS"), CONFIG_DEFAULT);
	assert_null(config_text(c, "MAILROOM_NOW"));
	assert_string_equal(config_file(c), path);
	config_free(c);
	unlink(path);
	(void)state;
}

static void an_unknown_variable_is_refused(void **state)
{
	char wrong[] = "MAILROOM_TYPO=1", no_value[] = "MAILROOM_DB";
	char *envp[] = {no_value, wrong, NULL};
	struct config *c = config_new();
	struct err e = {0};

	assert_int_equal(config_load_environment(c, envp, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, "MAILROOM_TYPO"));
	config_free(c);
	(void)state;
}

static void booleans_have_many_names(void **state)
{
	static const struct {
		const char *text;
		bool value;
	} rows[] = {{"true", true}, {"YES", true}, {"On", true}, {"1", true}, {"false", false}, {"no", false},
	    {"off", false}, {"0", false}};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct config *c = config_new();
		struct err e = {0};
		assert_int_equal(config_set(c, "MAILROOM_LIVE", rows[i].text, CONFIG_FILE, &e), 0);
		assert_int_equal(config_bool(c, "MAILROOM_LIVE"), rows[i].value);
		config_free(c);
	}
	(void)state;
}

static void paths_follow_the_data_folder(void **state)
{
	char home[] = "HOME=/home/mara";
	char *envp[] = {home, NULL}, *none[] = {NULL};
	struct config *c = config_new();
	struct err e = {0};

	assert_int_equal(config_set(c, "MAILROOM_DATA_DIR", "/srv/mail/", CONFIG_FILE, &e), 0);
	assert_int_equal(config_set(c, "MAILROOM_OUTBOX_DIR", "out", CONFIG_OPTION, &e), 0);
	assert_int_equal(config_finish(c, envp, &e), 0);
	assert_string_equal(config_text(c, "MAILROOM_DB"), "/srv/mail/mailroom.db");
	assert_string_equal(config_text(c, "MAILROOM_OUTBOX_DIR"), "out");
	config_free(c);

	c = config_new();
	assert_int_equal(config_finish(c, envp, &e), 0);
	assert_string_equal(config_text(c, "MAILROOM_DATA_DIR"),
	    geteuid() == 0 ? "/var/lib/mailroom" : "/home/mara/.local/share/mailroom");
	config_free(c);

	c = config_new();
	assert_int_equal(config_finish(c, none, &e), geteuid() == 0 ? 0 : -1);
	config_free(c);
	(void)state;
}

static void every_default_is_a_value(void **state)
{
	for (const struct config_key *k = config_keys; k->name; k++) {
		struct config *c = config_new();
		struct err e = {0};
		assert_int_equal(strncmp(k->name, "MAILROOM_", 9), 0);
		assert_non_null(k->help);
		if (k->value && config_set(c, k->name, k->value, CONFIG_FILE, &e) != 0)
			fail_msg("%s", e.text);
		config_free(c);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(files_are_read_as_systemd_reads_them),
	    cmocka_unit_test(mistakes_are_told_with_their_line),
	    cmocka_unit_test(a_file_of_joined_lines_takes_no_time),
	    cmocka_unit_test(the_later_origin_wins),
	    cmocka_unit_test(an_unknown_variable_is_refused),
	    cmocka_unit_test(booleans_have_many_names),
	    cmocka_unit_test(paths_follow_the_data_folder),
	    cmocka_unit_test(every_default_is_a_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
