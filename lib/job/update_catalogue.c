#include "job/update_catalogue.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/span.h"
#include "job/update_builtin.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

enum { LANGUAGE_BYTES = 36 };

struct update_catalogue {
	struct arena arena;
	const char *place; /* of the files, for errors: "DIR/", or "" */
	struct update_templates *items;
	size_t count;
	const struct update_templates *own;
};

void update_catalogue_free(struct update_catalogue *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->count; i++) {
		template_free(c->items[i].subject);
		template_free(c->items[i].text);
		template_free(c->items[i].html);
		template_free(c->items[i].markdown);
	}
	arena_clear(&c->arena);
	free(c);
}

/* Lower case, "-" between the parts; false when it cannot be a language tag (RFC 5646 section 2.1, coarsely). */
static bool normalise(const char *s, size_t n, char out[static LANGUAGE_BYTES])
{
	size_t part = 0;

	if (n == 0 || n >= LANGUAGE_BYTES)
		return false;
	for (size_t i = 0; i < n; i++) {
		out[i] = s[i] == '_' ? '-' : ascii_lower(s[i]);
		part = out[i] == '-' ? 0 : part + 1;
		if (out[i] != '-' && !(out[i] >= 'a' && out[i] <= 'z') && !ascii_is_digit(out[i]))
			return false;
		if ((out[i] == '-' && (i == 0 || out[i - 1] == '-' || i + 1 == n)) || part > 8)
			return false;
	}
	out[n] = '\0';
	return true;
}

static struct update_templates *find(const struct update_catalogue *c, const char *language)
{
	for (size_t i = 0; i < c->count; i++)
		if (strcmp(c->items[i].language, language) == 0)
			return &c->items[i];
	return NULL;
}

static struct update_templates *find_or_add(struct update_catalogue *c, const char *language)
{
	struct update_templates *t = find(c, language);

	if (t)
		return t;
	c->items = arena_more(&c->arena, c->items, c->count, sizeof *c->items);
	c->items[c->count] = (struct update_templates){.language = arena_strdup(&c->arena, language)};
	return &c->items[c->count++];
}

/* The place of a file's template by what its name ends in; NULL when it is none of them. */
static struct template **slot_of(struct update_templates *t, const char *ending, enum template_escape *escape)
{
	if (strcmp(ending, "subject") == 0)
		return *escape = TEMPLATE_HEADER, &t->subject;
	if (strcmp(ending, "txt") == 0)
		return *escape = TEMPLATE_TEXT, &t->text;
	if (strcmp(ending, "html") == 0)
		return *escape = TEMPLATE_HTML, &t->html;
	return strcmp(ending, "md") == 0 ? (*escape = TEMPLATE_MARKDOWN, &t->markdown) : NULL;
}

/* Compiles the file of this name: "update.nl.html". */
static int take(struct update_catalogue *c, const char *name, const char *bytes, size_t n, struct err *e)
{
	const char *from = name + strlen("update."), *ending = strrchr(from, '.');
	const char *file = arena_printf(&c->arena, "%s%s", c->place, name);
	char language[LANGUAGE_BYTES];
	enum template_escape escape = TEMPLATE_TEXT;
	struct template **slot = NULL;

	if (ending && normalise(from, (size_t)(ending - from), language))
		slot = slot_of(find_or_add(c, language), ending + 1, &escape);
	if (!slot || *slot)
		return err_set(e, ERR_CONFIG, "%s: %s (update.LANGUAGE.subject, .txt, .html or .md, as update.en.html)",
		    file, slot ? "is there twice, in letters of another case" : "is no name of a template");
	return template_parse(file, bytes, n, escape, update_names, slot, e);
}

static int take_file(struct update_catalogue *c, const char *name, struct err *e)
{
	const char *path = arena_printf(&c->arena, "%s%s", c->place, name);
	struct buf bytes = {0};
	int rc = file_read(path, -1, TEMPLATE_SOURCE_BYTES, &bytes, e);

	if (rc == 0)
		rc = take(c, name, buf_str(&bytes), bytes.len, e);
	else
		e->code = ERR_CONFIG;
	buf_clear(&bytes);
	return rc;
}

/* An editor's copy ("update.en.html~") is none of ours. */
static bool is_ours(const char *name)
{
	return strncmp(name, "update.", strlen("update.")) == 0 && name[strlen(name) - 1] != '~';
}

static int take_folder(struct update_catalogue *c, const char *dir, struct err *e)
{
	DIR *d = opendir(dir);
	int rc = 0;

	if (!d) {
		err_errno(e, "MAILROOM_TEMPLATE_DIR: %s", dir);
		e->code = ERR_CONFIG;
		return -1;
	}
	c->place = arena_printf(&c->arena, "%s/", dir);
	for (struct dirent *entry; rc == 0 && (entry = readdir(d)) != NULL;)
		if (is_ours(entry->d_name))
			rc = take_file(c, entry->d_name, e);
	closedir(d);
	return rc;
}

static int take_builtin(struct update_catalogue *c, struct err *e)
{
	for (const struct update_builtin *b = update_builtin; b->name; b++)
		if (take(c, b->name, b->text, strlen(b->text), e) != 0)
			return -1;
	return 0;
}

static int check(struct update_catalogue *c, const char *language, struct err *e)
{
	char own[LANGUAGE_BYTES];

	for (size_t i = 0; i < c->count; i++) {
		const struct update_templates *t = &c->items[i];
		if (!t->subject)
			return err_set(e, ERR_CONFIG,
			    "%supdate.%s.subject: is not there, but other templates of this language are", c->place,
			    t->language);
		if (!t->text && !t->html && !t->markdown)
			return err_set(e, ERR_CONFIG,
			    "%supdate.%s.txt: is not there, nor .html or .md: a subject alone is no message", c->place,
			    t->language);
	}
	c->own = normalise(language, strlen(language), own) ? find(c, own) : NULL;
	if (!c->own)
		return err_set(e, ERR_CONFIG, "MAILROOM_TEMPLATE_LANGUAGE: there is no template %supdate.%s.subject",
		    c->place, language);
	return 0;
}

int update_catalogue_load(const char *dir, const char *language, struct update_catalogue **out, struct err *e)
{
	struct update_catalogue *c = mem_alloc(sizeof *c);

	c->place = "";
	if ((dir ? take_folder(c, dir, e) : take_builtin(c, e)) != 0 || check(c, language, e) != 0) {
		update_catalogue_free(c);
		return -1;
	}
	*out = c;
	return 0;
}

const struct update_templates *update_catalogue_find(const struct update_catalogue *c, const char *language)
{
	char tag[LANGUAGE_BYTES];

	if (!language || !normalise(language, strlen(language), tag))
		return c->own;
	for (;;) {
		const struct update_templates *t = find(c, tag);
		char *part = strrchr(tag, '-');
		if (t)
			return t;
		if (!part)
			return c->own;
		*part = '\0';
	}
}
