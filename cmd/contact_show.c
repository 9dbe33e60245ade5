#include "contact_show.h"

#include "contact_out.h"
#include "job/contact.h"
#include "people_out.h"
#include "table.h"

#include <stdio.h>

struct listing {
	struct json *json; /* NULL: a table */
	struct table *table;
};

static int list_one(const struct investor *i, void *arg)
{
	struct listing *l = arg;

	if (!l->json) {
		contact_out_row(l->table, i);
		return 0;
	}
	contact_out_json(l->json, i);
	json_close(l->json, '}');
	return 0;
}

int contact_list(struct cli *cli, int argc, char **argv)
{
	const char *word = cli_value(cli, "kind");
	enum investor_kind kind = INVESTOR_ANY;
	struct err e = {0};
	struct buf out = {0};
	struct json j = {.out = &out};
	struct table table = {.columns = CONTACT_OUT_COLUMNS};
	struct listing l = {cli_json(cli) ? &j : NULL, &table};
	struct store *s;
	int status = 0;

	(void)argc, (void)argv;
	if (word && !investor_kind_parse(word, &kind))
		return cli_usage(cli, "%s: a kind is fund, organisation, contact or address", word);
	if (cli_json(cli))
		people_out_list_begin(&j, "records");
	if (cli_open_store(cli, STORE_READ, &s, &e) != 0 ||
	    investors_each(s, kind, cli_flag(cli, "all"), list_one, &l, &e) != 0)
		status = cli_fail(&e);
	else if (cli_json(cli))
		people_out_list_end(&j);
	else
		table_print(&table);
	buf_clear(&out);
	return status;
}

static int show_children(struct store *s, struct arena *a, int64_t id, struct json *j, struct err *e)
{
	struct table table = {.columns = CONTACT_OUT_COLUMNS};
	struct listing l = {j, &table};
	struct investor_ids ids;
	int rc = investors_children(s, a, id, &ids, e);

	for (size_t k = 0; k < ids.count && rc == 0; k++) {
		struct investor child;
		bool found;
		rc = investors_get(s, a, ids.items[k], &child, &found, e);
		if (rc == 0)
			list_one(&child, &l);
	}
	if (rc == 0 && !j && ids.count)
		puts("\nbelonging to it:");
	table_print(&table);
	return rc;
}

static int show(const struct cli *cli, struct store *s, struct arena *a, const struct investor *i, struct err *e)
{
	struct buf out = {0};
	struct json j = {.out = &out};
	int rc;

	if (cli_json(cli)) {
		json_open(&j, '{');
		json_key(&j, "format");
		json_int(&j, 1);
		json_key(&j, "record");
		contact_out_json(&j, i);
		json_close(&j, '}');
		json_key(&j, "children");
		json_open(&j, '[');
	} else {
		contact_out_text(i);
	}
	rc = show_children(s, a, i->id, cli_json(cli) ? &j : NULL, e);
	if (rc == 0 && cli_json(cli))
		people_out_list_end(&j);
	buf_clear(&out);
	return rc;
}

int contact_show(struct cli *cli, int argc, char **argv)
{
	struct err e = {0};
	struct arena a = {0};
	struct investor i;
	struct store *s;
	int status = 0;

	(void)argc;
	if (cli_open_store(cli, STORE_READ, &s, &e) != 0 || contact_find(s, &a, argv[0], false, &i, &e) != 0 ||
	    show(cli, s, &a, &i, &e) != 0)
		status = cli_fail(&e);
	arena_clear(&a);
	return status;
}
