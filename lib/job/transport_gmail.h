/* Gmail as a transport: users.messages.send with the frozen bytes, by domain-wide delegation or the mailbox's own login. */
#ifndef JOB_TRANSPORT_GMAIL_H
#define JOB_TRANSPORT_GMAIL_H

#include "job/transports.h"

/* By delegation: ready where there is a key file and the sender's domain is one of MAILROOM_GMAIL_DOMAIN, unless the sender's mailbox
 * has a login of its own. By login: ready where that holds the right to send (`account login --compose`). */
transport_readiness_function transport_gmail_delegation_readiness, transport_gmail_login_readiness;
/* For both. Google reads the recipients from the message. */
transport_open_function transport_gmail_open;

#endif
