/* CSV piece by piece: whatever the pieces, the rows are the same. */
#include "base/buf.h"
#include "base/csv_reader.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdlib.h>

static enum csv_line on_line(size_t number, const char *bytes, size_t n, void *arg)
{
	(void)number;
	(void)arg;
	if (n >= 4 && memcmp(bytes, "STOP", 4) == 0)
		return CSV_LINE_STOP;
	return n >= 4 && memcmp(bytes, "SKIP", 4) == 0 ? CSV_LINE_SKIP : CSV_LINE_READ;
}

static void on_cell(size_t row_line, const char *bytes, size_t n, void *arg)
{
	(void)row_line;
	buf_putc(arg, '[');
	buf_append(arg, bytes, n);
	buf_putc(arg, ']');
	assert_int_equal(bytes[n], '\0');
}

static void on_row(size_t row_line, void *arg)
{
	buf_printf(arg, "%zu;", row_line);
}

/* What is read of the text in pieces of so many bytes, then "!LINE TEXT" where it could not go on. */
static void read_in_pieces(const char *text, size_t n, size_t piece, size_t max_bytes, struct buf *out)
{
	struct csv_events events = {on_line, on_cell, on_row, out};
	struct csv_reader *r = csv_reader_new(&events, max_bytes);
	struct csv_fault fault;
	int rc = 0;

	buf_reset(out);
	buf_puts(out, "");
	for (size_t at = 0; at < n && rc == 0; at += piece) {
		/* A copy of its own, so that a sanitizer sees a read beyond it. */
		size_t len = n - at < piece ? n - at : piece;
		char *copy = mem_strndup(text + at, len);
		rc = csv_reader_feed(r, copy, len, &fault);
		free(copy);
	}
	if (rc == 0)
		rc = csv_reader_end(r, &fault);
	if (rc != 0)
		buf_printf(out, "!%zu %.6s", fault.line, fault.text);
	csv_reader_free(r);
}

static const struct {
	const char *text, *want;
} cases[] = {
    {"", ""},
    {"\n\n \r\n", ""},
    {"a,b\n1,2\n", "[a][b]1;[1][2]2;"},
    {"a,b\r\n1,2\r\n", "[a][b]1;[1][2]2;"},
    {"a,b\r1,2\r", "[a][b]1;[1][2]2;"},
    {"a,b\r\r\n\r1,2", "[a][b]1;[1][2]4;"},
    {"a,b", "[a][b]1;"},
    {"\xef\xbb\xbf"
     "a,b\n",
        "[a][b]1;"},
    {"\xef\xbb\xbf\"a\",b\n", "[a][b]1;"},
    {"\"a\nb\r\nc\",\"x\"\"y\"\nq,\n", "[a\nb\r\nc][x\"y]1;[q][]4;"},
    {"a\nSKIP,this\nb\n", "[a]1;[b]3;"},
    {"a\nSTOP\nb\n", "[a]1;!0 "},
    {"a\nb\"c\nd\n", "[a]1;!2 a quot"},
    {"a\n\"b\nc\n", "[a]1;!2 a quot"},
    {"a\n\n\"b\nc", "[a]1;!3 a quot"},
    {"a,b\n0123456789012345678901234567890123456789,x\n", "[a][b]1;!2 a line"},
    {"a,b\n\"0123456789\n0123456789\n0123456789\n0123456789\n0123456789\",x\n", "[a][b]1;!2 a cell"},
};

static void rows_do_not_depend_on_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t piece = 1; piece < 30; piece++) {
			struct buf out = {0};
			/* The cap of 32 counts for lines that are cut: in small pieces all are. */
			read_in_pieces(cases[i].text, strlen(cases[i].text), piece, 32, &out);
			assert_string_equal(cases[i].want, buf_str(&out));
			buf_clear(&out);
		}
}

static void nul_and_foreign_bytes_pass(void **state)
{
	static const char text[] = "a,\0b\xff\n";
	struct buf out = {0};

	(void)state;
	for (size_t piece = 1; piece < 8; piece++) {
		read_in_pieces(text, sizeof text - 1, piece, 100, &out);
		assert_int_equal(out.len, 3 + 5 + 2);
		assert_memory_equal(out.data, "[a][\0b\xff]1;", out.len);
	}
	buf_clear(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_do_not_depend_on_pieces),
	    cmocka_unit_test(nul_and_foreign_bytes_pass),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
