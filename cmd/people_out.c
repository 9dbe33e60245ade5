#include "people_out.h"

#include <stdio.h>

struct people_words people_out_words_given(
    struct arena *a, const struct cli *cli, int argc, char **argv, const char *option)
{
	struct people_words w = {0};
	size_t n = 0;

	while (option && cli_value_at(cli, option, n))
		n++;
	w.items = arena_array(a, (size_t)argc + n + 1, sizeof *w.items);
	for (int i = 0; i < argc; i++)
		w.items[w.count++] = argv[i];
	for (size_t i = 0; i < n; i++)
		w.items[w.count++] = cli_value_at(cli, option, i);
	return w;
}

void people_out_change(const struct cli *cli, enum people_change change, const char *what)
{
	if (!cli_quiet(cli))
		printf(cli_dry_run(cli) ? "would be %s: %s\n" : "%s %s\n", people_change_name(change), what);
}

void people_out_change_begin(
    struct json *j, const struct cli *cli, enum people_change change, const char *name)
{
	json_open(j, '{');
	json_key(j, "format");
	json_int(j, 1);
	json_key(j, "change");
	json_str(j, people_change_name(change));
	json_key(j, "dry_run");
	json_bool(j, cli_dry_run(cli));
	json_key(j, name);
}

void people_out_end(struct json *j)
{
	json_close(j, '}');
	buf_putc(j->out, '\n');
	fwrite(j->out->data, 1, j->out->len, stdout);
}

void people_out_list_begin(struct json *j, const char *name)
{
	json_open(j, '{');
	json_key(j, "format");
	json_int(j, 1);
	json_key(j, name);
	json_open(j, '[');
}

void people_out_list_end(struct json *j)
{
	json_close(j, ']');
	people_out_end(j);
}

void people_out_words(struct json *j, const char *const *words, size_t n)
{
	json_open(j, '[');
	for (size_t i = 0; i < n; i++)
		json_str(j, words[i]);
	json_close(j, ']');
}

void people_out_joined(struct table *t, const char *const *words, size_t n)
{
	struct buf b = {0};

	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i ? " " : "", words[i]);
	table_add(t, buf_str(&b));
	buf_clear(&b);
}
