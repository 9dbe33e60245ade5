/* PKCE, consent addresses, and what errors tell the operator. */
#include "base/mem.h"
#include "net/oauth.h"
#include "net/oauth_advice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

enum { NOW = 1795161600 };

static const struct oauth_party delegated = {
    .mailbox = "mara@harbor.example",
    .scope = OAUTH_SCOPE_READ,
    .client_id = "107000000000000000001",
    .service_account = "mailroom@project.iam.gserviceaccount.com",
    .key_file = "/etc/mailroom/gmail.json",
    .token_url = "https://oauth2.googleapis.com/token",
    .now = NOW,
};
static const struct oauth_party person = {
    .mailbox = "mara@harbor.example",
    .scope = OAUTH_SCOPE_READ,
    .client_id = "107-desk.apps.googleusercontent.com",
    .client_secret = "GOCSPX-not-for-the-log",
    .token_url = "https://oauth2.googleapis.com/token",
    .auth_url = "https://accounts.google.com/o/oauth2/v2/auth",
    .now = NOW,
};

/* RFC 7636, appendix B. */
static void the_challenge_of_a_verifier(void **state)
{
	char challenge[OAUTH_SECRET_BYTES];

	(void)state;
	oauth_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", challenge);
	assert_string_equal(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

static void verifiers_are_43_unreserved_characters_and_differ(void **state)
{
	char a[OAUTH_SECRET_BYTES], b[OAUTH_SECRET_BYTES];
	struct err e = {0};

	(void)state;
	assert_int_equal(oauth_new_secret(a, &e), 0);
	assert_int_equal(oauth_new_secret(b, &e), 0);
	assert_int_equal(strlen(a), 43);
	assert_int_equal(strspn(a, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), 43);
	assert_string_not_equal(a, b);
}

static void a_consent_address(void **state)
{
	struct buf b = {0};

	(void)state;
	oauth_put_consent_url(&b, &person, "http://127.0.0.1:4123/", "st", "ch");
	assert_string_equal(buf_str(&b),
	    "https://accounts.google.com/o/oauth2/v2/"
	    "auth?response_type=code&client_id=107-desk.apps.googleusercontent.com"
	    "&redirect_uri=http%3A%2F%2F127.0.0.1%3A4123%2F&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fgmail."
	    "readonly"
	    "&state=st&code_challenge=ch&code_challenge_method=S256&access_type=offline&prompt=consent"
	    "&login_hint=mara%40harbor.example");
	buf_clear(&b);
}

struct row {
	const struct oauth_party *party;
	int status;
	const char *body;
	int64_t date_at;
	enum err_code code;
	const char *words[4];
};

static void check(const struct row *r)
{
	struct err e = {0};

	assert_int_equal(oauth_advise_token(r->party, r->status, r->body, strlen(r->body), r->date_at, &e), -1);
	for (size_t i = 0; i < 4 && r->words[i]; i++)
		if (!strstr(e.text, r->words[i]))
			fail_msg("%s\nhas no \"%s\"", e.text, r->words[i]);
	if (e.code != r->code)
		fail_msg("%s\nhas the code %d", e.text, (int)e.code);
	if (strstr(e.text, "GOCSPX"))
		fail_msg("%s\nholds the secret", e.text);
}

#define GRANT(words) "{\"error\": \"invalid_grant\", \"error_description\": \"" words "\"}"

static void what_a_token_address_says(void **state)
{
	static const struct row rows[] = {
	    {&delegated, 401, "{\"error\": \"unauthorized_client\", \"error_description\": \"Client is unauthorized\"}",
	        NOW, ERR_REFUSED,
	        {"107000000000000000001", OAUTH_SCOPE_READ, "admin.google.com", "Domain-wide delegation"}},
	    {&person, 401, "{\"error\": \"unauthorized_client\"}", NOW, ERR_REFUSED,
	        {"107-desk", "account login mara@harbor.example"}},
	    {&delegated, 400, GRANT("Invalid JWT: Token must be a short-lived token"), NOW - 400, ERR_REFUSED,
	        {"your clock is 400 s ahead", "timedatectl"}},
	    {&delegated, 400, GRANT("Invalid JWT"), NOW + 31, ERR_REFUSED, {"your clock is 31 s behind"}},
	    {&delegated, 400, GRANT("Invalid JWT"), NOW + 30, ERR_REFUSED, {"does not take", "gmail.json"}},
	    {&delegated, 400, GRANT("Invalid JWT"), 0, ERR_REFUSED, {"does not take"}},
	    {&delegated, 400, GRANT("Invalid JWT Signature."), NOW - 400, ERR_REFUSED,
	        {"/etc/mailroom/gmail.json", "not good any more", "Keys"}},
	    {&delegated, 400, GRANT("Invalid grant: account not found"), NOW, ERR_REFUSED, {"not good any more"}},
	    {&delegated, 400, GRANT("Invalid email or User ID"), NOW, ERR_REFUSED,
	        {"no user of this address", "account remove"}},
	    {&person, 400, GRANT("Token has been expired or revoked."), NOW - 400, ERR_REFUSED,
	        {"taken back", "account login mara@harbor.example"}},
	    {&person, 401, "{\"error\": \"invalid_client\", \"error_description\": \"Unauthorized\"}", NOW, ERR_REFUSED,
	        {"MAILROOM_GMAIL_CLIENT_ID", "MAILROOM_GMAIL_CLIENT_SECRET_FILE", "107-desk"}},
	    {&person, 401, "{\"error\": \"deleted_client\"}", NOW, ERR_REFUSED, {"MAILROOM_GMAIL_CLIENT_ID"}},
	    {&delegated, 400, "{\"error\": \"invalid_scope\"}", NOW, ERR_REFUSED, {OAUTH_SCOPE_READ}},
	    {&person, 400, "{\"error\": \"admin_policy_enforced\"}", NOW, ERR_REFUSED,
	        {"Manage app access", "107-desk"}},
	    {&delegated, 403, "{\"error\": \"access_denied\"}", NOW, ERR_REFUSED, {"admin.google.com"}},
	    {&delegated, 500, "<html>", NOW, ERR_TEMPORARY, {"500", "later"}},
	    {&delegated, 503, "", NOW, ERR_TEMPORARY, {"503"}},
	    {&delegated, 429,
	        "{\"error\": {\"code\": 429, \"status\": \"RESOURCE_EXHAUSTED\", \"message\": \"Slow down\"}}", NOW,
	        ERR_TEMPORARY, {"Slow down"}},
	    {&delegated, 404, "<html>not found", NOW, ERR_UNAVAILABLE, {"404", "oauth2.googleapis.com"}},
	    {&delegated, 400, "{\"error\": 5}", NOW, ERR_UNAVAILABLE, {"400"}},
	    {&delegated, 400, "[]", NOW, ERR_UNAVAILABLE, {"400"}},
	    {&delegated, 400, "{\"error\": \"something_new\", \"error_description\": \"odd\"}", NOW, ERR_REFUSED,
	        {"something_new", "odd"}},
	    {&delegated, 302, "", NOW, ERR_UNAVAILABLE, {"302"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check(&rows[i]);
}

/* A server that repeats what it was given must not bring it into a log. */
static void words_of_a_server_are_cut_and_hold_no_token(void **state)
{
	static const char token[] = "1//0gAbCdEfGhIjKlMnOpQrStUvWxYz-0123456789";
	char *body = mem_printf(
	    "{\"error\": \"odd\", \"error_description\": \"Bad %s (\\u001b[31m\\u00e4\\n) in this request\"}", token);
	struct err e = {0};

	(void)state;
	assert_int_equal(oauth_advise_token(&person, 400, body, strlen(body), NOW, &e), -1);
	assert_null(strstr(e.text, "AbCdEf"));
	assert_null(strchr(e.text, '\x1b'));
	assert_non_null(strstr(e.text, "Bad 1//... (?[31m?\?\?) in this request"));
	free(body);
	body = mem_printf("{\"error\": \"odd\", \"error_description\": \"%020000d\"}", 7);
	assert_int_equal(oauth_advise_token(&person, 400, body, strlen(body), NOW, &e), -1);
	assert_true(strlen(e.text) < 400);
	free(body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_challenge_of_a_verifier),
	    cmocka_unit_test(verifiers_are_43_unreserved_characters_and_differ),
	    cmocka_unit_test(a_consent_address),
	    cmocka_unit_test(what_a_token_address_says),
	    cmocka_unit_test(words_of_a_server_are_cut_and_hold_no_token),
	};

	return cmocka_run_group_tests_name("oauth", tests, NULL, NULL);
}
