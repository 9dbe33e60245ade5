/* The HTTP client: TLS is verified, and what goes wrong is told in words. */
#include "base/mem.h"
#include "fake_gmail.h"
#include "net/http.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static char folder[] = "/tmp/mailroom-test-XXXXXX";

static int start(void **state)
{
	char *command;

	(void)state;
	assert_non_null(mkdtemp(folder));
	command = mem_printf("'%s' '%s'", CERTIFICATES, folder);
	assert_int_equal(system(command), 0);
	free(command);
	return 0;
}

static int stop(void **state)
{
	char *command = mem_printf("rm -r '%s'", folder);

	(void)state;
	assert_int_equal(system(command), 0);
	free(command);
	return 0;
}

/* Asks `host` at the fake's port with this trust; as http_send. */
static int ask(const struct fake *f, const char *host, const char *ca_file, const char *path, struct http_response *out,
    struct err *e)
{
	char *url = mem_printf("https://%s%s%s", host, strrchr(f->url, ':'), path);
	char *ca = ca_file ? mem_printf("%s/%s", folder, ca_file) : NULL;
	struct http *h = http_new(&(struct http_options){.ca_file = ca, .timeout_s = 5, .cap_bytes = 20000});
	struct http_request r = {.method = "GET", .url = url};
	int rc = http_send(h, &r, out, e);

	http_free(h);
	free(ca);
	free(url);
	return rc;
}

static const struct {
	const char *certificate, *host, *ca_file;
	enum err_code code; /* NONE: it is trusted */
	const char *words;
} rows[] = {
    {"good.pem", "127.0.0.1", "ca.pem", ERR_NONE, NULL},
    {"good.pem", "localhost", "ca.pem", ERR_NONE, NULL},
    {"good.pem", "127.0.0.1", NULL, ERR_UNAVAILABLE, "not trusted"},
    {"other.pem", "127.0.0.1", "ca.pem", ERR_UNAVAILABLE, "not trusted"},
    {"other.pem", "localhost", "ca.pem", ERR_UNAVAILABLE, "not trusted"},
    {"expired.pem", "localhost", "ca.pem", ERR_UNAVAILABLE, "clock"},
    {"good.pem", "127.0.0.1", "missing.pem", ERR_CONFIG, "trusted certificates"},
};

static void only_verified_servers_are_asked(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *pem = mem_printf("%s/%s", folder, rows[i].certificate);
		const char *const arguments[] = {"--tls", pem, NULL};
		struct http_response answer = {0};
		struct fake f;
		struct err e = {0};

		fake_start(&f, arguments);
		print_message("%s %s %s\n", rows[i].certificate, rows[i].host, rows[i].ca_file);
		assert_int_equal(
		    ask(&f, rows[i].host, rows[i].ca_file, "/control/counters", &answer, &e), rows[i].code ? -1 : 0);
		if (e.code != rows[i].code || (rows[i].words && !strstr(e.text, rows[i].words)))
			fail_msg("%d %s", (int)e.code, e.text);
		assert_int_equal(answer.status, rows[i].code ? 0 : 200);
		assert_false(answer.maybe_sent);
		http_response_clear(&answer);
		fake_stop(&f);
		free(pem);
	}
}

static void answers_are_read(void **state)
{
	static const char *const arguments[] = {"--generate", "1", "--size", "30000", NULL};
	struct http *h = http_new(&(struct http_options){.timeout_s = 5, .cap_bytes = 2000});
	struct http_response answer = {0};
	struct fake f;
	struct err e = {0};
	char *url;

	(void)state;
	fake_start(&f, arguments);
	fake_do(&f, "{'op': 'fault', 'method': 'getProfile', 'status': 503, 'retry_after': 77}");
	url = mem_printf("%s/gmail/v1/users/me/profile", f.url);
	struct http_request r = {.method = "GET", .url = url, .authorization = "Bearer any:team@harbor.example"};
	assert_int_equal(http_send(h, &r, &answer, &e), 0);
	assert_int_equal(answer.status, 503);
	assert_float_equal(answer.retry_after_s, 77, 0.1);
	assert_true(answer.date_at > 1700000000);
	/* The answer that was there before is given up. */
	assert_int_equal(http_send(h, &r, &answer, &e), 0);
	assert_int_equal(answer.status, 200);
	assert_true(answer.retry_after_s < 0);
	assert_string_equal(answer.content_type, "application/json; charset=UTF-8");
	free(url);
	/* Above the cap. */
	url = mem_printf("%s/gmail/v1/users/me/messages/1900000000000001?format=raw", f.url);
	r.url = url;
	assert_int_equal(http_send(h, &r, &answer, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_non_null(strstr(e.text, "larger than"));
	assert_null(strstr(e.text, "messages"));
	/* A larger cap for one request. */
	r.cap_bytes = 1 << 20;
	assert_int_equal(http_send(h, &r, &answer, &e), 0);
	free(url);
	/* A redirect is an answer. */
	url = mem_printf("%s/auth?redirect_uri=http://127.0.0.1:1/&code_challenge=x&code_challenge_method=S256", f.url);
	r.url = url;
	assert_int_equal(http_send(h, &r, &answer, &e), 0);
	assert_int_equal(answer.status, 302);
	free(url);
	http_response_clear(&answer);
	http_free(h);
	fake_stop(&f);
}

static void names_are_told_apart(void **state)
{
	static const struct {
		const char *host;
		bool loopback;
	} hosts[] = {
	    {"127.0.0.1", true},
	    {"127.9.8.7", true},
	    {"localhost", true},
	    {"LOCALHOST", true},
	    {"::1", true},
	    {"[::1]", true},
	    {"0.0.0.0", false},
	    {"128.0.0.1", false},
	    {"127.1", false},
	    {"127.0.0.1.example", false},
	    {"localhost.example", false},
	    {"::2", false},
	    {"[::1", false},
	    {"[]", false},
	    {"", false},
	    {"[fe80::1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb]", false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(hosts); i++)
		if (http_is_loopback(hosts[i].host) != hosts[i].loopback)
			fail_msg("%s", hosts[i].host);
}

static void parameters_are_encoded(void **state)
{
	struct buf b = {0};

	(void)state;
	buf_puts(&b, "/x?");
	http_put_param(&b, "q", "from:a b&c=d+e%\xc3\xa9");
	http_put_param(&b, "maxResults", "5");
	assert_string_equal(b.data, "/x?q=from%3Aa%20b%26c%3Dd%2Be%25%C3%A9&maxResults=5");
	buf_clear(&b);
	http_put_param(&b, "a", "b");
	http_put_param(&b, "c~.-_", "");
	assert_string_equal(b.data, "a=b&c~.-_=");
	buf_clear(&b);
	assert_int_equal(http_parse_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
	assert_int_equal(http_parse_date("tomorrow, perhaps"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_verified_servers_are_asked),
	    cmocka_unit_test(answers_are_read),
	    cmocka_unit_test(names_are_told_apart),
	    cmocka_unit_test(parameters_are_encoded),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
