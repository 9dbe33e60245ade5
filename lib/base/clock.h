/* Points in time as text and back: seconds since 1970 UTC, ISO 8601 (RFC 3339). The wall clock is read by programs only
 * and passed in. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "base/err.h"

#include <stdint.h>

enum { CLOCK_TEXT_BYTES = 32 };

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar (month 1-12, day 1-31). */
int64_t clock_days(int64_t year, int month, int day);
/* How many days the month (1-12) has. */
int clock_month_days(int64_t year, int month);

/* "2026-11-20T09:48:00Z". */
void clock_format_utc(int64_t t, char out[static CLOCK_TEXT_BYTES]);

/* Reads "2026-11-20", "2026-11-20T09:48", "2026-11-20 09:48:00", with Z, +01:00 or nothing behind it, or "@SECONDS". What
 * has no zone is local time in the zone of zone_use (base/zone.h); a bare date is its first second. INPUT when it is
 * none of these or names no existing day, or none of the years 0 to 9999. */
int clock_parse(const char *text, int64_t *t, struct err *e);

/* Reads a duration "90s", "45m", "24h", "14d", "2w" into seconds (> 0). USAGE otherwise. */
int clock_parse_duration(const char *text, int64_t *seconds, struct err *e);

/* The wall clock in seconds; for main() alone. */
int64_t clock_now(void);
/* Monotonic seconds, for progress lines and measurements. */
double clock_monotonic_s(void);

#endif
