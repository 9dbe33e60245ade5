#include "base/mem.h"
#include "net/imap_answer.h"

#include <stdlib.h>

enum {
	CAP_BYTES = 50 * 1024 * 1024,
	BATCH_BYTES = 4 * 1024 * 1024,
	BATCH_MAX = 200,
	BATCH_LIMIT = 700,
	SIZE_UNKNOWN = 64 * 1024, /* what a message counts in a batch when nothing is known */
	SIZE_HEADER = 8 * 1024,
};

/* What is asked for at once, in ascending order. */
struct batch {
	struct imap_answer answer;
	struct imap_fetch_options o;
	struct pending {
		uint32_t uid;
		uint64_t size;
		bool done;
	} * items;
	size_t n;
	imap_each *each;
	void *arg;
};

static int by_uid(const void *a, const void *b)
{
	const struct pending *x = a, *y = b;

	return x->uid < y->uid ? -1 : x->uid > y->uid;
}

static struct pending *find_pending(const struct batch *b, uint32_t uid)
{
	const struct pending key = {.uid = uid};

	return b->n ? bsearch(&key, b->items, b->n, sizeof key, by_uid) : NULL;
}

static int deliver(struct batch *b, struct pending *p, enum imap_found found, const char *words)
{
	struct imap_message *msg = &b->answer.message;

	msg->uid = p->uid;
	msg->found = found;
	msg->words = words;
	if (msg->size == 0)
		msg->size = p->size;
	if (found == IMAP_FOUND) {
		msg->bytes = buf_str(&b->answer.body);
		msg->len = b->answer.body.len;
	}
	p->done = true;
	return b->each(msg, b->arg);
}

/* Answers that only tell of new flags have no body. */
static int read_fetched(struct imap *m, uint64_t number, void *arg, struct err *e)
{
	struct batch *b = arg;
	struct pending *p;
	int rc;

	(void)number;
	if (imap_answer_read(m, &b->answer, e) < 0)
		return -1;
	p = find_pending(b, b->answer.message.uid);
	if (!p || p->done || !b->answer.has_body)
		return 0;
	if (b->answer.too_large && b->answer.message.size < b->answer.too_large)
		b->answer.message.size = b->answer.too_large;
	rc = deliver(b, p, b->answer.too_large ? IMAP_TOO_LARGE : IMAP_FOUND, "");
	imap_core_progress(m);
	return rc;
}

static int ask_batch(struct imap *m, struct batch *b, const struct imap_set *set, struct err *e)
{
	const struct imap_want wants[] = {{"fetch", read_fetched, b}, {0}};
	struct buf command = {0};
	int rc;

	buf_puts(&command, "UID FETCH ");
	imap_set_write(set, &command);
	buf_printf(&command, " (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[%s]", b->o.header_only ? "HEADER" : "");
	if (b->o.first_bytes)
		buf_printf(&command, "<0.%zu>", b->o.first_bytes);
	buf_putc(&command, ')');
	rc = imap_core_ask(m, command.data, wants, e);
	buf_clear(&command);
	return rc;
}

/* What did not come. A NO may be due to one message only: each of the rest is then asked for alone. */
static int finish_batch(struct imap *m, struct batch *b, struct err *e)
{
	bool alone = m->status != IMAP_OK && b->n > 1;
	int rc = 0;

	for (size_t i = 0; i < b->n && rc == 0; i++) {
		struct imap_set one = {0};
		if (b->items[i].done)
			continue;
		if (alone) {
			imap_set_add(&one, b->items[i].uid, b->items[i].uid);
			rc = ask_batch(m, b, &one, e);
			imap_set_clear(&one);
		}
		if (rc == 0 && !b->items[i].done) {
			imap_answer_begin(&b->answer);
			rc = deliver(b, &b->items[i], m->status == IMAP_OK ? IMAP_GONE : IMAP_UNFETCHED,
			    m->status == IMAP_OK ? "" : buf_str(&m->text));
		}
	}
	return rc;
}

static int fetch_batch(struct imap *m, struct batch *b, struct err *e)
{
	struct imap_set set = {0};
	struct err refused = {0};
	int rc;

	if (b->n == 0)
		return 0;
	qsort(b->items, b->n, sizeof *b->items, by_uid);
	for (size_t i = 0; i < b->n; i++)
		imap_set_add(&set, b->items[i].uid, b->items[i].uid);
	rc = ask_batch(m, b, &set, e);
	imap_set_clear(&set);
	/* "Later" is said to all of them. */
	if (rc == 0 && imap_core_check(m, "UID FETCH of messages", &refused) < 0 && refused.code == ERR_TEMPORARY) {
		*e = refused;
		rc = -1;
	}
	if (rc == 0)
		rc = finish_batch(m, b, e);
	b->n = 0;
	return rc;
}

static size_t weight(const struct batch *b, uint64_t size)
{
	if (b->o.header_only)
		return SIZE_HEADER;
	if (b->o.first_bytes && size > b->o.first_bytes)
		return b->o.first_bytes;
	return size ? (size_t)size : SIZE_UNKNOWN;
}

static int run_batches(struct imap *m, struct batch *b, const struct imap_wanted *wanted, size_t n, struct err *e)
{
	size_t bytes = 0;
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++) {
		struct pending p = {.uid = wanted[i].uid, .size = wanted[i].size};
		if (!b->o.header_only && !b->o.first_bytes && p.size > b->o.cap_bytes) {
			imap_answer_begin(&b->answer);
			rc = deliver(b, &p, IMAP_TOO_LARGE, "");
			continue;
		}
		if (b->n == b->o.batch_max || (b->n > 0 && bytes + weight(b, p.size) > b->o.batch_bytes)) {
			rc = fetch_batch(m, b, e);
			bytes = 0;
		}
		b->items[b->n++] = p;
		bytes += weight(b, p.size);
	}
	return rc ? rc : fetch_batch(m, b, e);
}

int imap_fetch(struct imap *m, const struct imap_wanted *wanted, size_t n, const struct imap_fetch_options *o,
    imap_each *each, void *arg, struct err *e)
{
	struct batch b = {.each = each, .arg = arg};
	int rc;

	if (o)
		b.o = *o;
	if (!b.o.cap_bytes)
		b.o.cap_bytes = CAP_BYTES;
	if (!b.o.batch_bytes)
		b.o.batch_bytes = BATCH_BYTES;
	if (!b.o.batch_max)
		b.o.batch_max = BATCH_MAX;
	/* Keeps the command's line under 8,000 bytes (RFC 7162 section 4). */
	if (b.o.batch_max > BATCH_LIMIT)
		b.o.batch_max = BATCH_LIMIT;
	b.answer.cap_bytes = b.o.cap_bytes;
	b.items = mem_realloc(NULL, b.o.batch_max, sizeof *b.items);
	rc = run_batches(m, &b, wanted, n, e);
	imap_answer_clear(&b.answer);
	free(b.items);
	return rc;
}
