/* Any bytes as an IMAP server's side of a whole session: log in, list the folders, open one, list, search, fetch. */
#include "base/err.h"
#include "base/utf8.h"
#include "net/imap.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_text(const char *s)
{
	if (!utf8_is_valid(s, strlen(s)))
		abort();
}

static int on_folder(const struct imap_folder *f, void *arg)
{
	(void)arg;
	must_be_text(f->name);
	return 0;
}

/* Each of the three that are wanted comes at most once. */
static int on_fetched(const struct imap_message *m, void *arg)
{
	unsigned *seen = arg;

	if (m->uid < 1 || m->uid > 3 || *seen & 1U << m->uid)
		abort();
	*seen |= 1U << m->uid;
	if (m->found == IMAP_FOUND && (m->len > 100 || m->bytes[m->len] != '\0'))
		abort();
	must_be_text(m->words);
	must_be_text(m->keywords);
	return 0;
}

static int on_listed(const struct imap_message *m, void *arg)
{
	(void)arg;
	if (m->uid == 0)
		abort();
	must_be_text(m->keywords);
	return 0;
}

static void session(struct imap *m, struct err *e)
{
	static const struct imap_wanted wanted[] = {{3, 0}, {1, 10}, {2, 100}};
	const struct imap_fetch_options o = {.cap_bytes = 100, .batch_max = 2};
	struct imap_folder_state state;
	struct imap_set set = {0};
	unsigned seen = 0;

	if (imap_login(m, "kay", "secret", e) < 0)
		imap_login_oauth(m, "kay", "token", e);
	must_be_text(e->text);
	imap_folders(m, on_folder, NULL, e);
	must_be_text(e->text);
	imap_select(m, "Entw\303\274rfe", &state, e);
	imap_list(m, 1, 0, 1, on_listed, NULL, e);
	imap_uids(m, 0, &set, e);
	if (imap_fetch(m, wanted, 3, &o, on_fetched, &seen, e) == 0 && seen != 14)
		abort();
	must_be_text(e->text);
	imap_set_clear(&set);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imap *m = NULL;
	struct err e = {0};

	if (imap_open_stream(&m, stream_of_bytes(data, size), STREAM_PLAIN, 0, &e) == 0)
		session(m, &e);
	must_be_text(e.text);
	imap_close(m);
	return 0;
}
