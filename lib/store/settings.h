/* app_settings: what the programs remember between runs, one value a name. */
#ifndef STORE_SETTINGS_H
#define STORE_SETTINGS_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stdint.h>

/* *value lives in `a`; NULL when the name has none. */
int settings_get(struct store *s, struct arena *a, const char *key, const char **value, struct err *e);
int settings_set(struct store *s, const char *key, const char *value, int64_t now, struct err *e);

#endif
