/* digest-send: what is ready in the outbox, checked and sent. */
#include "cli.h"
#include "outbox_verbs.h"
#include "send_verbs.h"

static const struct cli_option list_options[] = {
    {"state", 0, "STATE", "only those in this state: ready, held, sent, failed, unknown..."},
    {NULL, 0, NULL, NULL},
};

static const struct cli_verb verbs[] = {
    {"run", "", "check what is due and say what would be sent; --live sends it", send_run_options, send_verb_run, 0, 0},
    {"list", "", "the messages of the outbox, oldest first", list_options, outbox_verb_list, 0, 0},
    {"show", "ID", "one message: its state, the checks, headers and text", NULL, outbox_verb_show, 1, 1},
    {"explain", "ID", "which transport a message takes, and why", NULL, send_verb_explain, 1, 1},
    {"status", "", "the last attempts, newest first", send_status_options, send_verb_status, 0, 0},
    {"hold", "ID...", "keep messages back", NULL, outbox_verb_hold, 1, -1},
    {"release", "ID...", "let held messages go again", NULL, outbox_verb_release, 1, -1},
    {"discard", "ID...", "drop messages for good; their files are removed", NULL, outbox_verb_discard, 1, -1},
    {"resolve", "ID", "say what became of a message that is unknown", send_resolve_options, send_verb_resolve, 1, 1},
    {"test-email", "ADDRESS", "a test to an active admin", send_test_options, send_verb_test, 1, 1},
    {NULL, NULL, NULL, NULL, NULL, 0, 0},
};

int main(int argc, char **argv)
{
	static const struct cli_program program = {
	    "digest-send", "what is ready in the outbox, checked and sent", verbs, "run"};

	return cli_main(&program, argc, argv);
}
