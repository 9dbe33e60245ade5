#include "job/roster.h"

#include "base/clock.h"
#include "base/span.h"
#include "job/people.h"
#include "job/roster_check.h"

#include <string.h>

/* A row on its way: what it says, checked. */
struct putting {
	struct store *s;
	struct arena *a;
	const struct roster_erased *erased;
	const struct roster_row *row;
	const struct roster_put_rules *rules;
	struct roster_outcome *out;
	struct participant was, is;
	bool known, has_status;
	enum participant_status status;
};

const char *roster_change_name(enum roster_change change)
{
	static const char *const names[] = {"added", "updated", "unchanged", "erased", "refused"};

	return names[change];
}

static bool is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

/* Reads one field: left as it is, emptied, or checked. */
static int take(struct putting *p, const char *given, const char **field,
    int (*check)(struct arena *a, const char *given, const char **out, struct err *e), struct err *e)
{
	if (!given)
		return 0;
	if (!is_blank(given))
		return check(p->a, given, field, e);
	if (p->rules->empties)
		*field = NULL;
	return 0;
}

static int take_time(struct putting *p, const char *name, const char *given, int64_t *field, struct err *e)
{
	if (!given)
		return 0;
	if (!is_blank(given))
		return roster_check_time(name, given, field, e);
	if (p->rules->empties)
		*field = PARTICIPANT_NEVER;
	return 0;
}

static int take_status(struct putting *p, struct err *e)
{
	const char *given = p->row->status;

	if (!given || is_blank(given))
		return 0;
	p->has_status = true;
	if (!participant_status_parse(span_dup(p->a, span_trim(span_of(given))), &p->status))
		return err_set(e, ERR_INPUT, "status \"%.60s\": a status is active, inactive or unsubscribed", given);
	return 0;
}

static int take_all(struct putting *p, struct err *e)
{
	const struct roster_row *r = p->row;
	const char *email = p->is.email;
	int64_t audited = PARTICIPANT_NEVER;

	if (take(p, r->email, &email, roster_check_email, e) != 0 || take_status(p, e) != 0 ||
	    take(p, r->type, &p->is.type, roster_check_type, e) != 0 ||
	    take(p, r->feed_url, &p->is.feed_url, roster_check_feed_url, e) != 0 ||
	    take(p, r->prolific_id, &p->is.prolific_id, roster_check_prolific_id, e) != 0 ||
	    take(p, r->study_type, &p->is.study_type, roster_check_study_type, e) != 0 ||
	    take(p, r->language, &p->is.language, roster_check_language, e) != 0 ||
	    take_time(p, "survey_completed_at", r->survey_completed_at, &p->is.survey_completed_at, e) != 0 ||
	    take_time(p, "audit_timestamp", r->audit_timestamp, &audited, e) != 0)
		return -1;
	if (email)
		p->is.email = email;
	else if (p->known)
		return err_set(e, ERR_INPUT, "%s: an address cannot be empty", p->is.did);
	if (!p->known)
		p->is.exported_at = audited;
	return 0;
}

/* What a new one needs, and where Prolific takes mail for the person. */
static int complete_new(struct putting *p, struct err *e)
{
	if (!p->is.email && p->is.prolific_id) {
		p->is.email = roster_prolific_address(p->a, p->is.prolific_id);
		p->is.type = "prolific";
	}
	if (!p->is.email)
		return err_set(e, ERR_INPUT, "%s is new: an address or a prolific_id is needed", p->is.did);
	p->is.status = p->has_status && !p->rules->contact_only ? p->status : PARTICIPANT_ACTIVE;
	return 0;
}

static int check_expected(const struct putting *p, struct err *e)
{
	if (p->known && p->is.is_removed)
		return err_set(e, ERR_REFUSED, "%s was removed from the roster", p->is.did);
	if (p->known && p->rules->expect == ROSTER_NEW)
		return err_set(
		    e, ERR_REFUSED, "%s is on the roster already: `participant update` changes it", p->is.did);
	if (!p->known && p->rules->expect == ROSTER_KNOWN)
		return err_set(e, ERR_INPUT, "%s: nobody on the roster has this did", p->is.did);
	return 0;
}

static bool differ(const char *x, const char *y)
{
	return x && y ? strcmp(x, y) != 0 : x != y;
}

/* Somebody's who was erased: only what is new in this row is looked at. */
static int find_erased(struct putting *p, bool *erased, struct err *e)
{
	const char *did = p->known ? NULL : p->is.did;
	const char *email = differ(p->was.email, p->is.email) ? p->is.email : NULL;
	const char *prolific = differ(p->was.prolific_id, p->is.prolific_id) ? p->is.prolific_id : NULL;

	if (roster_erased_has(p->erased, p->s, p->a, ROSTER_ERASED_DID, did, erased, e) != 0 || *erased)
		return *erased ? 0 : -1;
	if (roster_erased_has(p->erased, p->s, p->a, ROSTER_ERASED_EMAIL, email, erased, e) != 0 || *erased)
		return *erased ? 0 : -1;
	return roster_erased_has(p->erased, p->s, p->a, ROSTER_ERASED_PROLIFIC_ID, prolific, erased, e);
}

static void note(struct putting *p, const char *name, const char *was, const char *is)
{
	if (differ(was, is))
		p->out->fields[p->out->field_count++] = (struct roster_field){name, was, is};
}

static const char *time_text(struct arena *a, int64_t t)
{
	char text[CLOCK_TEXT_BYTES];

	if (t == PARTICIPANT_NEVER)
		return NULL;
	clock_format_utc(t, text);
	return arena_strdup(a, text);
}

static void note_all(struct putting *p)
{
	const struct participant *was = &p->was, *is = &p->is;

	note(p, "email", was->email, is->email);
	note(p, "status", p->known ? participant_status_name(was->status) : NULL, participant_status_name(is->status));
	note(p, "type", was->type, is->type);
	note(p, "feed_url", was->feed_url, is->feed_url);
	note(p, "survey_completed_at", time_text(p->a, was->survey_completed_at),
	    time_text(p->a, is->survey_completed_at));
	note(p, "prolific_id", was->prolific_id, is->prolific_id);
	note(p, "study_type", was->study_type, is->study_type);
	note(p, "language", was->language, is->language);
}

static int write_known(struct putting *p, struct err *e)
{
	const struct roster_put_rules *r = p->rules;
	bool status_differs = p->was.status != p->is.status, changed;

	if (p->out->field_count > (status_differs ? 1U : 0U) && participants_update(p->s, &p->is, r->now, e) != 0)
		return -1;
	if (status_differs &&
	    participants_set_status(p->s, p->is.id, p->is.status, r->reason, r->actor, r->now, &changed, e) != 0)
		return -1;
	p->out->change = p->out->field_count ? ROSTER_UPDATED : ROSTER_UNCHANGED;
	return 0;
}

static int write_row(struct putting *p, struct err *e)
{
	bool erased;

	if (find_erased(p, &erased, e) != 0)
		return -1;
	if (erased) {
		p->out->change = ROSTER_ERASED;
		p->out->why = "this person was erased";
		return 0;
	}
	if (p->known && p->has_status && !p->rules->contact_only) {
		p->out->stays_unsubscribed =
		    p->was.status == PARTICIPANT_UNSUBSCRIBED && p->status != PARTICIPANT_UNSUBSCRIBED;
		if (!p->out->stays_unsubscribed)
			p->is.status = p->status;
	}
	note_all(p);
	p->out->change = ROSTER_ADDED;
	if (p->known ? write_known(p, e) != 0
	             : participants_insert(p->s, &p->is, p->rules->reason, p->rules->actor, p->rules->now, e) != 0)
		return -1;
	p->out->participant = p->is;
	return 0;
}

static int refuse(struct roster_outcome *out, struct arena *a, const struct err *why)
{
	out->change = ROSTER_REFUSED;
	out->why = arena_strdup(a, why->text);
	out->why_code = why->code;
	return 0;
}

int roster_put(struct store *s, struct arena *a, const struct roster_erased *erased, const struct roster_row *row,
    const struct roster_put_rules *rules, struct roster_outcome *out, struct err *e)
{
	struct putting p = {.s = s, .a = a, .erased = erased, .row = row, .rules = rules, .out = out};
	const struct participant nobody = {.survey_completed_at = PARTICIPANT_NEVER, .exported_at = PARTICIPANT_NEVER};
	struct err why = {0};
	const char *did;

	*out = (struct roster_outcome){0};
	if (roster_check_did(a, row->did ? row->did : "", &did, &why) != 0)
		return refuse(out, a, &why);
	if (participants_get(s, a, did, &p.was, &p.known, e) != 0)
		return -1;
	if (!p.known)
		p.was = nobody;
	p.is = p.was;
	p.is.did = did;
	if (check_expected(&p, &why) != 0 || take_all(&p, &why) != 0 || (!p.known && complete_new(&p, &why) != 0))
		return refuse(out, a, &why);
	return write_row(&p, e);
}

static int put_one(struct store *s, struct arena *a, const struct config *c, const struct roster_row *row,
    const struct roster_put_rules *rules, struct roster_outcome *out, struct err *e)
{
	struct roster_erased erased;
	bool found;
	int rc;

	if (roster_erased_open(&erased, c, s, e) != 0)
		return -1;
	rc = roster_put(s, a, &erased, row, rules, out, e);
	roster_erased_close(&erased);
	if (rc == 0 && out->change == ROSTER_REFUSED)
		rc = err_set(e, out->why_code, "%s", out->why);
	if (rc == 0 && out->change == ROSTER_ERASED)
		rc = err_set(e, ERR_REFUSED, "%s: this person was erased and does not come back", row->did);
	if (rc == 0 && out->change != ROSTER_UNCHANGED)
		rc = participants_get_by_id(s, a, out->participant.id, &out->participant, &found, e);
	return rc;
}

int roster_change(struct store *s, struct arena *a, const struct config *c, const struct roster_row *row,
    const struct roster_put_rules *rules, bool dry_run, struct roster_outcome *out, struct err *e)
{
	if (store_begin(s, e) != 0)
		return -1;
	return people_end(s, dry_run, put_one(s, a, c, row, rules, out, e), e);
}
