/* What Google, or who stands in for it, answers: a batch gives the same parts in any pieces; a message's bytes are those that
 * jansson would find; no judgement fails. */
#include "net/base64url.h"
#include "net/gmail_batch.h"
#include "net/gmail_json.h"
#include "net/gmail_retry.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CALLS = 12, NO_CAP = 1 << 30, CAP = 200 };

static void note_part(void *arg, const struct batch_part *p)
{
	if (p->index >= CALLS || (!p->too_large && (p->status < 100 || p->status > 999)))
		abort();
	buf_printf(arg, "%zu %d %g %zu:", p->index, p->status, p->retry_after_s, p->body.len);
	buf_append(arg, p->body.at, p->body.len);
}

static bool read_in_pieces(const char *s, size_t n, size_t step, size_t cap, struct buf *parts)
{
	struct batch_reader r;
	struct err e = {0};
	bool finished;

	if (batch_reader_init(&r, "multipart/mixed; boundary=b", CALLS, cap, note_part, parts, &e) != 0)
		abort();
	for (size_t at = 0; at < n; at += step) {
		batch_reader_feed(&r, s + at, n - at < step ? n - at : step);
		if (cap == CAP && r.held.len > CAP + step + 2)
			abort();
	}
	finished = batch_reader_finished(&r);
	batch_reader_clear(&r);
	return finished;
}

static void check_batch(const char *s, size_t n, size_t step)
{
	struct buf whole = {0}, pieces = {0}, capped = {0};

	if (read_in_pieces(s, n, n, NO_CAP, &whole) != read_in_pieces(s, n, step, NO_CAP, &pieces))
		abort();
	if (whole.len != pieces.len || memcmp(buf_str(&whole), buf_str(&pieces), whole.len) != 0)
		abort();
	read_in_pieces(s, n, step, CAP, &capped);
	buf_clear(&whole);
	buf_clear(&pieces);
	buf_clear(&capped);
}

static void check_raw(const char *s, size_t n)
{
	struct buf raw = {0}, want = {0};
	struct err e = {0};
	json_t *root = NULL, *whole = NULL, *v = NULL;
	bool has_raw = false, good = gmail_json_load_raw((struct span){s, n}, &root, &raw, &has_raw, &e) == 0;
	bool wanted = gmail_json_load((struct span){s, n}, &whole, &e) == 0;

	if (wanted) {
		v = json_object_get(whole, "raw");
		if (json_is_string(v))
			wanted = base64url_decode(json_string_value(v), json_string_length(v), &want);
	}
	if (good != wanted || (good && has_raw != json_is_string(v)))
		abort();
	if (good && (raw.len != want.len || memcmp(buf_str(&raw), buf_str(&want), raw.len) != 0))
		abort();
	json_decref(root);
	json_decref(whole);
	buf_clear(&raw);
	buf_clear(&want);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = {200, 400, 401, 403, 404, 429, 500, 503};
	const char *s = (const char *)data + 1;
	struct gmail_answer a;
	struct err e = {0};
	double wait;

	if (size < 2)
		return 0;
	a = (struct gmail_answer){statuses[data[0] % 8], data[0] & 8 ? 5 : -1, 1772906400, {s, size - 1}};
	gmail_judge(&a, &wait, &e);
	if (wait != -1 && !(wait >= 0))
		abort();
	check_batch(s, size - 1, (size_t)(data[0] >> 2) + 1);
	check_raw(s, size - 1);
	return 0;
}
