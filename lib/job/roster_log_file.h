/* The audit log's file as it is found: its columns, its line ends, and who stands in it. It writes nothing. */
#ifndef JOB_ROSTER_LOG_FILE_H
#define JOB_ROSTER_LOG_FILE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "job/match_table.h"
#include "job/roster_csv.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Somebody whom the database does not know to be in the log. */
struct roster_log_person {
	int64_t id;
	const char *values[ROSTER_COLUMNS];
	bool is_found;    /* in the file all the same */
	int64_t found_at; /* the audit_timestamp there; PARTICIPANT_NEVER: none that can be read */
};

struct roster_log_file {
	const char *path;
	char *real_path; /* NULL: not there (a dry run) */
	int fd;          /* -1: not there */
	off_t size;
	struct arena a;
	struct roster_log_person *people;
	size_t count;
	struct match_table by_did; /* a person's did: first is the place among the people */
	/* What was found: */
	bool has_header, is_unterminated;
	const char *eol;
	int *columns; /* of the file: which of ours, -1 none */
	size_t column_count;
};

/* Reads all of it and marks the people who stand in it. INPUT, with the line, when it is no log of this kind: a header without did and
 * email, a column twice, quotes that are wrong. */
int roster_log_file_read(struct roster_log_file *f, struct err *e);

/* The columns of a file without a header become ours; appends them as its header. */
void roster_log_file_default_header(struct roster_log_file *f, struct buf *out);

#endif
