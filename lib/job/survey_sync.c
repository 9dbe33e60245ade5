#include "job/survey_sync.h"

#include "base/arena.h"
#include "base/lock.h"
#include "base/log.h"
#include "base/study.h"
#include "base/unzip.h"
#include "job/people.h"
#include "job/survey.h"
#include "job/survey_apply.h"
#include "store/surveys.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>

enum { OVERLAP_S = 86400 };

/* A run on its way. */
struct syncing {
	const struct survey_sync_options *o;
	struct survey_sync_totals *t;
	struct arena arena; /* of the run */
	struct studies studies;
	struct survey_source *surveys;
	size_t count;
	struct survey_answers answers; /* of all surveys */
};

static bool is_listed(const struct syncing *y, const char *id)
{
	for (size_t i = 0; i < y->count; i++)
		if (strcmp(y->surveys[i].id, id) == 0)
			return true;
	return false;
}

static void add_survey(struct syncing *y, const char *id, const char *name, bool asked_for)
{
	const struct study *study = studies_of_survey(&y->studies, id);
	/* A study without study types has whoever no other study names: nothing is to be noted of them. */
	const char *joins = study && study->study_types.count > 0 ? study->study_types.items[0] : NULL;

	if (is_listed(y, id))
		return;
	y->surveys = arena_more(&y->arena, y->surveys, y->count, sizeof *y->surveys);
	y->surveys[y->count++] = (struct survey_source){.id = id, .name = name, .joins = joins, .asked_for = asked_for};
}

static int compile(regex_t *filter, const char *text, struct err *e)
{
	char why[200];
	int rc = regcomp(filter, text, REG_EXTENDED | REG_NOSUB);

	if (rc == 0)
		return 0;
	regerror(rc, filter, why, sizeof why);
	return err_set(e, ERR_USAGE, "\"%.200s\" is no regular expression: %s", text, why);
}

static int list_surveys(struct syncing *y, const regex_t *filter, struct err *e)
{
	struct qualtrics_survey *list;
	size_t n, before = y->count;

	if (qualtrics_surveys(y->o->qualtrics, &y->arena, &list, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (!filter || regexec(filter, list[i].name, 0, NULL, 0) == 0)
			add_survey(y, list[i].id, list[i].name, filter != NULL);
	if (filter && y->count == before)
		return err_set(e, ERR_NO_INPUT,
		    "\"%.200s\" finds the name of none of the account's surveys: it has %zu", y->o->filter, n);
	return 0;
}

/* The surveys that the study file names. */
static int add_of_studies(struct syncing *y, struct err *e)
{
	for (size_t i = 0; i < y->studies.count; i++) {
		const struct study *s = &y->studies.items[i];
		for (size_t k = 0; k < s->survey_ids.count; k++) {
			if (!qualtrics_is_id(s->survey_ids.items[k]))
				return err_set(e, ERR_CONFIG,
				    "MAILROOM_STUDY_FILE: [%s]: survey_ids: \"%.100s\" is no id of a survey, as "
				    "SV_0123456789abcde",
				    s->label, s->survey_ids.items[k]);
			add_survey(y, s->survey_ids.items[k], "", true);
		}
	}
	return 0;
}

/* Which surveys are to be read. */
static int choose(struct syncing *y, struct err *e)
{
	const struct survey_sync_options *o = y->o;
	regex_t filter;
	int rc = 0;

	for (size_t i = 0; i < o->id_count; i++) {
		if (!qualtrics_is_id(o->ids[i]))
			return err_set(
			    e, ERR_USAGE, "\"%.100s\" is no id of a survey, as SV_0123456789abcde", o->ids[i]);
		add_survey(y, o->ids[i], "", true);
	}
	if (!o->filter && o->id_count == 0 && add_of_studies(y, e) != 0)
		return -1;
	if (!o->filter)
		return y->count > 0 ? 0 : list_surveys(y, NULL, e);
	if (compile(&filter, o->filter, e) != 0)
		return -1;
	rc = list_surveys(y, &filter, e);
	regfree(&filter);
	return rc;
}

/* What to ask for, and whether all that came since the last sync is among it, so that this one may stand for that. */
static int find_since(const struct syncing *y, struct survey_source *v, int64_t *since, struct err *e)
{
	int64_t synced;

	if (surveys_get_synced(y->o->store, v->id, &synced, e) != 0)
		return -1;
	*since = synced == INT64_MIN ? INT64_MIN : synced - OVERLAP_S;
	v->is_complete = true;
	if (y->o->since == INT64_MIN)
		return 0;
	v->is_complete = synced != INT64_MIN && y->o->since <= synced;
	*since = y->o->since;
	return 0;
}

static int read_archive(struct syncing *y, const char *id, const struct buf *archive, struct err *e)
{
	struct survey_reader *r = survey_reader_new(&y->arena, y->o->map, id, &y->answers);
	int rc = unzip_csv(archive->data, archive->len, NULL, survey_reader_take, r, e);

	if (rc == 0)
		rc = survey_reader_end(r, e);
	survey_reader_free(r);
	return rc == 0 ? 0 : err_prefix(e, "survey %s: its export", id);
}

static int read_survey(struct syncing *y, struct survey_source *v, struct err *e)
{
	size_t count = y->answers.count, previews = y->answers.previews;
	struct buf archive = {0};
	int64_t since;
	int rc = find_since(y, v, &since, e);

	if (rc == 0)
		rc = qualtrics_export(y->o->qualtrics, v->id, since, &archive, e);
	y->answers.is_roster = false;
	if (rc == 0)
		rc = read_archive(y, v->id, &archive, e);
	buf_clear(&archive);
	if (rc != 0)
		return -1;
	for (size_t i = count; i < y->answers.count; i++)
		y->answers.items[i].joins = v->joins;
	v->is_read = y->answers.is_roster || v->asked_for;
	if (!v->is_read) {
		y->answers.count = count;
		y->answers.previews = previews;
		y->t->skipped++;
		log_info(
		    "survey %s (%s): has no column for a did, a feed or a Prolific id: left alone", v->id, v->name);
		return 0;
	}
	y->t->surveys++;
	log_info("survey %s%s%s: %zu answers", v->id, *v->name ? " " : "", v->name, y->answers.count - count);
	return 0;
}

static bool was_read(const char *survey_id, void *arg)
{
	const struct syncing *y = arg;

	for (size_t i = 0; i < y->count; i++)
		if (y->surveys[i].is_read && (!survey_id || strcmp(y->surveys[i].id, survey_id) == 0))
			return true;
	return false;
}

static int read_all(struct syncing *y, struct err *e)
{
	for (size_t i = 0; i < y->count; i++) {
		log_progress("survey %zu of %zu", i + 1, y->count);
		if (read_survey(y, &y->surveys[i], e) != 0)
			return -1;
	}
	y->t->previews = y->answers.previews;
	y->t->answers = y->answers.count;
	return survey_map_check(y->o->map, was_read, y, e);
}

static int write_all(struct syncing *y, struct err *e)
{
	int rc;

	if (store_begin(y->o->store, e) != 0)
		return -1;
	rc = survey_apply(y->o, &y->answers, y->surveys, y->count, y->t, e);
	return people_end(y->o->store, y->o->dry_run, rc, e);
}

int survey_sync(const struct survey_sync_options *o, struct survey_sync_totals *t, struct err *e)
{
	struct syncing y = {.o = o, .t = t};
	int lock = -1, rc = -1;

	*t = (struct survey_sync_totals){0};
	if (studies_load(config_text(o->config, "MAILROOM_STUDY_FILE"), &y.arena, &y.studies, e) != 0) {
		arena_clear(&y.arena);
		return err_prefix(e, "MAILROOM_STUDY_FILE");
	}
	if (lock_take(o->lock_path, &lock, e) != 0) {
		arena_clear(&y.arena);
		return -1;
	}
	rc = choose(&y, e) == 0 ? read_all(&y, e) : -1;
	log_progress_end();
	t->stats = *qualtrics_stats(o->qualtrics);
	if (rc == 0)
		rc = write_all(&y, e);
	arena_clear(&y.arena);
	lock_release(lock);
	return rc;
}
