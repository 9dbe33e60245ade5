/* mailroom config and mailroom doctor. */
#include "job/doctor.h"
#include "jsontext.h"
#include "mailroom.h"

#include <jansson.h>
#include <stdio.h>

static const char *shown_value(const struct config *c, const struct config_key *k)
{
	const char *value = config_text(c, k->name);

	return value && k->secret ? "********" : value;
}

static int print_config_json(const struct config *c)
{
	json_t *keys = json_array(), *root;

	for (const struct config_key *k = config_keys; k->name; k++)
		json_array_append_new(
		    keys, json_pack("{s:s, s:o, s:s, s:s?, s:s}", "name", k->name, "value", jsontext(shown_value(c, k)),
		              "origin", config_origin_name(config_origin_of(c, k->name)), "default", k->value, "help",
		              k->help));
	root = json_pack("{s:i, s:o, s:o}", "format", 1, "file", jsontext(config_file(c)), "settings", keys);
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
	return 0;
}

int mailroom_config(struct cli *cli, int argc, char **argv)
{
	const struct config *c = cli_config(cli);

	(void)argc, (void)argv;
	if (cli_json(cli))
		return print_config_json(c);
	printf("# %s\n", config_file(c) ? config_file(c) : "no configuration file");
	for (const struct config_key *k = config_keys; k->name; k++) {
		const char *value = shown_value(c, k);
		printf("%-11s  %s=%s\n", config_origin_name(config_origin_of(c, k->name)), k->name, value ? value : "");
	}
	return 0;
}

static void print_finding(const struct doctor_finding *f, void *arg)
{
	const struct cli *cli = arg;

	if (cli_quiet(cli) && f->level == DOCTOR_OK)
		return;
	printf("%-8s %-12s %s\n", doctor_level_name(f->level), f->check, f->text);
	if (f->advice)
		printf("%-8s %-12s %s\n", "", "->", f->advice);
}

static void collect_finding(const struct doctor_finding *f, void *arg)
{
	json_t *o = json_pack("{s:s, s:s, s:o, s:o}", "check", f->check, "level", doctor_level_name(f->level), "text",
	    jsontext(f->text), "advice", jsontext(f->advice));

	json_array_append_new(arg, o);
}

int mailroom_doctor(struct cli *cli, int argc, char **argv)
{
	struct doctor_options options = {
	    .settings_error = cli_settings_error(cli), .now = cli_now(cli), .full = cli_flag(cli, "full")};
	enum doctor_level worst;
	json_t *findings, *root;

	(void)argc, (void)argv;
	if (!cli_json(cli)) {
		doctor_run(cli_config(cli), &options, print_finding, cli, &worst);
		return worst == DOCTOR_PROBLEM;
	}
	findings = json_array();
	doctor_run(cli_config(cli), &options, collect_finding, findings, &worst);
	root = json_pack("{s:i, s:s, s:o}", "format", 1, "worst", doctor_level_name(worst), "findings", findings);
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
	return worst == DOCTOR_PROBLEM;
}
