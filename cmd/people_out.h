/* What account, team and contact print alike: the outcome of a change, lists, words. */
#ifndef CMD_PEOPLE_OUT_H
#define CMD_PEOPLE_OUT_H

#include "base/json.h"
#include "cli.h"
#include "job/people.h"
#include "job/people_import.h"
#include "table.h"

/* The arguments, then the values of an option that may be repeated (NULL: none); the list is in `a`. */
struct people_words people_out_words_given(
    struct arena *a, const struct cli *cli, int argc, char **argv, const char *option);

/* "added kay@northwind.example", or "would be added: ..." for a dry run; nothing when quiet. */
void people_out_change(const struct cli *cli, enum people_change change, const char *what);
/* {"format": 1, "change": ..., "dry_run": ..., NAME: and the caller writes the value, then people_out_end. */
void people_out_change_begin(struct json *j, const struct cli *cli, enum people_change change, const char *name);
/* Closes the document and prints it with a line end. */
void people_out_end(struct json *j);

/* {"format": 1, NAME: [ and the caller writes the items, then people_out_list_end. */
void people_out_list_begin(struct json *j, const char *name);
void people_out_list_end(struct json *j);

/* Behind a change of our own addresses: warns of each investor whose domain is our own by now. */
int people_out_shadowed(struct store *s, struct err *e);

void people_out_words(struct json *j, const char *const *words, size_t n);
/* One cell: the words with spaces between them. */
void people_out_joined(struct table *t, const char *const *words, size_t n);

/* What became of a file: its faults line by line on standard error, counts or a JSON document on standard output. Returns the
 * exit status: 65 when there were faults, since then nothing was imported. */
int people_out_import(const struct cli *cli, const char *path, const struct people_import *import);

#endif
