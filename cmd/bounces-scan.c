/* bounces-scan: reads delivery reports. */
#include "bounces_file.h"

static const struct cli_option run_options[] = {
    {"file", 0, "PATH", "a report, a folder of them, or - for standard input (may be given again)"},
    {NULL, 0, NULL, NULL},
};

static const struct cli_verb verbs[] = {
    {"run", "--file PATH...", "Reads reports: whom they are about, what happened, and why.", run_options,
        bounces_file_run, 0, -1},
    {NULL, NULL, NULL, NULL, NULL, 0, 0},
};

int main(int argc, char **argv)
{
	static const struct cli_program program = {"bounces-scan", "read delivery reports", verbs, "run"};

	return cli_main(&program, argc, argv);
}
