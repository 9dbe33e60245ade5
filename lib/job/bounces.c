#include "job/bounces.h"

#include "base/file.h"
#include "base/lock.h"
#include "job/bounces_act.h"
#include "job/send_log.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int bounces_begin(struct bounces_run *r, const struct bounces_options *o, struct err *e)
{
	const char *outbox = config_text(o->config, "MAILROOM_OUTBOX_DIR");
	char *lock = file_join(config_text(o->config, "MAILROOM_DATA_DIR"), "bounces-scan.lock");
	int rc = -1;

	*r = (struct bounces_run){.o = o, .lock = -1, .log = -1};
	if (lock_take(lock, &r->lock, e) == 0 &&
	    room_key_get(o->config, o->store, ROOM_KEY_TOKENS, r->key, &r->has_key, e) == 0 &&
	    (o->dry_run || (file_make_dirs(outbox, e) == 0 && send_log_open(outbox, &r->log, e) == 0)))
		rc = o->dry_run ? 0 : bounces_write_log(r, e);
	free(lock);
	return rc;
}

void bounces_clear(struct bounces_run *r)
{
	explicit_bzero(r->key, sizeof r->key);
	if (r->log >= 0)
		close(r->log);
	lock_release(r->lock);
	buf_clear(&r->dry);
	r->log = r->lock = -1;
}
