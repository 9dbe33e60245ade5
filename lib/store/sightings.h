/* Sightings: which mailbox saw a message, and where its bytes are; and the links of a message to investors. */
#ifndef STORE_SIGHTINGS_H
#define STORE_SIGHTINGS_H

#include "base/arena.h"
#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sighting {
	int64_t account_id, email_id;
	bool is_sent;
	const char *labels, *remote_thread_id; /* NULL: none */
	int64_t source_id;                     /* 0: none */
	int64_t source_offset;
	const char *source_name; /* NULL in an mbox */
	int64_t seen_at;
};

int sightings_exists(struct store *s, int64_t account_id, int64_t email_id, bool *exists, struct err *e);
int sightings_insert(struct store *s, const struct sighting *g, struct err *e);

/* A place where the bytes of a message were. */
struct sighting_place {
	int64_t source_id;
	const char *path, *name; /* name NULL in an mbox */
	int64_t offset;
};

/* All places of a message, by source. Strings live in `a`. */
int sightings_places(
    struct store *s, struct arena *a, int64_t email_id, struct sighting_place **places, size_t *count, struct err *e);

struct email_link {
	int64_t investor_id;
	const char *kind, *status, *address, *why; /* kind and status as email_investor_links has them */
};

int links_insert(struct store *s, int64_t email_id, const struct email_link *l, int64_t now, struct err *e);
int links_of(
    struct store *s, struct arena *a, int64_t email_id, struct email_link **links, size_t *count, struct err *e);
int links_remove(struct store *s, int64_t email_id, struct err *e);

#endif
