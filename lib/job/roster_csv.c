#include "job/roster_csv.h"

#include "base/clock.h"
#include "base/csv_cell.h"
#include "base/file.h"

const char *const roster_columns[] = {"email", "did", "status", "type", "feed_url", "survey_completed_at",
    "prolific_id", "study_type", "audit_timestamp", "language", NULL};

static const char *time_text(struct arena *a, int64_t t)
{
	char text[CLOCK_TEXT_BYTES];

	if (t == PARTICIPANT_NEVER)
		return NULL;
	clock_format_utc(t, text);
	return arena_strdup(a, text);
}

const char *roster_csv_value(struct arena *a, const struct participant *p, enum roster_column column)
{
	switch (column) {
	case ROSTER_EMAIL: return p->email;
	case ROSTER_DID: return p->did;
	case ROSTER_STATUS: return participant_status_name(p->status);
	case ROSTER_TYPE: return p->type;
	case ROSTER_FEED_URL: return p->feed_url;
	case ROSTER_SURVEY_COMPLETED_AT: return time_text(a, p->survey_completed_at);
	case ROSTER_PROLIFIC_ID: return p->prolific_id;
	case ROSTER_STUDY_TYPE: return p->study_type;
	case ROSTER_AUDIT_TIMESTAMP: return time_text(a, p->exported_at);
	case ROSTER_LANGUAGE: return p->language;
	case ROSTER_COLUMNS: break;
	}
	return NULL;
}

void roster_csv_header(struct buf *b)
{
	for (int i = 0; i < ROSTER_COLUMNS; i++)
		buf_printf(b, "%s%s", i ? "," : "", roster_columns[i]);
	buf_putc(b, '\n');
}

void roster_csv_row(struct buf *b, struct arena *a, const struct participant *p)
{
	for (int i = 0; i < ROSTER_COLUMNS; i++) {
		if (i)
			buf_putc(b, ',');
		csv_cell_put(b, roster_csv_value(a, p, (enum roster_column)i));
	}
	buf_putc(b, '\n');
}

struct exporting {
	struct buf *out;
	struct arena a;
	size_t count;
};

static int export_one(const struct participant *p, void *arg)
{
	struct exporting *x = arg;

	arena_reset(&x->a);
	roster_csv_row(x->out, &x->a, p);
	x->count++;
	return 0;
}

int roster_export_text(struct store *s, struct buf *out, size_t *count, struct err *e)
{
	struct exporting x = {.out = out};
	int rc;

	roster_csv_header(out);
	rc = participants_each(s, NULL, export_one, &x, e);
	arena_clear(&x.a);
	*count = x.count;
	return rc;
}

int roster_export_full(struct store *s, const char *path, size_t *count, struct err *e)
{
	struct buf b = {0};
	int rc = roster_export_text(s, &b, count, e);

	if (rc == 0)
		rc = file_write_atomic(path, b.data, b.len, 0600, e);
	buf_clear(&b);
	return rc;
}
