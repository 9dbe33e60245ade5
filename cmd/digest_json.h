/* The digest as a JSON document. */
#ifndef CMD_DIGEST_JSON_H
#define CMD_DIGEST_JSON_H

#include "job/digest.h"

#include <jansson.h>

/* The facts with the paragraphs, all of them, nothing cut. The caller decrefs it. */
json_t *digest_json(const struct digest *d);

/* Prints and decrefs it. */
void digest_json_print(json_t *j);

#endif
