/* participant: a study's roster, and how its people stand. */
#include "participant_numbers.h"
#include "participant_preview.h"
#include "participant_verbs.h"

static const struct cli_option add_options[] = {
    {"did", 'd', "DID", "who it is: needed"},
    {"email", 'e', "ADDRESS", "address (may be missing with --prolific-id)"},
    {"status", 's', "STATUS", "active, inactive or unsubscribed (default: active)"},
    {"type", 't', "TYPE", "pilot, prolific, admin or test"},
    {"feed-url", 0, "URL", "the participant's feed"},
    {"survey-completed-at", 0, "TIME", "when the survey was completed"},
    {"prolific-id", 0, "ID", "id at Prolific"},
    {"study-type", 0, "TEXT", "which study or arm"},
    {"language", 0, "TAG", "language of the mails, like nl or pt-BR"},
    {NULL, 0, NULL, NULL},
};
static const struct cli_option erase_options[] = {
    {"did", 'd', "DID", "whom: needed"},
    {"yes", 'y', NULL, "do not ask"},
    {NULL, 0, NULL, NULL},
};
static const struct cli_option export_options[] = {
    {"full", 0, NULL, "the whole roster; FILE is replaced"},
    {NULL, 0, NULL, NULL},
};
static const struct cli_option list_options[] = {
    {"status", 's', "STATUS", "only active, inactive or unsubscribed ones"},
    {"study-type", 0, "TEXT", "only of this study or arm"},
    {NULL, 0, NULL, NULL},
};
static const struct cli_option quarantine_options[] = {
    {"all", 0, NULL, "list those that are dealt with, too"},
    {"resolve", 0, "ID", "this one is dealt with (may be given again)"},
    {NULL, 0, NULL, NULL},
};
static const struct cli_option seed_options[] = {
    {"timestamp", 't', "TIME", "the time to set: needed"},
    {"did", 'd', "DID", "only of this participant (may be given again)"},
    {NULL, 0, NULL, NULL},
};
static const struct cli_option status_options[] = {
    {"did", 'd', "DID", "whom"},
    {"email", 'e', "ADDRESS", "whom, by address"},
    {"status", 's', "STATUS", "active, inactive or unsubscribed: needed"},
    {"reason", 'r', "TEXT", "why; needed to undo an unsubscription"},
    {NULL, 0, NULL, NULL},
};
static const struct cli_option show_options[] = {
    {"did", 'd', "DID", "whom"},
    {"email", 'e', "ADDRESS", "whom, by address"},
    {NULL, 0, NULL, NULL},
};
static const struct cli_option sync_options[] = {
    {"survey-id", 0, "ID", "read this survey (may be given again; default: all of the account)"},
    {"survey-filter", 0, "REGEX", "read the surveys whose name this POSIX extended regular expression finds"},
    {"since", 0, "TIME", "ask for the answers recorded since then (default: since the last sync)"},
    {NULL, 0, NULL, NULL},
};
static const struct cli_option update_options[] = {
    {"did", 'd', "DID", "whom: needed"},
    {"email", 'e', "ADDRESS", "another address"},
    {"type", 't', "TYPE", "pilot, prolific, admin or test; '' for none, as with those below"},
    {"feed-url", 0, "URL", "the participant's feed"},
    {"survey-completed-at", 0, "TIME", "when the survey was completed"},
    {"prolific-id", 0, "ID", "id at Prolific"},
    {"study-type", 0, "TEXT", "which study or arm"},
    {"language", 0, "TAG", "language of the mails, like nl or pt-BR"},
    {NULL, 0, NULL, NULL},
};

static const struct cli_verb verbs[] = {
    {"add", "", "add a participant", add_options, participant_verb_add, 0, 0},
    {"aggregate", "", "how the participants stand: active days, on track, day by day", participant_aggregate_options,
        participant_aggregate, 0, 0},
    {"erase", "", "remove a person's data for good", erase_options, participant_verb_erase, 0, 0},
    {"export-csv", "FILE", "append new participants to the audit log", export_options, participant_verb_export_csv, 1,
        1},
    {"import-csv", "FILE", "read a roster from CSV", NULL, participant_verb_import_csv, 1, 1},
    {"list", "", "list the roster", list_options, participant_verb_list, 0, 0},
    {"preview", "", "print a participant's daily update as it would be built", participant_preview_options,
        participant_preview, 0, 0},
    {"quarantine", "", "list the survey's answers that lack something, or close them", quarantine_options,
        participant_verb_quarantine, 0, 0},
    {"seed-completion", "", "set the survey's time where it is missing", seed_options, participant_verb_seed_completion,
        0, 0},
    {"set-status", "", "change a participant's status", status_options, participant_verb_set_status, 0, 0},
    {"show", "", "show a participant, the history and the last mails", show_options, participant_verb_show, 0, 0},
    {"snapshot", "", "keep each day's numbers of a study in the database", participant_snapshot_options,
        participant_snapshot, 0, 0},
    {"sync-qualtrics", "", "read the survey's new answers into the roster", sync_options,
        participant_verb_sync_qualtrics, 0, 0},
    {"update", "", "change a participant's address and other fields", update_options, participant_verb_update, 0, 0},
    {"validate", "", "look for duplicates, bad addresses, what is missing", NULL, participant_verb_validate, 0, 0},
    {NULL, NULL, NULL, NULL, NULL, 0, 0},
};

int main(int argc, char **argv)
{
	static const struct cli_program program = {"participant", "a study's roster and its numbers", verbs, NULL};

	return cli_main(&program, argc, argv);
}
