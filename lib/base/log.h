/* Words for the person at the terminal or reading cron's mail, on standard error. The one place where the library prints. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

/* -1 quiet: errors only; 0: warnings too; 1: what is done; 2: details. */
void log_set_verbosity(int level);
void log_set_program(const char *name); /* borrowed */

void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_detail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* A progress line that overwrites itself: shown on a terminal only, and not when quiet. Rate-limiting is the caller's. */
bool log_shows_progress(void);
void log_progress(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_progress_end(void);

#endif
