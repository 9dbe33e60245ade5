/* Commands that print a password: what becomes of their output, their failure, their end. */
#include "base/command.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <unistd.h>

enum { LONG_MS = 60000, SHORT_MS = 300 };

static const struct {
	const char *command, *line; /* NULL: fails */
	enum err_code code;
	const char *words;
} rows[] = {
    {"echo word", "word", ERR_NONE, ""},
    {"printf word", "word", ERR_NONE, ""},
    {"printf 'word\\r\\nmore\\n'", "word", ERR_NONE, ""},
    {"printf ' w \\n'", " w ", ERR_NONE, ""},
    {"echo word; echo chatter >&2", "word", ERR_NONE, ""},
    {"echo word; exec >&- 2>&-; sleep 0.1", "word", ERR_NONE, ""},
    {"cat; echo word", "word", ERR_NONE, ""},
    {"echo word; head -c 300000 /dev/zero", "word", ERR_NONE, ""},
    {"head -c 4096 /dev/zero | tr '\\0' x | wc -c; head -c 300000 /dev/zero >&2", "4096", ERR_NONE, ""},
    {"true", NULL, ERR_INPUT, "printed nothing"},
    {"echo; echo word", NULL, ERR_INPUT, "printed nothing"},
    {"printf 'a\\0b\\n'", NULL, ERR_INPUT, "NUL"},
    {"head -c 4097 /dev/zero | tr '\\0' x", NULL, ERR_INPUT, "too long"},
    {"exit 7", NULL, ERR_UNAVAILABLE, "exit status 7"},
    {"echo locked >&2; exit 7", NULL, ERR_UNAVAILABLE, "succeed: locked"},
    {"printf 'a\\033[31m\\nb\\n' >&2; exit 7", NULL, ERR_UNAVAILABLE, "succeed: a?[31m"},
    {"echo word; echo not word >&2; exit 7", NULL, ERR_UNAVAILABLE, "exit status 7"},
    {"kill -TERM $$", NULL, ERR_UNAVAILABLE, "signal 15"},
    {"/nowhere/at/all", NULL, ERR_UNAVAILABLE, "not found"},
    {"test -e /proc/self/fd/9 && echo left open || echo closed", "closed", ERR_NONE, ""},
};

static void each_command(void **state)
{
	(void)state;
	assert_int_equal(dup2(STDERR_FILENO, 9), 9); /* for the last row */
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct buf out = {0};
		struct err e = {0};
		int rc = command_first_line(rows[i].command, LONG_MS, &out, &e);
		if ((rc == 0) != (rows[i].line != NULL) || e.code != rows[i].code ||
		    (rc == 0 && strcmp(out.data, rows[i].line) != 0) || !strstr(e.text, rows[i].words))
			fail_msg("%s: %d \"%s\" (%s)", rows[i].command, rc, buf_str(&out), e.text);
		buf_wipe(&out);
	}
}

/* However it hangs, and whatever it has started. */
static void one_that_hangs_is_ended(void **state)
{
	static const char *const hangs[] = {"sleep 1000", "echo word; exec >&- 2>&-; sleep 1000", "sleep 1000 & wait",
	    "trap '' TERM INT; while :; do sleep 1000; done"};

	(void)state;
	for (size_t i = 0; i < sizeof hangs / sizeof *hangs; i++) {
		struct buf out = {0};
		struct err e = {0};
		assert_int_equal(command_first_line(hangs[i], SHORT_MS, &out, &e), -1);
		assert_int_equal(e.code, ERR_TEMPORARY);
		buf_wipe(&out);
	}
}

/* What is fed to it, and how that ends. */
static void a_command_is_fed(void **state)
{
	static const struct {
		const char *command;
		size_t bytes;
		enum err_code code;
		const char *words;
	} feeds[] = {
	    {"test \"$(wc -c)\" -eq 1000000", 1000000, ERR_NONE, ""},
	    {"test \"$(wc -c)\" -eq 0", 0, ERR_NONE, ""},
	    {"true", 1000000, ERR_NONE, ""},
	    {"cat; cat; cat >&2", 300000, ERR_NONE, ""},
	    {"exit 3", 10, ERR_UNAVAILABLE, "exit status 3"},
	    {"echo no such list >&2; exit 3", 10, ERR_UNAVAILABLE, "succeed: no such list"},
	    {"kill -TERM $$", 10, ERR_UNAVAILABLE, "signal 15"},
	};
	char *text = mem_alloc(1000000);
	struct err late = {0};

	(void)state;
	memset(text, 'x', 1000000);
	for (size_t i = 0; i < sizeof feeds / sizeof *feeds; i++) {
		struct err e = {0};
		int rc = command_feed(feeds[i].command, LONG_MS, text, feeds[i].bytes, &e);
		if ((rc == 0) != (feeds[i].code == ERR_NONE) || e.code != feeds[i].code ||
		    !strstr(e.text, feeds[i].words))
			fail_msg("%s: %d (%s)", feeds[i].command, rc, e.text);
	}
	assert_int_equal(command_feed("sleep 1000 & wait", SHORT_MS, text, 10, &late), -1);
	assert_int_equal(late.code, ERR_TEMPORARY);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_command),
	    cmocka_unit_test(one_that_hangs_is_ended),
	    cmocka_unit_test(a_command_is_fed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
