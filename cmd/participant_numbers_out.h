/* What aggregate and snapshot print. */
#ifndef CMD_PARTICIPANT_NUMBERS_OUT_H
#define CMD_PARTICIPANT_NUMBERS_OUT_H

#include "base/json.h"
#include "job/snapshot.h"
#include "table.h"

/* One line of JSON; the buffer is emptied first. */
void participant_numbers_out_json(struct buf *out, const struct reckoned *w);
/* The heading, and the row of one participant; the study is a column where there are several. */
void participant_numbers_out_heading(struct table *t, bool with_study);
void participant_numbers_out_row(struct table *t, const struct reckoned *w, bool with_study);

/* "3 participants have no feed request yet"; the buffer is emptied first. */
const char *participant_numbers_out_without_request(struct buf *out, size_t n);
const char *participant_numbers_out_without_study(struct buf *out, size_t n);

/* Warns of rows that do not count; 1 when there are any that could not be read, else 0. */
int participant_numbers_out_report(const char *path, const struct reckoning_report *report);

void participant_numbers_out_snapshot_json(
    struct buf *out, const struct snapshot_ask *ask, const struct snapshot_result *result);
void participant_numbers_out_snapshot(
    struct buf *out, const struct snapshot_ask *ask, const struct snapshot_result *result);

#endif
