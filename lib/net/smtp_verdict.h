/* What a server's refusal means for a recipient (RFC 5321 section 4.2.1, RFC 3463, RFC 5248): a table in code, nothing else. */
#ifndef NET_SMTP_VERDICT_H
#define NET_SMTP_VERDICT_H

#include "net/smtp.h"
#include "net/smtp_reply.h"

enum smtp_step { SMTP_AT_MAIL, SMTP_AT_RCPT, SMTP_AT_DATA, SMTP_AT_END };

/* For a reply of class 2, 4 or 5 (at DATA: 3, 4 or 5). others_taken: the server has taken a recipient of this message before, so
 * that 552 to RCPT means "too many" (RFC 5321 section 4.5.3.1.10). */
enum smtp_outcome smtp_verdict(enum smtp_step step, const struct smtp_reply *r, bool others_taken);

#endif
