#include "job/survey_map.h"

#include "base/csv_table.h"

#include <string.h>
#include <strings.h>

enum { COLUMN, FIELD, SURVEY_ID };

static const char *const names[SURVEY_FIELDS] = {"email", "did", "feed_url", "prolific_id", "study_type", "language",
    "survey_completed_at", "type", "response id", "recorded at", "status", "channel", "preview"};

/* The usual names of columns, without regard to letter case; of one field the earlier is taken first. The type of a participant is
 * not among them: whoever has the link to a survey can put words behind it, "admin" too. */
static const struct {
	const char *column;
	enum survey_field field;
} usual[] = {
    {"email", SURVEY_EMAIL},
    {"email_address", SURVEY_EMAIL},
    {"participant_email", SURVEY_EMAIL},
    {"RecipientEmail", SURVEY_EMAIL},
    {"did", SURVEY_DID},
    {"bluesky_did", SURVEY_DID},
    {"participant_did", SURVEY_DID},
    {"feed_url", SURVEY_FEED_URL},
    {"feedurl", SURVEY_FEED_URL},
    {"PROLIFIC_PID", SURVEY_PROLIFIC_ID},
    {"prolific_id", SURVEY_PROLIFIC_ID},
    {"study_type", SURVEY_STUDY_TYPE},
    {"language", SURVEY_LANGUAGE},
    {"UserLanguage", SURVEY_LANGUAGE},
    {"Q_Language", SURVEY_LANGUAGE},
    {"survey_completed_at", SURVEY_COMPLETED_AT},
    {"EndDate", SURVEY_COMPLETED_AT},
    {"RecordedDate", SURVEY_COMPLETED_AT},
    {"ResponseId", SURVEY_RESPONSE_ID},
    {"_recordId", SURVEY_RESPONSE_ID},
    {"RecordedDate", SURVEY_RECORDED_AT},
    {"EndDate", SURVEY_RECORDED_AT},
    {"Status", SURVEY_STATUS},
    {"DistributionChannel", SURVEY_CHANNEL},
    {"Preview", SURVEY_PREVIEW},
    {"PreviewMode", SURVEY_PREVIEW},
};

const char *survey_field_name(enum survey_field field)
{
	return names[field];
}

static bool field_parse(const char *name, enum survey_field *field)
{
	for (int i = 0; i < SURVEY_ROSTER_FIELDS; i++)
		if (strcasecmp(names[i], name) == 0) {
			*field = (enum survey_field)i;
			return true;
		}
	return false;
}

static int add_row(struct survey_map *m, struct arena *a, const struct csv_row *row, struct err *e)
{
	struct survey_map_line line = {.line = row->line, .column = row->cells[COLUMN]};

	if (*row->cells[SURVEY_ID])
		line.survey_id = row->cells[SURVEY_ID];
	if (!*line.column || !field_parse(row->cells[FIELD], &line.field))
		return err_set(e, ERR_CONFIG,
		    "%s: line %zu: \"%.60s\" is no field of the roster, or the survey's column is missing; the fields "
		    "are: "
		    "email, did, feed_url, prolific_id, study_type, language, survey_completed_at, type",
		    m->path, row->line, row->cells[FIELD]);
	m->lines = arena_more(a, m->lines, m->count, sizeof *m->lines);
	m->lines[m->count++] = line;
	return 0;
}

int survey_map_read(const char *path, struct arena *a, struct survey_map *m, struct err *e)
{
	static const char *const columns[] = {"survey_field", "roster_field", "survey_id", NULL};
	struct csv_faults faults = {0};
	struct csv_table t;

	*m = (struct survey_map){.path = arena_strdup(a, path)};
	if (csv_table_read(path, columns, a, &t, &faults, e) != 0) {
		e->code = e->code == ERR_INPUT ? ERR_CONFIG : e->code;
		return err_prefix(e, "MAILROOM_QUALTRICS_FIELD_MAPPING");
	}
	if (!t.has[COLUMN] || !t.has[FIELD])
		return err_set(e, ERR_CONFIG, "%s: line 1: the columns survey_field and roster_field are wanted", path);
	csv_faults_sort(&faults);
	if (faults.count > 0)
		return err_set(e, ERR_CONFIG, "%s: line %zu: %s", path, faults.items[0].line, faults.items[0].text);
	for (size_t i = 0; i < t.count; i++)
		if (add_row(m, a, &t.rows[i], e) != 0)
			return -1;
	return 0;
}

void survey_map_find(struct survey_map *m, const char *survey_id, const char *column,
    void (*each)(enum survey_field field, size_t rank, void *arg), void *arg)
{
	for (size_t i = 0; i < m->count; i++) {
		struct survey_map_line *l = &m->lines[i];
		if ((l->survey_id && strcmp(l->survey_id, survey_id) != 0) || strcasecmp(l->column, column) != 0)
			continue;
		l->met = true;
		each(l->field, i, arg);
	}
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
		if (strcasecmp(usual[i].column, column) == 0)
			each(usual[i].field, m->count + i, arg);
}

int survey_map_check(
    const struct survey_map *m, bool (*seen)(const char *survey_id, void *arg), void *arg, struct err *e)
{
	for (size_t i = 0; i < m->count; i++) {
		const struct survey_map_line *l = &m->lines[i];
		if (!l->met && seen(l->survey_id, arg))
			return err_set(e, ERR_CONFIG, "%s: line %zu: there is no column \"%.100s\" in %s", m->path,
			    l->line, l->column, l->survey_id ? l->survey_id : "any survey of this run");
	}
	return 0;
}
