#include "net/qualtrics.h"

#include "base/clock.h"
#include "base/mem.h"
#include "net/qualtrics_core.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	REQUESTS_PER_MIN = 10,
	RETRY_MAX = 5,
	MAX_WAIT_S = 300,
	MAX_EXPORT_S = 1800,
	MAX_EXPORT_BYTES = 256 << 20,
	ANSWER_BYTES = 16 << 20,
	PAGES = 1000,
	SURVEYS = 100000,
	ID_BYTES = 100,
	TOKEN_BYTES = 1000,
	URL_BYTES = 8192,
};

static const char api[] = "/API/v3";

bool qualtrics_is_id(const char *id)
{
	static const char good[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t n = strlen(id);

	return n > 0 && n <= ID_BYTES && strspn(id, good) == n;
}

/* Printable ASCII without spaces: it goes into a header or an address. */
static bool is_plain(const char *s, size_t max)
{
	size_t n = strlen(s);

	for (size_t i = 0; i < n; i++)
		if (s[i] <= ' ' || s[i] > '~')
			return false;
	return n > 0 && n <= max;
}

/* The scheme and host of the given address; NULL when there is more to it than "/API/v3". */
static char *base_of(const char *url)
{
	size_t n = strlen(url), scheme, m = sizeof api - 1;

	while (n > 0 && url[n - 1] == '/')
		n--;
	if (n > m && strncasecmp(url + n - m, api, m) == 0)
		n -= m;
	while (n > 0 && url[n - 1] == '/')
		n--;
	scheme = strncasecmp(url, "https://", 8) == 0 ? 8 : strncasecmp(url, "http://", 7) == 0 ? 7 : 0;
	if (scheme == 0 || n <= scheme || !is_plain(url, URL_BYTES) || strcspn(url + scheme, "/?#@\\") < n - scheme)
		return NULL;
	return mem_strndup(url, n);
}

int qualtrics_open(struct http *http, const struct qualtrics_options *o, const struct gmail_clock *clock,
    struct qualtrics **out, struct err *e)
{
	char *base = base_of(o->url);
	struct qualtrics *q;

	if (!base)
		return err_set(e, ERR_CONFIG,
		    "MAILROOM_QUALTRICS_URL: \"%s\" is no address like https://fra1.qualtrics.com", o->url);
	if (!is_plain(o->token, TOKEN_BYTES)) {
		free(base);
		return err_set(e, ERR_CONFIG,
		    "the Qualtrics API token is empty, too long, or holds a space or another character that no token "
		    "has");
	}
	q = mem_alloc(sizeof *q);
	q->http = http;
	q->o = *o;
	q->base = base;
	q->token = mem_strdup(o->token);
	q->token_header = mem_printf("X-API-TOKEN: %s", o->token);
	q->o.requests_per_min = o->requests_per_min ? o->requests_per_min : REQUESTS_PER_MIN;
	q->o.retry_max = o->retry_max ? o->retry_max : RETRY_MAX;
	q->o.max_wait_s = o->max_wait_s ? o->max_wait_s : MAX_WAIT_S;
	q->o.max_export_s = o->max_export_s ? o->max_export_s : MAX_EXPORT_S;
	q->o.max_export_bytes = o->max_export_bytes ? o->max_export_bytes : MAX_EXPORT_BYTES;
	q->clock = *clock;
	gmail_bucket_init(&q->bucket, q->o.requests_per_min, qualtrics_now(q));
	*out = q;
	return 0;
}

void qualtrics_close(struct qualtrics *q)
{
	if (!q)
		return;
	mem_free_secret(q->token_header);
	mem_free_secret(q->token);
	free(q->base);
	free(q);
}

const struct qualtrics_stats *qualtrics_stats(const struct qualtrics *q)
{
	return &q->stats;
}

struct listing {
	struct arena *a;
	struct qualtrics_survey *items;
	size_t count;
	const char **pages; /* asked for already */
	size_t page_count;
};

static int read_survey(struct listing *l, const json_t *element, struct err *e)
{
	const char *id = json_string_value(json_object_get(element, "id"));
	const char *name = json_string_value(json_object_get(element, "name"));

	if (!id || !qualtrics_is_id(id))
		return err_set(e, ERR_INPUT, "the list of surveys makes no sense: one has no id that could be meant");
	if (l->count == SURVEYS)
		return err_set(e, ERR_INPUT, "there are more than %d surveys", SURVEYS);
	l->items = arena_more(l->a, l->items, l->count, sizeof *l->items);
	l->items[l->count++] = (struct qualtrics_survey){arena_strdup(l->a, id), arena_strdup(l->a, name ? name : "")};
	return 0;
}

/* The token goes to no other host than the one it was given for. */
static int next_page(const struct qualtrics *q, struct listing *l, const char *next, struct err *e)
{
	size_t n = strlen(q->base);
	const char *path = next;

	if (strncasecmp(next, q->base, n) == 0)
		path = next + n;
	if (!is_plain(next, URL_BYTES) || strncmp(path, api, sizeof api - 1) != 0 || path[sizeof api - 1] != '/')
		return err_set(e, ERR_REFUSED,
		    "the next page of surveys is said to be at %.200s, which is not %s: the token is not sent there "
		    "(if that "
		    "is the account's own data centre, set MAILROOM_QUALTRICS_URL to it)",
		    next, q->base);
	next = arena_printf(l->a, "%s%s", q->base, path);
	for (size_t i = 0; i < l->page_count; i++)
		if (strcmp(l->pages[i], next) == 0)
			return err_set(e, ERR_INPUT, "the pages of surveys lead in a circle");
	if (l->page_count == PAGES)
		return err_set(e, ERR_INPUT, "there are more than %d pages of surveys", PAGES);
	l->pages = arena_more(l->a, l->pages, l->page_count, sizeof *l->pages);
	l->pages[l->page_count++] = next;
	return 0;
}

static int read_page(const struct qualtrics *q, struct listing *l, const json_t *root, bool *more, struct err *e)
{
	const json_t *result = json_object_get(root, "result"), *elements = json_object_get(result, "elements");
	const json_t *next = json_object_get(result, "nextPage");

	if (!json_is_array(elements))
		return err_set(e, ERR_INPUT, "the list of surveys makes no sense: it has no result.elements");
	for (size_t i = 0; i < json_array_size(elements); i++)
		if (read_survey(l, json_array_get(elements, i), e) != 0)
			return -1;
	*more = json_string_length(next) > 0;
	return *more ? next_page(q, l, json_string_value(next), e) : 0;
}

int qualtrics_surveys(
    struct qualtrics *q, struct arena *a, struct qualtrics_survey **list, size_t *count, struct err *e)
{
	struct listing l = {.a = a};
	char *first = mem_printf("%s%s/surveys", q->base, api);
	bool more = true;
	int rc = next_page(q, &l, first, e);

	while (rc == 0 && more) {
		json_t *root = NULL;
		struct qualtrics_call c = {
		    .method = "GET", .url = l.pages[l.page_count - 1], .cap_bytes = ANSWER_BYTES, .root = &root};
		rc = qualtrics_call(q, &c, e);
		if (rc == 0)
			rc = read_page(q, &l, root, &more, e);
		json_decref(root);
	}
	free(first);
	*list = l.items;
	*count = l.count;
	return rc == 0 ? 0 : err_prefix(e, "the list of surveys");
}

/* An id that the answer gives; the caller frees it. */
static int take_id(const json_t *root, const char *name, char **id, struct err *e)
{
	const char *s = json_string_value(json_object_get(json_object_get(root, "result"), name));

	if (!s || !qualtrics_is_id(s))
		return err_set(
		    e, ERR_INPUT, "the answer makes no sense: it has no result.%s that could be meant", name);
	*id = mem_strdup(s);
	return 0;
}

static int start_export(struct qualtrics *q, const char *url, int64_t since, char **progress_id, struct err *e)
{
	char start[CLOCK_TEXT_BYTES], *body;
	json_t *root = NULL;
	struct qualtrics_call c = {.method = "POST", .url = url, .cap_bytes = ANSWER_BYTES, .root = &root};
	int rc;

	if (since == INT64_MIN) {
		body = mem_strdup("{\"format\":\"csv\"}");
	} else {
		clock_format_utc(since, start);
		body = mem_printf("{\"format\":\"csv\",\"startDate\":\"%s\"}", start);
	}
	c.body = body;
	rc = qualtrics_call(q, &c, e);
	if (rc == 0)
		rc = take_id(root, "progressId", progress_id, e);
	json_decref(root);
	free(body);
	return rc;
}

/* percentComplete says nothing: it may be 100 long before the file is there. */
static int read_status(const json_t *root, char **file_id, struct err *e)
{
	const json_t *result = json_object_get(root, "result");
	const char *status = json_string_value(json_object_get(result, "status"));

	if (!status)
		return err_set(e, ERR_INPUT, "the answer makes no sense: it has no result.status");
	if (strcmp(status, "failed") == 0)
		return err_set(
		    e, ERR_TEMPORARY, "Qualtrics says that the export has failed; the next run asks for another");
	return strcmp(status, "complete") == 0 ? take_id(root, "fileId", file_id, e) : 0;
}

/* Asks until it is made, ever more seldom: from a sixth of the time a request may take up to five times that. */
static int wait_for_file(struct qualtrics *q, const char *url, char **file_id, struct err *e)
{
	double slot = 60.0 / q->o.requests_per_min, started = qualtrics_now(q);

	for (int sixths = 1;; sixths = sixths < 15 ? sixths * 2 : 30) {
		double wait = slot * sixths / 6;
		json_t *root = NULL;
		struct qualtrics_call c = {.method = "GET", .url = url, .cap_bytes = ANSWER_BYTES, .root = &root};
		int rc = qualtrics_call(q, &c, e);
		if (rc == 0)
			rc = read_status(root, file_id, e);
		json_decref(root);
		if (rc != 0 || *file_id)
			return rc;
		if (qualtrics_now(q) + wait - started > q->o.max_export_s)
			return err_set(e, ERR_TEMPORARY,
			    "the export is not made after %d s; the next run asks for another", q->o.max_export_s);
		if (qualtrics_sleep(q, wait, e) != 0)
			return -1;
	}
}

int qualtrics_export(struct qualtrics *q, const char *survey_id, int64_t since, struct buf *archive, struct err *e)
{
	char *url = NULL, *progress_url = NULL, *file_url = NULL, *progress_id = NULL, *file_id = NULL;
	struct qualtrics_call c = {.method = "GET", .cap_bytes = q->o.max_export_bytes, .file = archive};
	int rc = -1;

	if (!qualtrics_is_id(survey_id))
		return err_set(e, ERR_USAGE, "\"%s\" is no id of a survey", survey_id);
	url = mem_printf("%s%s/surveys/%s/export-responses", q->base, api, survey_id);
	if (start_export(q, url, since, &progress_id, e) != 0)
		goto out;
	progress_url = mem_printf("%s/%s", url, progress_id);
	if (wait_for_file(q, progress_url, &file_id, e) != 0)
		goto out;
	c.url = file_url = mem_printf("%s/%s/file", url, file_id);
	rc = qualtrics_call(q, &c, e);
out:
	free(url);
	free(progress_url);
	free(file_url);
	free(progress_id);
	free(file_id);
	return rc == 0 ? 0 : err_prefix(e, "survey %s: export", survey_id);
}
