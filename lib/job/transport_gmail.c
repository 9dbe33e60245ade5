#include "job/transport_gmail.h"

#include "base/buf.h"
#include "base/mem.h"
#include "job/gmail_access.h"
#include "mail/message_token.h"
#include "net/http.h"
#include "net/oauth.h"
#include "store/accounts.h"
#include "store/credentials.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	LOOK_AT = 100,   /* messages sent since, whose tokens are compared */
	CLOCKS_S = 3600, /* by which Google's clock may differ from ours */
};

/* Sending and reading are two rights, so two tokens: with the right to send alone nothing can be looked up. */
struct gmail_face {
	struct gmail_access *access;
	struct gmail *gmail;
};

struct gmail_state {
	struct transport_context context;
	struct gmail_clock clock;
	struct arena arena;
	struct account account;
	struct http *http;
	struct gmail_face compose, read;
};

static bool is_in_domains(const char *domains, const char *address)
{
	const char *at = strrchr(address, '@');
	size_t n;

	for (const char *p = domains; at && p && *p; p += n) {
		p += strspn(p, ", \t");
		n = strcspn(p, ", \t");
		if (n > 0 && strlen(at + 1) == n && strncasecmp(at + 1, p, n) == 0)
			return true;
	}
	return false;
}

static bool has_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	for (const char *p = words; p && (p = strstr(p, word)); p += n)
		if ((p == words || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
			return true;
	return false;
}

static int find_login(
    const struct transport_context *c, const char *from, struct account *account, bool *has_login, struct err *e)
{
	bool found;

	if (accounts_get(c->store, c->arena, from, account, &found, e) != 0)
		return -1;
	*has_login = found && strcmp(account->provider, ACCOUNTS_OAUTH) == 0;
	return 0;
}

int transport_gmail_delegation_readiness(const struct transport_context *c, const char *from,
    enum transport_readiness *ready, const char **why, struct err *e)
{
	struct account account;
	bool has_login;

	*ready = TRANSPORT_NOT_CONFIGURED;
	if (find_login(c, from, &account, &has_login, e) != 0)
		return -1;
	if (has_login)
		*why = arena_printf(c->arena, "%s has a login of its own", from);
	else if (!config_text(c->config, "MAILROOM_GMAIL_KEY_FILE"))
		*why = "there is no service account (MAILROOM_GMAIL_KEY_FILE)";
	else if (!is_in_domains(config_text(c->config, "MAILROOM_GMAIL_DOMAIN"), from))
		*why = arena_printf(c->arena, "%s is not in MAILROOM_GMAIL_DOMAIN", from);
	else {
		*ready = TRANSPORT_READY;
		*why = arena_printf(c->arena, "the domain of %s is delegated to the service account", from);
	}
	return 0;
}

/* A login that may only read was never meant for sending: it does not hold mail back. */
int transport_gmail_login_readiness(const struct transport_context *c, const char *from,
    enum transport_readiness *ready, const char **why, struct err *e)
{
	struct account account;
	struct credential login;
	bool has_login, found;

	*ready = TRANSPORT_NOT_CONFIGURED;
	*why = arena_printf(c->arena, "%s has no login of its own", from);
	if (find_login(c, from, &account, &has_login, e) != 0)
		return -1;
	if (!has_login)
		return 0;
	if (credentials_get(c->store, c->arena, account.id, CREDENTIALS_OAUTH, &login, &found, e) != 0)
		return -1;
	if (found && has_word(login.scopes, OAUTH_SCOPE_COMPOSE)) {
		*ready = TRANSPORT_READY;
		*why = arena_printf(c->arena, "%s has logged in with the right to send", from);
	} else {
		*why =
		    arena_printf(c->arena, "the login of %s may not send (`account login --compose %s`)", from, from);
	}
	return 0;
}

static int open_face(struct gmail_state *g, const char *scope, struct gmail_face *f, struct err *e)
{
	const struct config *config = g->context.config;
	struct gmail_access_options access = {.config = config,
	    .store = g->context.store,
	    .scope = scope,
	    .now = g->context.now,
	    .clock = &g->clock,
	    .retry_max = (int)config_int(config, "MAILROOM_GMAIL_RETRY_MAX")};
	struct gmail_options options = {0};
	struct gmail_token_source tokens;

	if (f->gmail)
		return 0;
	if (gmail_access_open(&access, &g->account, &f->access, e) != 0)
		return -1;
	gmail_configure(&options, config);
	tokens = gmail_access_tokens(f->access);
	f->gmail = gmail_new(g->http, &options, &tokens, &g->clock);
	return 0;
}

static void close_face(struct gmail_face *f)
{
	gmail_free(f->gmail);
	gmail_access_close(f->access);
	*f = (struct gmail_face){0};
}

static int gmail_transport_open(void *state, bool *account_fault, struct err *e)
{
	struct gmail_state *g = state;

	*account_fault = false;
	return g->context.may_ask ? open_face(g, OAUTH_SCOPE_COMPOSE, &g->compose, e) : 0;
}

static const char *header_of(const struct gmail_message *m, const char *name)
{
	for (size_t i = 0; i < m->n_headers; i++)
		if (strcasecmp(m->headers[i].name, name) == 0)
			return m->headers[i].value;
	return NULL;
}

/* The Message-ID that it went out with, without <>; NULL when it cannot be told. */
static const char *read_back(struct gmail_state *g, struct arena *a, const char *id)
{
	struct gmail_message m;
	struct err ignored = {0};
	const char *value;
	size_t n;
	bool gone;

	if (open_face(g, OAUTH_SCOPE_READ, &g->read, &ignored) != 0 ||
	    gmail_get(g->read.gmail, id, GMAIL_METADATA, a, &m, &gone, &ignored) != 0 || gone)
		return NULL;
	value = header_of(&m, "Message-ID");
	if (!value)
		return NULL;
	value += strspn(value, " <");
	n = strcspn(value, "> ");
	return n > 0 ? arena_strndup(a, value, n) : NULL;
}

/* What keeps everybody's mail back is the account's fault; what is about this message is not. */
static enum transport_outcome outcome_of(enum gmail_sent sent, const struct err *e)
{
	switch (sent) {
	case GMAIL_SENT: return TRANSPORT_ACCEPTED;
	case GMAIL_SENT_TEMPORARY: return TRANSPORT_TEMPORARY;
	case GMAIL_SENT_UNKNOWN: return TRANSPORT_UNKNOWN;
	default: return e->code == ERR_INPUT ? TRANSPORT_PERMANENT : TRANSPORT_ACCOUNT;
	}
}

static int gmail_transport_send(void *state, struct arena *a, struct transport_message *m, struct err *e)
{
	struct gmail_state *g = state;
	struct transport_recipient all = {0};
	struct gmail_ref ref;
	struct err why = {0};
	enum gmail_sent sent;
	const char *message_id;

	if (!g->compose.gmail)
		return err_set(e, ERR_BUG, "Gmail: sending before it was opened");
	sent = gmail_send(g->compose.gmail, m->bytes, m->len, NULL, a, &ref, &why);
	all.outcome = outcome_of(sent, &why);
	if (sent == GMAIL_SENT) {
		all.code = 200;
		all.remote_id = ref.id;
		message_id = read_back(g, a, ref.id);
		all.sent_message_id = message_id && strcmp(message_id, m->message_id) != 0 ? message_id : NULL;
	} else {
		all.words = arena_strdup(a, why.text);
	}
	for (size_t i = 0; i < m->recipient_count; i++) {
		const char *address = m->recipients[i].address;
		m->recipients[i] = all;
		m->recipients[i].address = address;
	}
	return 0;
}

/* One of these messages carries our token when Google has changed the Message-ID. */
static int find_by_token(struct gmail_state *g, struct arena *a, const char *token, const struct gmail_page *page,
    const char **id, struct err *e)
{
	for (size_t i = 0; i < page->n && !*id; i++) {
		struct gmail_message m;
		const char *value;
		bool gone;
		if (gmail_get(g->read.gmail, page->refs[i].id, GMAIL_METADATA, a, &m, &gone, e) != 0)
			return -1;
		value = gone ? NULL : header_of(&m, MESSAGE_TOKEN_HEADER);
		if (value && strstr(value, token))
			*id = page->refs[i].id;
	}
	return 0;
}

/* *all false: it may be among those that were not looked at. */
static int find(struct gmail_state *g, struct arena *a, const struct transport_message *m, const char **id, bool *all,
    struct err *e)
{
	static const char *const sent[] = {"SENT", NULL};
	struct gmail_query by_id = {
	    .q = arena_printf(a, "rfc822msgid:%s", m->message_id), .label_ids = sent, .page_size = 1};
	struct gmail_query since = {.q = arena_printf(a, "after:%lld", (long long)(m->built_at - CLOCKS_S)),
	    .label_ids = sent,
	    .page_size = LOOK_AT};
	char token[MESSAGE_TOKEN_BYTES];
	struct gmail_page page;

	*all = true;
	if (gmail_list(g->read.gmail, &by_id, a, &page, e) != 0)
		return -1;
	*id = page.n > 0 ? page.refs[0].id : NULL;
	if (*id || !m->envelope_id || !message_token_find(m->envelope_id, strlen(m->envelope_id), token))
		return 0;
	if (gmail_list(g->read.gmail, &since, a, &page, e) != 0)
		return -1;
	*all = !page.next_page_token;
	return find_by_token(g, a, token, &page, id, e);
}

static int gmail_transport_find(void *state, struct arena *a, const struct transport_message *m,
    enum transport_found *found, const char **remote_id, struct err *e)
{
	struct gmail_state *g = state;
	bool all;

	*found = TRANSPORT_NO_TELLING;
	*remote_id = NULL;
	if (open_face(g, OAUTH_SCOPE_READ, &g->read, e) != 0 || find(g, a, m, remote_id, &all, e) != 0)
		return -1;
	if (*remote_id)
		*found = TRANSPORT_FOUND;
	else if (all)
		*found = TRANSPORT_NOT_FOUND;
	return 0;
}

static void gmail_transport_close(void *state)
{
	struct gmail_state *g = state;

	close_face(&g->compose);
	close_face(&g->read);
	http_free(g->http);
	arena_clear(&g->arena);
	free(g);
}

int transport_gmail_open(
    struct transport *out, const struct transport_context *c, const struct outbox_message *m, struct err *e)
{
	struct gmail_state *g = mem_alloc(sizeof *g);
	bool found;

	g->context = *c;
	g->clock = gmail_clock_system();
	if (accounts_get(c->store, &g->arena, m->from_address, &g->account, &found, e) != 0) {
		gmail_transport_close(g);
		return -1;
	}
	/* A sender of a delegated domain needs no mailbox that is captured. */
	if (!found || strcmp(g->account.provider, ACCOUNTS_OAUTH) != 0)
		g->account.provider = ACCOUNTS_DELEGATION;
	if (!found)
		g->account.address = arena_strdup(&g->arena, m->from_address);
	g->http = http_new(&(struct http_options){0});
	*out = (struct transport){
	    .name = "gmail",
	    .server = config_text(c->config, "MAILROOM_GMAIL_API_URL"),
	    .account_id = found ? g->account.id : 0,
	    .all_recipients = true,
	    .open = gmail_transport_open,
	    .send = gmail_transport_send,
	    .find = gmail_transport_find,
	    .close = gmail_transport_close,
	    .state = g,
	};
	return 0;
}
