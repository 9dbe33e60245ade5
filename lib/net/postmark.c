#include "net/postmark.h"

#include "base/buf.h"
#include "base/json.h"
#include "base/utf8.h"

#include <jansson.h>
#include <string.h>

#define REFERENCE "mailroom" /* a name of metadata has at most 20 characters */

enum { ANSWER_BYTES = 1 << 20, WORDS_BYTES = 500 };

/* What their codes mean for the sender (postmarkapp.com/developer/api/overview, "API error codes", read in November 2026). A code that
 * is not here is about the message. */
static const struct {
	int code;
	enum postmark_sent sent;
} codes[] = {
    {10, POSTMARK_ACCOUNT},    /* bad or missing token */
    {100, POSTMARK_TEMPORARY}, /* maintenance */
    {400, POSTMARK_ACCOUNT},   /* sender signature not found */
    {401, POSTMARK_ACCOUNT},   /* sender signature not confirmed */
    {405, POSTMARK_ACCOUNT},   /* not allowed to send: no credits */
    {412, POSTMARK_ACCOUNT},   /* the account is pending */
    {413, POSTMARK_ACCOUNT},   /* the account may not send */
    {429, POSTMARK_TEMPORARY}, /* rate limit */
    {1235, POSTMARK_ACCOUNT},  /* the message stream is not there */
    {1236, POSTMARK_ACCOUNT},  /* the message stream does not send */
};

static void put_text(struct json *j, const char *key, const char *value)
{
	if (!value)
		return;
	json_key(j, key);
	json_str(j, value);
}

static void put_headers(struct json *j, const struct postmark_email *m)
{
	json_key(j, "Headers");
	json_open(j, '[');
	for (size_t i = 0; i < m->n_headers; i++) {
		json_open(j, '{');
		put_text(j, "Name", m->headers[i].name);
		put_text(j, "Value", m->headers[i].value);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_email(struct json *j, const struct postmark_options *o, const struct postmark_email *m)
{
	json_open(j, '{');
	put_text(j, "From", m->from);
	put_text(j, "To", m->to);
	put_text(j, "ReplyTo", m->reply_to);
	put_text(j, "Subject", m->subject);
	put_text(j, "TextBody", m->text);
	put_text(j, "HtmlBody", m->html);
	put_headers(j, m);
	if (m->reference) {
		json_key(j, "Metadata");
		json_open(j, '{');
		put_text(j, REFERENCE, m->reference);
		json_close(j, '}');
	}
	put_text(j, "MessageStream", o->stream);
	/* Nothing of ours is changed for the sake of statistics. */
	json_key(j, "TrackOpens");
	json_bool(j, false);
	put_text(j, "TrackLinks", "None");
	json_close(j, '}');
}

/* One line of what they say, bounded, and without the token should they ever quote it. */
static const char *clean_words(struct arena *a, const struct postmark_options *o, const char *s)
{
	char *words;
	size_t n = strlen(s);

	if (o->token && *o->token && strstr(s, o->token))
		return "(their words hold the token and are left out)";
	if (n > WORDS_BYTES)
		for (n = WORDS_BYTES; n > 0 && ((unsigned char)s[n] & 0xc0) == 0x80; n--)
			;
	words = arena_strndup(a, s, n);
	for (char *p = words; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = ' ';
	return words;
}

static int post(struct http *http, const struct postmark_options *o, const char *method, struct buf *target,
    const struct buf *body, struct http_response *out, struct err *e)
{
	struct buf token = {0};
	const char *headers[] = {"Accept: application/json", NULL, NULL, NULL};
	struct http_request r = {
	    .method = method, .headers = headers, .cap_bytes = ANSWER_BYTES, .once = strcmp(method, "POST") == 0};
	int rc;

	buf_printf(&token, "X-Postmark-Server-Token: %s", o->token);
	headers[1] = buf_str(&token);
	if (body) {
		headers[2] = "Content-Type: application/json";
		r.body = body->data;
		r.body_len = body->len;
	}
	r.url = buf_str(target);
	rc = http_send(http, &r, out, e);
	buf_wipe(&token);
	return rc;
}

static json_t *load(const struct http_response *r)
{
	json_t *root = json_loadb(buf_str(&r->body), r->body.len, JSON_REJECT_DUPLICATES, NULL);

	if (root && !json_is_object(root)) {
		json_decref(root);
		root = NULL;
	}
	return root;
}

static enum postmark_sent meaning_of_code(int code)
{
	for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
		if (codes[i].code == code)
			return codes[i].sent;
	return POSTMARK_PERMANENT;
}

/* 500: "in most cases the message is lost", which is not all. A proxy's 502 and 504 tell nothing either. */
static enum postmark_sent meaning(const struct postmark_answer *answer)
{
	switch (answer->http_status) {
	case 200:
		/* With an error code and for one recipient: it is not sent. */
		if (answer->error_code > 0)
			return meaning_of_code(answer->error_code);
		return answer->error_code == 0 && answer->message_id ? POSTMARK_SENT : POSTMARK_UNKNOWN;
	case 401:
	case 403:
	case 404: return POSTMARK_ACCOUNT;
	case 413: return POSTMARK_PERMANENT;
	case 422: return answer->error_code > 0 ? meaning_of_code(answer->error_code) : POSTMARK_PERMANENT;
	case 429:
	case 503: return POSTMARK_TEMPORARY;
	case 408: return POSTMARK_UNKNOWN;
	}
	/* Not as Postmark documents it: a proxy, or another address in the settings. It says nothing against the recipient. */
	return answer->http_status < 300 || answer->http_status >= 500 ? POSTMARK_UNKNOWN : POSTMARK_ACCOUNT;
}

static void read_answer(
    struct arena *a, const struct postmark_options *o, const struct http_response *r, struct postmark_answer *answer)
{
	json_t *root = load(r);
	const json_t *code = json_object_get(root, "ErrorCode");
	const char *id = json_string_value(json_object_get(root, "MessageID"));
	const char *words = json_string_value(json_object_get(root, "Message"));

	answer->http_status = r->status;
	answer->error_code = json_is_integer(code) ? (int)json_integer_value(code) : -1;
	answer->message_id = id && *id ? clean_words(a, o, id) : NULL;
	answer->words =
	    words ? clean_words(a, o, words) : arena_printf(a, "HTTP %d without an answer in JSON", r->status);
	answer->is_inactive = answer->error_code == 406;
	json_decref(root);
}

enum postmark_sent postmark_send(struct http *http, const struct postmark_options *o, struct arena *a,
    const struct postmark_email *m, struct postmark_answer *answer)
{
	struct http_response r = {0};
	struct buf body = {0}, target = {0};
	struct json j = {.out = &body};
	struct err e = {0};
	enum postmark_sent sent;

	*answer = (struct postmark_answer){.error_code = -1};
	put_email(&j, o, m);
	buf_printf(&target, "%s/email", o->api_url ? o->api_url : POSTMARK_API_URL);
	if (body.len > POSTMARK_MAX_BYTES) {
		answer->words = arena_printf(
		    a, "the message makes a request of %zu bytes, Postmark takes %d", body.len, POSTMARK_MAX_BYTES);
		sent = POSTMARK_PERMANENT;
	} else if (post(http, o, "POST", &target, &body, &r, &e) != 0) {
		answer->words = clean_words(a, o, e.text);
		/* A certificate or an address that is wrong does not pass by waiting: like a refused token. */
		sent = r.maybe_sent              ? POSTMARK_UNKNOWN
		       : e.code == ERR_TEMPORARY ? POSTMARK_TEMPORARY
		                                 : POSTMARK_ACCOUNT;
	} else {
		read_answer(a, o, &r, answer);
		sent = meaning(answer);
	}
	http_response_clear(&r);
	buf_clear(&body);
	buf_clear(&target);
	return sent;
}

static int read_found(const struct postmark_options *o, struct arena *a, const struct http_response *r, bool *found,
    const char **message_id, struct err *e)
{
	struct postmark_answer answer;
	json_t *root = load(r), *list = json_object_get(root, "Messages"), *m;
	const char *id;
	int rc = -1;

	read_answer(a, o, r, &answer);
	if (r->status == 401 || r->status == 403)
		err_set(e, ERR_CONFIG, "Postmark refuses the token: %s", answer.words);
	else if (r->status != 200 || !json_is_array(list))
		err_set(e, ERR_TEMPORARY, "Postmark: HTTP %d: %s", r->status, answer.words);
	else {
		m = json_array_get(list, 0);
		id = json_string_value(json_object_get(m, "MessageID"));
		*found = m != NULL;
		*message_id = id ? clean_words(a, o, id) : NULL;
		rc = 0;
	}
	json_decref(root);
	return rc;
}

int postmark_find(struct http *http, const struct postmark_options *o, struct arena *a, const char *to,
    const char *reference, bool *found, const char **message_id, struct err *e)
{
	struct http_response r = {0};
	struct buf target = {0};
	int rc;

	*found = false;
	*message_id = NULL;
	buf_printf(&target, "%s/messages/outbound?", o->api_url ? o->api_url : POSTMARK_API_URL);
	http_put_param(&target, "count", "1");
	http_put_param(&target, "offset", "0");
	http_put_param(&target, "recipient", to);
	http_put_param(&target, "metadata_" REFERENCE, reference);
	if (o->stream)
		http_put_param(&target, "messagestream", o->stream);
	rc = post(http, o, "GET", &target, NULL, &r, e);
	if (rc == 0)
		rc = read_found(o, a, &r, found, message_id, e);
	http_response_clear(&r);
	buf_clear(&target);
	return rc;
}
