#include "job/remotes.h"

#include "base/clock.h"
#include "base/mem.h"
#include "job/gmail_access.h"
#include "job/imap_access.h"
#include "job/remote_gmail.h"
#include "job/remote_imap.h"
#include "net/gmail.h"
#include "net/http.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct gmail_parts {
	struct http *http;
	struct gmail_clock clock;
	struct gmail_access *access;
	struct gmail *gmail;
};

static void release_gmail(void *owner)
{
	struct gmail_parts *p = owner;

	gmail_free(p->gmail);
	gmail_access_close(p->access);
	http_free(p->http);
	free(p);
}

/* The words of MAILROOM_GMAIL_INCLUDE. */
static int read_include(const char *text, struct remote_gmail_include *in, struct err *e)
{
	char *copy = mem_strdup(text ? text : ""), *save = NULL;
	int rc = 0;

	*in = (struct remote_gmail_include){0};
	for (char *word = strtok_r(copy, ", \t", &save); word && rc == 0; word = strtok_r(NULL, ", \t", &save)) {
		if (strcmp(word, "drafts") == 0)
			in->drafts = true;
		else if (strcmp(word, "spam") == 0)
			in->spam = true;
		else if (strcmp(word, "trash") == 0)
			in->trash = true;
		else
			rc = err_set(
			    e, ERR_CONFIG, "MAILROOM_GMAIL_INCLUDE: \"%s\" is none of drafts, spam, trash", word);
	}
	free(copy);
	return rc;
}

static struct gmail *new_gmail(const struct remotes *r, const struct gmail_parts *p)
{
	const struct config *c = r->config;
	int64_t retry_max = config_int(c, "MAILROOM_GMAIL_RETRY_MAX");
	struct gmail_options o = {.api_url = config_text(c, "MAILROOM_GMAIL_API_URL"),
	    .units_per_min = (int)config_int(c, "MAILROOM_GMAIL_UNITS_PER_MIN"),
	    .legacy_quota = strcmp(config_text(c, "MAILROOM_GMAIL_QUOTA"), "legacy") == 0,
	    .batch = (int)config_int(c, "MAILROOM_GMAIL_BATCH"),
	    .retry_max = retry_max == 0 ? -1 : (int)retry_max,
	    .max_message_bytes = (size_t)config_int(c, "MAILROOM_MAX_MESSAGE_MB") << 20,
	    .deadline_at = r->deadline_s};
	struct gmail_token_source tokens = gmail_access_tokens(p->access);

	return gmail_new(p->http, &o, &tokens, &p->clock);
}

static int open_gmail(
    const struct remotes *r, struct store *s, const struct account *account, struct remote **out, struct err *e)
{
	struct gmail_parts *p = mem_alloc(sizeof *p);
	struct http_options http = {0};
	struct remote_gmail_include include;

	p->http = http_new(&http);
	p->clock = gmail_clock_system();
	struct gmail_access_options o = {.config = r->config,
	    .store = s,
	    .scope = OAUTH_SCOPE_READ,
	    .clock = &p->clock,
	    .retry_max = (int)config_int(r->config, "MAILROOM_GMAIL_RETRY_MAX"),
	    .now = r->now + (int64_t)(clock_monotonic_s() - r->started_s)};
	if (read_include(config_text(r->config, "MAILROOM_GMAIL_INCLUDE"), &include, e) != 0 ||
	    gmail_access_open(&o, account, &p->access, e) != 0) {
		release_gmail(p);
		return -1;
	}
	p->gmail = new_gmail(r, p);
	*out = remote_gmail_new(p->gmail, include, release_gmail, p);
	return 0;
}

static int open_imap(
    const struct remotes *r, struct store *s, const struct account *account, struct remote **out, struct err *e)
{
	struct imap_access_options o = {
	    .config = r->config, .store = s, .now = r->now + (int64_t)(clock_monotonic_s() - r->started_s)};
	struct remote_imap_options options = {
	    .max_message_bytes = (size_t)config_int(r->config, "MAILROOM_MAX_MESSAGE_MB") << 20,
	    .max_changes = config_int(r->config, "MAILROOM_IMAP_MAX_PER_RUN")};
	struct imap_settings settings;
	struct arena a = {0};
	struct imap *m;
	int rc = imap_access_open(&o, account, &a, &settings, &m, e);

	if (rc == 0) {
		options.folders = settings.folders;
		rc = remote_imap_open(m, &options, out, e);
	}
	arena_clear(&a);
	return rc;
}

static int open_remote(void *arg, struct store *s, const struct account *account, struct remote **out, struct err *e)
{
	const struct remotes *r = arg;

	*out = NULL;
	if (strcmp(account->provider, ACCOUNTS_DELEGATION) == 0 || strcmp(account->provider, ACCOUNTS_OAUTH) == 0)
		return open_gmail(r, s, account, out, e);
	if (strcmp(account->provider, ACCOUNTS_IMAP) == 0)
		return open_imap(r, s, account, out, e);
	return err_set(e, ERR_UNAVAILABLE, "%s: there is no server to capture it from", account->address);
}

int remotes_init(struct remotes *r, const struct config *c, int64_t now, double deadline_s, struct err *e)
{
	struct remote_gmail_include include;

	*r = (struct remotes){.config = c,
	    .now = now,
	    .started_s = clock_monotonic_s(),
	    .deadline_s = deadline_s,
	    .opener = {open_remote, NULL}};
	r->opener.arg = r;
	return read_include(config_text(c, "MAILROOM_GMAIL_INCLUDE"), &include, e);
}
