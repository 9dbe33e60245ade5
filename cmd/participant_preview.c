#include "participant_preview.h"

#include "job/updates.h"

#include <jansson.h>
#include <stdio.h>

const struct cli_option participant_preview_options[] = {
    {"did", 'd', "DID", "whose: needed"},
    {"date", 0, "DAY", "of this study day, 2026-11-19 (default: the one that is under way)"},
    {"html", 0, NULL, "the page instead of the text"},
    {NULL, 0, NULL, NULL},
};

static void print_json(const struct updates_preview *p)
{
	json_t *j = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s}", "format", 1, "to", p->to, "language", p->language,
	    "subject", p->subject, "text", p->bodies.text, "html", p->bodies.html);

	json_dumpf(j, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(j);
}

static void print(struct cli *cli, const struct updates_preview *p)
{
	if (cli_json(cli))
		print_json(p);
	else if (cli_flag(cli, "html"))
		fputs(p->bodies.html, stdout);
	else
		printf("To: %s\nSubject: %s\n\n%s", p->to, p->subject, p->bodies.text);
}

int participant_preview(struct cli *cli, int argc, char **argv)
{
	const struct updates_ask ask = {.did = cli_value(cli, "did"), .date = cli_value(cli, "date"), .dry_run = true};
	struct updates_preview preview;
	struct updates *u = NULL;
	struct store *s;
	struct err e = {0};
	int rc;

	(void)argc, (void)argv;
	if (!ask.did)
		return cli_usage(cli, "name the participant: --did DID");
	rc = cli_open_store(cli, STORE_READ, &s, &e) || updates_open(s, cli_config(cli), &ask, cli_now(cli), &u, &e) ||
	     updates_preview(u, &preview, &e);
	if (rc == 0)
		print(cli, &preview);
	updates_close(u);
	return rc == 0 ? 0 : cli_fail(&e);
}
