/* What all programs share: options in tables, verbs, help, the settings, exit status. */
#ifndef CMD_CLI_H
#define CMD_CLI_H

#include "base/config.h"
#include "base/err.h"
#include "store/store.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cli_option {
	const char *name; /* long name without "--" */
	char letter;      /* 0: none */
	const char *arg;  /* name of its argument in the help ("FILE"); NULL: a flag */
	const char *help; /* one line; NULL ends a table */
};

struct cli;

struct cli_verb {
	const char *name;                 /* NULL ends a table; "" in a program without verbs */
	const char *args;                 /* what follows in the synopsis: "ADDRESS...", "" */
	const char *help;                 /* one line */
	const struct cli_option *options; /* of this verb; NULL: none */
	/* Returns the exit status; argv holds what is left after the options. */
	int (*run)(struct cli *, int argc, char **argv);
	int min_args, max_args; /* max_args -1: any number */
};

struct cli_program {
	const char *name, *summary; /* "account", "the mailboxes that Mailroom reads" */
	const struct cli_verb *verbs;
	const char *default_verb; /* when none is named; NULL: that is a usage error */
};

/* Reads the command line and the settings, runs the verb, returns the exit status. Common to all programs: -c/--config,
 * --db, --json, -n/--dry-run, -q/--quiet, -v/--verbose, --help, --version, and --complete for the shell completion. */
int cli_main(const struct cli_program *program, int argc, char **argv);

/* The same, for a program with one verb that also runs when the settings cannot be read (`mailroom doctor`). */
int cli_main_tolerant(const struct cli_program *program, const char *tolerant_verb, int argc, char **argv);
/* Why the settings could not be read; NULL: they were. What could be read of them is in cli_config. */
const struct err *cli_settings_error(const struct cli *cli);

/* An option's value (the last one given), NULL when not given; a flag's value is "". */
const char *cli_value(const struct cli *cli, const char *option);
bool cli_flag(const struct cli *cli, const char *option);
/* All values of an option that may be repeated: the n-th (from 0), NULL behind the last. */
const char *cli_value_at(const struct cli *cli, const char *option, size_t n);

const struct config *cli_config(const struct cli *cli);
int64_t cli_now(const struct cli *cli); /* MAILROOM_NOW, or the clock once at the start */
bool cli_json(const struct cli *cli);
bool cli_dry_run(const struct cli *cli);
bool cli_quiet(const struct cli *cli);

/* Opens the database of the settings; closed by cli_main at the end. */
int cli_open_store(struct cli *cli, enum store_mode mode, struct store **s, struct err *e);

/* Prints "program: text" for a person and gives the exit status that stands for it. */
int cli_fail(const struct err *e);
/* Usage error of a verb: prints the text and how to get help; 64. */
int cli_usage(const struct cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Flushes standard output; 74 with a message when what was printed could not be written (disk full, pipe closed), else `status`. */
int cli_finish(int status);

#endif
