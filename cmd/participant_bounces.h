/* What delivery reports say of a participant, for `participant show`. */
#ifndef CMD_PARTICIPANT_BOUNCES_H
#define CMD_PARTICIPANT_BOUNCES_H

#include "base/err.h"
#include "base/json.h"
#include "store/store.h"

#include <stdint.h>

/* The ten newest, as a table under a heading (nothing when there are none), and as the member "bounces" of an open object. */
int participant_bounces_print(struct store *s, int64_t participant_id, struct err *e);
int participant_bounces_json(struct store *s, int64_t participant_id, struct json *j, struct err *e);

#endif
