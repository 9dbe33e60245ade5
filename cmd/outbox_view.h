/* A message of the outbox, printed for people or as JSON. */
#ifndef CMD_OUTBOX_VIEW_H
#define CMD_OUTBOX_VIEW_H

#include "job/outbox.h"
#include "job/transports.h"

#include <jansson.h>

/* The row; with `p` the outcome of the checks too, and the transport that would take it (NULL: none). The caller
 * decrefs it. */
json_t *outbox_view_json(const struct outbox_message *m, const char *path, const struct outbox_problems *p,
    const struct transport_offer *transport);
/* Prints and decrefs it. */
void outbox_view_print_json(json_t *j);

void outbox_view_print_row(struct arena *a, const struct outbox_message *m);
void outbox_view_print_check(struct arena *a, const struct outbox_message *m, const struct outbox_problems *p,
    const struct transport_offer *transport);
void outbox_view_print_shown(const struct outbox_shown *s);

#endif
