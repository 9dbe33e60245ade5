#include "job/imap_cursor.h"

#include <stdlib.h>
#include <string.h>

void imap_cursor_put(
    struct buf *out, const char *name, const struct imap_folder_state *state, const struct imap_set *uids)
{
	buf_printf(out, "%u %u %u %llu ", (unsigned)state->uidvalidity, (unsigned)state->uidnext,
	    (unsigned)state->exists, (unsigned long long)state->highestmodseq);
	if (uids->n > 0)
		imap_set_write(uids, out);
	buf_printf(out, " %s\n", name);
}

static bool read_line(struct arena *a, const char *line, const char *name, struct imap_cursor_folder *out)
{
	char *at, *uids_end;
	const char *end = line + strcspn(line, "\n");
	size_t n = strlen(name);

	*out = (struct imap_cursor_folder){.name = name};
	out->state.uidvalidity = (uint32_t)strtoul(line, &at, 10);
	out->state.uidnext = (uint32_t)strtoul(at, &at, 10);
	out->state.exists = (uint32_t)strtoul(at, &at, 10);
	out->state.highestmodseq = strtoull(at, &at, 10);
	if (at >= end || *at != ' ')
		return false;
	uids_end = strchr(++at, ' ');
	if (!uids_end || uids_end >= end || (size_t)(end - uids_end - 1) != n || memcmp(uids_end + 1, name, n) != 0)
		return false;
	out->uids = arena_strndup(a, at, (size_t)(uids_end - at));
	return true;
}

bool imap_cursor_find(struct arena *a, const char *cursor, const char *name, struct imap_cursor_folder *out)
{
	for (const char *line = cursor; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (read_line(a, line, name, out))
			return true;
	return false;
}

void imap_cursor_uids(const char *text, struct imap_set *out)
{
	char *at;

	while (*text) {
		uint32_t first = (uint32_t)strtoul(text, &at, 10), last = first;
		if (at == text)
			break;
		if (*at == ':')
			last = (uint32_t)strtoul(at + 1, &at, 10);
		if (first > 0 && last >= first)
			imap_set_add(out, first, last);
		text = at + (*at == ',');
	}
	imap_set_sort(out);
}

const char *imap_id(struct arena *a, uint32_t uidvalidity, uint32_t uid, const char *folder)
{
	return arena_printf(a, "%u:%u:%s", (unsigned)uidvalidity, (unsigned)uid, folder);
}

bool imap_id_read(const char *id, uint32_t *uidvalidity, uint32_t *uid, const char **folder)
{
	char *at;

	*uidvalidity = (uint32_t)strtoul(id, &at, 10);
	if (at == id || *at != ':')
		return false;
	*uid = (uint32_t)strtoul(at + 1, &at, 10);
	*folder = at + 1;
	return *at == ':' && *uid > 0;
}
