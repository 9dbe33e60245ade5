#include "base/study.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/span.h"
#include "base/utf8.h"
#include "base/zone.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { FILE_CAP_BYTES = 1 << 20, LABEL_CAP_BYTES = 100, WORDS_CAP = 1000 };

struct reader {
	struct arena *a;
	const char *path;
	int line;
	struct study base, *now;    /* what holds for all; the section at hand, NULL above the first */
	unsigned base_given, given; /* bit i: known_keys[i] was given */
	struct studies *out;
};

static const struct study defaults = {.label = "default",
    .min_retrievals = 1,
    .min_engagement = 3,
    .min_active_days = 10,
    .window_days = 14,
    .max_skip_days = STUDY_NO_LIMIT,
    .max_skip_span = STUDY_NO_LIMIT,
    .cut_off_minute = 5 * 60,
    .zone = "Europe/Amsterdam"};

/* A whole number of at most six digits; -1 when it is none. */
static long number(const char *s)
{
	long n = 0;

	if (*s == '\0' || strlen(s) > 6)
		return -1;
	for (; *s; s++) {
		if (!ascii_is_digit(*s))
			return -1;
		n = n * 10 + (*s - '0');
	}
	return n;
}

static int set_count(const char *key, const char *value, long min, long max, unsigned *out, struct err *e)
{
	long n = number(value);

	if (n < min || n > max)
		return err_set(e, ERR_CONFIG, "%s: \"%s\" is no whole number from %ld to %ld", key, value, min, max);
	*out = (unsigned)n;
	return 0;
}

static int set_limit(const char *key, const char *value, int *out, struct err *e)
{
	unsigned n;

	if (set_count(key, value, 0, STUDY_MAX_WINDOW_DAYS, &n, e) != 0)
		return -1;
	*out = (int)n;
	return 0;
}

/* "5", "05" or "05:00". */
static int set_cut_off(const char *key, const char *value, int *minute, struct err *e)
{
	size_t hours = strcspn(value, ":");
	char h[3] = {0};
	long hour = -1, rest = 0;

	if (hours >= 1 && hours <= 2) {
		memcpy(h, value, hours);
		hour = number(h);
	}
	if (value[hours] == ':')
		rest = strlen(value + hours + 1) == 2 ? number(value + hours + 1) : -1;
	if (hour < 0 || hour > 23 || rest < 0 || rest > 59)
		return err_set(e, ERR_CONFIG, "%s: \"%s\" is no time of day: write 5 or 05:00", key, value);
	*minute = (int)(hour * 60 + rest);
	return 0;
}

static bool has_word(const struct study_words *w, const char *word)
{
	for (size_t i = 0; i < w->count; i++)
		if (strcasecmp(w->items[i], word) == 0)
			return true;
	return false;
}

/* Comma-separated; an empty word is a slip of the pen. */
static int set_words(struct reader *r, const char *key, const char *value, struct study_words *out, struct err *e)
{
	*out = (struct study_words){0};
	for (const char *s = value;; s++) {
		size_t n = strcspn(s, ",");
		struct span word = span_trim((struct span){s, n});
		const char *text = span_dup(r->a, word);
		if (word.len == 0)
			return err_set(
			    e, ERR_CONFIG, "%s: \"%s\" is no list of words with commas between them", key, value);
		if (out->count == WORDS_CAP)
			return err_set(e, ERR_CONFIG, "%s: more than %d words", key, WORDS_CAP);
		if (!has_word(out, text)) {
			out->items = arena_more(r->a, out->items, out->count, sizeof *out->items);
			out->items[out->count++] = text;
		}
		s += n;
		if (*s == '\0')
			return 0;
	}
}

static int set_zone(struct reader *r, const char *key, const char *value, const char **out, struct err *e)
{
	if (zone_check(value, e) != 0)
		return err_prefix(e, "%s", key);
	*out = arena_strdup(r->a, value);
	return 0;
}

enum key {
	MIN_RETRIEVALS,
	MIN_ENGAGEMENT,
	MIN_ACTIVE_DAYS,
	WINDOW_DAYS,
	MAX_SKIP_DAYS,
	MAX_SKIP_SPAN,
	DAY_CUT_OFF,
	TIME_ZONE,
	SURVEY_IDS,
	STUDY_TYPES,
	KEY_COUNT
};

static const char *const known_keys[KEY_COUNT] = {"min_retrievals", "min_engagement", "min_active_days", "window_days",
    "max_skip_days", "max_skip_span", "day_cut_off", "time_zone", "survey_ids", "study_types"};

static int set_key(struct reader *r, struct study *s, int key, const char *v, struct err *e)
{
	const char *k = known_keys[key];

	switch ((enum key)key) {
	case MIN_RETRIEVALS: return set_count(k, v, 0, 999999, &s->min_retrievals, e);
	case MIN_ENGAGEMENT: return set_count(k, v, 0, 999999, &s->min_engagement, e);
	case MIN_ACTIVE_DAYS: return set_count(k, v, 0, STUDY_MAX_WINDOW_DAYS, &s->min_active_days, e);
	case WINDOW_DAYS: return set_count(k, v, 1, STUDY_MAX_WINDOW_DAYS, &s->window_days, e);
	case MAX_SKIP_DAYS: return set_limit(k, v, &s->max_skip_days, e);
	case MAX_SKIP_SPAN: return set_limit(k, v, &s->max_skip_span, e);
	case DAY_CUT_OFF: return set_cut_off(k, v, &s->cut_off_minute, e);
	case TIME_ZONE: return set_zone(r, k, v, &s->zone, e);
	case SURVEY_IDS: return set_words(r, k, v, &s->survey_ids, e);
	case STUDY_TYPES: return set_words(r, k, v, &s->study_types, e);
	case KEY_COUNT: break;
	}
	return err_set(e, ERR_BUG, "%s: a key without a meaning", k);
}

/* Takes one pair of quotes off. */
static struct span unquoted(struct span s)
{
	if (s.len >= 2 && (*s.at == '"' || *s.at == '\'') && s.at[s.len - 1] == *s.at)
		return (struct span){s.at + 1, s.len - 2};
	return s;
}

static int take_pair(struct reader *r, struct span line, struct err *e)
{
	size_t eq = span_find(line, "=");
	const char *key = span_lower(r->a, span_trim((struct span){line.at, eq}));
	const char *value;
	unsigned *given = r->now ? &r->given : &r->base_given;

	if (eq == line.len)
		return err_set(e, ERR_CONFIG, "\"%.*s\" is neither [label] nor KEY=VALUE", (int)line.len, line.at);
	value = span_dup(r->a, unquoted(span_trim(span_skip(line, eq + 1))));
	for (int i = 0; i < KEY_COUNT; i++) {
		if (strcmp(known_keys[i], key) != 0)
			continue;
		if (*given & 1u << i)
			return err_set(e, ERR_CONFIG, "%s: given twice%s", key, r->now ? " for this study" : "");
		*given |= 1u << i;
		return set_key(r, r->now ? r->now : &r->base, i, value, e);
	}
	return err_set(e, ERR_CONFIG, "%s: no such key (mailroom.conf(5) lists them)", key);
}

static int take_heading(struct reader *r, struct span line, struct err *e)
{
	struct span label = span_trim((struct span){line.at + 1, line.len - 1});
	const char *text;

	if (label.len < 1 || label.at[label.len - 1] != ']')
		return err_set(e, ERR_CONFIG, "\"%.*s\" is no heading: write [label]", (int)line.len, line.at);
	label = span_trim((struct span){label.at, label.len - 1});
	text = span_dup(r->a, label);
	if (label.len == 0 || label.len > LABEL_CAP_BYTES || strpbrk(text, "[]"))
		return err_set(
		    e, ERR_CONFIG, "\"%s\" is no label of 1 to %d bytes without brackets", text, LABEL_CAP_BYTES);
	if (studies_find(r->out, text))
		return err_set(e, ERR_CONFIG, "[%s]: there is a study of this label above", text);
	if (r->base_given & (1u << SURVEY_IDS | 1u << STUDY_TYPES))
		return err_set(
		    e, ERR_CONFIG, "survey_ids and study_types say whose a study is: they stand below a [label]");
	r->out->items = arena_more(r->a, r->out->items, r->out->count, sizeof *r->out->items);
	r->now = &r->out->items[r->out->count++];
	*r->now = r->base;
	r->now->label = text;
	r->now->line = r->line;
	r->given = 0;
	return 0;
}

static int take_line(struct reader *r, struct span line, struct err *e)
{
	line = span_trim(line);
	if (line.len == 0 || *line.at == '#' || *line.at == ';')
		return 0;
	return *line.at == '[' ? take_heading(r, line, e) : take_pair(r, line, e);
}

static int take_lines(struct reader *r, struct span text, struct err *e)
{
	if (!utf8_is_valid(text.at, text.len) || memchr(text.at, '\0', text.len))
		return err_set(e, ERR_CONFIG, "%s: is no text in UTF-8", r->path);
	if (span_starts(text, "\xef\xbb\xbf"))
		text = span_skip(text, 3);
	while (text.len > 0) {
		size_t n = span_find(text, "\n");
		r->line++;
		if (take_line(r, (struct span){text.at, n}, e) != 0)
			return err_prefix(e, "%s:%d", r->path, r->line);
		text = span_skip(text, n + 1);
	}
	return 0;
}

static int check_types(const struct reader *r, const struct study *s, const struct study *earlier, struct err *e)
{
	if (s->study_types.count == 0 && earlier->study_types.count == 0)
		return err_set(e, ERR_CONFIG,
		    "%s:%d: [%s] and [%s] have no study_types, so that nobody knows whose a participant is", r->path,
		    s->line, earlier->label, s->label);
	for (size_t i = 0; i < s->study_types.count; i++)
		if (has_word(&earlier->study_types, s->study_types.items[i]))
			return err_set(e, ERR_CONFIG, "%s:%d: [%s] and [%s] both have the study type \"%s\"", r->path,
			    s->line, earlier->label, s->label, s->study_types.items[i]);
	return 0;
}

static bool has_survey(const struct study *s, const char *id)
{
	for (size_t i = 0; i < s->survey_ids.count; i++)
		if (strcmp(s->survey_ids.items[i], id) == 0)
			return true;
	return false;
}

static int check_surveys(const struct reader *r, const struct study *s, const struct study *earlier, struct err *e)
{
	for (size_t i = 0; i < s->survey_ids.count; i++)
		if (has_survey(earlier, s->survey_ids.items[i]))
			return err_set(e, ERR_CONFIG, "%s:%d: [%s] and [%s] both have the survey \"%s\"", r->path,
			    s->line, earlier->label, s->label, s->survey_ids.items[i]);
	return 0;
}

static int check_studies(const struct reader *r, struct err *e)
{
	for (size_t i = 0; i < r->out->count; i++) {
		const struct study *s = &r->out->items[i];
		if (s->min_active_days > s->window_days)
			return err_set(e, ERR_CONFIG, "%s:%d: [%s]: %u active days do not fit into a window of %u",
			    r->path, s->line, s->label, s->min_active_days, s->window_days);
		for (size_t k = 0; k < i; k++)
			if (check_types(r, s, &r->out->items[k], e) != 0 ||
			    check_surveys(r, s, &r->out->items[k], e) != 0)
				return -1;
	}
	return 0;
}

int studies_load(const char *path, struct arena *a, struct studies *out, struct err *e)
{
	struct reader r = {.a = a, .path = path, .base = defaults, .out = out};
	struct buf b = {0};
	int rc = -1;

	*out = (struct studies){0};
	if (path && (file_read(path, -1, FILE_CAP_BYTES, &b, e) != 0 ||
	                take_lines(&r, (struct span){buf_str(&b), b.len}, e) != 0))
		goto out;
	if (out->count == 0) {
		out->items = arena_alloc(a, sizeof *out->items);
		out->items[out->count++] = r.base;
		out->items->line = 1;
	}
	rc = check_studies(&r, e);
out:
	buf_clear(&b);
	return rc;
}

const struct study *studies_find(const struct studies *l, const char *label)
{
	for (size_t i = 0; i < l->count; i++)
		if (strcmp(l->items[i].label, label) == 0)
			return &l->items[i];
	return NULL;
}

const struct study *studies_of_type(const struct studies *l, const char *study_type)
{
	const struct study *rest = NULL;

	for (size_t i = 0; i < l->count; i++) {
		if (study_type && has_word(&l->items[i].study_types, study_type))
			return &l->items[i];
		if (l->items[i].study_types.count == 0)
			rest = &l->items[i];
	}
	return rest;
}

const struct study *studies_of_survey(const struct studies *l, const char *survey_id)
{
	for (size_t i = 0; i < l->count; i++)
		if (has_survey(&l->items[i], survey_id))
			return &l->items[i];
	return NULL;
}

const char *studies_labels(const struct studies *l, struct arena *a)
{
	const char *text = "";

	for (size_t i = 0; i < l->count; i++)
		text = arena_printf(a, "%s%s%s", text, i ? ", " : "", l->items[i].label);
	return text;
}
