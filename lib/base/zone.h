/* The team's time zone: local days (of 23, 24 or 25 hours) and local text. One zone a process, set once at the start. */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include "base/err.h"

#include <stdint.h>

/* Makes `name` (IANA, "Europe/Amsterdam"; "UTC"; "localtime": the machine's own) the zone of this process, by the C library's
 * TZ. CONFIG when the machine has no such zone. */
int zone_use(const char *name, struct err *e);
/* Whether zone_use would take `name`: CONFIG when the machine has no such zone. Changes nothing. */
int zone_check(const char *name, struct err *e);

/* Local wall time to seconds UTC; a time that a change of clocks skips is read as the C library does (moved forward). */
int64_t zone_local(int year, int month, int day, int hour, int minute, int second);
/* The first second of the local day that `t` is in, and of the day `days` later (or earlier). */
int64_t zone_day_start(int64_t t);
int64_t zone_day_shift(int64_t day_start, int days);
/* Minutes east of UTC that the zone has at `t`. */
int zone_minutes(int64_t t);
/* The first second at which the local clock shows `minute` (0 to 1439) of the local date `day` (days since 1970-01-01) or something
 * later: a minute that a change of clocks skips is reached with the change, one that comes twice is reached the first time. */
int64_t zone_clock_reaches(int64_t day, int minute);
/* The last date at which that is so at t: the day that t is in, if days begin at this minute. */
int64_t zone_clock_day(int64_t t, int minute);

enum zone_style {
	ZONE_DATE,      /* 2026-11-20 */
	ZONE_TIME,      /* 09:48 */
	ZONE_DATE_TIME, /* 2026-11-20 09:48 */
	ZONE_LONG_DATE, /* Friday, 20 November 2026 */
	ZONE_RFC5322,   /* Fri, 20 Nov 2026 09:48:00 +0100 */
};

enum { ZONE_TEXT_BYTES = 64 };

/* `t` as local text, in English whatever the locale; returns out. */
char *zone_format(int64_t t, enum zone_style style, char out[static ZONE_TEXT_BYTES]);

#endif
