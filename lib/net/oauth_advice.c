#include "net/oauth_advice.h"

#include "base/mem.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Google takes assertions whose times are a little off; beyond this the clock is the first suspect. */
enum { CLOCK_TOLERANCE_S = 30, WORDS_MAX_BYTES = 200, TOKEN_MIN_BYTES = 20 };

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

/* A refusal of the token address, in short pieces fit for an error line. */
struct refusal {
	char error[64];
	char words[WORDS_MAX_BYTES + 1];
};

/* What a server says goes to a terminal: printable ASCII, cut. */
static void copy_words(char *to, size_t size, const char *from)
{
	size_t n = 0;

	for (; from && *from && n + 1 < size; from++)
		to[n++] = *from >= 0x20 && *from < 0x7f ? *from : '?';
	to[n] = '\0';
}

/* A server that repeats the token or code which it refuses must not bring it into a log. */
static void hide_tokens(char *words)
{
	static const char alphabet[] = LETTERS "0123456789-_";
	char *to = words;

	while (*words) {
		size_t n = strspn(words, alphabet);
		if (n >= TOKEN_MIN_BYTES) {
			memcpy(to, "...", 3);
			to += 3;
		} else {
			n += words[n] != '\0';
			memmove(to, words, n);
			to += n;
		}
		words += n;
	}
	*to = '\0';
}

/* {"error": "...", "error_description": "..."} (RFC 6749 section 5.2); some of Google's front ends answer {"error": {"status",
 * "message"}}. */
static void read_refusal(const char *body, size_t n, struct refusal *r)
{
	json_t *answer = json_loadb(body, n, 0, NULL), *error = json_object_get(answer, "error");

	*r = (struct refusal){0};
	if (json_is_object(error)) {
		copy_words(r->error, sizeof r->error, json_string_value(json_object_get(error, "status")));
		copy_words(r->words, sizeof r->words, json_string_value(json_object_get(error, "message")));
	} else {
		copy_words(r->error, sizeof r->error, json_string_value(error));
		copy_words(r->words, sizeof r->words, json_string_value(json_object_get(answer, "error_description")));
	}
	json_decref(answer);
	/* Error codes are letters and "_"; tokens are not. */
	if (r->error[strspn(r->error, LETTERS "_")])
		copy_words(r->error, sizeof r->error, "an odd error code");
	hide_tokens(r->words);
}

static int not_authorised(const struct oauth_party *p, struct err *e)
{
	if (!p->service_account)
		return err_set(e, ERR_REFUSED,
		    "%s: unauthorized_client: the OAuth client %s may not do this: make one of the type \"Desktop "
		    "app\" (Cloud console > APIs & Services > Credentials), set MAILROOM_GMAIL_CLIENT_ID and run "
		    "`account login %s`",
		    p->mailbox, p->client_id, p->mailbox);
	return err_set(e, ERR_REFUSED,
	    "%s: unauthorized_client: the Workspace has not authorised the service account %s. An administrator does "
	    "it at admin.google.com > Security > Access and data control > API controls > Domain-wide delegation > Add "
	    "new: client ID %s, scope %s (it may take some minutes, at most a day, to work)",
	    p->mailbox, p->service_account, p->client_id, p->scope);
}

/* True, with *e filled, when this machine's clock and the server's are apart. */
static bool is_clock_off(const struct oauth_party *p, int64_t date_at, struct err *e)
{
	int64_t ahead = date_at ? p->now - date_at : 0;

	if (ahead <= CLOCK_TOLERANCE_S && ahead >= -CLOCK_TOLERANCE_S)
		return false;
	err_set(e, ERR_REFUSED,
	    "%s: invalid_grant: your clock is %lld s %s Google's: set it (timedatectl set-ntp true) and try again",
	    p->mailbox, (long long)(ahead > 0 ? ahead : -ahead), ahead > 0 ? "ahead of" : "behind");
	return true;
}

static int bad_assertion(const struct oauth_party *p, const struct refusal *r, int64_t date_at, struct err *e)
{
	if (strcasestr(r->words, "signature") || strcasestr(r->words, "account not found"))
		return err_set(e, ERR_REFUSED,
		    "%s: invalid_grant (%s): the key %s is not good any more: make a new one for %s (Cloud console > "
		    "IAM & Admin > Service Accounts > Keys)",
		    p->mailbox, r->words, p->key_file, p->service_account);
	if (strcasestr(r->words, "email or user"))
		return err_set(e, ERR_REFUSED,
		    "%s: invalid_grant (%s): the Workspace has no user of this address, or it is suspended: write the "
		    "primary address, or `account remove %s`",
		    p->mailbox, r->words, p->mailbox);
	if (is_clock_off(p, date_at, e))
		return -1;
	return err_set(e, ERR_REFUSED,
	    "%s: invalid_grant (%s): Google does not take the service account's assertion: check that the mailbox is a "
	    "user of the Workspace and that the key file %s is the newest",
	    p->mailbox, r->words, p->key_file);
}

static int bad_grant(const struct oauth_party *p, const struct refusal *r, int64_t date_at, struct err *e)
{
	if (p->service_account)
		return bad_assertion(p, r, date_at, e);
	return err_set(e, ERR_REFUSED,
	    "%s: invalid_grant (%s): the access was taken back or has run out (a new password, half a year without "
	    "use, or an OAuth client still in testing: 7 days): run `account login %s` again",
	    p->mailbox, r->words, p->mailbox);
}

static int bad_client(const struct oauth_party *p, const struct refusal *r, struct err *e)
{
	return err_set(e, ERR_REFUSED,
	    "%s: %s (%s): Google does not know the OAuth client %s or its secret: check MAILROOM_GMAIL_CLIENT_ID and "
	    "MAILROOM_GMAIL_CLIENT_SECRET_FILE (Cloud console > APIs & Services > Credentials)",
	    p->mailbox, r->error, r->words, p->client_id);
}

static int by_policy(const struct oauth_party *p, const char *error, struct err *e)
{
	return err_set(e, ERR_REFUSED,
	    "%s: %s: the Workspace's rules forbid it: an administrator allows the client ID %s at admin.google.com > "
	    "Security > Access and data control > API controls > Manage app access, and Gmail for the user at Apps > "
	    "Google Workspace > Gmail > Service status",
	    p->mailbox, error, p->client_id);
}

static int bad_scope(const struct oauth_party *p, struct err *e)
{
	return err_set(e, ERR_REFUSED,
	    "%s: invalid_scope: Google does not know the scope %s, or does not grant it to the client ID %s",
	    p->mailbox, p->scope, p->client_id);
}

static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

int oauth_advise_token(
    const struct oauth_party *p, int status, const char *body, size_t n, int64_t date_at, struct err *e)
{
	static const char *const clients[] = {"invalid_client", "deleted_client", "disabled_client", NULL};
	static const char *const policies[] = {
	    "access_denied", "admin_policy_enforced", "org_internal", "domainPolicy", NULL};
	struct refusal r;

	read_refusal(body, n, &r);
	if (status == 429 || status >= 500)
		return err_set(e, ERR_TEMPORARY, "%s: %s: HTTP status %d%s%s; try again later", p->mailbox,
		    p->token_url, status, *r.words ? ": " : "", r.words);
	if (strcmp(r.error, "unauthorized_client") == 0)
		return not_authorised(p, e);
	if (strcmp(r.error, "invalid_grant") == 0)
		return bad_grant(p, &r, date_at, e);
	if (strcmp(r.error, "invalid_scope") == 0)
		return bad_scope(p, e);
	if (is_one_of(r.error, clients))
		return bad_client(p, &r, e);
	if (is_one_of(r.error, policies))
		return by_policy(p, r.error, e);
	if (!*r.error)
		return err_set(e, ERR_UNAVAILABLE, "%s: %s: HTTP status %d, and no token server's answer", p->mailbox,
		    p->token_url, status);
	return err_set(
	    e, ERR_REFUSED, "%s: %s: HTTP status %d: %s (%s)", p->mailbox, p->token_url, status, r.error, r.words);
}
