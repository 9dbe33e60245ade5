#include "job/imap_folders.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A mailbox with more folders than this is none. */
enum { FOLDERS_MAX = 10000 };

struct found {
	struct arena *a;
	struct imap_chosen *items;
	size_t n, cap;
	bool has_all, too_many;
};

static int note_folder(const struct imap_folder *f, void *arg)
{
	struct found *all = arg;

	if (!f->selectable || !*f->name || strchr(f->name, '\n'))
		return 0;
	all->too_many |= all->n == FOLDERS_MAX;
	if (all->too_many)
		return 0;
	if (all->n == all->cap) {
		size_t bytes = all->cap * sizeof *all->items;
		all->cap = all->cap ? 2 * all->cap : 32;
		all->items = arena_grow(all->a, all->items, bytes, all->cap * sizeof *all->items);
	}
	all->has_all |= f->use == IMAP_USE_ALL && !f->guessed;
	all->items[all->n++] = (struct imap_chosen){arena_strdup(all->a, f->name), f->use};
	return 0;
}

int imap_folders_compare(const char *x, const char *y)
{
	bool x_inbox = strcasecmp(x, "INBOX") == 0, y_inbox = strcasecmp(y, "INBOX") == 0;

	if (x_inbox || y_inbox)
		return y_inbox - x_inbox;
	return strcmp(x, y);
}

static int by_name(const void *x, const void *y)
{
	return imap_folders_compare(((const struct imap_chosen *)x)->name, ((const struct imap_chosen *)y)->name);
}

static bool is_taken(const struct found *all, enum imap_use use)
{
	switch (use) {
	case IMAP_USE_DRAFTS:
	case IMAP_USE_JUNK:
	case IMAP_USE_TRASH:
	case IMAP_USE_FLAGGED: return false;
	case IMAP_USE_ALL:
	case IMAP_USE_SENT: return true;
	default: return !all->has_all;
	}
}

static void take_useful(const struct found *all, struct imap_folder_list *out)
{
	for (size_t i = 0; i < all->n; i++)
		if (is_taken(all, all->items[i].use))
			out->items[out->n++] = all->items[i];
}

static int take_wanted(
    const struct found *all, const char *wanted, struct arena *a, struct imap_folder_list *out, struct err *e)
{
	for (; *wanted; wanted += *wanted == '\n') {
		size_t n = strcspn(wanted, "\n"), i = 0;
		const char *name = arena_strndup(a, wanted, n);
		wanted += n;
		while (i < all->n && imap_folders_compare(all->items[i].name, name) != 0)
			i++;
		if (i == all->n)
			return err_set(e, ERR_CONFIG, "the server has no folder \"%s\": see `account imap`", name);
		if (out->n < all->n)
			out->items[out->n++] = all->items[i];
	}
	return 0;
}

/* Servers name a folder twice at times, and so do people. */
static void drop_doubles(struct imap_folder_list *out)
{
	size_t left = 0;

	if (out->n > 1)
		qsort(out->items, out->n, sizeof *out->items, by_name);
	for (size_t i = 0; i < out->n; i++)
		if (left == 0 || by_name(&out->items[left - 1], &out->items[i]) != 0)
			out->items[left++] = out->items[i];
	out->n = left;
}

int imap_folders_choose(
    struct imap *m, const char *wanted, struct arena *a, struct imap_folder_list *out, struct err *e)
{
	struct found all = {.a = a};

	*out = (struct imap_folder_list){0};
	if (imap_folders(m, note_folder, &all, e) != 0)
		return -1;
	if (all.too_many)
		return err_set(e, ERR_UNAVAILABLE, "the server tells of more than %d folders", FOLDERS_MAX);
	out->items = arena_array(a, all.n, sizeof *out->items);
	if (*wanted && take_wanted(&all, wanted, a, out, e) != 0)
		return -1;
	if (!*wanted)
		take_useful(&all, out);
	drop_doubles(out);
	return out->n > 0 ? 0 : err_set(e, ERR_UNAVAILABLE, "the server has no folder to capture");
}
