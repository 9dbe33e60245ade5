#include "job/survey_apply.h"

#include "base/clock.h"
#include "job/roster.h"
#include "job/roster_backup.h"
#include "store/surveys.h"

#include <stdlib.h>

struct applying {
	const struct survey_sync_options *o;
	struct survey_sync_totals *t;
	struct roster_erased erased;
	struct arena a;           /* of the answer at hand */
	int64_t first_quarantine; /* id of the first new row; 0: none yet */
};

static int remember(struct applying *p, const struct survey_answer *s, int64_t participant_id, struct err *e)
{
	if (surveys_release(p->o->store, s->survey_id, s->response_id, p->o->now, e) != 0)
		return -1;
	return surveys_add_response(
	    p->o->store, s->survey_id, s->response_id, participant_id, s->recorded_at, p->o->now, e);
}

static int has_erased(struct applying *p, const struct survey_answer *s, bool *erased, struct err *e)
{
	const struct {
		enum roster_erased_kind kind;
		const char *value;
	} all[] = {
	    {ROSTER_ERASED_DID, s->did}, {ROSTER_ERASED_EMAIL, s->email}, {ROSTER_ERASED_PROLIFIC_ID, s->prolific_id}};

	*erased = false;
	for (size_t i = 0; i < sizeof all / sizeof *all && !*erased; i++)
		if (all[i].value &&
		    roster_erased_has(&p->erased, p->o->store, &p->a, all[i].kind, all[i].value, erased, e) != 0)
			return -1;
	return 0;
}

static int quarantine(struct applying *p, const struct survey_answer *s, const char *reason, struct err *e)
{
	struct survey_quarantined q = {.survey_id = s->survey_id,
	    .response_id = s->response_id,
	    .reason = reason,
	    .did = s->did,
	    .email = s->email,
	    .feed_url = s->feed_url,
	    .prolific_id = s->prolific_id,
	    .recorded_at = s->recorded_at};
	int64_t id;

	if (surveys_quarantine(p->o->store, &q, p->o->now, &id, e) != 0)
		return -1;
	if (id == 0) {
		p->t->quarantined_before++;
		return 0;
	}
	p->t->quarantined++;
	if (p->first_quarantine == 0)
		p->first_quarantine = id;
	return 0;
}

static int leave_erased(struct applying *p, const struct survey_answer *s, struct err *e)
{
	p->t->erased++;
	return remember(p, s, 0, e);
}

/* What lacks something: nothing of somebody who was erased is kept, not even here. */
static int put_aside(struct applying *p, const struct survey_answer *s, struct err *e)
{
	bool erased;

	if (has_erased(p, s, &erased, e) != 0)
		return -1;
	return erased ? leave_erased(p, s, e) : quarantine(p, s, s->fault, e);
}

/* Whether a later answer of the participant is in the roster. */
static int is_overtaken(
    struct applying *p, const struct survey_answer *s, int64_t *participant_id, bool *overtaken, struct err *e)
{
	struct participant known;
	int64_t latest;
	bool found;

	*overtaken = false;
	if (participants_get(p->o->store, &p->a, s->did, &known, &found, e) != 0)
		return -1;
	if (!found)
		return 0;
	*participant_id = known.id;
	if (surveys_latest_response(p->o->store, known.id, &latest, e) != 0)
		return -1;
	*overtaken = s->recorded_at < latest;
	return 0;
}

/* What the answer says, or what it is to join where nothing is known of the participant. */
static int find_study_type(struct applying *p, const struct survey_answer *s, const char **out, struct err *e)
{
	struct participant known;
	bool found;

	*out = s->study_type;
	if (*out || !s->joins)
		return 0;
	if (participants_get(p->o->store, &p->a, s->did, &known, &found, e) != 0)
		return -1;
	if (!found || !known.study_type || !*known.study_type)
		*out = s->joins;
	return 0;
}

static int put_in_roster(struct applying *p, const struct survey_answer *s, struct err *e)
{
	char completed[CLOCK_TEXT_BYTES];
	struct roster_put_rules rules = {
	    .reason = arena_printf(&p->a, "survey %s, answer %s", s->survey_id, s->response_id),
	    .actor = p->o->actor,
	    .now = p->o->now,
	    .contact_only = true};
	struct roster_row row = {.did = s->did,
	    .email = s->email,
	    .type = s->type,
	    .feed_url = s->feed_url,
	    .prolific_id = s->prolific_id,
	    .language = s->language};
	struct roster_outcome out;

	if (find_study_type(p, s, &row.study_type, e) != 0)
		return -1;
	if (s->completed_at != INT64_MIN) {
		clock_format_utc(s->completed_at, completed);
		row.survey_completed_at = completed;
	}
	if (roster_put(p->o->store, &p->a, &p->erased, &row, &rules, &out, e) != 0)
		return -1;
	if (out.change == ROSTER_ERASED)
		return leave_erased(p, s, e);
	if (out.change == ROSTER_REFUSED)
		return quarantine(p, s, out.why, e);
	p->t->added += out.change == ROSTER_ADDED;
	p->t->updated += out.change == ROSTER_UPDATED;
	p->t->unchanged += out.change == ROSTER_UNCHANGED;
	return remember(p, s, out.participant.id, e);
}

static int apply_answer(struct applying *p, const struct survey_answer *s, struct err *e)
{
	int64_t participant_id = 0;
	bool known, overtaken;

	if (surveys_is_known(p->o->store, s->survey_id, s->response_id, &known, e) != 0)
		return -1;
	if (known) {
		p->t->duplicates++;
		return 0;
	}
	if (s->fault)
		return put_aside(p, s, e);
	if (is_overtaken(p, s, &participant_id, &overtaken, e) != 0)
		return -1;
	if (!overtaken)
		return put_in_roster(p, s, e);
	p->t->unchanged++;
	return remember(p, s, participant_id, e);
}

struct in_turn {
	const struct survey_answer *answer;
};

/* By the time when they were recorded; those of one moment in the order in which they came. */
static int by_time(const void *x, const void *y)
{
	const struct survey_answer *a = ((const struct in_turn *)x)->answer, *b = ((const struct in_turn *)y)->answer;

	if (a->recorded_at != b->recorded_at)
		return a->recorded_at < b->recorded_at ? -1 : 1;
	return a < b ? -1 : a > b;
}

static int apply_answers(struct applying *p, const struct survey_answers *answers, struct err *e)
{
	struct arena order = {0};
	struct in_turn *turns = arena_array(&order, answers->count + 1, sizeof *turns);
	int rc = 0;

	for (size_t i = 0; i < answers->count; i++)
		turns[i].answer = &answers->items[i];
	qsort(turns, answers->count, sizeof *turns, by_time);
	for (size_t i = 0; i < answers->count && rc == 0; i++) {
		const struct survey_answer *s = turns[i].answer;
		rc = apply_answer(p, s, e);
		if (rc != 0)
			err_prefix(e, "survey %s, line %zu", s->survey_id, s->line);
		arena_reset(&p->a);
	}
	arena_clear(&order);
	return rc;
}

static int finish(struct applying *p, const struct survey_source *surveys, size_t count, struct err *e)
{
	size_t overtaken;

	if (surveys_release_overtaken(p->o->store, p->first_quarantine, p->o->now, &overtaken, e) != 0)
		return -1;
	p->t->still_open = p->t->quarantined - overtaken;
	for (size_t i = 0; i < count; i++)
		if (surveys[i].is_read && surveys[i].is_complete &&
		    surveys_set_synced(p->o->store, surveys[i].id, surveys[i].name, p->o->now, e) != 0)
			return -1;
	return 0;
}

int survey_apply(const struct survey_sync_options *o, struct survey_answers *answers,
    const struct survey_source *surveys, size_t count, struct survey_sync_totals *t, struct err *e)
{
	struct applying p = {.o = o, .t = t};
	int rc = -1;

	if (roster_erased_open(&p.erased, o->config, o->store, e) != 0)
		return -1;
	if (o->backup_dir && !o->dry_run && roster_backup(o->store, o->backup_dir, o->backups, o->now, e) != 0)
		goto out;
	rc = apply_answers(&p, answers, e);
	if (rc == 0)
		rc = finish(&p, surveys, count, e);
out:
	roster_erased_close(&p.erased);
	arena_clear(&p.a);
	return rc;
}
