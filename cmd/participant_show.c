/* participant list and show. */
#include "base/zone.h"
#include "job/display.h"
#include "participant_bounces.h"
#include "participant_out.h"
#include "participant_verbs.h"
#include "people_out.h"
#include "table.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

enum { LIST_COLUMNS = 6, MAILS_SHOWN = 10 };

struct listing {
	struct json *json; /* NULL: a table */
	struct table *table;
	struct arena *a;
	const char *study_type;
};

static const char *date_of(struct arena *a, int64_t t, enum zone_style style)
{
	char text[ZONE_TEXT_BYTES];

	return t == PARTICIPANT_NEVER ? "" : arena_strdup(a, zone_format(t, style, text));
}

static int list_one(const struct participant *p, void *arg)
{
	struct listing *l = arg;

	if (l->study_type && strcmp(l->study_type, p->study_type ? p->study_type : "") != 0)
		return 0;
	if (l->json) {
		participant_out_json(l->json, p);
		json_close(l->json, '}');
		return 0;
	}
	arena_reset(l->a);
	table_add(l->table, display_clean(l->a, p->did));
	table_add(l->table, participant_status_name(p->status));
	table_add(l->table, display_clean(l->a, p->email));
	table_add(l->table, p->type ? p->type : "-");
	table_add(l->table, p->study_type ? display_clean(l->a, p->study_type) : "-");
	table_add(l->table, date_of(l->a, p->survey_completed_at, ZONE_DATE));
	return 0;
}

int participant_verb_list(struct cli *cli, int argc, char **argv)
{
	const char *word = cli_value(cli, "status");
	enum participant_status wanted;
	struct err e = {0};
	struct arena a = {0};
	struct buf out = {0};
	struct json j = {.out = &out};
	struct table table = {.columns = LIST_COLUMNS};
	struct listing l = {cli_json(cli) ? &j : NULL, &table, &a, cli_value(cli, "study-type")};
	struct store *s;
	int status = 0;

	(void)argc, (void)argv;
	if (word && !participant_status_parse(word, &wanted))
		return cli_usage(cli, "%s: a status is active, inactive or unsubscribed", word);
	if (cli_json(cli))
		people_out_list_begin(&j, "participants");
	if (cli_open_store(cli, STORE_READ, &s, &e) != 0 ||
	    participants_each(s, word ? &wanted : NULL, list_one, &l, &e) != 0)
		status = cli_fail(&e);
	else if (cli_json(cli))
		people_out_list_end(&j);
	else
		table_print(&table);
	buf_clear(&out);
	arena_clear(&a);
	return status;
}

/* A participant with everything around it. */
struct shown {
	struct participant p;
	struct participant_change *changes;
	size_t change_count;
	struct participant_mail *mails;
	size_t mail_count;
};

static int load(struct store *s, struct arena *a, const char *did, const char *email, struct shown *x, struct err *e)
{
	if (roster_find(s, a, did, email, &x->p, e) != 0 ||
	    participants_history(s, a, x->p.id, &x->changes, &x->change_count, e) != 0)
		return -1;
	return participants_mails(s, a, x->p.id, MAILS_SHOWN, &x->mails, &x->mail_count, e);
}

static void json_pair(struct json *j, const char *key, const char *value)
{
	json_key(j, key);
	json_str(j, value);
}

static void json_history(struct json *j, const struct shown *x)
{
	json_key(j, "history");
	json_open(j, '[');
	for (size_t i = 0; i < x->change_count; i++) {
		const struct participant_change *c = &x->changes[i];
		json_open(j, '{');
		participant_out_json_time(j, "changed_at", c->changed_at);
		json_pair(j, "old_status", c->has_old ? participant_status_name(c->old_status) : NULL);
		json_pair(j, "new_status", participant_status_name(c->new_status));
		json_pair(j, "reason", c->reason);
		json_pair(j, "actor", c->actor);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void json_mails(struct json *j, const struct shown *x)
{
	json_key(j, "mails");
	json_open(j, '[');
	for (size_t i = 0; i < x->mail_count; i++) {
		const struct participant_mail *m = &x->mails[i];
		json_open(j, '{');
		json_key(j, "outbox_id");
		json_int(j, m->outbox_id);
		participant_out_json_time(j, "created_at", m->created_at);
		json_pair(j, "subject", m->subject);
		json_pair(j, "address", m->address);
		json_pair(j, "state", m->state);
		json_key(j, "attempts");
		json_int(j, m->attempt_count);
		participant_out_json_time(j, "attempted_at", m->attempted_at);
		json_pair(j, "attempt_status", m->attempt_status);
		json_pair(j, "transport", m->transport);
		json_key(j, "code");
		json_int(j, m->code);
		json_pair(j, "enhanced", m->enhanced);
		json_pair(j, "words", m->words);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static int print_json(struct store *s, const struct shown *x, struct err *e)
{
	struct buf out = {0};
	struct json j = {.out = &out};
	int rc;

	json_open(&j, '{');
	json_key(&j, "format");
	json_int(&j, 1);
	json_key(&j, "participant");
	participant_out_json(&j, &x->p);
	json_close(&j, '}');
	json_history(&j, x);
	json_mails(&j, x);
	rc = participant_bounces_json(s, x->p.id, &j, e);
	if (rc == 0)
		people_out_end(&j);
	buf_clear(&out);
	return rc;
}

static void line(struct table *t, struct arena *a, const char *name, const char *value)
{
	table_add(t, name);
	table_add(t, value && *value ? display_clean(a, value) : "-");
}

static void print_fields(struct arena *a, const struct participant *p)
{
	struct table t = {.columns = 2};

	line(&t, a, "did", p->did);
	line(&t, a, "email", p->email);
	line(&t, a, "status",
	    arena_printf(a, "%s since %s%s", participant_status_name(p->status),
	        date_of(a, p->status_changed_at, ZONE_DATE_TIME), p->is_removed ? "; removed" : ""));
	line(&t, a, "type", p->type);
	line(&t, a, "feed_url", p->feed_url);
	line(&t, a, "survey completed", date_of(a, p->survey_completed_at, ZONE_DATE_TIME));
	line(&t, a, "prolific_id", p->prolific_id);
	line(&t, a, "study_type", p->study_type);
	line(&t, a, "language", p->language);
	line(&t, a, "on the roster since", date_of(a, p->created_at, ZONE_DATE_TIME));
	line(&t, a, "address since", date_of(a, p->email_changed_at, ZONE_DATE_TIME));
	line(&t, a, "in the audit log since", date_of(a, p->exported_at, ZONE_DATE_TIME));
	table_print(&t);
}

static void print_history(struct arena *a, const struct shown *x)
{
	struct table t = {.columns = 4};

	puts("\nhistory:");
	for (size_t i = 0; i < x->change_count; i++) {
		const struct participant_change *c = &x->changes[i];
		const char *to = participant_status_name(c->new_status);
		table_add(&t, date_of(a, c->changed_at, ZONE_DATE_TIME));
		table_add(
		    &t, c->has_old ? arena_printf(a, "%s -> %s", participant_status_name(c->old_status), to) : to);
		table_add(&t, display_clean(a, c->actor));
		table_add(&t, display_clean(a, c->reason));
	}
	table_print(&t);
}

static void print_mails(struct arena *a, const struct shown *x)
{
	struct table t = {.columns = 5};

	if (x->mail_count > 0)
		puts("\nlast mails:");
	for (size_t i = 0; i < x->mail_count; i++) {
		const struct participant_mail *m = &x->mails[i];
		table_add(&t, arena_printf(a, "%lld", (long long)m->outbox_id));
		table_add(&t,
		    date_of(a, m->attempted_at != PARTICIPANT_NEVER ? m->attempted_at : m->created_at, ZONE_DATE_TIME));
		table_add(&t, m->state);
		table_add(&t, display_cut(a, display_clean(a, m->subject), 60));
		table_add(&t, display_cut(a, display_clean(a, m->words), 60));
	}
	table_print(&t);
}

int participant_verb_show(struct cli *cli, int argc, char **argv)
{
	const char *did, *email;
	struct err e = {0};
	struct arena a = {0};
	struct shown x;
	struct store *s;
	int status = 0;

	(void)argc, (void)argv;
	if (!participant_out_whom(cli, &did, &email))
		return EX_USAGE;
	if (cli_open_store(cli, STORE_READ, &s, &e) != 0 || load(s, &a, did, email, &x, &e) != 0) {
		status = cli_fail(&e);
	} else if (cli_json(cli)) {
		status = print_json(s, &x, &e) == 0 ? 0 : cli_fail(&e);
	} else {
		print_fields(&a, &x.p);
		print_history(&a, &x);
		print_mails(&a, &x);
		status = participant_bounces_print(s, x.p.id, &e) == 0 ? 0 : cli_fail(&e);
	}
	arena_clear(&a);
	return status;
}
