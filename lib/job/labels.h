/* Labels of a message as one text: comma-separated, each once, in alphabetical order. */
#ifndef JOB_LABELS_H
#define JOB_LABELS_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>

/* A comma within a label becomes a blank. All results live in the arena. */
const char *labels_text(struct arena *a, const char *const *labels, size_t n);
/* The text's labels with others added, and with others taken away. */
const char *labels_add(struct arena *a, const char *text, const char *const *labels, size_t n);
const char *labels_remove(struct arena *a, const char *text, const char *const *labels, size_t n);
/* The single labels; *n counts them. */
const char *const *labels_split(struct arena *a, const char *text, size_t *n);
bool labels_have(const char *const *labels, size_t n, const char *label);

#endif
