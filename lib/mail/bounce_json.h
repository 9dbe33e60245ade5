/* A delivery report as JSON; the object that `bounces-scan --json` prints. */
#ifndef MAIL_BOUNCE_JSON_H
#define MAIL_BOUNCE_JSON_H

#include "base/json.h"
#include "mail/bounce.h"

/* Writes the object for one report; `file` is its name without folder. */
void bounce_json(struct json *j, const char *file, const struct bounce_report *b);

#endif
