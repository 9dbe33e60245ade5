#include "net/postmark.h"

#include "base/clock.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

enum { ANSWER_BYTES = 16 << 20 };

static const char *text_of(struct arena *a, const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s && *s ? arena_strdup(a, s) : NULL;
}

/* "2014-01-15T16:09:19.6421112-05:00": the fraction is more than anybody needs. */
static int64_t time_of(const json_t *o)
{
	const char *s = json_string_value(json_object_get(o, "BouncedAt"));
	char text[CLOCK_TEXT_BYTES];
	const char *zone;
	struct err ignored = {0};
	int64_t t;

	if (!s || strlen(s) < 19)
		return 0;
	zone = s + 19;
	if (*zone == '.')
		zone += 1 + strspn(zone + 1, "0123456789");
	if (strlen(zone) > 6)
		return 0;
	snprintf(text, sizeof text, "%.19s%s", s, *zone ? zone : "Z");
	return clock_parse(text, &t, &ignored) == 0 ? t : 0;
}

static int take(const struct http_response *r, struct arena *a, struct postmark_bounce **list, size_t *n, size_t *total,
    struct err *e)
{
	json_t *root = json_loadb(buf_str(&r->body), r->body.len, JSON_REJECT_DUPLICATES, NULL);
	const json_t *all = json_object_get(root, "Bounces"), *count = json_object_get(root, "TotalCount");
	const char *words = json_string_value(json_object_get(root, "Message"));
	int rc = -1;

	if (r->status == 401 || r->status == 403)
		err_set(e, ERR_CONFIG, "Postmark refuses the token: HTTP %d", r->status);
	else if (r->status != 200 || !json_is_array(all) || !json_is_integer(count))
		err_set(e, ERR_TEMPORARY, "Postmark: HTTP %d: %.300s", r->status, words ? words : "no list of bounces");
	else
		rc = 0;
	for (size_t i = 0; rc == 0 && i < json_array_size(all); i++) {
		const json_t *o = json_array_get(all, i);
		*list = arena_more(a, *list, *n, sizeof **list);
		(*list)[(*n)++] = (struct postmark_bounce){.id = json_integer_value(json_object_get(o, "ID")),
		    .type = text_of(a, o, "Type"),
		    .message_id = text_of(a, o, "MessageID"),
		    .email = text_of(a, o, "Email"),
		    .description = text_of(a, o, "Description"),
		    .details = text_of(a, o, "Details"),
		    .bounced_at = time_of(o)};
	}
	*total = rc == 0 && json_integer_value(count) > 0 ? (size_t)json_integer_value(count) : 0;
	json_decref(root);
	return rc;
}

int postmark_bounces(struct http *http, const struct postmark_options *o, struct arena *a, int64_t since, size_t offset,
    size_t count, struct postmark_bounce **list, size_t *n, size_t *total, struct err *e)
{
	struct http_response r = {0};
	struct buf target = {0}, token = {0};
	char number[32], day[CLOCK_TEXT_BYTES];
	const char *headers[] = {"Accept: application/json", NULL, NULL};
	int rc;

	*list = NULL;
	*n = 0;
	buf_printf(&target, "%s/bounces?", o->api_url ? o->api_url : POSTMARK_API_URL);
	snprintf(number, sizeof number, "%zu", count);
	http_put_param(&target, "count", number);
	snprintf(number, sizeof number, "%zu", offset);
	http_put_param(&target, "offset", number);
	clock_format_utc(since, day);
	day[10] = '\0';
	http_put_param(&target, "fromdate", day);
	if (o->stream)
		http_put_param(&target, "messagestream", o->stream);
	buf_printf(&token, "X-Postmark-Server-Token: %s", o->token);
	headers[1] = buf_str(&token);
	rc = http_send(http,
	    &(struct http_request){
	        .method = "GET", .headers = headers, .cap_bytes = ANSWER_BYTES, .url = buf_str(&target)},
	    &r, e);
	if (rc == 0)
		rc = take(&r, a, list, n, total, e);
	http_response_clear(&r);
	buf_wipe(&token);
	buf_clear(&target);
	return rc;
}
