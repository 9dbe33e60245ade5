#include "people_out.h"

#include "base/log.h"
#include "job/domain_rules.h"

#include <stdio.h>
#include <sysexits.h>

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

void people_out_change_begin(struct json *j, const struct cli *cli, enum people_change change, const char *name)
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

static void warn_shadowed(const char *domain, const char *investor, void *arg)
{
	(void)arg;
	log_warning("%s is our own domain now: mail from there no longer matches %s by it", domain, investor);
}

int people_out_shadowed(struct store *s, struct err *e)
{
	return domain_rules_each_shadowed(s, warn_shadowed, NULL, e);
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

static void import_json(const struct cli *cli, const struct people_import *import)
{
	struct buf out = {0};
	struct json j = {.out = &out};

	json_open(&j, '{');
	json_key(&j, "format");
	json_int(&j, 1);
	json_key(&j, "dry_run");
	json_bool(&j, cli_dry_run(cli));
	json_key(&j, "imported");
	json_bool(&j, import->faults.count == 0 && !cli_dry_run(cli));
	for (int i = PEOPLE_ADDED; i <= PEOPLE_UNCHANGED; i++) {
		json_key(&j, people_change_name((enum people_change)i));
		json_int(&j, (int64_t)import->changes[i]);
	}
	json_key(&j, "fault_count");
	json_int(&j, (int64_t)import->faults.count);
	json_key(&j, "faults");
	json_open(&j, '[');
	for (size_t i = 0; i < csv_faults_kept(&import->faults); i++) {
		json_open(&j, '{');
		json_key(&j, "line");
		json_int(&j, (int64_t)import->faults.items[i].line);
		json_key(&j, "text");
		json_str(&j, import->faults.items[i].text);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	people_out_end(&j);
	buf_clear(&out);
}

static void import_faults(const char *path, const struct csv_faults *f)
{
	size_t kept = csv_faults_kept(f);

	for (size_t i = 0; i < kept; i++)
		log_error("%s: line %zu: %s", path, f->items[i].line, f->items[i].text);
	if (f->count > kept)
		log_error("%s: and %zu more", path, f->count - kept);
	log_error("%s: nothing was imported: %zu fault%s", path, f->count, f->count == 1 ? "" : "s");
}

int people_out_import(const struct cli *cli, const char *path, const struct people_import *import)
{
	const size_t *n = import->changes;

	if (import->faults.count)
		import_faults(path, &import->faults);
	if (cli_json(cli))
		import_json(cli, import);
	else if (!import->faults.count && !cli_quiet(cli))
		printf("%s%s: %zu added, %zu restored, %zu changed, %zu unchanged\n",
		    cli_dry_run(cli) ? "dry run: " : "", path, n[PEOPLE_ADDED], n[PEOPLE_RESTORED], n[PEOPLE_CHANGED],
		    n[PEOPLE_UNCHANGED]);
	return import->faults.count ? EX_DATAERR : 0;
}
