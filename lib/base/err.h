/* Errors as values: a code that decides the exit status, and one line for the person who reads it. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err_code {
	ERR_NONE,
	ERR_USAGE,         /* the command line is wrong                     -> 64 */
	ERR_INPUT,         /* the data is wrong                             -> 65 */
	ERR_NO_INPUT,      /* a file to read is not there                   -> 66 */
	ERR_UNAVAILABLE,   /* a service or transport is not there           -> 69 */
	ERR_BUG,           /* this program is wrong                         -> 70 */
	ERR_SYSTEM,        /* the system is in trouble: memory, disk, calls -> 71 */
	ERR_CANNOT_CREATE, /* an output file cannot be made               -> 73 */
	ERR_IO,            /* reading or writing failed half-way            -> 74 */
	ERR_TEMPORARY,     /* try again later: lock held, rate limit        -> 75 */
	ERR_REFUSED,       /* not permitted, by the system or by our rules  -> 77 */
	ERR_CONFIG,        /* the configuration is wrong                    -> 78 */
};

/* Lives on the caller's stack; start it with {0}. */
struct err {
	enum err_code code;
	char text[1000];
};

/* Fills `e` and returns -1, so that `return err_set(e, ...)` is a whole failure path. Control characters
 * (line ends from outside) and bytes that are no UTF-8 become '?': the text stays one line. A text that does not fit is cut. */
int err_set(struct err *e, enum err_code code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The same, with ": " and the words of errno behind the text; the code follows from errno (ENOENT ->
 * NO_INPUT, EACCES and EPERM -> REFUSED, ENOSPC and EIO -> IO, else SYSTEM). */
int err_errno(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Puts "<text>: " before what `e` says already and returns -1. The code stays. */
int err_prefix(struct err *e, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#ifdef __clang_analyzer__
/* The analyser reads one file at a time and does not see that these always give -1. */
#define err_set(...) (err_set(__VA_ARGS__), -1)
#define err_errno(...) (err_errno(__VA_ARGS__), -1)
#define err_prefix(...) (err_prefix(__VA_ARGS__), -1)
#endif

/* The exit status that stands for the code (sysexits.h); 0 for ERR_NONE. */
int err_exit_status(const struct err *e);

#endif
