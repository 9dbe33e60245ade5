/* bench_floor: the least an import could cost. Reads the same compressed mboxes, takes the SHA-256 of each raw message, and inserts
 * what a finished import holds (its rows are read into memory before the clock starts) into the same tables and index of a fresh
 * database, in batches of the same size with the same settings. Nothing is parsed, looked up or threaded; attachments are rows only.
 *
 * usage: bench_floor FINISHED.db FRESH.db MBOX.zst...
 * prints: seconds, of these seconds of processor time, messages */
#include "base/sha256.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <zstd.h>

enum {
	BATCH_BYTES = 64 * 1024 * 1024,
	BATCH_MESSAGES = 8192,
	INPUT_BYTES = 128 * 1024,
	CHUNK_BYTES = 256 * 1024,
	MAX_COLUMNS = 24
};

/* The rows of one table, in the order in which they are inserted. `key` is the column that says with which message (or, for
 * addresses and threads, up to which id they must be there). */
struct table {
	const char *select, *insert;
	int columns;
	sqlite3_value **values;
	int64_t *keys;
	size_t count, cap, next;
	sqlite3_stmt *st;
};

enum { EMAILS, BODIES, SEARCH, RECIPIENTS, SIGHTINGS, ATTACHMENTS, ADDRESSES, THREADS, KEYS, TABLES };

static struct table tables[TABLES] = {
    [EMAILS] = {"SELECT id, id, message_id, body_sha256, content_key, duplicate_of, thread_id, sent_at, has_date, "
                "subject, from_name, "
                "from_address, in_reply_to, list_id, is_bulk, auto_submitted, dmarc, size_bytes, is_matched, has_body, "
                "attachments, "
                "created_at FROM emails ORDER BY id",
        "INSERT INTO emails (id, message_id, body_sha256, content_key, duplicate_of, thread_id, sent_at, has_date, "
        "subject, from_name, "
        "from_address, in_reply_to, list_id, is_bulk, auto_submitted, dmarc, size_bytes, is_matched, has_body, "
        "attachments, "
        "created_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        0, NULL, NULL, 0, 0, 0, NULL},
    [BODIES] = {"SELECT max(email_id) OVER (ORDER BY id), email_id, source, text FROM email_bodies ORDER BY id",
        "INSERT INTO email_bodies (email_id, source, text) VALUES (?,?,?)", 0, NULL, NULL, 0, 0, 0, NULL},
    [SEARCH] = {"SELECT rowid, rowid, subject, sender, body FROM email_search_content ORDER BY 1",
        "INSERT INTO email_search (rowid, subject, sender, body) VALUES (?,?,?,?)", 0, NULL, NULL, 0, 0, 0, NULL},
    [RECIPIENTS] = {"SELECT email_id, email_id, address_id, role FROM email_recipients ORDER BY 1",
        "INSERT INTO email_recipients VALUES (?,?,?)", 0, NULL, NULL, 0, 0, 0, NULL},
    [SIGHTINGS] = {"SELECT email_id, account_id, email_id, is_sent, labels, remote_id, remote_thread_id, "
                   "source_offset, source_name, "
                   "seen_at, deleted_at FROM email_account_messages ORDER BY email_id",
        "INSERT INTO email_account_messages (account_id, email_id, is_sent, labels, remote_id, remote_thread_id, "
        "source_offset, "
        "source_name, seen_at, deleted_at) VALUES (?,?,?,?,?,?,?,?,?,?)",
        0, NULL, NULL, 0, 0, 0, NULL},
    [ATTACHMENTS] = {"SELECT email_id, * FROM email_attachments ORDER BY id",
        "INSERT INTO email_attachments VALUES (?,?,?,?,?,?,?,?,?,?)", 0, NULL, NULL, 0, 0, 0, NULL},
    [ADDRESSES] = {"SELECT r.email_id, a.id, a.address, a.name FROM addresses a JOIN (SELECT address_id, min(email_id) "
                   "AS email_id FROM "
                   "email_recipients GROUP BY 1) r ON r.address_id = a.id ORDER BY 1",
        "INSERT INTO addresses VALUES (?,?,?)", 0, NULL, NULL, 0, 0, 0, NULL},
    [THREADS] = {"SELECT min(e.id), t.id, t.size FROM emails e JOIN email_threads t ON t.id = e.thread_id GROUP BY "
                 "t.id ORDER BY 1",
        "INSERT INTO email_threads (id, size) VALUES (?,?)", 0, NULL, NULL, 0, 0, 0, NULL},
    [KEYS] = {"SELECT e.id, k.key_hash, k.thread_id FROM email_thread_keys k JOIN (SELECT min(id) AS id, thread_id "
              "FROM emails GROUP BY "
              "thread_id) e ON e.thread_id = k.thread_id ORDER BY 1",
        "INSERT INTO email_thread_keys VALUES (?,?)", 0, NULL, NULL, 0, 0, 0, NULL},
};

static sqlite3 *fresh;

static void die(const char *what)
{
	fprintf(stderr, "bench_floor: %s\n", what);
	exit(1);
}

static void *grown(void *p, size_t n, size_t size)
{
	p = realloc(p, n * size);
	if (!p)
		die("out of memory");
	return p;
}

static void load(struct table *t, sqlite3 *db)
{
	sqlite3_stmt *st;

	if (sqlite3_prepare_v2(db, t->select, -1, &st, NULL) != SQLITE_OK)
		die(sqlite3_errmsg(db));
	t->columns = sqlite3_column_count(st) - 1;
	while (sqlite3_step(st) == SQLITE_ROW) {
		if (t->count == t->cap) {
			t->cap = t->cap ? t->cap * 2 : 1024;
			t->values = grown(t->values, t->cap * (size_t)t->columns, sizeof(sqlite3_value *));
			t->keys = grown(t->keys, t->cap, sizeof(int64_t));
		}
		t->keys[t->count] = sqlite3_column_int64(st, 0);
		for (int c = 0; c < t->columns; c++)
			t->values[t->count * (size_t)t->columns + (size_t)c] =
			    sqlite3_value_dup(sqlite3_column_value(st, c + 1));
		t->count++;
	}
	sqlite3_finalize(st);
	if (sqlite3_prepare_v2(fresh, t->insert, -1, &t->st, NULL) != SQLITE_OK)
		die(sqlite3_errmsg(fresh));
}

static void bind(sqlite3_stmt *st, int i, sqlite3_value *v)
{
	switch (sqlite3_value_type(v)) {
	case SQLITE_INTEGER: sqlite3_bind_int64(st, i, sqlite3_value_int64(v)); break;
	case SQLITE_TEXT:
		sqlite3_bind_text64(st, i, (const char *)sqlite3_value_text(v), (sqlite3_uint64)sqlite3_value_bytes(v),
		    SQLITE_STATIC, SQLITE_UTF8);
		break;
	case SQLITE_BLOB:
		sqlite3_bind_blob64(
		    st, i, sqlite3_value_blob(v), (sqlite3_uint64)sqlite3_value_bytes(v), SQLITE_STATIC);
		break;
	default: sqlite3_bind_null(st, i);
	}
}

/* Inserts the table's rows that belong to messages up to `id`. */
static void insert_up_to(struct table *t, int64_t id)
{
	for (; t->next < t->count && t->keys[t->next] <= id; t->next++) {
		for (int c = 0; c < t->columns; c++)
			bind(t->st, c + 1, t->values[t->next * (size_t)t->columns + (size_t)c]);
		if (sqlite3_step(t->st) != SQLITE_DONE)
			die(sqlite3_errmsg(fresh));
		sqlite3_reset(t->st);
	}
}

static void insert_next(void)
{
	struct table *t = &tables[EMAILS];
	static const int order[] = {
	    THREADS, KEYS, ADDRESSES, EMAILS, RECIPIENTS, BODIES, SEARCH, ATTACHMENTS, SIGHTINGS};
	int64_t id;

	/* Messages that the import knew already have no row. */
	if (t->next == t->count)
		return;
	id = t->keys[t->next];
	for (size_t i = 0; i < sizeof order / sizeof *order; i++)
		insert_up_to(&tables[order[i]], id);
}

static void run_sql(const char *sql)
{
	if (sqlite3_exec(fresh, sql, NULL, NULL, NULL) != SQLITE_OK)
		die(sqlite3_errmsg(fresh));
}

/* The stream, unpacked, with the message at hand at its start. */
struct stream {
	int fd;
	ZSTD_DStream *z;
	char *in, *data;
	ZSTD_inBuffer at;
	size_t start, len, cap;
	bool ended;
};

static void read_more(struct stream *s)
{
	if (s->start > 0) {
		memmove(s->data, s->data + s->start, s->len - s->start);
		s->len -= s->start;
		s->start = 0;
	}
	if (s->cap - s->len < CHUNK_BYTES) {
		s->cap = s->cap * 2 + 4 * (size_t)CHUNK_BYTES;
		s->data = grown(s->data, s->cap, 1);
	}
	if (s->at.pos == s->at.size) {
		ssize_t n = read(s->fd, s->in, INPUT_BYTES);
		s->at = (ZSTD_inBuffer){s->in, n > 0 ? (size_t)n : 0, 0};
	}
	ZSTD_outBuffer out = {s->data + s->len, CHUNK_BYTES, 0};
	s->ended = s->at.size == 0;
	if (ZSTD_isError(ZSTD_decompressStream(s->z, &out, &s->at)))
		die("damaged zstd data");
	s->len += out.pos;
	if (out.pos > 0)
		s->ended = false;
}

/* The length of the message at the start; 0 at the end of the stream. */
static size_t next_message(struct stream *s)
{
	size_t from = 0;

	for (;;) {
		char *p = s->len - s->start > from + 1
		              ? memmem(s->data + s->start + from + 1, s->len - s->start - from - 1, "\n\nFrom ", 7)
		              : NULL;
		if (p)
			return (size_t)(p + 2 - (s->data + s->start));
		if (s->ended)
			return s->len - s->start;
		from = s->len - s->start > 8 ? s->len - s->start - 8 : 0;
		read_more(s);
	}
}

static struct {
	size_t messages, batch;
	int64_t bytes;
} done;

static void count_batch(size_t n)
{
	done.messages++;
	done.bytes += (int64_t)n;
	if (++done.batch < BATCH_MESSAGES && done.bytes < BATCH_BYTES)
		return;
	run_sql("COMMIT; BEGIN IMMEDIATE");
	done.batch = 0;
	done.bytes = 0;
}

static void import(const char *path, struct sha256 *sha)
{
	struct stream s = {
	    .fd = open(path, O_RDONLY | O_CLOEXEC), .z = ZSTD_createDStream(), .in = grown(NULL, INPUT_BYTES, 1)};
	unsigned char digest[SHA256_BYTES];
	size_t n;

	if (s.fd < 0)
		die(path);
	while ((n = next_message(&s)) > 0) {
		sha256_start(sha);
		sha256_add(sha, s.data + s.start, n);
		sha256_finish(sha, digest);
		s.start += n;
		insert_next();
		count_batch(n);
	}
	ZSTD_freeDStream(s.z);
	close(s.fd);
	free(s.in);
	free(s.data);
}

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	sqlite3 *finished;
	struct sha256 *sha = sha256_new();
	double start;
	clock_t cpu;

	if (argc < 4)
		die("usage: bench_floor FINISHED.db FRESH.db MBOX.zst...");
	if (sqlite3_open_v2(argv[1], &finished, SQLITE_OPEN_READONLY, NULL) != SQLITE_OK)
		die(argv[1]);
	if (sqlite3_open_v2(argv[2], &fresh, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK)
		die(argv[2]);
	/* The settings of lib/store for a large run; the accounts are there for the foreign keys. */
	run_sql(
	    "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA journal_mode = WAL; PRAGMA synchronous = "
	    "FULL; "
	    "PRAGMA cache_size = -24576; PRAGMA wal_autocheckpoint = 16000; "
	    "INSERT OR IGNORE INTO email_accounts (id, address, created_at) VALUES (1, 'bench@mailroom.example', 0)");
	for (int i = 0; i < TABLES; i++)
		load(&tables[i], finished);
	sqlite3_close(finished);
	start = now_s();
	cpu = clock();
	run_sql("BEGIN IMMEDIATE");
	for (int i = 3; i < argc; i++)
		import(argv[i], sha);
	for (int i = 0; i < TABLES; i++)
		if (tables[i].next != tables[i].count)
			die("rows are left: the mboxes are not those of the finished database");
	run_sql("COMMIT");
	for (int i = 0; i < TABLES; i++)
		sqlite3_finalize(tables[i].st);
	if (sqlite3_close(fresh) != SQLITE_OK)
		die("close");
	printf("%.3f %.3f %zu\n", now_s() - start, (double)(clock() - cpu) / CLOCKS_PER_SEC, done.messages);
	sha256_free(sha);
	return 0;
}
