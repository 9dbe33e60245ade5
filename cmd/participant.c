/* participant: a study's roster. */
#include "cli.h"
#include "participant_survey.h"

static const struct cli_verb verbs[] = {
    {"quarantine", "", "list the answers of the survey that lack something, or close them",
        participant_quarantine_options, participant_quarantine, 0, 0},
    {"sync-qualtrics", "", "read the survey's new answers into the roster", participant_sync_options, participant_sync,
        0, 0},
    {NULL, NULL, NULL, NULL, NULL, 0, 0},
};

int main(int argc, char **argv)
{
	static const struct cli_program program = {"participant", "a study's roster", verbs, NULL};

	return cli_main(&program, argc, argv);
}
