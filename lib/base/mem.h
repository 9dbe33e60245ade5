/* Memory that is never NULL: out of memory ends the process, which is safe since a kill at any moment is. */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t size);                      /* zeroed; free() it */
void *mem_realloc(void *p, size_t n, size_t size); /* n items of size bytes; overflow ends the process */
char *mem_strdup(const char *s);
char *mem_strndup(const char *s, size_t n);
char *mem_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Ends the process with a line on standard error and exit status 71 (EX_OSERR). */
_Noreturn void mem_out_of_memory(void);

#endif
