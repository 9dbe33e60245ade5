/* The transport that keeps messages on this machine: OUTBOX/simulated/<id>.eml. */
#include "base/file.h"
#include "base/mem.h"
#include "job/outbox.h"
#include "job/transports.h"

#include <stdlib.h>
#include <sys/stat.h>

struct simulation {
	char *dir;
};

static const char *path_of(const struct simulation *s, struct arena *a, const struct transport_message *m)
{
	return outbox_path(a, s->dir, m->outbox_id);
}

static int open_folder(void *state, bool *account_fault, struct err *e)
{
	const struct simulation *s = state;

	*account_fault = false;
	return file_make_dirs(s->dir, e);
}

static int keep(void *state, struct arena *a, struct transport_message *m, struct err *e)
{
	const char *path = path_of(state, a, m);

	if (file_write_atomic(path, m->bytes, m->len, 0600, e) != 0)
		return -1;
	for (size_t i = 0; i < m->recipient_count; i++) {
		m->recipients[i].outcome = TRANSPORT_SIMULATED;
		m->recipients[i].words = arena_printf(a, "kept in %s", path);
	}
	return 0;
}

static int find(void *state, struct arena *a, const struct transport_message *m, enum transport_found *found,
    const char **remote_id, struct err *e)
{
	struct stat st;

	(void)e;
	*remote_id = NULL;
	*found = stat(path_of(state, a, m), &st) == 0 ? TRANSPORT_FOUND : TRANSPORT_NOT_FOUND;
	return 0;
}

static void close_folder(void *state)
{
	struct simulation *s = state;

	free(s->dir);
	free(s);
}

int transport_simulation_readiness(const struct transport_context *c, const char *from, enum transport_readiness *ready,
    const char **why, struct err *e)
{
	(void)c, (void)from, (void)e;
	*ready = TRANSPORT_READY;
	*why = "nothing leaves: the message is kept in the outbox, in the folder simulated";
	return 0;
}

int transport_simulation_open(
    struct transport *out, const struct transport_context *c, const struct outbox_message *m, struct err *e)
{
	struct simulation *s = mem_alloc(sizeof *s);

	(void)m, (void)e;
	s->dir = file_join(config_text(c->config, "MAILROOM_OUTBOX_DIR"), "simulated");
	*out = (struct transport){
	    .name = "simulation", .open = open_folder, .send = keep, .find = find, .close = close_folder, .state = s};
	return 0;
}
