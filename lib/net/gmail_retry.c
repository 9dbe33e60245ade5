#include "net/gmail_retry.h"

#include "base/clock.h"
#include "net/gmail_json.h"

#include <math.h>
#include <string.h>

enum { BACKOFF_CAP_S = 64, TEXT_CAP_BYTES = 300 };

/* Reasons as errors[].reason, details[].reason or error.status have them. No advice: Google's words say enough. */
static const struct {
	const char *reason;
	enum gmail_verdict verdict;
	enum err_code code;
	const char *advice;
} reasons[] = {
    {"rateLimitExceeded", GMAIL_SLOWER, ERR_TEMPORARY, NULL},
    {"userRateLimitExceeded", GMAIL_SLOWER, ERR_TEMPORARY, NULL},
    {"RATE_LIMIT_EXCEEDED", GMAIL_SLOWER, ERR_TEMPORARY, NULL},
    {"dailyLimitExceeded", GMAIL_STOP, ERR_TEMPORARY,
        "the project's quota for today is used up: it goes on tomorrow, or ask for more in the Google Cloud console "
        "under "
        "APIs & Services, Gmail API, Quotas"},
    {"domainPolicy", GMAIL_STOP, ERR_REFUSED,
        "the Workspace administrator has not allowed this: admin console, Security, API controls, or Apps, Gmail for "
        "this "
        "account's organisational unit"},
    {"accessNotConfigured", GMAIL_STOP, ERR_CONFIG,
        "the Gmail API is not enabled in the Cloud project: enable it under APIs & Services, Library, and wait some "
        "minutes"},
    {"SERVICE_DISABLED", GMAIL_STOP, ERR_CONFIG,
        "the Gmail API is not enabled in the Cloud project: enable it under APIs & Services, Library, and wait some "
        "minutes"},
    {"insufficientPermissions", GMAIL_STOP, ERR_REFUSED,
        "the access granted does not cover this: log in again, or add the scope to the domain-wide delegation in the "
        "admin "
        "console (gmail.readonly to capture, gmail.compose to draft and send)"},
    {"ACCESS_TOKEN_SCOPE_INSUFFICIENT", GMAIL_STOP, ERR_REFUSED,
        "the access granted does not cover this: log in again, or add the scope to the domain-wide delegation in the "
        "admin "
        "console (gmail.readonly to capture, gmail.compose to draft and send)"},
    {"delegationDenied", GMAIL_STOP, ERR_REFUSED,
        "the account that was logged in is not this mailbox: log in again with its address"},
    {"failedPrecondition", GMAIL_STOP, ERR_REFUSED,
        "this account has no Gmail mailbox: is the address right, is Gmail switched on for it in the admin console?"},
};

static int reason_of(const char *name)
{
	for (size_t i = 0; name && i < sizeof reasons / sizeof *reasons; i++)
		if (strcmp(reasons[i].reason, name) == 0)
			return (int)i;
	return -1;
}

struct findings {
	json_t *root;        /* owns the texts */
	const char *reason;  /* the first one told, "" when there is none */
	const char *message; /* "" likewise */
	int known;           /* index into reasons, -1 */
};

static void look_at(struct findings *f, const char *reason)
{
	if (!reason || f->known >= 0)
		return;
	f->known = reason_of(reason);
	if (!*f->reason || f->known >= 0)
		f->reason = reason;
}

/* The old list and the new one: error.errors[].reason and error.details[].reason. */
static void read_error(struct findings *f, struct span body)
{
	struct err ignored = {0};
	json_t *error, *entry;
	size_t i;

	*f = (struct findings){.reason = "", .message = "", .known = -1};
	if (gmail_json_load(body, &f->root, &ignored) != 0)
		return;
	error = json_object_get(f->root, "error");
	/* A plain word, as OAuth answers have it. */
	look_at(f, json_string_value(error));
	for (i = 0; (entry = json_array_get(json_object_get(error, "errors"), i)); i++)
		look_at(f, json_string_value(json_object_get(entry, "reason")));
	for (i = 0; (entry = json_array_get(json_object_get(error, "details"), i)); i++)
		look_at(f, json_string_value(json_object_get(entry, "reason")));
	if (json_is_string(json_object_get(error, "message")))
		f->message = json_string_value(json_object_get(error, "message"));
}

/* "Retry after 2026-03-07T18:03:15.961Z": seconds from `now`, -1 when it is not there. */
static double wait_in_text(const char *message, int64_t now)
{
	static const char words[] = "etry after ";
	const char *s = strstr(message, words);
	char time[CLOCK_TEXT_BYTES];
	struct err ignored = {0};
	int64_t at;
	size_t n;

	if (!s)
		return -1;
	s += sizeof words - 1;
	n = strspn(s, "0123456789-:.TZ+");
	if (n == 0 || n >= sizeof time)
		return -1;
	memcpy(time, s, n);
	time[n] = '\0';
	if (time[n - 1] == '.')
		time[n - 1] = '\0';
	if (clock_parse(time, &at, &ignored) != 0)
		return -1;
	/* The fraction of a second was dropped. */
	return at >= now ? (double)(at - now + 1) : 0;
}

static enum gmail_verdict by_status(int status)
{
	if (status >= 200 && status <= 299)
		return GMAIL_OK;
	switch (status) {
	case 401: return GMAIL_TOKEN;
	case 404: return GMAIL_NOT_FOUND;
	case 408: return GMAIL_AGAIN;
	case 429: return GMAIL_SLOWER;
	default: return status >= 500 ? GMAIL_AGAIN : GMAIL_ITEM_FAILED;
	}
}

static enum err_code code_of(enum gmail_verdict v, int status)
{
	switch (v) {
	case GMAIL_AGAIN:
	case GMAIL_SLOWER: return ERR_TEMPORARY;
	case GMAIL_TOKEN: return ERR_REFUSED;
	case GMAIL_NOT_FOUND: return ERR_NO_INPUT;
	default: return status == 403 ? ERR_REFUSED : status == 400 || status == 413 ? ERR_INPUT : ERR_UNAVAILABLE;
	}
}

enum gmail_verdict gmail_judge(const struct gmail_answer *a, double *wait_s, struct err *e)
{
	enum gmail_verdict v = by_status(a->status);
	enum err_code code = code_of(v, a->status);
	const char *advice = NULL;
	struct findings f;

	*wait_s = -1;
	if (v == GMAIL_OK)
		return v;
	read_error(&f, a->body);
	if (f.known >= 0 && (v == GMAIL_ITEM_FAILED || v == GMAIL_SLOWER)) {
		v = reasons[f.known].verdict;
		code = reasons[f.known].code;
		advice = reasons[f.known].advice;
	}
	*wait_s = a->retry_after_s >= 0 ? a->retry_after_s : wait_in_text(f.message, a->date_at);
	err_set(e, code, "Google answers %d%s%s%s%.*s%s%s", a->status, *f.reason ? " " : "", f.reason,
	    *f.message ? ": " : "", TEXT_CAP_BYTES, f.message, advice ? ": " : "", advice ? advice : "");
	json_decref(f.root);
	return v;
}

double gmail_backoff(int tries, double asked_s, double random)
{
	if (asked_s >= 0)
		return asked_s + random;
	return random * (tries > 6 ? BACKOFF_CAP_S : fmin(BACKOFF_CAP_S, ldexp(1, tries - 1)));
}
