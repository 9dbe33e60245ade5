/* From the settings to a client of Qualtrics: address, token, pace. */
#ifndef JOB_SURVEY_ACCESS_H
#define JOB_SURVEY_ACCESS_H

#include "base/config.h"
#include "base/err.h"
#include "net/http.h"
#include "net/qualtrics.h"

/* Asks nobody yet. CONFIG or REFUSED, with what to do, when the address or the token is missing, or others can read the token's file. */
int survey_access_open(
    const struct config *c, struct http *http, const struct gmail_clock *clock, struct qualtrics **out, struct err *e);

#endif
