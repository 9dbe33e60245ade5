#include "job/updates.h"

#include "base/mem.h"
#include "base/sha256.h"
#include "base/stamp.h"
#include "base/study_days.h"
#include "base/zone.h"
#include "job/display.h"
#include "job/outbox.h"
#include "job/update_catalogue.h"
#include "job/updates_settings.h"
#include "mail/compose_automatic.h"
#include "store/attempts.h"
#include "store/participants.h"

#include <stdlib.h>
#include <string.h>

/* The same for everybody in a study. */
struct study_day {
	const struct study *study;
	int64_t day, starts_at, ends_at;
	struct update_moment newest, read;
	const char *cut_off;
};

struct person {
	int64_t id;
	const char *did, *email, *language, *feed_url;
	const struct study_day *study_day;
};

struct updates {
	struct arena arena, scratch; /* scratch: of one participant */
	struct store *store;
	const struct config *config;
	struct updates_ask ask;
	int64_t now;
	struct updates_settings settings;
	struct update_catalogue *catalogue;
	struct studies studies;
	const struct study *only;
	struct study_day *days; /* one a study */
	struct reckoning *reckoning;
	struct reckoning_report report;
	struct person *people; /* numbered as in the reckoning */
	size_t count, without_study;
};

void updates_close(struct updates *u)
{
	if (!u)
		return;
	update_catalogue_free(u->catalogue);
	reckoning_free(u->reckoning);
	arena_clear(&u->arena);
	arena_clear(&u->scratch);
	free(u);
}

static int find_study(struct updates *u, struct err *e)
{
	const char *path = config_text(u->config, "MAILROOM_STUDY_FILE");

	if (studies_load(path, &u->arena, &u->studies, e) != 0)
		return err_prefix(e, "MAILROOM_STUDY_FILE");
	if (!u->ask.study)
		return 0;
	u->only = studies_find(&u->studies, u->ask.study);
	return u->only ? 0
	               : err_set(e, ERR_USAGE, "--study: there is no study \"%s\" (there are: %s)", u->ask.study,
	                     studies_labels(&u->studies, &u->arena));
}

/* The day of the updates in this study. */
static int choose_day(struct updates *u, struct study_day *d, struct err *e)
{
	const char *zone = config_text(u->config, "MAILROOM_TZ");
	struct study_days bounds;
	int64_t today;

	if (study_day_at(d->study, u->now, zone, &today, e) != 0)
		return -1;
	d->day = today;
	if (u->ask.date && !stamp_parse_day(u->ask.date, &d->day))
		return err_set(e, ERR_USAGE, "--date: \"%s\" is no day: write 2026-11-20", u->ask.date);
	if (d->day > today)
		return err_set(e, ERR_USAGE, "--date: the study day %s of study %s is still to come", u->ask.date,
		    d->study->label);
	if (study_days_between(d->study, d->day, d->day, zone, &u->arena, &bounds, e) != 0)
		return -1;
	d->starts_at = bounds.starts[0];
	d->ends_at = bounds.starts[1];
	return 0;
}

static int set_days(struct updates *u, struct err *e)
{
	u->days = arena_zalloc(&u->arena, u->studies.count * sizeof *u->days);
	for (size_t i = 0; i < u->studies.count; i++) {
		struct study_day *d = &u->days[i];
		d->study = &u->studies.items[i];
		d->cut_off =
		    arena_printf(&u->arena, "%02d:%02d", d->study->cut_off_minute / 60, d->study->cut_off_minute % 60);
		if (choose_day(u, d, e) != 0)
			return -1;
	}
	return 0;
}

/* In the zone of the process. */
static struct update_moment moment_of(struct arena *a, int64_t t)
{
	char text[ZONE_TEXT_BYTES];
	struct update_moment m = {0};

	stamp_parse_day(zone_format(t, ZONE_DATE, text), &m.date);
	m.time = arena_strdup(a, zone_format(t, ZONE_TIME, text));
	return m;
}

static int set_moments(struct updates *u, struct err *e)
{
	int rc = 0;

	for (size_t i = 0; i < u->studies.count && rc == 0; i++) {
		struct study_day *d = &u->days[i];
		rc = zone_use(d->study->zone, e);
		d->read = moment_of(&u->arena, u->now);
		if (u->report.newest != RECKONING_NO_ROW)
			d->newest = moment_of(&u->arena, u->report.newest);
	}
	return rc == 0 ? zone_use(config_text(u->config, "MAILROOM_TZ"), e) : -1;
}

static const char *keep(struct updates *u, const char *s)
{
	return s ? arena_strdup(&u->arena, s) : NULL;
}

static int add_person(const struct participant *p, void *arg)
{
	struct updates *u = arg;
	const struct study *study = studies_of_type(&u->studies, p->study_type);

	if (!study) {
		u->without_study++;
		return 0;
	}
	if (u->only && u->only != study)
		return 0;
	u->people = arena_more(&u->arena, u->people, u->count, sizeof *u->people);
	u->people[u->count++] = (struct person){.id = p->id,
	    .did = keep(u, p->did),
	    .email = keep(u, p->email),
	    .language = keep(u, p->language),
	    .feed_url = keep(u, p->feed_url),
	    .study_day = &u->days[study - u->studies.items]};
	reckoning_add(u->reckoning, p->id, p->did, study);
	return 0;
}

/* The one participant who is asked for must be there, and get updates. */
static int check_asked(struct updates *u, struct err *e)
{
	struct participant p;
	bool found;

	if (!u->ask.did)
		return 0;
	if (participants_get(u->store, &u->arena, u->ask.did, &p, &found, e) != 0)
		return -1;
	if (!found || p.is_removed)
		return err_set(e, ERR_NO_INPUT, "%s: there is no such participant", u->ask.did);
	if (p.status != PARTICIPANT_ACTIVE)
		return err_set(
		    e, ERR_REFUSED, "%s: is %s, and gets no updates", p.did, participant_status_name(p.status));
	for (size_t i = 0; i < u->count; i++)
		if (u->people[i].id == p.id)
			return 0;
	return err_set(e, ERR_REFUSED, "%s: is in %s", p.did, u->only ? "another study" : "no study");
}

/* Everybody is read, even where one is asked for: how new the data is, is said of all of it. */
static int load_people(struct updates *u, struct err *e)
{
	static const enum participant_status active = PARTICIPANT_ACTIVE;
	const char *path = config_text(u->config, "MAILROOM_COMPLIANCE_DB");
	int64_t day;
	bool date = u->ask.date != NULL;

	if (!path)
		return err_set(e, ERR_CONFIG,
		    "MAILROOM_COMPLIANCE_DB is not set: name the compliance database (mailroom.conf(5))");
	u->reckoning = reckoning_new(u->now, config_text(u->config, "MAILROOM_TZ"));
	if (participants_each(u->store, &active, add_person, u, e) != 0 || check_asked(u, e) != 0)
		return -1;
	day = date ? u->days[0].day : RECKONING_TODAY;
	return reckoning_load(u->reckoning, path, day, day, &u->report, e);
}

int updates_open(struct store *s, const struct config *c, const struct updates_ask *ask, int64_t now,
    struct updates **out, struct err *e)
{
	struct updates *u = mem_alloc(sizeof *u);

	*u = (struct updates){.store = s, .config = c, .ask = *ask, .now = now};
	if (updates_settings_read(c, &u->arena, &u->settings, e) != 0 ||
	    update_catalogue_load(config_text(c, "MAILROOM_TEMPLATE_DIR"), config_text(c, "MAILROOM_TEMPLATE_LANGUAGE"),
	        &u->catalogue, e) != 0 ||
	    find_study(u, e) != 0 || set_days(u, e) != 0 || load_people(u, e) != 0 || set_moments(u, e) != 0) {
		updates_close(u);
		return -1;
	}
	*out = u;
	return 0;
}

/* A message that is being made; what outbox_freeze_add hands back to compose. */
struct letter {
	struct updates *u;
	const struct person *person;
	const struct update_templates *templates;
	struct update_facts facts;
	const char *subject;
};

/* False when the participant has no window. */
static bool begin_letter(struct updates *u, size_t index, struct reckoned *w, struct letter *l)
{
	const struct person *p = &u->people[index];
	const struct study_day *d = p->study_day;

	if (!reckoning_get(u->reckoning, index, d->day, w))
		return false;
	*l = (struct letter){.u = u,
	    .person = p,
	    .templates = update_catalogue_find(u->catalogue, p->language),
	    .facts = {.window = w,
	        .newest = d->newest,
	        .read = d->read,
	        .cut_off = d->cut_off,
	        .sender = u->settings.from_name,
	        .feed_url = p->feed_url,
	        .unsubscribe_address = u->settings.unsubscribe_address}};
	return true;
}

static int make_bodies(const struct letter *l, struct arena *a, const char *token, struct update_bodies *bodies,
    struct update_facts *facts, struct err *e)
{
	*facts = l->facts;
	facts->unsubscribe_url = updates_unsubscribe_url(&l->u->settings, a, token, l->person->did);
	return update_bodies(a, l->templates, facts, l->subject, bodies, e);
}

static int compose(void *arg, const struct outbox_stamp *stamp, struct buf *out, struct err *e)
{
	const struct letter *l = arg;
	const struct updates_settings *set = &l->u->settings;
	struct arena *a = &l->u->scratch;
	struct compose_headers headers;
	struct update_bodies bodies;
	struct update_facts facts;

	if (make_bodies(l, a, stamp->token, &bodies, &facts, e) != 0)
		return -1;
	compose_headers_automatic(a,
	    &(struct compose_automatic){.list = "participant-update",
	        .list_name = "Participant update",
	        .domain = set->domain,
	        .token = stamp->token,
	        .unsubscribe_url = facts.unsubscribe_url,
	        .unsubscribe_address = facts.unsubscribe_address,
	        .one_click = set->unsubscribe_is_personal},
	    &headers);
	struct address to = {.address = l->person->email};
	struct compose c = {.from = {.name = set->from_name, .address = set->from},
	    .to = {&to, 1},
	    .subject = l->subject,
	    .date = stamp->date,
	    .zone_minutes = zone_minutes(stamp->date),
	    .message_id = stamp->message_id,
	    .headers = headers.items,
	    .header_count = headers.count,
	    .text = bodies.text,
	    .html = bodies.html};
	return compose_message(&c, out, e);
}

static struct updates_item item_of(const struct updates *u, const struct person *p)
{
	return (struct updates_item){.did = p->did,
	    .study = p->study_day->study->label,
	    .language = update_catalogue_find(u->catalogue, p->language)->language,
	    .day = p->study_day->day};
}

static void skip(struct updates *u, struct updates_item *item, enum updates_outcome outcome, const char *reason)
{
	item->outcome = outcome;
	item->reason = arena_strdup(&u->arena, reason);
}

/* Why the participant gets none after all, NULL: nothing is in the way. The roster may have changed since it was read; within the
 * transaction it does not. Whoever has unsubscribed gets nothing at that address under another did either. */
static int find_hindrance(struct updates *u, const struct person *p, const char **why, struct err *e)
{
	struct attempt_participant now;
	bool found;

	*why = NULL;
	if (attempts_participant(u->store, &u->scratch, p->id, &now, &found, e) != 0)
		return -1;
	if (!found || !now.is_active || strcmp(now.address, p->email) != 0)
		*why = "changed in the roster just now";
	else if (now.unsubscribed)
		*why = arena_printf(&u->scratch, "%s has the same address and has unsubscribed", now.unsubscribed);
	return 0;
}

/* Without the study: who is moved to another one, or whose study gets another label, has had the update of the day. */
static const char *dedupe_key(struct arena *a, const struct person *p)
{
	char day[STAMP_DAY_BYTES];

	return arena_printf(a, "participant:%lld:%s", (long long)p->id, stamp_format_day(p->study_day->day, day));
}

/* What the real run would make of the one that waits; `bytes` was composed with its stamp. */
static enum updates_outcome compare(const struct outbox_message *earlier, const struct buf *bytes)
{
	unsigned char digest[SHA256_BYTES];

	sha256_of(bytes->data, bytes->len, digest);
	return bytes->len == earlier->size_bytes && memcmp(digest, earlier->sha256, sizeof digest) == 0
	           ? UPDATE_UNCHANGED
	           : UPDATE_REPLACED;
}

/* Without a batch: as far as it goes without writing. */
static int try_letter(struct updates *u, struct letter *l, const char *key, struct updates_item *item, struct err *e)
{
	struct outbox_stamp stamp = {.message_id = "dry-run@mailroom.invalid", .token = "dry-run", .date = u->now};
	struct outbox_message *earlier;
	struct buf bytes = {0};
	int rc;

	if (outbox_find_live(u->store, &u->scratch, key, &earlier, e) != 0)
		return -1;
	if (earlier && earlier->state != OUTBOX_READY && earlier->state != OUTBOX_HELD) {
		item->outbox_id = earlier->id;
		return err_set(
		    e, ERR_REFUSED, "outbox %lld: it is %s", (long long)earlier->id, outbox_state_name(earlier->state));
	}
	if (earlier && earlier->token)
		stamp = (struct outbox_stamp){earlier->message_id, earlier->token, earlier->created_at};
	rc = compose(l, &stamp, &bytes, e);
	item->outcome = earlier ? compare(earlier, &bytes) : UPDATE_NEW;
	buf_clear(&bytes);
	return rc;
}

static int freeze_letter(
    struct updates *u, struct outbox_batch *batch, struct letter *l, struct updates_item *item, struct err *e)
{
	static const enum updates_outcome outcomes[] = {
	    [OUTBOX_NEW] = UPDATE_NEW, [OUTBOX_REPLACED] = UPDATE_REPLACED, [OUTBOX_SAME] = UPDATE_UNCHANGED};
	const struct person *p = l->person;
	const struct outbox_recipient to = {.address = p->email, .participant_id = p->id};
	struct outbox_draft draft = {.kind = "participant",
	    .dedupe_key = dedupe_key(&u->scratch, p),
	    .subject = l->subject,
	    .from_address = u->settings.from,
	    .domain = u->settings.domain,
	    .period_start = p->study_day->starts_at,
	    .period_end = p->study_day->ends_at,
	    .expires_at = p->study_day->ends_at,
	    .recipients = &to,
	    .recipient_count = 1,
	    .compose = compose,
	    .arg = l};
	struct outbox_frozen frozen;

	if (!batch)
		return try_letter(u, l, draft.dedupe_key, item, e);
	if (outbox_freeze_add(batch, &u->scratch, &draft, &frozen, e) != 0)
		return -1;
	item->outcome = outcomes[frozen.outcome];
	item->outbox_id = frozen.message.id;
	return 0;
}

/* One participant's failure is an item; -1 ends the run. */
static int build_one(
    struct updates *u, struct outbox_batch *batch, size_t index, struct updates_item *item, struct err *e)
{
	const struct person *p = &u->people[index];
	struct reckoned w;
	struct letter l;
	const char *why;

	*item = item_of(u, p);
	if (!begin_letter(u, index, &w, &l)) {
		skip(u, item, UPDATE_SKIPPED, "no feed request yet");
		return 0;
	}
	item->action_needed = update_needs_action(&w);
	item->on_track = w.on_track;
	item->active_days = w.active_days;
	item->required_active_days = w.required_active_days;
	if (find_hindrance(u, p, &why, e) != 0)
		return -1;
	if (why) {
		skip(u, item, UPDATE_SKIPPED, why);
		return 0;
	}
	if (update_subject(&u->scratch, l.templates, &l.facts, &l.subject, e) == 0 &&
	    freeze_letter(u, batch, &l, item, e) == 0)
		return 0;
	if (e->code != ERR_REFUSED && e->code != ERR_INPUT)
		return err_prefix(e, "%s", p->did);
	skip(u, item, e->code == ERR_REFUSED ? UPDATE_SKIPPED : UPDATE_FAILED, e->text);
	*e = (struct err){0};
	return 0;
}

static int check_not_over(const struct updates *u, struct err *e)
{
	for (size_t i = 0; i < u->studies.count; i++)
		if (!u->ask.dry_run && (!u->only || u->only == u->days[i].study) && u->days[i].ends_at <= u->now)
			return err_set(e, ERR_USAGE,
			    "--date: the study day %s of study %s is over: nobody would get its updates any more "
			    "(-n and participant preview show them)",
			    u->ask.date, u->days[i].study->label);
	return 0;
}

static int build_all(struct updates *u, struct outbox_batch *batch, struct updates_result *out, struct err *e)
{
	*out = (struct updates_result){.without_study = u->without_study, .report = u->report};
	out->items = arena_array(&u->arena, u->count + 1, sizeof *out->items);
	for (size_t i = 0; i < u->count; i++) {
		struct updates_item *item = &out->items[out->count];
		if (u->ask.did && strcmp(u->ask.did, u->people[i].did) != 0)
			continue;
		if (build_one(u, batch, i, item, e) != 0)
			return -1;
		out->counts[item->outcome]++;
		out->count++;
		arena_reset(&u->scratch);
	}
	return 0;
}

int updates_build(struct updates *u, struct updates_result *out, struct err *e)
{
	struct outbox_batch *batch = NULL;

	if (check_not_over(u, e) != 0)
		return -1;
	if (!u->ask.dry_run && outbox_freeze_begin(u->store, u->config, u->now, &batch, e) != 0)
		return -1;
	if (build_all(u, batch, out, e) != 0) {
		outbox_freeze_abort(batch);
		return -1;
	}
	return batch ? outbox_freeze_commit(batch, e) : 0;
}

int updates_preview(struct updates *u, struct updates_preview *out, struct err *e)
{
	struct update_facts facts;
	struct reckoned w;
	struct letter l;
	size_t i = 0;

	while (strcmp(u->people[i].did, u->ask.did) != 0)
		i++;
	if (!begin_letter(u, i, &w, &l))
		return err_set(
		    e, ERR_NO_INPUT, "%s: has made no feed request yet, so that there is no update", u->ask.did);
	*out = (struct updates_preview){.to = l.person->email, .language = l.templates->language};
	if (update_subject(&u->arena, l.templates, &l.facts, &l.subject, e) != 0)
		return -1;
	out->subject = l.subject;
	return make_bodies(&l, &u->arena, "preview", &out->bodies, &facts, e);
}
