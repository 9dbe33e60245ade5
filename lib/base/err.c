#include "base/err.h"

#include "base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sysexits.h>

#ifdef __clang_analyzer__
#undef err_set
#undef err_errno
#undef err_prefix
#endif

int err_set(struct err *e, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	e->code = code;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	utf8_disarm(e->text, "");
	return -1;
}

static enum err_code code_of_errno(int n)
{
	switch (n) {
	case ENOENT:
	case ENOTDIR: return ERR_NO_INPUT;
	case EACCES:
	case EPERM:
	case EROFS: return ERR_REFUSED;
	case EIO:
	case ENOSPC:
	case EDQUOT:
	case EFBIG: return ERR_IO;
	case EISDIR: return ERR_INPUT;
	default: return ERR_SYSTEM;
	}
}

int err_errno(struct err *e, const char *fmt, ...)
{
	int saved = errno;
	size_t len;
	va_list ap;

	e->code = code_of_errno(saved);
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	len = strlen(e->text);
	snprintf(e->text + len, sizeof e->text - len, ": %s", strerror(saved));
	utf8_disarm(e->text, "");
	return -1;
}

int err_prefix(struct err *e, const char *fmt, ...)
{
	char old[sizeof e->text];
	size_t len;
	va_list ap;

	memcpy(old, e->text, sizeof old);
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	len = strlen(e->text);
	snprintf(e->text + len, sizeof e->text - len, ": %s", old);
	utf8_disarm(e->text, "");
	return -1;
}

int err_exit_status(const struct err *e)
{
	static const int status[] = {
	    [ERR_NONE] = EX_OK,
	    [ERR_USAGE] = EX_USAGE,
	    [ERR_INPUT] = EX_DATAERR,
	    [ERR_NO_INPUT] = EX_NOINPUT,
	    [ERR_UNAVAILABLE] = EX_UNAVAILABLE,
	    [ERR_BUG] = EX_SOFTWARE,
	    [ERR_SYSTEM] = EX_OSERR,
	    [ERR_CANNOT_CREATE] = EX_CANTCREAT,
	    [ERR_IO] = EX_IOERR,
	    [ERR_TEMPORARY] = EX_TEMPFAIL,
	    [ERR_REFUSED] = EX_NOPERM,
	    [ERR_CONFIG] = EX_CONFIG,
	};

	return status[e->code];
}
