/* participant validate. */
#include "job/display.h"
#include "job/roster_activity.h"
#include "job/roster_validate.h"
#include "participant_verbs.h"
#include "people_out.h"

#include <stdio.h>

struct printing {
	struct json *json; /* NULL: a line each */
	struct arena a;
	bool warnings;
};

static void print_one(const struct roster_finding *f, void *arg)
{
	struct printing *p = arg;
	bool warning = roster_finding_is_warning(f->kind);

	if (p->json) {
		json_open(p->json, '{');
		json_key(p->json, "kind");
		json_str(p->json, roster_finding_name(f->kind));
		json_key(p->json, "severity");
		json_str(p->json, warning ? "warning" : "error");
		json_key(p->json, "did");
		json_str(p->json, f->did);
		json_key(p->json, "email");
		json_str(p->json, f->email);
		json_key(p->json, "text");
		json_str(p->json, f->text);
		json_close(p->json, '}');
		return;
	}
	if (warning && !p->warnings)
		return;
	arena_reset(&p->a);
	printf("%s <%s>: %s%s\n", display_clean(&p->a, f->did), display_clean(&p->a, f->email),
	    warning ? "warning: " : "", display_clean(&p->a, f->text));
}

static int look(struct cli *cli, struct printing *p, size_t counts[static ROSTER_FINDING_KINDS], struct err *e)
{
	const char *path = config_text(cli_config(cli), "MAILROOM_COMPLIANCE_DB");
	struct did_set activity = {0};
	struct store *s;
	int rc = cli_open_store(cli, STORE_READ, &s, e);

	if (rc == 0 && path)
		rc = roster_activity_load(path, &activity, e);
	if (rc == 0)
		rc = roster_validate(s, path ? &activity : NULL, print_one, p, counts, e);
	did_set_clear(&activity);
	return rc;
}

int participant_verb_validate(struct cli *cli, int argc, char **argv)
{
	size_t counts[ROSTER_FINDING_KINDS], errors = 0;
	struct err e = {0};
	struct buf out = {0};
	struct json j = {.out = &out};
	struct printing p = {.json = cli_json(cli) ? &j : NULL, .warnings = !cli_quiet(cli)};
	int status = 0;

	(void)argc, (void)argv;
	people_out_list_begin(&j, "findings");
	if (look(cli, &p, counts, &e) != 0) {
		status = cli_fail(&e);
	} else {
		for (int i = 0; i < ROSTER_FINDING_KINDS; i++)
			errors += roster_finding_is_warning((enum roster_finding_kind)i) ? 0 : counts[i];
		status = errors > 0;
		if (cli_json(cli))
			people_out_list_end(&j);
	}
	buf_clear(&out);
	arena_clear(&p.a);
	return status;
}
