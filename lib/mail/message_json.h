/* A message as a JSON object: the keys that mailparse prints, format 1. */
#ifndef MAIL_MESSAGE_JSON_H
#define MAIL_MESSAGE_JSON_H

#include "base/json.h"
#include "mail/message.h"

/* Writes one object; `file` says where the message came from (NULL: null). `html` is a key only with `with_html`. The
 * object stays open for further keys until the caller calls json_close(j, '}'). */
void message_json(struct json *j, const char *file, const struct message *m, bool with_html);

#endif
