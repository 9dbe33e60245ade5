#include "job/keys.h"

#include "base/mem.h"

#include <stdlib.h>
#include <unistd.h>

int keys_open(const struct config *c, struct secret_ring **out, struct err *e)
{
	const char *path = config_text(c, "MAILROOM_SECRET_KEY_FILE");
	char *next = mem_printf("%s.new", path);
	struct secret_ring *r = secret_ring_new();
	int rc = 0;

	if (access(next, F_OK) == 0)
		rc = secret_ring_add(r, next, e);
	if (rc == 0)
		rc = secret_ring_add(r, path, e);
	if (rc != 0 && e->code == ERR_NO_INPUT)
		err_set(e, ERR_NO_INPUT,
		    "%s: no key file: bring it back (secrets in the database need it), or make a first one with "
		    "`mailroom init`",
		    path);
	free(next);
	if (rc != 0) {
		secret_ring_free(r);
		return -1;
	}
	*out = r;
	return 0;
}
