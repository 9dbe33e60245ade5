/* bounces-scan run --file: reports in files, without a database. */
#ifndef CMD_BOUNCES_FILE_H
#define CMD_BOUNCES_FILE_H

#include "cli.h"

/* The verb: paths are the values of --file and what stands behind the options. */
int bounces_file_run(struct cli *cli, int argc, char **argv);

#endif
