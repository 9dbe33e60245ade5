/* The settings of Mailroom: MAILROOM_* keys with their defaults, and where each value came from. */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Later ones win. */
enum config_origin { CONFIG_DEFAULT, CONFIG_FILE, CONFIG_ENVIRONMENT, CONFIG_OPTION };

enum config_type {
	CONFIG_TEXT,
	CONFIG_PATH,   /* absolute, or relative to the current folder */
	CONFIG_BOOL,   /* true, false (also yes, no, on, off, 1, 0) */
	CONFIG_INT,    /* whole number between min and max */
	CONFIG_CHOICE, /* one of the words in `choices` */
	CONFIG_TIME,   /* ISO 8601 */
};

struct config_key {
	const char *name;
	enum config_type type;
	const char *value; /* the default as text; NULL: worked out (the paths) or none */
	int64_t min, max;
	const char *choices; /* "matched|all" */
	bool secret;         /* shown as "********" */
	const char *help;    /* one line */
};

/* All keys, in the order of mailroom.conf(5); the last one has no name. */
extern const struct config_key config_keys[];

struct config;
struct config *config_new(void);
void config_free(struct config *c);

/* Reads KEY=VALUE lines as systemd's EnvironmentFile does: "#" and ";" start a comment line, quotes around a value are
 * taken off, a backslash at the end joins lines; nothing is expanded or run. CONFIG, with file and line, for an unknown key or
 * a value of the wrong type. */
int config_load_file(struct config *c, const char *path, struct err *e);
/* Takes the MAILROOM_* variables of `envp` (as environ). An unknown one is an error: a typing mistake must not pass. */
int config_load_environment(struct config *c, char *const *envp, struct err *e);
/* CONFIG for an unknown key, a value of the wrong type, and a relative path where no option gave it. */
int config_set(struct config *c, const char *key, const char *value, enum config_origin origin, struct err *e);
/* Works out the paths that were not given: the data folder from XDG_DATA_HOME or HOME (as root /var/lib/mailroom), the
 * database, the outbox and the secret key from the data folder (the key from CREDENTIALS_DIRECTORY where one is). Call it
 * once, after all loading. */
int config_finish(struct config *c, char *const *envp, struct err *e);

/* Borrowed until the next change; NULL when the key has no value. Asking for an unknown key is a bug and aborts. */
const char *config_text(const struct config *c, const char *key);
int64_t config_int(const struct config *c, const char *key);
bool config_bool(const struct config *c, const char *key);
enum config_origin config_origin_of(const struct config *c, const char *key);
const char *config_origin_name(enum config_origin origin);
/* The file that config_load_file read, NULL when none. */
const char *config_file(const struct config *c);

#endif
