#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

_Noreturn void mem_out_of_memory(void)
{
	static const char words[] = "out of memory\n";

	if (write(STDERR_FILENO, words, sizeof words - 1) < 0)
		_exit(EX_OSERR);
	_exit(EX_OSERR);
}

void *mem_alloc(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		mem_out_of_memory();
	return p;
}

void *mem_realloc(void *p, size_t n, size_t size)
{
	p = reallocarray(p, n ? n : 1, size ? size : 1);
	if (!p)
		mem_out_of_memory();
	return p;
}

char *mem_strndup(const char *s, size_t n)
{
	char *p = mem_alloc(n + 1);

	memcpy(p, s, n);
	return p;
}

char *mem_strdup(const char *s)
{
	return mem_strndup(s, strlen(s));
}

char *mem_printf(const char *fmt, ...)
{
	char *s;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) < 0)
		mem_out_of_memory();
	va_end(ap);
	return s;
}

void mem_free_secret(char *s)
{
	if (s)
		explicit_bzero(s, strlen(s));
	free(s);
}
