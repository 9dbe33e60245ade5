#include "net/smtp_verdict.h"

#include <string.h>

/* "Log in first", "not so", "not you": whichever command it is said to. */
static bool is_about_login(int code)
{
	return code == 525 || code == 530 || code == 534 || code == 535 || code == 538;
}

/* MAIL FROM tells the size and the kind of the message: 5xx may be about these and not about the sender. */
static bool is_about_message(const struct smtp_reply *r)
{
	const char *s = r->enhanced;

	if (*s)
		return strcmp(s, "5.3.4") == 0 || strcmp(s, "5.2.3") == 0 || strncmp(s, "5.6.", 4) == 0;
	return r->code == 552;
}

static bool is_too_many(const struct smtp_reply *r)
{
	return *r->enhanced ? strcmp(r->enhanced, "5.5.3") == 0 : r->code == 552;
}

enum smtp_outcome smtp_verdict(enum smtp_step step, const struct smtp_reply *r, bool others_taken)
{
	if (smtp_reply_class(r) < 4)
		return SMTP_ACCEPTED;
	if (smtp_reply_class(r) == 4)
		return SMTP_TEMPORARY;
	if (is_about_login(r->code))
		return SMTP_ACCOUNT;
	if (step == SMTP_AT_MAIL)
		return is_about_message(r) ? SMTP_PERMANENT : SMTP_ACCOUNT;
	if (step == SMTP_AT_RCPT && others_taken && is_too_many(r))
		return SMTP_TEMPORARY;
	return SMTP_PERMANENT;
}
