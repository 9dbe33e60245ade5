/* The file of an OAuth client: who Mailroom is when a person logs in. */
#ifndef NET_OAUTH_CLIENT_H
#define NET_OAUTH_CLIENT_H

#include "base/err.h"

/* Start it with {0}. */
struct oauth_client {
	char *id; /* NULL: the file does not tell */
	char *secret;
};

/* Reads the JSON file of the Cloud console (type "installed", a desktop app) or a file that holds the secret alone; nobody else may
 * read it (keyfile_read). CONFIG, naming file and field, when it is neither. */
int oauth_client_read(const char *path, struct oauth_client *out, struct err *e);
void oauth_client_clear(struct oauth_client *c); /* wipes the secret */

#endif
