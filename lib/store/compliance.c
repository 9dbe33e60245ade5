#include "store/compliance.h"

#include "base/buf.h"
#include "base/mem.h"
#include "sql.h"
#include "store/db.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUSY_TIMEOUT_MS = 10000 };

struct compliance {
	struct store *s; /* for db_step and its errors; not opened by store_open, since this is not our schema */
	char *wal_path;
	struct stat before;
	bool at_rest; /* opened as a file that nobody writes */
};

static const char requests_shape[] = "feed_requests (requester_did, timestamp)";
static const char engagements_shape[] = "engagements (did_engagement, engagement_type, timestamp)";

/* What SQLite says, as what the operator can do about it. */
static int explain(const struct compliance *c, const char *shape, struct err *e)
{
	const char *path = c->s->path, *words = sqlite3_errmsg(c->s->db);

	switch (sqlite3_extended_errcode(c->s->db)) {
	case SQLITE_READONLY_ROLLBACK:
	case SQLITE_READONLY_RECOVERY:
	case SQLITE_READONLY_CANTINIT:
	case SQLITE_CANTOPEN:
		return err_set(e, ERR_TEMPORARY,
		    "%s: cannot be read as it is (%s): its writer was interrupted, and mends it when it opens it "
		    "again; then run "
		    "this again",
		    path, words);
	default: break;
	}
	switch (sqlite3_errcode(c->s->db) & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return err_set(e, ERR_TEMPORARY, "%s: another program has held it for %d s: run this again later (%s)",
		    path, BUSY_TIMEOUT_MS / 1000, words);
	case SQLITE_NOTADB: return err_set(e, ERR_INPUT, "%s: is no SQLite database (%s)", path, words);
	case SQLITE_ERROR:
		return err_set(e, ERR_INPUT, "%s: is no compliance database: %s; wanted is %s", path, words, shape);
	default: return db_error(c->s, "read", e);
	}
}

/* A write-ahead-log database (bytes 18 and 19 of its header) without a log has no writer. To read it in the ordinary way SQLite
 * would make the log and its index beside it, and could not where the folder is not ours. */
static bool is_at_rest(const struct compliance *c, int fd)
{
	unsigned char header[20];

	return pread(fd, header, sizeof header, 0) == (ssize_t)sizeof header && header[18] == 2 && header[19] == 2 &&
	       access(c->wal_path, F_OK) != 0 && errno == ENOENT;
}

static int look_at(struct compliance *c, struct err *e)
{
	int fd = open(c->s->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), rc = -1;

	if (fd < 0)
		return err_errno(e, "%s: open the compliance database", c->s->path);
	if (fstat(fd, &c->before) != 0)
		err_errno(e, "%s", c->s->path);
	else if (!S_ISREG(c->before.st_mode))
		err_set(e, ERR_INPUT, "%s: is no plain file, let alone a database", c->s->path);
	else
		rc = 0;
	if (rc == 0)
		c->at_rest = is_at_rest(c, fd);
	/* Before SQLite opens the file: closing a file drops the locks that this process has on it. */
	close(fd);
	return rc;
}

/* "file:/path?immutable=1", what would be misread written as %hh. */
static char *uri_of(const char *path)
{
	struct buf b = {0};

	buf_puts(&b, "file:");
	for (; *path; path++)
		buf_printf(&b, strchr("%?#", *path) ? "%%%02X" : "%c", (unsigned char)*path);
	buf_puts(&b, "?immutable=1");
	return buf_take(&b);
}

static int open_file(struct compliance *c, struct err *e)
{
	const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
	char *uri = c->at_rest ? uri_of(c->s->path) : NULL;
	int rc = sqlite3_open_v2(uri ? uri : c->s->path, &c->s->db, flags | (uri ? SQLITE_OPEN_URI : 0), NULL);

	free(uri);
	if (!c->s->db)
		mem_out_of_memory();
	if (rc != SQLITE_OK)
		return explain(c, "", e);
	sqlite3_busy_timeout(c->s->db, BUSY_TIMEOUT_MS);
	sqlite3_db_config(c->s->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
	sqlite3_db_config(c->s->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	return 0;
}

static sqlite3_stmt *prepare(struct compliance *c, const char *sql, const char *shape, struct err *e)
{
	sqlite3_stmt *st = NULL;

	if (sqlite3_prepare_v2(c->s->db, sql, -1, &st, NULL) != SQLITE_OK)
		explain(c, shape, e);
	return st;
}

static int check_shape(struct compliance *c, const char *sql, const char *shape, struct err *e)
{
	sqlite3_stmt *st = prepare(c, sql, shape, e);

	sqlite3_finalize(st);
	return st ? 0 : -1;
}

static int begin(struct compliance *c, struct err *e)
{
	if (sqlite3_exec(c->s->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
		return explain(c, "", e);
	if (check_shape(c, sql_compliance_requests, requests_shape, e) != 0)
		return -1;
	return check_shape(c, sql_compliance_engagements, engagements_shape, e);
}

int compliance_open(const char *path, struct compliance **out, struct err *e)
{
	struct compliance *c = mem_alloc(sizeof *c);
	char *real = realpath(path, NULL);

	c->s = mem_alloc(sizeof *c->s);
	c->s->path = real ? real : mem_strdup(path);
	c->wal_path = mem_printf("%s-wal", c->s->path);
	if (look_at(c, e) != 0 || open_file(c, e) != 0 || begin(c, e) != 0) {
		compliance_close(c);
		return -1;
	}
	*out = c;
	return 0;
}

void compliance_close(struct compliance *c)
{
	if (!c)
		return;
	store_close(c->s);
	free(c->wal_path);
	free(c);
}

static struct span column(sqlite3_stmt *st, int i)
{
	const char *text = (const char *)sqlite3_column_text(st, i);

	return (struct span){text, text ? (size_t)sqlite3_column_bytes(st, i) : 0};
}

static int each_row(struct compliance *c, sqlite3_stmt *st,
    int (*each)(const struct compliance_row *, void *, struct err *), void *arg, struct err *e)
{
	bool has_type = sqlite3_column_count(st) > 2;
	int rc;

	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		struct compliance_row row = {.did = column(st, 0), .timestamp = column(st, 1)};
		if (has_type)
			row.type = column(st, 2);
		if (each(&row, arg, e) != 0)
			return -1;
	}
	return rc == SQLITE_DONE ? 0 : explain(c, "", e);
}

static int each_of(struct compliance *c, const char *all, const char *of_one, const char *shape, const char *did,
    int (*each)(const struct compliance_row *, void *, struct err *), void *arg, struct err *e)
{
	sqlite3_stmt *st = prepare(c, did ? of_one : all, shape, e);
	int rc;

	if (!st)
		return -1;
	if (did)
		db_bind_text(st, ":did", did);
	rc = each_row(c, st, each, arg, e);
	sqlite3_finalize(st);
	return rc;
}

int compliance_each_request(struct compliance *c, const char *did,
    int (*each)(const struct compliance_row *, void *, struct err *), void *arg, struct err *e)
{
	return each_of(c, sql_compliance_requests, sql_compliance_requests_of, requests_shape, did, each, arg, e);
}

int compliance_each_engagement(struct compliance *c, const char *did,
    int (*each)(const struct compliance_row *, void *, struct err *), void *arg, struct err *e)
{
	return each_of(
	    c, sql_compliance_engagements, sql_compliance_engagements_of, engagements_shape, did, each, arg, e);
}

bool compliance_held_still(const struct compliance *c)
{
	const struct stat *b = &c->before;
	struct stat now;

	if (!c->at_rest)
		return true;
	return access(c->wal_path, F_OK) != 0 && stat(c->s->path, &now) == 0 && now.st_ino == b->st_ino &&
	       now.st_size == b->st_size && now.st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}
