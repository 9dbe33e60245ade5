#include "job/account_imap.h"

#include "base/mem.h"
#include "job/credential.h"
#include "job/keys.h"
#include "job/remote_imap.h"
#include "net/http.h"
#include "net/imap.h"
#include "store/credentials.h"

#include <stdlib.h>
#include <string.h>

static int put_server(const struct account_imap *i, struct arena *a, const struct account *account, struct err *e)
{
	struct imap_account server = i->server;
	struct credential c = {.account_id = account->id, .address = account->address, .kind = CREDENTIALS_IMAP};

	(void)a;
	if (!server.login)
		server.login = account->address;
	if (accounts_set_provider(i->store, account->id, ACCOUNTS_IMAP, e) != 0 ||
	    imap_accounts_put(i->store, account->id, &server, e) != 0)
		return -1;
	return credential_write(i->config, i->store, &c, i->password, i->now, e);
}

/* Inside the transaction. */
static int enroll(const struct account_imap *i, struct arena *a, const char *address, enum people_change *change,
    struct account *out, struct err *e)
{
	enum accounts_change done;
	bool found;

	if (people_check_not_investor(i->store, address, e) != 0 ||
	    accounts_add(i->store, address, NULL, 0, i->now, &done, e) != 0 ||
	    accounts_get(i->store, a, address, out, &found, e) != 0)
		return -1;
	if (strcmp(out->provider, ACCOUNTS_DELEGATION) == 0 || strcmp(out->provider, ACCOUNTS_OAUTH) == 0)
		return err_set(e, ERR_REFUSED, "%s: is a Gmail mailbox", address);
	*change = done == ACCOUNTS_ADDED ? PEOPLE_ADDED : done == ACCOUNTS_RESTORED ? PEOPLE_RESTORED : PEOPLE_CHANGED;
	if (put_server(i, a, out, e) != 0)
		return -1;
	return accounts_get(i->store, a, address, out, &found, e);
}

int account_imap_enroll(const struct account_imap *i, struct arena *a, const char *typed, enum people_change *change,
    struct account *out, struct err *e)
{
	const struct imap_account *s = &i->server;
	const char *address;

	if (people_address(a, typed, &address, e) != 0)
		return -1;
	if (strcmp(s->security, IMAP_ACCOUNTS_NONE) == 0 && !s->plain_anywhere && !http_is_loopback(s->host))
		return err_set(e, ERR_REFUSED,
		    "%s: without encryption the password and all mail can be read on the way; --force does it all the "
		    "same",
		    s->host);
	if (store_begin(i->store, e) != 0)
		return -1;
	return people_end(i->store, i->dry_run, enroll(i, a, address, change, out, e), e);
}

struct imap_parts {
	struct imap *m;
	const char **folders;
	struct arena a;
};

static void release(void *owner)
{
	struct imap_parts *p = owner;

	imap_close(p->m);
	arena_clear(&p->a);
	free(p);
}

static const char **split_folders(struct arena *a, const char *text)
{
	size_t n = 0, lines = 2;
	char *copy, *save = NULL;
	const char **out;

	if (!text)
		return NULL;
	copy = arena_strdup(a, text);
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		lines++;
	out = arena_array(a, lines, sizeof *out);
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		out[n++] = line;
	out[n] = NULL;
	return out;
}

static int read_password(const struct config *c, struct store *s, struct arena *a, const struct account *account,
    struct buf *password, struct err *e)
{
	struct secret_ring *ring = NULL;
	struct credential row;
	bool found = false;
	int rc = keys_open(c, &ring, e);

	if (rc == 0)
		rc = credential_read(s, a, ring, account, CREDENTIALS_IMAP, &row, password, &found, e);
	secret_ring_free(ring);
	if (rc == 0 && !found)
		return err_set(e, ERR_CONFIG, "%s: has no password here: `account imap %s` takes one", account->address,
		    account->address);
	return rc;
}

static enum stream_security security_of(const char *name)
{
	if (strcmp(name, IMAP_ACCOUNTS_NONE) == 0)
		return STREAM_PLAIN;
	return strcmp(name, IMAP_ACCOUNTS_STARTTLS) == 0 ? STREAM_STARTTLS : STREAM_TLS;
}

static int log_in(struct imap_parts *p, const struct config *c, struct store *s, const struct account *account,
    const struct imap_account *server, struct err *e)
{
	struct imap_options o = {.stream = {.host = server->host,
	                             .port = (int)server->port,
	                             .security = security_of(server->security),
	                             .plain_anywhere = server->plain_anywhere,
	                             .ca_file = config_text(c, "MAILROOM_IMAP_CA_FILE")}};
	struct buf password = {0};
	int rc = read_password(c, s, &p->a, account, &password, e);

	if (rc == 0)
		rc = imap_open(&p->m, &o, e);
	if (rc == 0)
		rc = imap_login(p->m, server->login, buf_str(&password), e);
	buf_wipe(&password);
	return rc;
}

int account_imap_open(
    const struct config *c, struct store *s, const struct account *account, struct remote **out, struct err *e)
{
	struct imap_parts *p = mem_alloc(sizeof *p);
	struct imap_account server;

	*out = NULL;
	if (imap_accounts_get(s, &p->a, account->id, &server, e) != 0)
		goto failed;
	if (!server.host) {
		err_set(e, ERR_CONFIG, "%s: `account imap` has not named its server", account->address);
		goto failed;
	}
	p->folders = split_folders(&p->a, server.folders);
	if (log_in(p, c, s, account, &server, e) == 0 &&
	    remote_imap_new(p->m, (const char *const *)p->folders,
	        (size_t)config_int(c, "MAILROOM_MAX_MESSAGE_MB") << 20, release, p, out, e) == 0)
		return 0;
failed:
	release(p);
	return -1;
}
