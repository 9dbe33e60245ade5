#include "participant_out.h"

#include "base/clock.h"
#include "base/file.h"
#include "job/display.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

const char *participant_out_actor(struct arena *a)
{
	enum { BYTES = 16384 };
	struct passwd entry, *user = NULL;

	if (getpwuid_r(getuid(), &entry, arena_alloc(a, BYTES), BYTES, &user) != 0 || !user)
		return arena_printf(a, "operator:%lu", (unsigned long)getuid());
	return arena_printf(a, "operator:%s", user->pw_name);
}

const char *participant_out_lock(struct arena *a, const struct cli *cli)
{
	char *path = file_join(config_text(cli_config(cli), "MAILROOM_DATA_DIR"), "participant.lock");
	const char *copy = arena_strdup(a, path);

	free(path);
	return copy;
}

bool participant_out_whom(const struct cli *cli, const char **did, const char **email)
{
	*did = cli_value(cli, "did");
	*email = cli_value(cli, "email");
	if (!*did == !*email) {
		cli_usage(cli, "say whom: --did DID or --email ADDRESS");
		return false;
	}
	return true;
}

void participant_out_json_time(struct json *j, const char *key, int64_t t)
{
	char text[CLOCK_TEXT_BYTES];

	json_key(j, key);
	if (t == PARTICIPANT_NEVER) {
		json_nil(j);
		return;
	}
	clock_format_utc(t, text);
	json_str(j, text);
}

static void text(struct json *j, const char *key, const char *value)
{
	json_key(j, key);
	json_str(j, value);
}

void participant_out_json(struct json *j, const struct participant *p)
{
	json_open(j, '{');
	text(j, "did", p->did);
	text(j, "email", p->email);
	text(j, "status", participant_status_name(p->status));
	text(j, "type", p->type);
	text(j, "feed_url", p->feed_url);
	participant_out_json_time(j, "survey_completed_at", p->survey_completed_at);
	text(j, "prolific_id", p->prolific_id);
	text(j, "study_type", p->study_type);
	text(j, "language", p->language);
	participant_out_json_time(j, "created_at", p->created_at);
	participant_out_json_time(j, "updated_at", p->updated_at);
	participant_out_json_time(j, "status_changed_at", p->status_changed_at);
	participant_out_json_time(j, "email_changed_at", p->email_changed_at);
	participant_out_json_time(j, "exported_at", p->exported_at);
	json_key(j, "removed");
	json_bool(j, p->is_removed);
}

const char *participant_out_name(struct arena *a, const struct participant *p)
{
	return display_clean(a, arena_printf(a, "%s <%s>", p->did, p->email));
}

static const char *one_field(struct arena *a, const struct roster_field *f)
{
	if (!f->was)
		return arena_printf(a, "%s: %s", f->name, f->is);
	return arena_printf(a, "%s: %s -> %s", f->name, f->was, f->is ? f->is : "(none)");
}

const char *participant_out_fields(struct arena *a, const struct roster_outcome *o)
{
	const char *all = "";

	for (size_t i = 0; i < o->field_count; i++)
		all = arena_printf(a, "%s%s%s", all, i ? ", " : "", one_field(a, &o->fields[i]));
	return display_clean(a, all);
}

void participant_out_json_fields(struct json *j, const struct roster_outcome *o)
{
	json_key(j, "fields");
	json_open(j, '[');
	for (size_t i = 0; i < o->field_count; i++) {
		json_open(j, '{');
		text(j, "field", o->fields[i].name);
		text(j, "was", o->fields[i].was);
		text(j, "is", o->fields[i].is);
		json_close(j, '}');
	}
	json_close(j, ']');
}
