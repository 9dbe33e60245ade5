#include "job/setup.h"

#include "base/file.h"
#include "base/secret.h"
#include "store/store.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int make_parent(const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char *dir;
	int rc;

	if (!slash || slash == path)
		return 0;
	dir = strndup(path, (size_t)(slash - path));
	rc = dir ? file_make_dirs(dir, e) : err_errno(e, "%s", path);
	free(dir);
	return rc;
}

int setup_run(const struct config *c, bool *made, int *migrated, struct err *e)
{
	const char *db = config_text(c, "MAILROOM_DB"), *data = config_text(c, "MAILROOM_DATA_DIR");
	char *attachments = file_join(data, "attachments");
	const char *key = config_text(c, "MAILROOM_SECRET_KEY_FILE");
	struct store *s = NULL;
	bool key_made;
	int rc = -1;

	*made = access(db, F_OK) != 0;
	*migrated = 0;
	if (file_make_dirs(data, e) == 0 && file_make_dirs(attachments, e) == 0 &&
	    file_make_dirs(config_text(c, "MAILROOM_OUTBOX_DIR"), e) == 0 && make_parent(db, e) == 0 &&
	    make_parent(key, e) == 0 && secret_key_create(key, &key_made, e) == 0 &&
	    store_open(db, STORE_CREATE, &s, e) == 0)
		rc = store_migrate(s, migrated, e);
	store_close(s);
	free(attachments);
	return rc;
}
