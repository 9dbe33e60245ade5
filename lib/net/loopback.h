/* The end of a consent in the browser: a listener on 127.0.0.1 that takes one redirect (RFC 8252 section 7.3), and redirect
 * addresses that were pasted. Only a redirect with the state that was given out counts; it opens no browser. */
#ifndef NET_LOOPBACK_H
#define NET_LOOPBACK_H

#include "base/buf.h"
#include "base/err.h"

struct loopback;

/* Listens on a free port of 127.0.0.1. `state` is borrowed until loopback_close. UNAVAILABLE when it cannot. */
int loopback_open(const char *state, struct loopback **out, struct err *e);
void loopback_close(struct loopback *l);
/* "http://127.0.0.1:PORT/", as long as it is open. */
const char *loopback_uri(const struct loopback *l);

enum loopback_event { LOOPBACK_CODE, LOOPBACK_INPUT };

/* Waits until the redirect has come and its sender has the answer page: LOOPBACK_CODE, with the code (a secret) in `code`. With
 * also_fd >= 0 it returns LOOPBACK_INPUT when there is something to read there; call it again to go on. Requests with another
 * state, path, method or Host get an error page and change nothing. REFUSED when the person declined, TEMPORARY when
 * timeout_s has passed since loopback_open. */
int loopback_wait(
    struct loopback *l, int timeout_s, int also_fd, enum loopback_event *event, struct buf *code, struct err *e);

/* The same of a redirect address that a person has pasted, spaces around it and all. INPUT when it is not one of this login
 * (another address or state, no code): *e says which. */
int loopback_read_pasted(const struct loopback *l, const char *text, struct buf *code, struct err *e);

#endif
