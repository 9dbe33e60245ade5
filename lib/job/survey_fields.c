#include "job/survey_fields.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/span.h"
#include "base/utf8.h"
#include "job/people.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { DID_MAX_BYTES = 256, URL_MAX_BYTES = 2048, PROLIFIC_MAX_BYTES = 64, WORD_MAX_BYTES = 200 };

#define ALNUM "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

struct checking {
	struct arena *a;
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

/* W3C DID Core, section 3.1: "did:" method ":" id, of letters, digits, ".", "-", "_", ":" and "%". */
static bool is_did(const char *s)
{
	size_t n = strlen(s), method;

	if (n > DID_MAX_BYTES || strncmp(s, "did:", 4) != 0)
		return false;
	method = strspn(s + 4, "abcdefghijklmnopqrstuvwxyz0123456789");
	if (method == 0 || s[4 + method] != ':')
		return false;
	s += 4 + method + 1;
	n = strlen(s);
	return n > 0 && s[n - 1] != ':' && strspn(s, ALNUM ".-_:%") == n;
}

/* An address of the web, or of the AT protocol, that can stand in a mail: printable, no space, nothing that ends a link. */
static bool is_feed_url(const char *s)
{
	static const char *const schemes[] = {"https://", "http://", "at://"};
	size_t n = strlen(s);

	if (n > URL_MAX_BYTES || strpbrk(s, "<>\"\\^`{|}"))
		return false;
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)s[i] <= ' ' || s[i] == 0x7f)
			return false;
	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
		size_t m = strlen(schemes[i]);
		if (strncasecmp(s, schemes[i], m) == 0)
			return strspn(s + m, ALNUM) > 0 || s[m] == '[';
	}
	return false;
}

/* A needed field: its value when it is good. */
static const char *needed(struct checking *c, const struct survey_values *v, enum survey_field field,
    bool (*is_good)(const char *), const char *bad)
{
	const char *s = v->roster[field];

	if (s && *s && utf8_is_valid(s, strlen(s)) && is_good(s))
		return arena_strdup(c->a, s);
	add_fault(c, s && !*s ? arena_printf(c->a, "no %s", survey_field_name(field)) : bad);
	return NULL;
}

static const char *check_address(struct checking *c, const char *given)
{
	struct err why = {0};
	const char *address;

	if (people_address(c->a, given, &address, &why) != 0) {
		add_fault(c, why.text);
		return NULL;
	}
	/* The domain in the form of comparison; the local part is the mailbox's own business. */
	return arena_printf(c->a, "%.*s%s", (int)(strrchr(given, '@') - given), given, strrchr(address, '@'));
}

static const char *check_email(struct checking *c, const struct survey_values *v, struct survey_answer *out)
{
	const char *s = v->roster[SURVEY_EMAIL];

	if (!s)
		add_fault(c, "the email is no text");
	else if (*s)
		return check_address(c, s);
	else if (out->prolific_id) {
		out->type = "prolific";
		return arena_printf(c->a, "%s@email.prolific.com", out->prolific_id);
	} else
		add_fault(c, "no email");
	return NULL;
}

static const char *check_prolific_id(struct checking *c, const char *s)
{
	if (s && !*s)
		return NULL;
	if (s && strlen(s) <= PROLIFIC_MAX_BYTES && strspn(s, ALNUM "-_") == strlen(s))
		return arena_strdup(c->a, s);
	add_fault(c, "the prolific_id is none: letters and digits are wanted");
	return NULL;
}

static const char *check_type(struct checking *c, const char *s)
{
	static const char *const types[] = {"pilot", "prolific", "admin", "test"};

	if (s && !*s)
		return NULL;
	for (size_t i = 0; s && i < sizeof types / sizeof *types; i++)
		if (strcasecmp(types[i], s) == 0)
			return types[i];
	add_fault(c, "the type is none of pilot, prolific, admin, test");
	return NULL;
}

static const char *check_words(struct checking *c, const struct survey_values *v, enum survey_field field)
{
	const char *s = v->roster[field], *words;
	struct err ignored = {0};

	if (s && !*s)
		return NULL;
	if (s && strlen(s) <= WORD_MAX_BYTES && people_name(c->a, s, &words, &ignored) == 0)
		return words;
	add_fault(c, arena_printf(c->a, "the %s is too long or no text", survey_field_name(field)));
	return NULL;
}

/* What a person who looks at it needs to see, as it was given. */
static void show_as_given(struct arena *a, const struct survey_values *v, struct survey_answer *out)
{
	const char **to[SURVEY_ROSTER_FIELDS] = {[SURVEY_EMAIL] = &out->email,
	    [SURVEY_DID] = &out->did,
	    [SURVEY_FEED_URL] = &out->feed_url,
	    [SURVEY_PROLIFIC_ID] = &out->prolific_id};

	for (int i = 0; i < SURVEY_ROSTER_FIELDS; i++)
		if (to[i])
			*to[i] = v->roster[i] && *v->roster[i] ? survey_fields_clean(a, v->roster[i]) : NULL;
}

void survey_fields_check(struct arena *a, const struct survey_values *v, struct survey_answer *out)
{
	struct checking c = {.a = a};

	out->did = needed(&c, v, SURVEY_DID, is_did, "the did is none: did:plc:... or did:web:... is wanted");
	out->feed_url = needed(&c, v, SURVEY_FEED_URL, is_feed_url, "the feed_url is no https, http or at address");
	out->prolific_id = check_prolific_id(&c, v->roster[SURVEY_PROLIFIC_ID]);
	out->type = check_type(&c, v->roster[SURVEY_TYPE]);
	out->email = check_email(&c, v, out);
	out->study_type = check_words(&c, v, SURVEY_STUDY_TYPE);
	out->language = check_words(&c, v, SURVEY_LANGUAGE);
	out->completed_at = INT64_MIN;
	for (size_t i = 0; v->completed_at[i] && out->completed_at == INT64_MIN; i++)
		out->completed_at = survey_fields_time(a, v->completed_at[i]);
	if (c.faults.len) {
		out->fault = survey_fields_clean(a, buf_str(&c.faults));
		show_as_given(a, v, out);
	}
	buf_clear(&c.faults);
}
