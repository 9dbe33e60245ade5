#include "job/survey.h"

#include "base/buf.h"
#include "base/csv_reader.h"
#include "base/mem.h"
#include "base/sha256.h"
#include "base/span.h"
#include "base/utf8.h"
#include "job/survey_fields.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	COLUMNS = 5000,
	ANSWERS = 1000000,
	LINE_BYTES = 16 << 20,
	VALUE_BYTES = 4096,
	CANDIDATES = 7, /* columns that may give one field */
	RESPONSE_ID_BYTES = 100,
	HEADER_ROWS = 2, /* under the one with the names: the questions' texts, and what each column was imported as */
	NOT_WANTED = -1,
};

/* A column that is looked at, and what the row at hand has in it. */
struct slot {
	struct buf value;
	bool no_text;
};

struct candidate {
	size_t slot, rank;
};

struct survey_reader {
	struct arena *a;
	struct survey_map *map;
	const char *survey_id;
	struct survey_answers *out;
	struct csv_reader *csv;
	struct slot *slots;
	size_t slot_count;
	int slot_of[COLUMNS];
	size_t columns;
	struct candidate candidates[SURVEY_FIELDS][CANDIDATES];
	size_t candidate_count[SURVEY_FIELDS];
	size_t cell; /* of the row at hand */
	size_t rows; /* under the one with the names */
	bool has_header, has_value;
	struct arena scratch; /* of the row at hand */
	struct err error;
};

static void fail_at(struct survey_reader *r, size_t line, const char *what)
{
	if (r->error.code == ERR_NONE)
		err_set(&r->error, ERR_INPUT, "line %zu: %s", line, what);
}

static void add_candidate(enum survey_field field, size_t rank, void *arg)
{
	struct survey_reader *r = arg;
	struct candidate *c = r->candidates[field], new = {r->slot_count, rank};
	size_t at = r->candidate_count[field];

	if (at == CANDIDATES)
		return;
	for (; at > 0 && c[at - 1].rank > rank; at--)
		c[at] = c[at - 1];
	c[at] = new;
	r->candidate_count[field]++;
	r->slot_of[r->columns] = (int)r->slot_count;
}

static void header_cell(struct survey_reader *r, size_t line, const char *name)
{
	if (r->columns == COLUMNS) {
		fail_at(r, line, "more than 5000 columns");
		return;
	}
	r->slot_of[r->columns] = NOT_WANTED;
	survey_map_find(r->map, r->survey_id, name, add_candidate, r);
	if (r->slot_of[r->columns] != NOT_WANTED) {
		r->slots = mem_realloc(r->slots, r->slot_count + 1, sizeof *r->slots);
		r->slots[r->slot_count++] = (struct slot){0};
	}
	r->columns++;
}

static void header_row(struct survey_reader *r, size_t line)
{
	r->has_header = true;
	r->out->is_roster = r->out->is_roster || r->candidate_count[SURVEY_DID] ||
	                    r->candidate_count[SURVEY_FEED_URL] || r->candidate_count[SURVEY_PROLIFIC_ID];
	if (r->candidate_count[SURVEY_RESPONSE_ID] == 0)
		fail_at(r, line, "there is no column ResponseId: this is no export of answers");
}

static void on_cell(size_t line, const char *bytes, size_t n, void *arg)
{
	struct survey_reader *r = arg;
	struct span s = span_trim((struct span){bytes, n});
	size_t cell = r->cell++;
	struct slot *slot;

	if (!r->has_header) {
		header_cell(r, line, span_dup(&r->scratch, s));
		return;
	}
	r->has_value = r->has_value || s.len > 0;
	if (cell >= r->columns || r->slot_of[cell] == NOT_WANTED)
		return;
	slot = &r->slots[r->slot_of[cell]];
	slot->no_text = s.len > VALUE_BYTES || memchr(bytes, '\0', n) || !utf8_is_valid(s.at, s.len);
	if (!slot->no_text)
		buf_append(&slot->value, s.at, s.len);
}

/* The first of the field's columns that has something in this row; "" when none has, NULL when that is no text. */
static const char *value(const struct survey_reader *r, enum survey_field field)
{
	for (size_t i = 0; i < r->candidate_count[field]; i++) {
		const struct slot *s = &r->slots[r->candidates[field][i].slot];
		if (s->no_text)
			return NULL;
		if (s->value.len)
			return buf_str(&s->value);
	}
	return "";
}

static bool is_number(const char *s)
{
	return *s && strspn(s, "0123456789") == strlen(s);
}

/* What Qualtrics writes for the numbers where words are asked for. */
static bool is_status_word(const char *s)
{
	static const char *const words[] = {"IP Address", "Survey Preview", "Survey Test", "Imported", "Spam",
	    "Survey Preview Spam", "Imported Spam", "Offline", "Offline Survey Preview"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasecmp(words[i], s) == 0)
			return true;
	return false;
}

static bool is_header_row(const struct survey_reader *r)
{
	const char *status = value(r, SURVEY_STATUS), *id = value(r, SURVEY_RESPONSE_ID);

	if (r->rows > HEADER_ROWS)
		return false;
	if (r->candidate_count[SURVEY_STATUS] && status && *status)
		return !is_number(status) && !is_status_word(status);
	return id && (strcasecmp(id, "Response ID") == 0 || strncmp(id, "{\"ImportId\"", 11) == 0);
}

static bool is_word(const char *s, const char *word)
{
	return s && strcasecmp(s, word) == 0;
}

/* Any of the columns says so: the answer was given by somebody who tried the survey out, or made by Qualtrics as a test. */
static bool is_preview(const struct survey_reader *r)
{
	static const char *const statuses[] = {
	    "1", "2", "9", "17", "Survey Preview", "Survey Test", "Survey Preview Spam", "Offline Survey Preview"};
	const char *status = value(r, SURVEY_STATUS);

	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		if (is_word(status, statuses[i]))
			return true;
	for (size_t i = 0; i < r->candidate_count[SURVEY_PREVIEW]; i++)
		if (is_word(buf_str(&r->slots[r->candidates[SURVEY_PREVIEW][i].slot].value), "preview"))
			return true;
	return is_word(value(r, SURVEY_CHANNEL), "preview");
}

/* An answer without an id of its own gets one from what it says, so that it is kept once. */
static const char *made_up_id(const struct survey_reader *r)
{
	struct sha256 *h = sha256_new();
	unsigned char digest[SHA256_BYTES];
	char hex[SHA256_HEX_BYTES];

	sha256_start(h);
	for (size_t i = 0; i < r->slot_count; i++)
		sha256_add(h, buf_str(&r->slots[i].value), r->slots[i].value.len + 1);
	sha256_finish(h, digest);
	sha256_free(h);
	sha256_hex(digest, hex);
	return arena_printf(r->a, "none-%.24s", hex);
}

static void collect(const struct survey_reader *r, struct survey_values *v)
{
	size_t n = 0;

	*v = (struct survey_values){0};
	for (int i = 0; i < SURVEY_ROSTER_FIELDS; i++)
		v->roster[i] = value(r, (enum survey_field)i);
	for (size_t i = 0; i < r->candidate_count[SURVEY_COMPLETED_AT]; i++)
		v->completed_at[n++] = buf_str(&r->slots[r->candidates[SURVEY_COMPLETED_AT][i].slot].value);
}

static void add_answer(struct survey_reader *r, size_t line)
{
	struct survey_answers *out = r->out;
	struct survey_answer answer = {.survey_id = r->survey_id, .line = line};
	const char *id = value(r, SURVEY_RESPONSE_ID), *recorded = value(r, SURVEY_RECORDED_AT);
	struct survey_values v;

	if (out->count == ANSWERS) {
		fail_at(r, line, "more than a million answers");
		return;
	}
	collect(r, &v);
	survey_fields_check(r->a, &v, &answer);
	answer.recorded_at = recorded ? survey_fields_time(&r->scratch, recorded) : INT64_MIN;
	if (id && *id && strlen(id) <= RESPONSE_ID_BYTES) {
		answer.response_id = survey_fields_clean(r->a, id);
	} else {
		answer.response_id = made_up_id(r);
		answer.fault = arena_printf(
		    r->a, "no response id%s%s", answer.fault ? "; " : "", answer.fault ? answer.fault : "");
	}
	out->items = arena_more(r->a, out->items, out->count, sizeof *out->items);
	out->items[out->count++] = answer;
}

static void on_row(size_t line, void *arg)
{
	struct survey_reader *r = arg;

	if (!r->has_header) {
		header_row(r, line);
	} else if (r->has_value && r->error.code == ERR_NONE) {
		r->rows++;
		if (is_header_row(r))
			;
		else if (is_preview(r))
			r->out->previews++;
		else
			add_answer(r, line);
	}
	for (size_t i = 0; i < r->slot_count; i++) {
		buf_reset(&r->slots[i].value);
		buf_puts(&r->slots[i].value, "");
		r->slots[i].no_text = false;
	}
	r->cell = 0;
	r->has_value = false;
	arena_reset(&r->scratch);
}

static enum csv_line on_line(size_t number, const char *bytes, size_t n, void *arg)
{
	const struct survey_reader *r = arg;

	(void)number;
	(void)bytes;
	(void)n;
	return r->error.code == ERR_NONE ? CSV_LINE_READ : CSV_LINE_STOP;
}

struct survey_reader *survey_reader_new(
    struct arena *a, struct survey_map *m, const char *survey_id, struct survey_answers *out)
{
	struct survey_reader *r = mem_alloc(sizeof *r);
	struct csv_events events = {on_line, on_cell, on_row, r};

	r->a = a;
	r->map = m;
	r->survey_id = arena_strdup(a, survey_id);
	r->out = out;
	r->csv = csv_reader_new(&events, LINE_BYTES);
	return r;
}

void survey_reader_free(struct survey_reader *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->slot_count; i++)
		buf_clear(&r->slots[i].value);
	free(r->slots);
	csv_reader_free(r->csv);
	arena_clear(&r->scratch);
	free(r);
}

static int failed(struct survey_reader *r, const struct csv_fault *fault, struct err *e)
{
	if (fault->line)
		fail_at(r, fault->line, fault->text);
	*e = r->error;
	return -1;
}

int survey_reader_take(const char *bytes, size_t n, void *arg, struct err *e)
{
	struct survey_reader *r = arg;
	struct csv_fault fault = {0};

	return csv_reader_feed(r->csv, bytes, n, &fault) == 0 ? 0 : failed(r, &fault, e);
}

int survey_reader_end(struct survey_reader *r, struct err *e)
{
	struct csv_fault fault = {0};

	if (csv_reader_end(r->csv, &fault) != 0 || r->error.code != ERR_NONE)
		return failed(r, &fault, e);
	if (!r->has_header)
		return err_set(e, ERR_INPUT, "the export is empty: not even the names of columns are there");
	return 0;
}
