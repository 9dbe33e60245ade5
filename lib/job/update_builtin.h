/* The templates that are built in: examples/templates, made into C by cmake/embed_text.c. */
#ifndef JOB_UPDATE_BUILTIN_H
#define JOB_UPDATE_BUILTIN_H

struct update_builtin {
	const char *name, *text; /* "update.en.html"; NULL ends the list */
};

extern const struct update_builtin update_builtin[];

#endif
