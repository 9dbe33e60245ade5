#include "store/audit.h"

#include "sql.h"
#include "store/db.h"

#include <string.h>

static int take_digest(struct store *s, sqlite3_stmt *st, int column, struct audit_file *f, struct err *e)
{
	if (sqlite3_column_bytes(st, column) != SHA256_BYTES) {
		sqlite3_reset(st);
		return err_set(e, ERR_INPUT, "%s: a row's sha256 is not %d bytes long", store_path(s), SHA256_BYTES);
	}
	memcpy(f->sha256, sqlite3_column_blob(st, column), SHA256_BYTES);
	return 0;
}

int audit_attachments_each(
    struct store *s, int limit, void (*row)(const struct audit_file *, void *), void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_audit_attachments, e);
	bool more;

	if (!st)
		return -1;
	db_bind_int(st, ":limit", limit);
	for (;;) {
		struct audit_file f = {0};
		if (db_step(s, st, &more, e) != 0)
			return -1;
		if (!more)
			return 0;
		if (take_digest(s, st, 0, &f, e) != 0)
			return -1;
		f.size_bytes = db_int(st, 1);
		row(&f, arg);
	}
}

int audit_outbox_each(struct store *s, void (*row)(const struct audit_file *, void *), void *arg, struct err *e)
{
	sqlite3_stmt *st = db_prepare(s, sql_audit_outbox, e);
	bool more;

	if (!st)
		return -1;
	for (;;) {
		struct audit_file f = {0};
		if (db_step(s, st, &more, e) != 0)
			return -1;
		if (!more)
			return 0;
		f.outbox_id = db_int(st, 0);
		if (take_digest(s, st, 1, &f, e) != 0)
			return -1;
		f.size_bytes = db_int(st, 2);
		row(&f, arg);
	}
}
