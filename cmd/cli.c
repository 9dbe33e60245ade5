#include "cli.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/zone.h"
#include "version.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

struct given {
	const char *name, *value;
};

struct cli {
	const struct cli_program *program;
	const struct cli_verb *verb;
	struct config *config;
	struct store *store;
	struct given *given;
	size_t given_count;
	int64_t now;
	int verbosity;
	bool named; /* the verb was named, not the default one */
	const char *tolerant_verb;
	struct err settings_error;
};

static const struct cli_option common[] = {
    {"config", 'c', "FILE", "read settings from FILE (default: mailroom.conf, see mailroom.conf(5))"},
    {"db", 0, "FILE", "use this database"},
    {"json", 0, NULL, "print JSON"},
    {"dry-run", 'n', NULL, "say what would be done, and do nothing"},
    {"quiet", 'q', NULL, "print errors only"},
    {"verbose", 'v', NULL, "say what is done; twice: in detail"},
    {"help", 'h', NULL, "show this help"},
    {"version", 0, NULL, "show the version"},
    {"complete", 0, NULL, NULL}, /* for the shell completion: help-less, so that no help lists it */
    {NULL, 0, NULL, NULL},
};

const char *cli_value_at(const struct cli *cli, const char *option, size_t n)
{
	for (size_t i = 0; i < cli->given_count; i++)
		if (strcmp(cli->given[i].name, option) == 0 && n-- == 0)
			return cli->given[i].value;
	return NULL;
}

const char *cli_value(const struct cli *cli, const char *option)
{
	for (size_t i = cli->given_count; i-- > 0;)
		if (strcmp(cli->given[i].name, option) == 0)
			return cli->given[i].value;
	return NULL;
}

bool cli_flag(const struct cli *cli, const char *option)
{
	return cli_value(cli, option) != NULL;
}

const struct config *cli_config(const struct cli *cli)
{
	return cli->config;
}

int64_t cli_now(const struct cli *cli)
{
	return cli->now;
}

const struct err *cli_settings_error(const struct cli *cli)
{
	return cli->settings_error.code == ERR_NONE ? NULL : &cli->settings_error;
}

bool cli_json(const struct cli *cli)
{
	return cli_flag(cli, "json");
}

bool cli_dry_run(const struct cli *cli)
{
	return cli_flag(cli, "dry-run");
}

bool cli_quiet(const struct cli *cli)
{
	return cli_flag(cli, "quiet");
}

int cli_fail(const struct err *e)
{
	log_error("%s", e->text);
	return err_exit_status(e);
}

int cli_usage(const struct cli *cli, const char *fmt, ...)
{
	char *text;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		mem_out_of_memory();
	va_end(ap);
	log_error("%s (%s --help tells more)", text, cli->program->name);
	free(text);
	return EX_USAGE;
}

int cli_finish(int status)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	log_error("standard output: %s", strerror(errno));
	return EX_IOERR;
}

int cli_open_store(struct cli *cli, enum store_mode mode, struct store **s, struct err *e)
{
	if (store_open(config_text(cli->config, "MAILROOM_DB"), mode, &cli->store, e) != 0)
		return -1;
	*s = cli->store;
	return 0;
}

static const struct cli_verb *find_verb(const struct cli_program *p, const char *name)
{
	for (const struct cli_verb *v = p->verbs; v->name; v++)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

static void print_options(const struct cli_option *o)
{
	for (; o && o->help; o++) {
		char left[64];
		snprintf(left, sizeof left, "%c%c%s--%s%s%s", o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
		    o->letter ? ", " : "  ", o->name, o->arg ? " " : "", o->arg ? o->arg : "");
		printf("  %-28s %s\n", left, o->help);
	}
}

static void print_synopsis(const struct cli_program *p, const struct cli_verb *v)
{
	printf("%s%s%s%s%s%s", p->name, *v->name ? " " : "", v->name, v->options ? " [OPTION...]" : "",
	    *v->args ? " " : "", v->args);
}

static void print_verb_help(const struct cli_program *p, const struct cli_verb *v)
{
	fputs("Usage: ", stdout);
	print_synopsis(p, v);
	printf("\n%s\n", v->help);
	if (v->options) {
		puts("\nOptions:");
		print_options(v->options);
	}
	puts("\nCommon options:");
	print_options(common);
}

static void print_help(const struct cli_program *p, const struct cli_verb *v)
{
	if (!v && !p->verbs->name[0])
		v = p->verbs;
	if (v) {
		print_verb_help(p, v);
		return;
	}
	printf("Usage: %s %s [OPTION...] [ARGUMENT...]\n%s - %s\n\n", p->name, p->default_verb ? "[VERB]" : "VERB",
	    p->name, p->summary);
	for (v = p->verbs; v->name; v++)
		printf("  %-14s %s%s\n", v->name, v->help,
		    p->default_verb && strcmp(v->name, p->default_verb) == 0 ? " (default)" : "");
	printf("\nCommon options:\n");
	print_options(common);
	printf("\n`%s VERB --help` shows a verb's own options; the manual is %s(1).\n", p->name, p->name);
}

/* For the shell completion, one a line with a tab before the help: the verbs where none is named, then the options of the verb
 * at hand, be it the default one. */
static void print_complete(const struct cli_program *p, const struct cli_verb *v, bool named)
{
	const struct cli_option *tables[] = {v ? v->options : NULL, common};

	for (const struct cli_verb *w = p->verbs; !named && w->name; w++)
		if (*w->name)
			printf("%s\t%s\n", w->name, w->help);
	for (size_t i = 0; i < 2; i++)
		for (const struct cli_option *o = tables[i]; o && o->help; o++)
			printf("--%s%s\t%s\n", o->name, o->arg ? "=" : "", o->help);
}

enum { MAX_OPTIONS = 64 };

/* getopt's tables, made of ours; the index of an option in `all` is its `val` less 256. */
struct tables {
	struct option longs[MAX_OPTIONS];
	char shorts[MAX_OPTIONS];
	const struct cli_option *all[MAX_OPTIONS];
	size_t n;
};

static void add_options(struct tables *t, const struct cli_option *o)
{
	for (; o && o->name; o++) {
		size_t len = strlen(t->shorts);
		if (t->n + 1 >= MAX_OPTIONS)
			abort();
		t->all[t->n] = o;
		t->longs[t->n] =
		    (struct option){o->name, o->arg ? required_argument : no_argument, NULL, 256 + (int)t->n};
		t->n++;
		if (o->letter)
			snprintf(t->shorts + len, sizeof t->shorts - len, "%c%s", o->letter, o->arg ? ":" : "");
	}
}

static const struct cli_option *option_of(const struct tables *t, int c)
{
	if (c >= 256)
		return t->all[c - 256];
	for (size_t i = 0; i < t->n; i++)
		if (t->all[i]->letter == c)
			return t->all[i];
	return NULL;
}

/* Reads all options; what is left is argv[optind...]. */
static int parse_options(struct cli *cli, const struct cli_option *own, int argc, char **argv)
{
	struct tables t = {.shorts = ":"};
	int c;

	add_options(&t, own);
	add_options(&t, common);
	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, t.shorts, t.longs, NULL)) != -1) {
		const struct cli_option *o;
		if (c == ':')
			return cli_usage(cli, "%s needs a value", argv[optind - 1]);
		if (c == '?')
			return cli_usage(cli, "%s: no such option%s%s", argv[optind - 1],
			    cli->verb && *cli->verb->name ? " of " : "", cli->verb ? cli->verb->name : "");
		o = option_of(&t, c);
		cli->given = mem_realloc(cli->given, cli->given_count + 1, sizeof *cli->given);
		cli->given[cli->given_count++] = (struct given){o->name, o->arg ? optarg : ""};
		if (o->letter == 'v')
			cli->verbosity++;
	}
	return 0;
}

/* The settings' file: -c, else MAILROOM_CONFIG, else the first that is there of the user's and the system's. */
static int load_config_file(struct cli *cli, struct err *e)
{
	const char *given = cli_value(cli, "config"), *home = getenv("HOME"), *xdg = getenv("XDG_CONFIG_HOME");
	char *paths[3] = {NULL, NULL, NULL};
	int rc = 0;

	if (!given)
		given = getenv("MAILROOM_CONFIG");
	if (given && *given)
		return config_load_file(cli->config, given, e);
	if (xdg && *xdg)
		paths[0] = file_join(xdg, "mailroom/mailroom.conf");
	else if (home && *home)
		paths[0] = file_join(home, ".config/mailroom/mailroom.conf");
	paths[1] = mem_strdup("/etc/mailroom/mailroom.conf");
	for (size_t i = 0; i < 2 && rc == 0; i++)
		if (paths[i] && access(paths[i], F_OK) == 0) {
			rc = config_load_file(cli->config, paths[i], e);
			break;
		}
	free(paths[0]);
	free(paths[1]);
	return rc;
}

static int load_config(struct cli *cli, struct err *e)
{
	const char *db = cli_value(cli, "db"), *now;

	cli->config = config_new();
	if (load_config_file(cli, e) != 0 || config_load_environment(cli->config, environ, e) != 0 ||
	    (db && config_set(cli->config, "MAILROOM_DB", db, CONFIG_OPTION, e) != 0) ||
	    config_finish(cli->config, environ, e) != 0 || zone_use(config_text(cli->config, "MAILROOM_TZ"), e) != 0)
		return -1;
	now = config_text(cli->config, "MAILROOM_NOW");
	cli->now = clock_now();
	return now ? clock_parse(now, &cli->now, e) : 0;
}

static int run(struct cli *cli, int argc, char **argv)
{
	struct err e = {0};
	int n = argc - optind;

	if (cli_flag(cli, "version")) {
		printf("%s (Mailroom) %s\n", cli->program->name, MAILROOM_VERSION);
		return 0;
	}
	if (cli_flag(cli, "help")) {
		print_help(cli->program, cli->named ? cli->verb : NULL);
		return 0;
	}
	if (cli_flag(cli, "complete")) {
		print_complete(cli->program, cli->verb, cli->named);
		return 0;
	}
	if (!cli->named && cli->program->verbs->name[0] && n > 0 && find_verb(cli->program, argv[optind]))
		return cli_usage(cli, "%s: the verb comes first, the options after it", argv[optind]);
	if (!cli->verb)
		return n > 0 ? cli_usage(cli, "%s: no such verb", argv[optind])
		             : cli_usage(cli, "what is to be done? Name a verb");
	if (n < cli->verb->min_args)
		return cli_usage(cli, "%s%swants %s", cli->verb->name, *cli->verb->name ? " " : "", cli->verb->args);
	if (cli->verb->max_args >= 0 && n > cli->verb->max_args)
		return cli_usage(cli, "%s: one argument too many", argv[optind + cli->verb->max_args]);
	log_set_verbosity(cli_quiet(cli) ? -1 : cli->verbosity);
	if (load_config(cli, &cli->settings_error) != 0) {
		if (!cli->tolerant_verb || strcmp(cli->verb->name, cli->tolerant_verb) != 0)
			return cli_fail(&cli->settings_error);
		config_finish(cli->config, environ, &e);
	}
	return cli->verb->run(cli, n, argv + optind);
}

int cli_main(const struct cli_program *program, int argc, char **argv)
{
	return cli_main_tolerant(program, NULL, argc, argv);
}

int cli_main_tolerant(const struct cli_program *program, const char *tolerant_verb, int argc, char **argv)
{
	struct cli cli = {.program = program, .tolerant_verb = tolerant_verb};
	int status;

	log_set_program(program->name);
	/* The verb comes first, as in git; options before it are only common ones, so a program without verb in argv[1] takes
	 * its default verb. */
	if (argc > 1 && argv[1][0] != '-' && program->verbs->name[0]) {
		cli.verb = find_verb(program, argv[1]);
		cli.named = cli.verb != NULL;
		if (cli.verb) {
			argv[1] = argv[0];
			argv++;
			argc--;
		}
	} else if (!program->verbs->name[0]) {
		cli.verb = program->verbs;
	} else if (program->default_verb) {
		cli.verb = find_verb(program, program->default_verb);
	}
	status = parse_options(&cli, cli.verb ? cli.verb->options : NULL, argc, argv);
	if (status == 0)
		status = run(&cli, argc, argv);
	status = cli_finish(status);
	store_close(cli.store);
	config_free(cli.config);
	free(cli.given);
	return status;
}
