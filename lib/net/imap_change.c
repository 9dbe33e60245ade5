#include "net/imap_change.h"

#include "net/imap_core.h"
#include "net/imap_utf7.h"

#include <string.h>

static int ask(struct imap *m, const char *what, const struct imap_set *uids, const char *rest, struct err *e)
{
	struct buf command = {0};
	int rc;

	buf_printf(&command, "UID %s ", what);
	imap_set_write(uids, &command);
	buf_puts(&command, rest);
	rc = imap_core_ask(m, command.data, NULL, e);
	buf_clear(&command);
	if (rc < 0)
		return rc;
	buf_printf(&command, "UID %s", what);
	rc = imap_core_check(m, command.data, e);
	buf_clear(&command);
	return rc;
}

int imap_change_seen(struct imap *m, const struct imap_set *uids, struct err *e)
{
	return uids->n == 0 ? 0 : ask(m, "STORE", uids, " +FLAGS.SILENT (\\Seen)", e);
}

static int copy_and_delete(struct imap *m, const struct imap_set *uids, const char *target, struct err *e)
{
	if (ask(m, "COPY", uids, target, e) < 0 || ask(m, "STORE", uids, " +FLAGS.SILENT (\\Seen \\Deleted)", e) < 0)
		return -1;
	return imap_has(m, "UIDPLUS") ? ask(m, "EXPUNGE", uids, "", e) : 0;
}

int imap_change_move(struct imap *m, const struct imap_set *uids, const char *folder, struct err *e)
{
	struct buf wire = {0}, target = {0};
	int rc;

	if (uids->n == 0)
		return 0;
	if (!*folder || strpbrk(folder, "\r\n") || !imap_utf7_encode(folder, &wire)) {
		buf_clear(&wire);
		return err_set(e, ERR_CONFIG, "%s: \"%s\" is no name of a folder", stream_peer(m->stream), folder);
	}
	buf_putc(&target, ' ');
	imap_core_put_quoted(&target, buf_str(&wire));
	if (imap_change_seen(m, uids, e) < 0)
		rc = -1;
	else if (imap_has(m, "MOVE"))
		rc = ask(m, "MOVE", uids, buf_str(&target), e);
	else
		rc = copy_and_delete(m, uids, buf_str(&target), e);
	buf_clear(&wire);
	buf_clear(&target);
	return rc;
}
