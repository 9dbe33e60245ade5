/* A survey's export as answers: header rows, columns, previews, what makes an answer go to quarantine; and the mapping file. */
#include "base/buf.h"
#include "job/survey.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Reads the text in pieces of so many bytes. */
static int read_pieces(
    struct arena *a, struct survey_map *m, const char *text, size_t piece, struct survey_answers *out, struct err *e)
{
	struct survey_reader *r = survey_reader_new(a, m, "SV_1", out);
	size_t n = strlen(text);
	int rc = 0;

	for (size_t at = 0; at < n && rc == 0; at += piece)
		rc = survey_reader_take(text + at, n - at < piece ? n - at : piece, r, e);
	if (rc == 0)
		rc = survey_reader_end(r, e);
	survey_reader_free(r);
	return rc;
}

#define NAMES \
	"StartDate,EndDate,Status,DistributionChannel,ResponseId,RecordedDate,UserLanguage,email,did,feed_url," \
	"PROLIFIC_PID\n"
#define TEXTS \
	"Start Date,End Date,Response Type,Distribution Channel,Response ID,Recorded Date,User Language,\"What " \
	"is\nyour " \
	"\"\"address\"\"?\",did,feed_url,PROLIFIC_PID\n"
#define IMPORTS \
	"\"{\"\"ImportId\"\":\"\"startDate\"\",\"\"timeZone\"\":\"\"Z\"\"}\",\"{\"\"ImportId\"\":\"\"endDate\"\"}\"," \
	"\"{\"\"ImportId\"\":\"\"status\"\"}\",\"{\"\"ImportId\"\":\"\"distributionChannel\"\"}\"," \
	"\"{\"\"ImportId\"\":\"\"_recordId\"\"}\",\"{\"\"ImportId\"\":\"\"recordedDate\"\"}\"," \
	"\"{\"\"ImportId\"\":\"\"userLanguage\"\"}\",\"{\"\"ImportId\"\":\"\"QID1_TEXT\"\"}\",\"{\"\"ImportId\"\":" \
	"\"\"did\"\"}\"," \
	"\"{\"\"ImportId\"\":\"\"feed_url\"\"}\",\"{\"\"ImportId\"\":\"\"PROLIFIC_PID\"\"}\"\n"
#define HEAD NAMES TEXTS IMPORTS
#define WHEN "2026-11-20 13:40:00,2026-11-20 13:45:00"

/* One row behind the usual head: what becomes of it. */
static const struct {
	const char *row;
	const char *want; /* "did email feed prolific type language"; "preview"; "!" and a part of the fault */
} rows[] = {
    {WHEN ",0,anonymous,R_1,2026-11-20 13:45:01,NL,Kay@Northwind.Example,did:plc:kay,https://feeds.example/a,",
        "did:plc:kay Kay@northwind.example https://feeds.example/a - - nl"},
    {WHEN ",0,anonymous,R_1,,EN,kay@b\xc3\xbc"
          "cher.example,did:web:kay.example,at://did:plc:x/app.bsky.feed.generator/a,",
        "did:web:kay.example kay@xn--bcher-kva.example at://did:plc:x/app.bsky.feed.generator/a - - en"},
    {WHEN ",0,anonymous,R_1,,EN, k@a.example ,\t did:plc:kay ,https://feeds.example/a,5f2e",
        "did:plc:kay k@a.example https://feeds.example/a 5f2e - en"},
    {WHEN ",0,anonymous,R_1,,EN,,did:plc:kay,https://feeds.example/a,5f2e",
        "did:plc:kay - https://feeds.example/a 5f2e - en"},
    {WHEN ",0,anonymous,R_1,,EN,k@a.example,did:plc:kay,https://feeds.example/a",
        "did:plc:kay k@a.example https://feeds.example/a - - en"},
    {WHEN ",1,anonymous,R_1,,EN,k@a.example,did:plc:kay,https://feeds.example/a,", "preview"},
    {WHEN ",Survey Preview,anonymous,R_1,,EN,k@a.example,did:plc:kay,https://feeds.example/a,", "preview"},
    {WHEN ",0,preview,R_1,,EN,k@a.example,did:plc:kay,https://feeds.example/a,", "preview"},
    {WHEN ",0,Preview,R_1,,EN,k@a.example,did:plc:kay,https://feeds.example/a,", "preview"},
    {WHEN ",IP Address,anonymous,R_1,,EN,k@a.example,did:plc:kay,https://feeds.example/a,",
        "did:plc:kay k@a.example https://feeds.example/a - - en"},
    {WHEN ",0,anonymous,R_1,,EN,k@a.example,,https://feeds.example/a,", "!no did"},
    {WHEN ",0,anonymous,R_1,,EN,,did:plc:kay,https://feeds.example/a,", "!no email"},
    {WHEN ",0,anonymous,R_1,,EN,k@a.example,did:plc:kay,,", "!no feed_url"},
    {WHEN ",0,anonymous,R_1,,EN,,,,", "!no did; no feed_url; no email"},
    {WHEN ",0,anonymous,R_1,,EN,kay,did:plc:kay,https://feeds.example/a,", "!no mail address"},
    {WHEN ",0,anonymous,R_1,,EN,k@a.example;x@a.example,did:plc:kay,https://feeds.example/a,", "!no mail address"},
    {WHEN ",0,anonymous,R_1,,EN,\"k@a.example\nBcc: x@b.example\",did:plc:kay,https://feeds.example/a,",
        "!no mail address"},
    {WHEN ",0,anonymous,R_1,,EN,k@a.example,kay.bsky.social,https://feeds.example/a,", "!did"},
    {WHEN ",0,anonymous,R_1,,klingon!,k@a.example,did:plc:kay,https://feeds.example/a,",
        "did:plc:kay k@a.example https://feeds.example/a - - -"},
    {WHEN ",0,anonymous,R_1,,EN,k@a.example,did:plc:,https://feeds.example/a,", "!did"},
    {WHEN ",0,anonymous,R_1,,EN,k@a.example,did:plc:a b,https://feeds.example/a,", "!did"},
    {WHEN ",0,anonymous,R_1,,EN,k@a.example,${e://Field/did},https://feeds.example/a,", "!did"},
    {WHEN ",0,anonymous,R_1,,EN,k@a.example,did:plc:kay,javascript:alert(1),", "!feed_url \""},
    {WHEN ",0,anonymous,R_1,,EN,k@a.example,did:plc:kay,https://,", "!feed_url \""},
    {WHEN ",0,anonymous,R_1,,EN,k@a.example,did:plc:kay,\"https://a.example/\"\"><script>\",", "!feed_url \""},
    {WHEN ",0,anonymous,R_1,,EN,,did:plc:kay,https://feeds.example/a,{{%PROLIFIC_PID%}}", "!only letters, digits"},
    {WHEN ",0,anonymous,R_1,,EN,k@a.example,did:plc:\xff,https://feeds.example/a,", "!did: this is no text"},
    {WHEN ",0,anonymous,,,EN,k@a.example,did:plc:kay,https://feeds.example/a,", "!no response id"},
};

static const char *or_dash(const char *s)
{
	return s ? s : "-";
}

static void rows_become_what_they_should(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		for (size_t piece = 1; piece < 4000; piece = piece * 7 + 1) {
			struct arena a = {0};
			struct survey_map m = {0};
			struct survey_answers out = {0};
			struct err e = {0};
			const struct survey_answer *s;
			char *text = arena_printf(&a, "%s%s\n", HEAD, rows[i].row);
			if (read_pieces(&a, &m, text, piece, &out, &e) != 0)
				fail_msg("%s: %s", rows[i].row, e.text);
			if (strcmp(rows[i].want, "preview") == 0) {
				assert_int_equal(out.previews, 1);
				assert_int_equal(out.count, 0);
				arena_clear(&a);
				continue;
			}
			assert_int_equal(out.count, 1);
			s = out.items;
			if (*rows[i].want == '!') {
				if (!s->fault || !strstr(s->fault, rows[i].want + 1))
					fail_msg("%s: %s", rows[i].row, or_dash(s->fault));
			} else {
				if (s->fault)
					fail_msg("%s: %s", rows[i].row, s->fault);
				assert_string_equal(rows[i].want,
				    arena_printf(&a, "%s %s %s %s %s %s", s->did, or_dash(s->email), s->feed_url,
				        or_dash(s->prolific_id), or_dash(s->type), or_dash(s->language)));
				assert_string_equal(s->response_id, "R_1");
				/* 13:45:00 UTC, and where it is not told when the answer was recorded, that too. */
				assert_int_equal(s->completed_at, 1795182300);
				assert_true(s->recorded_at == s->completed_at || s->recorded_at == s->completed_at + 1);
			}
			arena_clear(&a);
		}
}

/* Whole exports: how many answers, previews; or the error. */
static const struct {
	const char *label, *text;
	size_t answers, previews;
	const char *error;
} exports[] = {
    {"no answer", HEAD, 0, 0, NULL},
    {"the names alone", NAMES, 0, 0, NULL},
    {"nothing", "", 0, 0, "empty"},
    {"a page", "<html><body>Sorry</body></html>", 0, 0, "no column ResponseId"},
    {"no Status", "ResponseId,did\nResponse ID,did\n\"{\"\"ImportId\"\":\"\"_recordId\"\"}\",x\nR_1,x\nR_2,x\n", 2, 0,
        NULL},
    {"one header row", "ResponseId,Status\nR_1,0\nR_2,0\n", 2, 0, NULL},
    {"a word for a status, late", "ResponseId,Status\nR_1,0\nR_2,0\nR_3,Odd\n", 3, 0, NULL},
    {"Preview and PreviewMode", "ResponseId,Preview,PreviewMode\nR_1,preview,\nR_2,,Preview\nR_3,,live\n", 1, 2, NULL},
    {"BOM and CRLF", "\xef\xbb\xbfResponseId,Status\r\nR_1,0\r\n", 1, 0, NULL},
    {"a quote that never ends", "ResponseId,Status\nR_1,\"0\n", 0, 0, "never closed"},
    {"a quote inside", "ResponseId,Status\nR_1,0\"1\nR_2,0\n", 0, 0, "line 2"},
};

static void exports_are_read_or_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof exports / sizeof *exports; i++) {
		struct arena a = {0};
		struct survey_map m = {0};
		struct survey_answers out = {0};
		struct err e = {0};
		int rc = read_pieces(&a, &m, exports[i].text, 5, &out, &e);
		if (exports[i].error) {
			if (rc == 0 || !strstr(e.text, exports[i].error))
				fail_msg("%s: %d %s", exports[i].label, rc, e.text);
		} else if (rc != 0 || out.count != exports[i].answers || out.previews != exports[i].previews) {
			fail_msg(
			    "%s: %s: %zu answers, %zu previews", exports[i].label, e.text, out.count, out.previews);
		}
		arena_clear(&a);
	}
}

static void many_columns_and_large_cells_are_read(void **state)
{
	struct buf b = {0};
	struct arena a = {0};
	struct survey_map m = {0};
	struct survey_answers out = {0};
	struct err e = {0};

	(void)state;
	buf_puts(&b, "ResponseId");
	for (int i = 0; i < 4998; i++)
		buf_printf(&b, ",Q%d", i);
	buf_puts(&b, ",did\nR_1");
	for (int i = 0; i < 4998; i++)
		buf_puts(&b, i == 7 ? ",\"" : ",x");
	/* A long essay under a column that nobody asked for; it was opened at the seventh. */
	for (int i = 0; i < 200000; i++)
		buf_puts(&b, "essay ");
	buf_puts(&b, "\"\n");
	assert_int_equal(read_pieces(&a, &m, b.data, 65536, &out, &e), 0);
	assert_int_equal(out.count, 1);
	assert_string_equal(out.items->response_id, "R_1");
	buf_reset(&b);
	buf_puts(&b, "ResponseId");
	for (int i = 0; i < 5000; i++)
		buf_puts(&b, ",x");
	buf_puts(&b, "\n");
	assert_int_equal(read_pieces(&a, &m, b.data, 65536, &out, &e), -1);
	assert_non_null(strstr(e.text, "5000 columns"));
	arena_clear(&a);
	buf_clear(&b);
}

static int read_map(const char *text, struct arena *a, struct survey_map *m, struct err *e)
{
	char path[] = "/tmp/mailroom-map-XXXXXX";
	int fd = mkstemp(path), rc;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	rc = survey_map_read(path, a, m, e);
	unlink(path);
	return rc;
}

static bool all_seen(const char *survey_id, void *arg)
{
	(void)arg;
	return !survey_id || strcmp(survey_id, "SV_1") == 0;
}

static void mapped_columns_come_first(void **state)
{
	struct arena a = {0};
	struct survey_map m;
	struct survey_answers out = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(
	    read_map("survey_field,roster_field,survey_id\nQ5,email,\nQ9,did,SV_1\nQ9,feed_url,SV_2\nKind,type,\n"
	             "When,survey_completed_at,\n",
	        &a, &m, &e),
	    0);
	assert_int_equal(
	    read_pieces(&a, &m,
	        "ResponseId,email,Q5,did,Q9,feed_url,kind,When,EndDate\n"
	        "R_1,a@a.example,b@a.example,did:plc:a,did:plc:b,https://f.example/,Pilot,2026-11-20T10:00:00+01:00,"
	        "2026-01-01\n"
	        "R_2,a@a.example,,did:plc:a,,https://f.example/,,soon,2026-11-20 10:00:00\n"
	        "R_3,a@a.example,,did:plc:a,,https://f.example/,king,,\n",
	        9, &out, &e),
	    0);
	assert_int_equal(out.count, 3);
	assert_null(out.items[0].fault);
	assert_string_equal(out.items[0].email, "b@a.example");
	assert_string_equal(out.items[0].did, "did:plc:b");
	assert_string_equal(out.items[0].type, "pilot");
	assert_int_equal(out.items[0].completed_at, 1795165200);
	assert_string_equal(out.items[1].email, "a@a.example");
	assert_string_equal(out.items[1].did, "did:plc:a");
	assert_int_equal(out.items[1].completed_at, 1795168800);
	assert_non_null(strstr(out.items[2].fault, "a type is pilot"));
	assert_int_equal(survey_map_check(&m, all_seen, NULL, &e), 0);
	arena_clear(&a);
}

static const struct {
	const char *text, *error;
} maps[] = {
    {"", "empty"},
    {"survey_field,roster_field\nQ1,status\n", "line 2: \"status\" is no field"},
    {"survey_field,roster_field\n,email\n", "line 2"},
    {"survey_field,roster\nQ1,email\n", "unknown column \"roster\""},
    {"survey_field\nQ1\n", "line 1: the columns"},
    {"survey_field,roster_field\nQ1,email,,x\n", "line 2"},
};

static void a_bad_mapping_is_refused_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof maps / sizeof *maps; i++) {
		struct arena a = {0};
		struct survey_map m;
		struct err e = {0};
		if (read_map(maps[i].text, &a, &m, &e) == 0 || !strstr(e.text, maps[i].error))
			fail_msg("%s: %s", maps[i].text, e.text);
		assert_int_equal(e.code, ERR_CONFIG);
		arena_clear(&a);
	}
}

static void a_mapped_column_that_is_nowhere_is_an_error(void **state)
{
	struct arena a = {0};
	struct survey_map m;
	struct survey_answers out = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(read_map("survey_field,roster_field,survey_id\nQ5,email,\nQ6,did,SV_9\n", &a, &m, &e), 0);
	assert_int_equal(read_pieces(&a, &m, "ResponseId,q5\nR_1,x\n", 9, &out, &e), 0);
	/* The second line is for a survey that was not read. */
	assert_int_equal(survey_map_check(&m, all_seen, NULL, &e), 0);
	m.lines[0].met = false;
	assert_int_equal(survey_map_check(&m, all_seen, NULL, &e), -1);
	assert_non_null(strstr(e.text, "line 2: there is no column \"Q5\""));
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rows_become_what_they_should),
	    cmocka_unit_test(exports_are_read_or_refused),
	    cmocka_unit_test(many_columns_and_large_cells_are_read),
	    cmocka_unit_test(mapped_columns_come_first),
	    cmocka_unit_test(a_bad_mapping_is_refused_with_its_line),
	    cmocka_unit_test(a_mapped_column_that_is_nowhere_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
