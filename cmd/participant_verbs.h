/* The verbs of participant, by the file that has them. */
#ifndef CMD_PARTICIPANT_VERBS_H
#define CMD_PARTICIPANT_VERBS_H

#include "cli.h"

/* participant_edit.c */
int participant_verb_add(struct cli *cli, int argc, char **argv);
int participant_verb_set_status(struct cli *cli, int argc, char **argv);
int participant_verb_update(struct cli *cli, int argc, char **argv);
/* participant_erase.c */
int participant_verb_erase(struct cli *cli, int argc, char **argv);
/* participant_files.c */
int participant_verb_export_csv(struct cli *cli, int argc, char **argv);
int participant_verb_import_csv(struct cli *cli, int argc, char **argv);
int participant_verb_seed_completion(struct cli *cli, int argc, char **argv);
/* participant_quarantine.c */
int participant_verb_quarantine(struct cli *cli, int argc, char **argv);
/* participant_show.c */
int participant_verb_list(struct cli *cli, int argc, char **argv);
int participant_verb_show(struct cli *cli, int argc, char **argv);
/* participant_survey.c */
int participant_verb_sync_qualtrics(struct cli *cli, int argc, char **argv);
/* participant_validate.c */
int participant_verb_validate(struct cli *cli, int argc, char **argv);

#endif
