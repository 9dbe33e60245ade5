#include "job/doctor_checks.h"

#include "base/arena.h"
#include "job/account_smtp.h"
#include "job/credential.h"
#include "job/keys.h"
#include "net/jwt.h"

#include <string.h>

static void check_secrets(struct doctor *d, const struct credential *list, size_t n)
{
	struct secret_ring *r = NULL;
	struct err e = {0};
	size_t behind = 0;

	if (keys_open(d->config, &r, &e) != 0) {
		doctor_say(d, n > 0 || e.code != ERR_NO_INPUT ? DOCTOR_PROBLEM : DOCTOR_WARNING, NULL, "%s", e.text);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		struct buf plain = {0};
		if (credential_open(r, &list[i], &plain, &e) != 0)
			doctor_say(d, DOCTOR_PROBLEM, "bring the key back (account rekey --old-key), or log in again",
			    "%s", e.text);
		else if (strcmp(list[i].key_id, secret_ring_id(r)) != 0)
			behind++;
		buf_wipe(&plain);
	}
	if (behind > 0)
		doctor_say(d, DOCTOR_WARNING, "run `account rekey`",
		    "%zu secrets are sealed with the key before: a rekey was cut off", behind);
	secret_ring_free(r);
}

struct walk {
	struct doctor *d;
	bool delegated;
};

static int check_mailbox(const struct account *account, void *arg)
{
	struct walk *w = arg;

	if (strcmp(account->provider, ACCOUNTS_DELEGATION) == 0)
		w->delegated = true;
	if (account->last_error && account->sync_enabled)
		doctor_say(w->d, DOCTOR_WARNING, NULL, "%s", account->last_error);
	return 0;
}

/* Switched off by a person is no finding; anything else that keeps mail back is. */
static int check_sender(const char *address, const struct smtp_settings *s, void *arg)
{
	struct walk *w = arg;

	if (!s->is_enabled && !account_smtp_is_by_hand(s))
		doctor_say(w->d, DOCTOR_WARNING, NULL, "%s: no mail goes out by %s:%d: %s", address, s->host, s->port,
		    s->disabled_why ? s->disabled_why : "it was never tested");
	else if (s->is_enabled && s->last_error)
		doctor_say(w->d, DOCTOR_WARNING, NULL, "%s", s->last_error);
	return 0;
}

static void check_key_file(struct doctor *d)
{
	const char *path = config_text(d->config, "MAILROOM_GMAIL_KEY_FILE");
	struct jwt_key *key = NULL;
	struct err e = {0};

	if (!path)
		doctor_say(d, DOCTOR_PROBLEM, "name the service account's key file in the settings",
		    "mailboxes are enrolled by delegation, and MAILROOM_GMAIL_KEY_FILE is not set");
	else if (jwt_key_read(path, &key, &e) != 0)
		doctor_say(d, DOCTOR_PROBLEM, NULL, "MAILROOM_GMAIL_KEY_FILE: %s", e.text);
	jwt_key_free(key);
}

void doctor_check_credentials(struct doctor *d)
{
	struct arena a = {0};
	struct walk w = {d, false};
	struct credential *list;
	struct err e = {0};
	size_t n;

	if (credentials_all(d->store, &a, &list, &n, &e) != 0 ||
	    accounts_each(d->store, false, check_mailbox, &w, &e) != 0 ||
	    smtp_settings_each(d->store, check_sender, &w, &e) != 0) {
		doctor_say(d, DOCTOR_PROBLEM, NULL, "%s", e.text);
	} else {
		check_secrets(d, list, n);
		if (w.delegated)
			check_key_file(d);
		if (d->worst_of_check == DOCTOR_OK)
			doctor_say(d, DOCTOR_OK, NULL, "the key is there, and %zu secret%s with it", n,
			    n == 1 ? " opens" : "s open");
	}
	arena_clear(&a);
}
