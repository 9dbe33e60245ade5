/* Text from outside as a JSON string: jansson refuses what is no UTF-8, and file names may be anything. */
#ifndef CMD_JSONTEXT_H
#define CMD_JSONTEXT_H

#include <jansson.h>

/* A new reference; bytes that are no UTF-8 become U+FFFD; NULL becomes null. */
json_t *jsontext(const char *s);

#endif
