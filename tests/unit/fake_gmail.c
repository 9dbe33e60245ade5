#include "fake_gmail.h"

#include "base/mem.h"
#include "base/sha256.h"
#include "net/gmail_fetch.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARGUMENTS = 32 };

void fake_start_program(struct fake *f, const char *const *argv)
{
	int to[2], from[2], port = 0;
	FILE *out;

	assert_int_equal(pipe(to), 0);
	assert_int_equal(pipe(from), 0);
	f->pid = fork();
	assert_true(f->pid >= 0);
	if (f->pid == 0) {
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		close(to[0]);
		close(to[1]);
		close(from[0]);
		close(from[1]);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(to[0]);
	close(from[1]);
	f->keep_alive = to[1];
	out = fdopen(from[0], "r");
	assert_int_equal(fscanf(out, "%d", &port), 1);
	fclose(out);
	snprintf(f->url, sizeof f->url, "http://127.0.0.1:%d", port);
	f->http = http_new(&(struct http_options){.timeout_s = 20});
}

void fake_start(struct fake *f, const char *const *arguments)
{
	const char *argv[ARGUMENTS] = {"python3", FAKE_GMAIL, "--until-eof"};

	for (int n = 3; *arguments && n < ARGUMENTS - 1; n++)
		argv[n] = *arguments++;
	fake_start_program(f, argv);
}

void fake_stop(struct fake *f)
{
	http_free(f->http);
	close(f->keep_alive);
	waitpid(f->pid, NULL, 0);
}

static json_t *ask(struct fake *f, const char *path, const char *body)
{
	char *url = mem_printf("%s%s", f->url, path);
	struct http_request r = {
	    .method = body ? "POST" : "GET", .url = url, .body = body, .body_len = body ? strlen(body) : 0};
	struct http_response answer = {0};
	struct err e = {0};
	json_t *out;

	if (http_send(f->http, &r, &answer, &e) != 0)
		fail_msg("%s", e.text);
	assert_int_equal(answer.status, 200);
	out = json_loadb(answer.body.data, answer.body.len, 0, NULL);
	assert_non_null(out);
	http_response_clear(&answer);
	free(url);
	return out;
}

__attribute__((format(printf, 2, 0))) static json_t *control(struct fake *f, const char *object, va_list ap)
{
	char *body = NULL;
	json_t *out;

	assert_true(vasprintf(&body, object, ap) > 0);
	for (char *s = body; *s; s++)
		if (*s == '\'')
			*s = '"';
	out = ask(f, "/control", body);
	free(body);
	return out;
}

json_t *fake_control(struct fake *f, const char *object, ...)
{
	va_list ap;
	json_t *out;

	va_start(ap, object);
	out = control(f, object, ap);
	va_end(ap);
	return out;
}

void fake_do(struct fake *f, const char *object, ...)
{
	va_list ap;

	va_start(ap, object);
	json_decref(control(f, object, ap));
	va_end(ap);
}

json_t *fake_show(struct fake *f, const char *path)
{
	return ask(f, path, NULL);
}

int64_t fake_counter(struct fake *f, const char *group, const char *name)
{
	json_t *all = fake_show(f, "/control/counters"), *v = json_object_get(all, group);
	int64_t n = json_integer_value(name ? json_object_get(v, name) : v);

	json_decref(all);
	return n;
}

static double fake_now(void *arg)
{
	return ((struct fake_time *)arg)->now;
}

static int64_t fake_wall(void *arg)
{
	return 1795000000 + (int64_t)((struct fake_time *)arg)->now;
}

static double fake_random(void *arg)
{
	return ((struct fake_time *)arg)->random;
}

static int fake_sleep(void *arg, double seconds)
{
	struct fake_time *t = arg;

	t->now += seconds;
	t->slept += seconds;
	t->sleeps++;
	return 0;
}

static int token_get(void *arg, struct buf *token, struct err *e)
{
	static const char form[] = "grant_type=refresh_token&refresh_token=refresh-1";
	struct client *c = arg;
	struct http_request r = {.method = "POST", .body = form, .body_len = sizeof form - 1, .secret = true};
	struct http_response answer = {0};
	json_t *root;
	char *url;

	if (!c->token && !c->cached) {
		url = mem_printf("%s/token", c->fake->url);
		r.url = url;
		c->asked++;
		assert_int_equal(http_send(c->fake->http, &r, &answer, e), 0);
		assert_int_equal(answer.status, 200);
		root = json_loadb(answer.body.data, answer.body.len, 0, NULL);
		c->cached = mem_strdup(json_string_value(json_object_get(root, "access_token")));
		json_decref(root);
		http_response_clear(&answer);
		free(url);
	}
	buf_puts(token, c->token ? c->token : c->cached);
	return 0;
}

static void token_invalidate(void *arg, const char *token)
{
	struct client *c = arg;

	c->invalidated++;
	if (!c->cached)
		return;
	assert_string_equal(token, c->cached);
	free(c->cached);
	c->cached = NULL;
}

struct client *client_new(struct fake *f, const struct gmail_options *o)
{
	struct client *c = mem_alloc(sizeof *c);
	struct gmail_token_source source = {token_get, token_invalidate, c};
	struct gmail_clock clock = {fake_now, fake_wall, fake_random, fake_sleep, &c->time};
	struct gmail_options options = *o;

	c->fake = f;
	c->token = "any:team@harbor.example";
	c->time.random = 0.5;
	if (!options.api_url)
		options.api_url = f->url;
	if (!options.units_per_min)
		options.units_per_min = 1000000000;
	c->http = http_new(&(struct http_options){.timeout_s = 1});
	c->g = gmail_new(c->http, &options, &source, &clock);
	return c;
}

void client_free(struct client *c)
{
	gmail_free(c->g);
	http_free(c->http);
	arena_clear(&c->a);
	free(c->cached);
	free(c);
}

int client_list(struct client *c, const char *q, const char **ids, size_t *n)
{
	struct gmail_query query = {.q = q};
	struct gmail_page page;

	*n = 0;
	do {
		if (gmail_list(c->g, &query, &c->a, &page, &c->e) != 0)
			return -1;
		for (size_t i = 0; i < page.n; i++)
			ids[(*n)++] = page.refs[i].id;
		query.page_token = page.next_page_token;
	} while (query.page_token);
	return 0;
}

static void check_message(const struct gmail_item *item, const json_t *wanted)
{
	const struct gmail_message *m = &item->message;
	unsigned char digest[SHA256_BYTES];
	char hex[SHA256_HEX_BYTES];

	sha256_of(m->raw, m->raw_len, digest);
	sha256_hex(digest, hex);
	assert_string_equal(hex, json_string_value(json_object_get(wanted, item->id)));
	assert_string_equal(m->id, item->id);
	assert_int_equal(m->raw[m->raw_len], 0);
	assert_int_equal(m->n_labels, 2);
	assert_string_equal(m->labels[0], "INBOX");
	assert_true(m->internal_date_ms > 1700000000000);
	assert_non_null(m->thread_id);
	assert_non_null(m->history_id);
}

int client_fetch(struct client *c, const char *const *ids, size_t n, const json_t *wanted, struct fetched *out)
{
	struct gmail_fetch *f = gmail_fetch_open(c->g, ids, n);
	const struct gmail_item *item;
	bool *seen = mem_alloc(n);
	int rc;

	*out = (struct fetched){0};
	while ((rc = gmail_fetch_next(f, &item, &c->e)) == 0 && item) {
		assert_true(item->index < n && !seen[item->index]);
		seen[item->index] = true;
		assert_ptr_equal(item->id, ids[item->index]);
		out->got += item->outcome == GMAIL_GOT;
		out->gone += item->outcome == GMAIL_GONE;
		out->failed += item->outcome == GMAIL_FAILED;
		if (item->outcome == GMAIL_GOT)
			check_message(item, wanted);
		if (item->outcome == GMAIL_FAILED)
			out->why = item->why;
	}
	if (rc == 0)
		assert_int_equal(out->got + out->gone + out->failed, n);
	gmail_fetch_close(f);
	assert_int_equal(http_calls_open(c->http), 0);
	free(seen);
	return rc;
}

json_t *fake_wanted(struct fake *f)
{
	json_t *all = fake_show(f, "/control/messages"), *out = json_object(), *m;
	size_t i;

	json_array_foreach(all, i, m)
	    json_object_set(out, json_string_value(json_object_get(m, "id")), json_object_get(m, "sha256"));
	json_decref(all);
	return out;
}

void fake_reset(struct fake *f)
{
	fake_do(f, "{'op': 'clear_faults'}");
	fake_do(
	    f, "{'op': 'set', 'order': 'newest', 'history_page': 500, 'list_page': 500, 'quota': 0, 'gzip': false}");
	fake_do(f, "{'op': 'reset_counters'}");
}

void fake_calm(struct fake *f)
{
	for (int i = 0; fake_counter(f, "open", NULL) > 1; i++)
		assert_true(i < 10000);
	fake_reset(f);
}
