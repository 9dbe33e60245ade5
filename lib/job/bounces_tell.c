#include "base/command.h"
#include "job/bounces_act.h"
#include "job/display.h"

#include <string.h>

enum { DEADLINE_MS = 60000 };

struct telling {
	struct arena a;
	struct buf *out;
	int64_t first; /* reports before this one are left out */
	int64_t last;
	bool look;
};

static void add_words(struct telling *t, const struct bounce_line *l)
{
	if (l->reason && strcmp(l->reason, bounce_reason_name(BOUNCE_REASON_UNDEFINED)) != 0)
		buf_printf(t->out, ": %s", l->reason);
	if (l->status)
		buf_printf(t->out, " %s", l->status);
	if (l->diagnostic)
		buf_printf(t->out, ": %s", display_cut(&t->a, display_clean(&t->a, l->diagnostic), 300));
}

static void add_unmatched(struct telling *t, const struct bounce_line *l)
{
	buf_printf(t->out, "unmatched %lld: %s from %s%s%s", (long long)l->report_id, l->kind,
	    l->from_address ? display_clean(&t->a, l->from_address) : "nobody", l->address ? " about " : "",
	    l->address ? display_clean(&t->a, l->address) : "");
	add_words(t, l);
	buf_printf(t->out, " (%s; decide with `bounces-scan resolve %lld`)\n",
	    l->why ? display_clean(&t->a, l->why) : "not proven", (long long)l->report_id);
}

static void add_effect(struct telling *t, const struct bounce_line *l, const char *word)
{
	buf_printf(t->out, "%s: %s", word, display_clean(&t->a, l->address));
	if (l->did)
		buf_printf(t->out, " (%s)", display_clean(&t->a, l->did));
	if (strcmp(l->kind, "complaint") == 0)
		buf_puts(t->out, ": called a message spam");
	add_words(t, l);
	buf_putc(t->out, '\n');
}

static void add(const struct bounce_line *l, void *arg)
{
	struct telling *t = arg;
	bool unmatched = strcmp(l->outcome, "unmatched") == 0 && (!l->effect || strcmp(l->effect, "unmatched") == 0);

	if (l->report_id < t->first)
		return;
	t->last = l->report_id;
	if (unmatched)
		add_unmatched(t, l);
	else if (strcmp(l->effect, "alerted") == 0)
		add_effect(t, l, "alert");
	else if (strcmp(l->effect, "deactivated") == 0)
		add_effect(t, l, "inactive");
	else if (strcmp(l->effect, "unsubscribed") == 0)
		add_effect(t, l, "unsubscribed");
	t->look |= unmatched || (l->effect && strcmp(l->effect, "alerted") == 0);
	arena_reset(&t->a);
}

static int set_told(struct bounces_run *r, int64_t last, struct err *e)
{
	struct store *s = r->o->store;

	if (store_begin(s, e) != 0)
		return -1;
	if (bounces_set_told(s, last, r->o->now, e) == 0 && store_commit(s, e) == 0)
		return 0;
	store_rollback(s);
	return -1;
}

/* What is news of the reports from `first` on, as lines. */
static int gather(struct bounces_run *r, int64_t first, struct buf *out, struct telling *t, struct err *e)
{
	int rc;

	*t = (struct telling){.out = out, .first = first};
	rc = bounces_each_untold(r->o->store, add, t, e);
	arena_clear(&t->a);
	return rc;
}

int bounces_settle(struct bounces_run *r, int rc, struct err *e)
{
	struct telling t = {0};

	if (rc == 0 && !r->o->dry_run && store_commit(r->o->store, e) == 0)
		return bounces_write_log(r, e);
	if (rc == 0 && r->o->dry_run) {
		/* Each batch is taken back, so that its reports have the same numbers. */
		if (r->dry_first)
			rc = gather(r, r->dry_first, &r->dry, &t, e);
		r->dry_look |= t.look;
		store_rollback(r->o->store);
		return rc;
	}
	store_rollback(r->o->store);
	return -1;
}

int bounces_tell(struct bounces_run *r, struct buf *out, bool *look, struct err *e)
{
	const char *command = config_text(r->o->config, "MAILROOM_ALERT_COMMAND");
	struct telling t;

	if (gather(r, 0, out, &t, e) != 0)
		return -1;
	buf_puts(out, buf_str(&r->dry));
	*look = t.look || r->dry_look;
	if (r->o->dry_run || t.last == 0)
		return 0;
	if (command && command_feed(command, DEADLINE_MS, buf_str(out), out->len, e) != 0)
		return err_prefix(e, "MAILROOM_ALERT_COMMAND");
	r->told = t.last;
	return 0;
}

int bounces_told(struct bounces_run *r, struct err *e)
{
	return r->told ? set_told(r, r->told, e) : 0;
}
