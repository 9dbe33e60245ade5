/* What the verbs of participant print alike, and who gives the orders. */
#ifndef CMD_PARTICIPANT_OUT_H
#define CMD_PARTICIPANT_OUT_H

#include "base/json.h"
#include "cli.h"
#include "job/roster.h"

/* "operator:NAME" of the machine's user, in `a`. */
const char *participant_out_actor(struct arena *a);
/* The file whose lock the verbs share that must not run at once, in `a`. */
const char *participant_out_lock(struct arena *a, const struct cli *cli);

/* Exactly one of --did and --email is given; otherwise a usage error is printed and it is false. */
bool participant_out_whom(const struct cli *cli, const char **did, const char **email);

/* One object with all fields; times as ISO 8601. The caller closes it. */
void participant_out_json(struct json *j, const struct participant *p);
/* The key and the time as ISO 8601; PARTICIPANT_NEVER is null. */
void participant_out_json_time(struct json *j, const char *key, int64_t t);
/* "did:plc:a <a@x.example>", fit to be shown, in `a`. */
const char *participant_out_name(struct arena *a, const struct participant *p);
/* "email: a@x.example -> b@x.example, type: pilot", fit to be shown, in `a`. */
const char *participant_out_fields(struct arena *a, const struct roster_outcome *o);
/* The key "fields" and an array of {"field", "was", "is"}. */
void participant_out_json_fields(struct json *j, const struct roster_outcome *o);

#endif
