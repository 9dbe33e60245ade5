#include "job/survey_fields.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/span.h"
#include "base/utf8.h"
#include "job/roster_check.h"

struct checking {
	struct arena *a;
	const struct survey_values *v;
	struct buf faults;
};

static void add_fault(struct checking *c, const char *text)
{
	buf_printf(&c->faults, "%s%s", c->faults.len ? "; " : "", text);
}

const char *survey_fields_clean(struct arena *a, const char *text)
{
	char *copy = arena_strdup(a, text);

	utf8_disarm(copy, "");
	return copy;
}

int64_t survey_fields_time(struct arena *a, const char *text)
{
	struct err ignored = {0};
	int64_t t;

	if (!ascii_is_digit(*text))
		return INT64_MIN;
	if (clock_parse(arena_printf(a, "%sZ", text), &t, &ignored) == 0 || clock_parse(text, &t, &ignored) == 0)
		return t;
	return INT64_MIN;
}

/* What is given there, checked; NULL where nothing is, and where it is none, which is a fault. */
static const char *take(struct checking *c, enum survey_field field,
    int (*check)(struct arena *, const char *, const char **, struct err *))
{
	const char *given = c->v->roster[field], *out;
	struct err why = {0};

	if (!given)
		add_fault(c, arena_printf(c->a, "%s: this is no text, or very long", survey_field_name(field)));
	else if (*given && check(c->a, given, &out, &why) == 0)
		return arena_strdup(c->a, out);
	else if (*given)
		add_fault(c, why.text);
	return NULL;
}

static const char *take_needed(struct checking *c, enum survey_field field,
    int (*check)(struct arena *, const char *, const char **, struct err *))
{
	const char *given = c->v->roster[field];

	if (given && !*given)
		add_fault(c, arena_printf(c->a, "no %s", survey_field_name(field)));
	return take(c, field, check);
}

/* A language is nice to know; nobody is kept out for it. */
static const char *take_language(struct checking *c)
{
	size_t faults = c->faults.len;
	const char *language = take(c, SURVEY_LANGUAGE, roster_check_language);

	if (c->faults.len > faults) {
		c->faults.len = faults;
		c->faults.data[faults] = '\0';
	}
	return language;
}

/* What a person who looks at it needs to see, as it was given. */
static void show_as_given(struct checking *c, struct survey_answer *out)
{
	const char **to[SURVEY_ROSTER_FIELDS] = {[SURVEY_EMAIL] = &out->email,
	    [SURVEY_DID] = &out->did,
	    [SURVEY_FEED_URL] = &out->feed_url,
	    [SURVEY_PROLIFIC_ID] = &out->prolific_id};

	for (int i = 0; i < SURVEY_ROSTER_FIELDS; i++) {
		const char *given = c->v->roster[i];
		if (to[i])
			*to[i] = given && *given ? survey_fields_clean(c->a, given) : NULL;
	}
}

void survey_fields_check(struct arena *a, const struct survey_values *v, struct survey_answer *out)
{
	struct checking c = {.a = a, .v = v};

	out->did = take_needed(&c, SURVEY_DID, roster_check_did);
	out->feed_url = take_needed(&c, SURVEY_FEED_URL, roster_check_feed_url);
	out->prolific_id = take(&c, SURVEY_PROLIFIC_ID, roster_check_prolific_id);
	out->email = out->prolific_id ? take(&c, SURVEY_EMAIL, roster_check_email)
	                              : take_needed(&c, SURVEY_EMAIL, roster_check_email);
	out->type = take(&c, SURVEY_TYPE, roster_check_type);
	out->study_type = take(&c, SURVEY_STUDY_TYPE, roster_check_study_type);
	out->language = take_language(&c);
	out->completed_at = INT64_MIN;
	for (size_t i = 0; v->completed_at[i] && out->completed_at == INT64_MIN; i++)
		out->completed_at = survey_fields_time(a, v->completed_at[i]);
	if (c.faults.len) {
		out->fault = survey_fields_clean(a, buf_str(&c.faults));
		show_as_given(&c, out);
	}
	buf_clear(&c.faults);
}
