#include "job/outbox.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

const char *outbox_path(struct arena *a, const char *dir, int64_t id)
{
	size_t n = strlen(dir);

	return arena_printf(a, "%s%s%lld.eml", dir, n && dir[n - 1] == '/' ? "" : "/", (long long)id);
}

int64_t outbox_stale_at(const struct outbox_message *m)
{
	int64_t from = m->created_at > m->period_end ? m->created_at : m->period_end;

	return m->expires_at ? m->expires_at : from + (m->period_end - m->period_start);
}

bool outbox_is_settled(const struct outbox_message *m)
{
	for (size_t i = 0; i < m->recipient_count; i++)
		switch (m->recipients[i].state) {
		case RECIPIENT_SENDING:
		case RECIPIENT_SENT:
		case RECIPIENT_FAILED:
		case RECIPIENT_UNKNOWN: return true;
		case RECIPIENT_WAITING:
		case RECIPIENT_DEFERRED:
		case RECIPIENT_SIMULATED: break;
		}
	return false;
}

/* How many recipients got it, or may have. */
static size_t reached(const struct outbox_message *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->recipient_count; i++)
		n += m->recipients[i].state == RECIPIENT_SENT || m->recipients[i].state == RECIPIENT_UNKNOWN ||
		     m->recipients[i].state == RECIPIENT_SENDING;
	return n;
}

static bool may_move(enum outbox_state from, enum outbox_state to)
{
	switch (to) {
	case OUTBOX_HELD: return from == OUTBOX_READY || from == OUTBOX_DEFERRED;
	case OUTBOX_READY: return from == OUTBOX_HELD;
	case OUTBOX_DISCARDED:
		return from == OUTBOX_HELD || from == OUTBOX_READY || from == OUTBOX_DEFERRED ||
		       from == OUTBOX_FAILED || from == OUTBOX_SIMULATED || from == OUTBOX_EXPIRED;
	default: return false;
	}
}

static int check_move(const struct outbox_message *m, enum outbox_state to, struct err *e)
{
	size_t n = reached(m);

	if (!may_move(m->state, to))
		return err_set(e, ERR_REFUSED, "outbox %lld: it is %s", (long long)m->id, outbox_state_name(m->state));
	if (to == OUTBOX_DISCARDED && n > 0)
		return err_set(e, ERR_REFUSED,
		    "outbox %lld: %zu of %zu recipients got it or may have: to build it again would send it to them "
		    "twice",
		    (long long)m->id, n, m->recipient_count);
	return 0;
}

int outbox_move(struct store *s, struct arena *a, const char *dir, int64_t id, enum outbox_state to, bool dry_run,
    int64_t now, struct err *e)
{
	struct outbox_message *m;
	bool changed;

	if (outbox_get(s, a, id, &m, e) != 0)
		return -1;
	if (!m)
		return err_set(e, ERR_NO_INPUT, "outbox %lld: there is no such message", (long long)id);
	if (check_move(m, to, e) != 0)
		return -1;
	if (dry_run)
		return 0;
	if (outbox_set_state(s, id, m->state, to, now, &changed, e) != 0)
		return -1;
	if (!changed)
		return err_set(e, ERR_TEMPORARY, "outbox %lld: another program changed it just now", (long long)id);
	if (to == OUTBOX_DISCARDED && unlink(outbox_path(a, dir, id)) != 0 && errno != ENOENT)
		return err_errno(e, "%s: remove", outbox_path(a, dir, id));
	return 0;
}
