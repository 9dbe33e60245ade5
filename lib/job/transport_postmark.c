#include "job/transport_postmark.h"

#include "base/buf.h"
#include "base/keyfile.h"
#include "base/mem.h"
#include "mail/message.h"
#include "net/http.h"
#include "net/postmark.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { TOKEN_FILE_BYTES = 4096, TIMEOUT_S = 60 };

struct postmark_state {
	const struct config *config;
	struct http *http;
	struct buf token;
};

int transport_postmark_readiness(const struct transport_context *c, const char *from, enum transport_readiness *ready,
    const char **why, struct err *e)
{
	(void)from, (void)e;
	*ready = TRANSPORT_NOT_CONFIGURED;
	*why = "there is no token of Postmark (MAILROOM_POSTMARK_TOKEN_FILE)";
	if (config_text(c->config, "MAILROOM_POSTMARK_TOKEN") ||
	    config_text(c->config, "MAILROOM_POSTMARK_TOKEN_FILE")) {
		*ready = TRANSPORT_READY;
		*why = "the settings hold a token of Postmark";
	}
	return 0;
}

static struct postmark_options options_of(const struct postmark_state *p)
{
	return (struct postmark_options){
	    .api_url = config_text(p->config, "MAILROOM_POSTMARK_URL"),
	    .token = buf_str(&p->token),
	    .stream = config_text(p->config, "MAILROOM_POSTMARK_STREAM"),
	};
}

/* Headers that the API has fields for, or that Postmark writes itself. */
static bool is_theirs(const char *name, size_t n)
{
	static const char *const names[] = {"From", "To", "Cc", "Bcc", "Reply-To", "Subject", "Date", "MIME-Version",
	    "Content-Type", "Content-Transfer-Encoding"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strlen(names[i]) == n && strncasecmp(names[i], name, n) == 0)
			return true;
	return false;
}

/* The value of a header without its folds; *end is behind its last line. */
static const char *unfold(struct arena *a, const char *p, const char *end_of_bytes, const char **end)
{
	const char *q = p;
	char *value, *out;

	do {
		q = memchr(q, '\n', (size_t)(end_of_bytes - q));
		q = q ? q + 1 : end_of_bytes;
	} while (q < end_of_bytes && (*q == ' ' || *q == '\t'));
	*end = q;
	value = out = arena_alloc(a, (size_t)(q - p) + 1);
	for (; p < q; p++)
		if (*p != '\r' && *p != '\n')
			*out++ = *p;
	*out = '\0';
	return value + strspn(value, " ");
}

/* All headers that go with the message as they are, and the word by which Postmark keeps our Message-ID. */
static void take_headers(struct arena *a, const struct transport_message *m, struct postmark_email *out)
{
	const char *p = m->bytes, *end = p + m->len, *colon;
	struct postmark_header *list = arena_more(a, NULL, 0, sizeof *list);
	size_t n = 0;

	list[n++] = (struct postmark_header){"X-PM-KeepID", "true"};
	while (p < end && *p != '\r' && (colon = memchr(p, ':', (size_t)(end - p)))) {
		const char *name = arena_strndup(a, p, (size_t)(colon - p));
		const char *value = unfold(a, colon + 1, end, &p);
		if (is_theirs(name, strlen(name)))
			continue;
		list = arena_more(a, list, n, sizeof *list);
		list[n++] = (struct postmark_header){name, value};
	}
	out->headers = list;
	out->n_headers = n;
}

/* A mailbox as it stands in a header, in UTF-8. */
static const char *mailbox_of(struct arena *a, const struct address_list *l)
{
	struct buf b = {0};
	const char *s;

	if (l->count == 0)
		return NULL;
	if (l->items[0].name && *l->items[0].name) {
		buf_putc(&b, '"');
		for (const char *c = l->items[0].name; *c; c++) {
			if (*c == '"' || *c == '\\')
				buf_putc(&b, '\\');
			buf_putc(&b, *c);
		}
		buf_puts(&b, "\" ");
	}
	buf_printf(&b, "<%s>", l->items[0].address);
	s = arena_strdup(a, buf_str(&b));
	buf_clear(&b);
	return s;
}

static int take_apart(struct arena *a, const struct transport_message *m, struct postmark_email *out, struct err *e)
{
	struct message_parser *parser = message_parser_new();
	struct message_options options = {.want_html = true};
	struct message parsed;
	int rc = message_parse(parser, a, m->bytes, m->len, &options, &parsed, e);

	message_parser_free(parser);
	if (rc != 0)
		return -1;
	*out = (struct postmark_email){
	    .from = mailbox_of(a, &parsed.from),
	    .reply_to = mailbox_of(a, &parsed.reply_to),
	    .subject = parsed.subject,
	    .text = parsed.text_source == TEXT_PLAIN ? parsed.text : NULL,
	    .html = parsed.html,
	    .reference = m->envelope_id,
	};
	if (!out->from || parsed.attachments.count > 0)
		return err_set(e, ERR_INPUT, "a message %s is not sent through Postmark",
		    out->from ? "with attachments" : "without a sender");
	take_headers(a, m, out);
	return 0;
}

static void send_to(
    const struct postmark_state *p, struct arena *a, struct postmark_email *email, struct transport_recipient *r)
{
	static const enum transport_outcome outcomes[] = {
	    [POSTMARK_SENT] = TRANSPORT_ACCEPTED,
	    [POSTMARK_TEMPORARY] = TRANSPORT_TEMPORARY,
	    [POSTMARK_PERMANENT] = TRANSPORT_PERMANENT,
	    [POSTMARK_ACCOUNT] = TRANSPORT_ACCOUNT,
	    [POSTMARK_UNKNOWN] = TRANSPORT_UNKNOWN,
	};
	const struct postmark_options o = options_of(p);
	struct postmark_answer answer;

	email->to = r->address;
	r->outcome = outcomes[postmark_send(p->http, &o, a, email, &answer)];
	r->suppressed = answer.is_inactive;
	r->code = answer.http_status;
	r->words =
	    answer.error_code > 0 ? arena_printf(a, "ErrorCode %d: %s", answer.error_code, answer.words) : answer.words;
	r->remote_id = answer.message_id;
}

static int postmark_transport_send(void *state, struct arena *a, struct transport_message *m, struct err *e)
{
	struct postmark_email email;

	if (take_apart(a, m, &email, e) != 0)
		return -1;
	for (size_t i = 0; i < m->recipient_count; i++)
		send_to(state, a, &email, &m->recipients[i]);
	return 0;
}

static int postmark_transport_find(void *state, struct arena *a, const struct transport_message *m,
    enum transport_found *found, const char **remote_id, struct err *e)
{
	const struct postmark_state *p = state;
	const struct postmark_options o = options_of(p);
	bool there;

	*found = TRANSPORT_NO_TELLING;
	*remote_id = NULL;
	if (!m->envelope_id || m->recipient_count != 1)
		return 0;
	if (postmark_find(p->http, &o, a, m->recipients[0].address, m->envelope_id, &there, remote_id, e) != 0)
		return -1;
	*found = there ? TRANSPORT_FOUND : TRANSPORT_NOT_FOUND;
	return 0;
}

static void postmark_transport_close(void *state)
{
	struct postmark_state *p = state;

	http_free(p->http);
	buf_wipe(&p->token);
	free(p);
}

int transport_postmark_token(const struct config *c, struct buf *out, struct err *e)
{
	const char *path = config_text(c, "MAILROOM_POSTMARK_TOKEN_FILE"),
	           *token = config_text(c, "MAILROOM_POSTMARK_TOKEN");

	if (path) {
		if (keyfile_read(path, TOKEN_FILE_BYTES, out, e) != 0)
			return err_prefix(e, "MAILROOM_POSTMARK_TOKEN_FILE");
		while (out->len > 0 && strchr(" \t\r\n", out->data[out->len - 1]))
			out->data[--out->len] = '\0';
		token = buf_str(out);
	} else {
		buf_puts(out, token ? token : "");
	}
	if (out->len == 0 || strlen(buf_str(out)) != out->len || strpbrk(buf_str(out), " \t\r\n"))
		return err_set(e, ERR_CONFIG, "%s does not hold one token", path ? path : "MAILROOM_POSTMARK_TOKEN");
	return 0;
}

int transport_postmark_open(
    struct transport *out, const struct transport_context *c, const struct outbox_message *m, struct err *e)
{
	struct postmark_state *p = mem_alloc(sizeof *p);

	(void)m;
	p->config = c->config;
	if (transport_postmark_token(c->config, &p->token, e) != 0) {
		postmark_transport_close(p);
		return -1;
	}
	p->http = http_new(&(struct http_options){.timeout_s = TIMEOUT_S});
	*out = (struct transport){
	    .name = "postmark",
	    .server = config_text(c->config, "MAILROOM_POSTMARK_URL"),
	    .max_recipients = 1,
	    .send = postmark_transport_send,
	    .find = postmark_transport_find,
	    .close = postmark_transport_close,
	    .state = p,
	};
	return 0;
}
