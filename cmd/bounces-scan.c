/* bounces-scan: reads delivery reports, and stops mail to people whom it does not reach. */
#include "bounces_verbs.h"

static const struct cli_verb verbs[] = {
    {"run", "[--account ADDRESS | --file PATH...]",
        "Reads what came to the mailbox and acts on it; with --file it only tells.", bounces_run_options,
        bounces_verb_run, 0, -1},
    {"postmark", "", "Does the same with what Postmark reports.", NULL, bounces_verb_postmark, 0, 0},
    {"unmatched", "", "Lists the reports that a person should decide about.", NULL, bounces_verb_unmatched, 0, 0},
    {"resolve", "ID", "Decides about one of them.", bounces_resolve_options, bounces_verb_resolve, 1, 1},
    {NULL, NULL, NULL, NULL, NULL, 0, 0},
};

int main(int argc, char **argv)
{
	static const struct cli_program program = {
	    "bounces-scan", "read delivery reports, and act on them", verbs, "run"};

	return cli_main(&program, argc, argv);
}
