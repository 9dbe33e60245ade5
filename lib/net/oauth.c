#include "net/oauth.h"

#include "base/mem.h"
#include "base/secret.h"
#include "base/sha256.h"
#include "net/base64url.h"
#include "net/oauth_advice.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	ANSWER_CAP_BYTES = 64 << 10,
	TOKEN_MAX_BYTES = 8192, /* Google says 2,048 for access tokens; others' are longer */
	LIFE_DEFAULT_S = 3600,
	LIFE_MAX_S = 86400,
	REQUEST_TIMEOUT_S = 30,
};

void oauth_token_clear(struct oauth_token *t)
{
	mem_free_secret(t->access);
	mem_free_secret(t->refresh);
	free(t->scope);
	*t = (struct oauth_token){0};
}

/* What goes into a header or a form must not end it: visible ASCII only. */
static bool is_token(const char *s)
{
	size_t n = s ? strlen(s) : 0;

	for (size_t i = 0; i < n; i++)
		if (s[i] < 0x21 || s[i] > 0x7e)
			return false;
	return n > 0 && n <= TOKEN_MAX_BYTES;
}

static int64_t life_of(json_t *answer)
{
	json_t *v = json_object_get(answer, "expires_in");
	int64_t s = LIFE_DEFAULT_S;

	if (json_is_integer(v))
		s = json_integer_value(v);
	else if (json_is_string(v)) /* some servers quote it */
		s = strtoll(json_string_value(v), NULL, 10);
	return s < 0 ? 0 : s > LIFE_MAX_S ? LIFE_MAX_S : s;
}

static int take_token(json_t *answer, int64_t now, struct oauth_token *out)
{
	const char *access = json_string_value(json_object_get(answer, "access_token"));
	const char *refresh = json_string_value(json_object_get(answer, "refresh_token"));
	const char *scope = json_string_value(json_object_get(answer, "scope"));
	const char *type = json_string_value(json_object_get(answer, "token_type"));

	if (!is_token(access) || (refresh && !is_token(refresh)) || (type && strcasecmp(type, "Bearer") != 0))
		return -1;
	out->access = mem_strdup(access);
	out->refresh = refresh ? mem_strdup(refresh) : NULL;
	out->scope = scope ? mem_strdup(scope) : NULL;
	out->expires_at = now + life_of(answer);
	return 0;
}

/* jansson frees its strings as they are. */
static void wipe_strings(json_t *answer)
{
	const char *key;
	json_t *v;

	json_object_foreach(answer, key, v)
	{
		if (json_is_string(v))
			explicit_bzero((void *)(uintptr_t)json_string_value(v), json_string_length(v));
	}
}

static int read_answer(
    const struct oauth_party *p, const struct http_response *r, struct oauth_token *out, struct err *e)
{
	json_t *answer;
	int rc;

	if (r->status != 200)
		return oauth_advise_token(p, r->status, buf_str(&r->body), r->body.len, r->date_at, e);
	answer = json_loadb(buf_str(&r->body), r->body.len, 0, NULL);
	rc = json_is_object(answer) ? take_token(answer, p->now, out) : -1;
	wipe_strings(answer);
	json_decref(answer);
	return rc == 0
	           ? 0
	           : err_set(e, ERR_UNAVAILABLE, "%s: %s: the answer holds no usable token", p->mailbox, p->token_url);
}

static int ask(
    struct http *h, const struct oauth_party *p, const struct buf *form, struct oauth_token *out, struct err *e)
{
	static const char *const headers[] = {
	    "Content-Type: application/x-www-form-urlencoded", "Accept: application/json", NULL};
	struct http_request request = {
	    .method = "POST",
	    .url = p->token_url,
	    .headers = headers,
	    .body = form->data,
	    .body_len = form->len,
	    .timeout_s = REQUEST_TIMEOUT_S,
	    .cap_bytes = ANSWER_CAP_BYTES,
	    .secret = true,
	};
	struct http_response response = {0};
	int rc = http_send(h, &request, &response, e);

	if (rc != 0)
		err_prefix(e, "%s: ask for a token", p->mailbox);
	else
		rc = read_answer(p, &response, out, e);
	http_response_clear(&response);
	return rc;
}

/* Enough room at the start, so that the form with its secrets is never moved. */
static void start_form(struct buf *form, const char *grant_type)
{
	buf_reserve(form, 4 * TOKEN_MAX_BYTES);
	http_put_param(form, "grant_type", grant_type);
}

static void put_client(struct buf *form, const struct oauth_party *p)
{
	http_put_param(form, "client_id", p->client_id);
	if (p->client_secret)
		http_put_param(form, "client_secret", p->client_secret);
}

int oauth_by_assertion(
    struct http *h, const struct oauth_party *p, const char *assertion, struct oauth_token *out, struct err *e)
{
	struct buf form = {0};
	int rc;

	start_form(&form, "urn:ietf:params:oauth:grant-type:jwt-bearer");
	http_put_param(&form, "assertion", assertion);
	rc = ask(h, p, &form, out, e);
	buf_wipe(&form);
	return rc;
}

int oauth_by_refresh(
    struct http *h, const struct oauth_party *p, const char *refresh, struct oauth_token *out, struct err *e)
{
	struct buf form = {0};
	int rc;

	start_form(&form, "refresh_token");
	http_put_param(&form, "refresh_token", refresh);
	put_client(&form, p);
	rc = ask(h, p, &form, out, e);
	buf_wipe(&form);
	return rc;
}

static bool holds_word(const char *words, const char *word, size_t n)
{
	for (const char *s = words; (s = strstr(s, word)); s++)
		if (strncmp(s, word, n) == 0 && (s == words || s[-1] == ' ') && (s[n] == '\0' || s[n] == ' '))
			return true;
	return false;
}

/* The first scope asked for that was not granted, in *out; NULL when all were. */
static char *missing_scope(const char *asked, const char *granted)
{
	while (*asked) {
		size_t n = strcspn(asked, " ");
		char *word = mem_strndup(asked, n);
		if (n > 0 && !holds_word(granted, word, n))
			return word;
		free(word);
		asked += n + strspn(asked + n, " ");
	}
	return NULL;
}

static int check_grant(const struct oauth_party *p, const struct oauth_token *t, struct err *e)
{
	char *missing;

	if (!t->refresh)
		return err_set(e, ERR_REFUSED,
		    "%s: Google gave no refresh token: take Mailroom's access back at "
		    "https://myaccount.google.com/connections and log in again",
		    p->mailbox);
	missing = t->scope ? missing_scope(p->scope, t->scope) : NULL;
	if (!missing)
		return 0;
	err_set(e, ERR_REFUSED,
	    "%s: the scope %s was not granted: log in again and leave every box of the consent page ticked", p->mailbox,
	    missing);
	free(missing);
	return -1;
}

int oauth_by_code(struct http *h, const struct oauth_party *p, const char *code, const char *verifier,
    const char *redirect_uri, struct oauth_token *out, struct err *e)
{
	struct buf form = {0};
	int rc;

	start_form(&form, "authorization_code");
	http_put_param(&form, "code", code);
	http_put_param(&form, "code_verifier", verifier);
	http_put_param(&form, "redirect_uri", redirect_uri);
	put_client(&form, p);
	rc = ask(h, p, &form, out, e);
	buf_wipe(&form);
	if (rc == 0 && (rc = check_grant(p, out, e)) != 0)
		oauth_token_clear(out);
	return rc;
}

int oauth_new_secret(char out[static OAUTH_SECRET_BYTES], struct err *e)
{
	unsigned char bytes[32];
	struct buf b = {0};

	if (secret_random(bytes, sizeof bytes, e) != 0)
		return -1;
	base64url_encode(bytes, sizeof bytes, &b);
	memcpy(out, b.data, OAUTH_SECRET_BYTES);
	buf_wipe(&b);
	explicit_bzero(bytes, sizeof bytes);
	return 0;
}

void oauth_challenge(const char *verifier, char out[static OAUTH_SECRET_BYTES])
{
	unsigned char digest[SHA256_BYTES];
	struct buf b = {0};

	sha256_of(verifier, strlen(verifier), digest);
	base64url_encode(digest, sizeof digest, &b);
	memcpy(out, b.data, OAUTH_SECRET_BYTES);
	buf_clear(&b);
}

void oauth_put_consent_url(
    struct buf *out, const struct oauth_party *p, const char *redirect_uri, const char *state, const char *challenge)
{
	const struct {
		const char *name, *value;
	} params[] = {
	    {"response_type", "code"},
	    {"client_id", p->client_id},
	    {"redirect_uri", redirect_uri},
	    {"scope", p->scope},
	    {"state", state},
	    {"code_challenge", challenge},
	    {"code_challenge_method", "S256"},
	    {"access_type", "offline"},
	    {"prompt", "consent"},
	    {"login_hint", p->mailbox},
	};
	struct buf query = {0};

	for (size_t i = 0; i < sizeof params / sizeof *params; i++)
		http_put_param(&query, params[i].name, params[i].value);
	buf_puts(out, p->auth_url);
	buf_putc(out, strchr(p->auth_url, '?') ? '&' : '?');
	buf_append(out, query.data, query.len);
	buf_clear(&query);
}
