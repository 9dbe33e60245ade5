#include "job/labels.h"

#include <stdlib.h>
#include <string.h>

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool labels_have(const char *const *labels, size_t n, const char *label)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(labels[i], label) == 0)
			return true;
	return false;
}

static const char *without_comma(struct arena *a, const char *label)
{
	char *s;

	if (!strchr(label, ','))
		return label;
	s = arena_strdup(a, label);
	for (char *at = s; (at = strchr(at, ',')); at++)
		*at = ' ';
	return s;
}

const char *labels_text(struct arena *a, const char *const *labels, size_t n)
{
	const char **sorted = arena_array(a, n, sizeof *sorted);
	size_t size = 1, len = 0;
	char *text;

	for (size_t i = 0; i < n; i++) {
		sorted[i] = without_comma(a, labels[i]);
		size += strlen(sorted[i]) + 1;
	}
	if (n > 1)
		qsort(sorted, n, sizeof *sorted, by_name);
	text = arena_alloc(a, size);
	for (size_t i = 0; i < n; i++) {
		size_t part = strlen(sorted[i]);
		if (part == 0 || (i > 0 && strcmp(sorted[i], sorted[i - 1]) == 0))
			continue;
		if (len > 0)
			text[len++] = ',';
		memcpy(text + len, sorted[i], part);
		len += part;
	}
	text[len] = '\0';
	return text;
}

const char *const *labels_split(struct arena *a, const char *text, size_t *n)
{
	char *copy = arena_strdup(a, text), *save = NULL;
	size_t most = 1;
	const char **out;

	for (const char *at = text; (at = strchr(at, ',')); at++)
		most++;
	out = arena_array(a, most, sizeof *out);
	*n = 0;
	for (char *word = strtok_r(copy, ",", &save); word; word = strtok_r(NULL, ",", &save))
		out[(*n)++] = word;
	return out;
}

const char *labels_add(struct arena *a, const char *text, const char *const *labels, size_t n)
{
	size_t have;
	const char *const *old = labels_split(a, text, &have);
	const char **all = arena_array(a, have + n, sizeof *all);

	for (size_t i = 0; i < have; i++)
		all[i] = old[i];
	for (size_t i = 0; i < n; i++)
		all[have + i] = labels[i];
	return labels_text(a, all, have + n);
}

const char *labels_remove(struct arena *a, const char *text, const char *const *labels, size_t n)
{
	size_t have, left = 0;
	const char *const *old = labels_split(a, text, &have);
	const char **all = arena_array(a, have, sizeof *all);

	for (size_t i = 0; i < have; i++)
		if (!labels_have(labels, n, old[i]))
			all[left++] = old[i];
	return labels_text(a, all, left);
}
