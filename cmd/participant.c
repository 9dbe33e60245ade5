/* participant: the people of a study. */
#include "participant_numbers.h"

static const struct cli_verb verbs[] = {
    {"aggregate", "", "how the participants stand: active days, on track, day by day", participant_aggregate_options,
        participant_aggregate, 0, 0},
    {"snapshot", "", "keep each day's numbers of a study in the database", participant_snapshot_options,
        participant_snapshot, 0, 0},
    {NULL, NULL, NULL, NULL, NULL, 0, 0},
};

int main(int argc, char **argv)
{
	static const struct cli_program program = {"participant", "the people of a study", verbs, NULL};

	return cli_main(&program, argc, argv);
}
