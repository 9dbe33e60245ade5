/* Time stamps of other programs' tables: ISO 8601 text to seconds UTC, fast enough for millions. It knows no local zone. */
#ifndef BASE_STAMP_H
#define BASE_STAMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Reads n bytes "2026-11-20T09:48:00.123+01:00": "T", "t" or a space between date and time; seconds and their fraction (behind
 * "." or ",", cut off) may be missing, and so may the whole time, which is 00:00 then; the zone is Z, +hh:mm, +hhmm or +hh,
 * perhaps after a space; without one it is UTC. White space at both ends is put aside; 24:00 and second 60 are the
 * next instant, as ISO 8601 and RFC 3339 have them. False for all else, and for days that are on no calendar. */
bool stamp_parse(const char *s, size_t n, int64_t *t);

/* Reads a date "2026-11-20" and nothing else: days since 1970-01-01. */
bool stamp_parse_day(const char *s, int64_t *day);

enum { STAMP_DAY_BYTES = 32 };

/* Such a day as "2026-11-20"; returns out. */
char *stamp_format_day(int64_t day, char out[static STAMP_DAY_BYTES]);

#endif
