#include "job/sync.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/workers.h"
#include "job/sync_account.h"

#include <stdlib.h>
#include <string.h>

/* The mailboxes of a run, and what becomes of them. */
struct fleet {
	const struct sync_options *o;
	char **addresses;
	size_t count;
	struct sync_totals *totals;
};

static void add_address(struct fleet *f, const char *address)
{
	f->addresses = mem_realloc(f->addresses, f->count + 1, sizeof *f->addresses);
	f->addresses[f->count++] = mem_strdup(address);
}

static bool is_remote(const struct account *a)
{
	return strcmp(a->provider, ACCOUNTS_FILE) != 0;
}

static int add_account(const struct account *a, void *arg)
{
	struct fleet *f = arg;
	bool is_gmail = strcmp(a->provider, ACCOUNTS_IMAP) != 0;

	if (a->sync_enabled && is_remote(a) && !(is_gmail && f->o->gmail_disabled))
		add_address(f, a->address);
	return 0;
}

static int find_account(struct fleet *f, struct store *s, struct err *e)
{
	const char *address = f->o->mailbox.address;
	struct arena a = {0};
	struct account account;
	bool found;
	int rc = accounts_get(s, &a, address, &account, &found, e);

	if (rc == 0 && !found)
		rc = err_set(e, ERR_NO_INPUT, "%s: no such account; `account list` shows them", address);
	else if (rc == 0 && !is_remote(&account))
		rc = err_set(e, ERR_NO_INPUT,
		    "%s: there is no server to capture it from; `account enroll`, `account login` and `account imap` "
		    "name one",
		    address);
	else if (rc == 0 && f->o->gmail_disabled && strcmp(account.provider, ACCOUNTS_IMAP) != 0)
		rc = err_set(e, ERR_REFUSED, "%s: MAILROOM_GMAIL_ENABLED is false", address);
	if (rc == 0)
		add_address(f, account.address);
	arena_clear(&a);
	return rc;
}

/* The database is closed before the work begins: processes must not share it. */
static int read_addresses(struct fleet *f, struct err *e)
{
	struct store *s;
	int rc;

	if (store_open(f->o->database, STORE_WRITE, &s, e) != 0)
		return -1;
	rc = f->o->mailbox.address ? find_account(f, s, e) : accounts_each(s, false, add_account, f, e);
	store_close(s);
	return rc;
}

static bool is_late(const struct sync_options *o)
{
	return o->mailbox.deadline_s > 0 && clock_monotonic_s() >= o->mailbox.deadline_s;
}

static void work(size_t index, void *result, void *arg)
{
	const struct fleet *f = arg;
	struct sync_result *r = result;

	if (is_late(f->o))
		r->is_cut = true;
	else
		sync_account(f->o, f->addresses[index], r);
}

static void add_counts(struct run_counts *to, const struct run_counts *c)
{
	to->seen += c->seen;
	to->stored += c->stored;
	to->known += c->known;
	to->matched += c->matched;
	to->failed += c->failed;
	to->skipped += c->skipped;
	to->attachments += c->attachments;
	to->requests += c->requests;
	to->units += c->units;
}

static void done(size_t index, const void *result, void *arg)
{
	struct fleet *f = arg;
	struct sync_totals *t = f->totals;
	struct sync_result died = {0};
	const struct sync_result *r = result ? result : &died;

	if (!result)
		err_set(&died.err, ERR_SYSTEM, "its process died; the next run goes on");
	t->done++;
	t->delayed += r->is_delayed;
	t->cut += r->is_cut;
	add_counts(&t->counts, &r->counts);
	if (r->err.code && !r->is_cut) {
		if (t->failed++ == 0)
			t->code = r->err.code;
		else if (t->code != r->err.code)
			t->code = ERR_NONE;
	}
	if (f->o->each)
		f->o->each(f->addresses[index], r, f->o->arg);
}

int sync_run(const struct sync_options *o, struct sync_totals *totals, struct err *e)
{
	struct fleet f = {.o = o, .totals = totals};
	struct workers w = {.at_once = (size_t)o->parallel,
	    .result_bytes = sizeof(struct sync_result),
	    .work = work,
	    .done = done,
	    .arg = &f,
	    .stop = o->mailbox.stop};
	int rc;

	*totals = (struct sync_totals){0};
	rc = read_addresses(&f, e);
	w.count = totals->accounts = f.count;
	if (rc == 0)
		rc = workers_run(&w, e);
	totals->cut += totals->accounts - totals->done;
	for (size_t i = 0; i < f.count; i++)
		free(f.addresses[i]);
	free(f.addresses);
	return rc;
}
