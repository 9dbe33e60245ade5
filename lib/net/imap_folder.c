#include "base/span.h"
#include "base/utf8.h"
#include "net/imap_change.h"
#include "net/imap_core.h"
#include "net/imap_utf7.h"

#include <string.h>

struct folders {
	int (*each)(const struct imap_folder *, void *arg);
	void *arg;
	struct buf wire, name;
};

static void take_attribute(struct span word, struct imap_folder *f)
{
	static const struct {
		const char *word;
		enum imap_use use;
	} uses[] = {{"\\all", IMAP_USE_ALL}, {"\\allmail", IMAP_USE_ALL}, {"\\archive", IMAP_USE_ARCHIVE},
	    {"\\drafts", IMAP_USE_DRAFTS}, {"\\flagged", IMAP_USE_FLAGGED}, {"\\starred", IMAP_USE_FLAGGED},
	    {"\\junk", IMAP_USE_JUNK}, {"\\spam", IMAP_USE_JUNK}, {"\\sent", IMAP_USE_SENT},
	    {"\\trash", IMAP_USE_TRASH}};

	for (size_t i = 0; i < sizeof uses / sizeof *uses; i++)
		if (span_is(word, uses[i].word))
			f->use = uses[i].use;
	if (span_is(word, "\\noselect") || span_is(word, "\\nonexistent"))
		f->selectable = false;
}

static int read_attributes(struct imap *m, struct imap_folder *f, struct err *e)
{
	int c;

	if (imap_reader_expect(&m->reader, '(', e) < 0)
		return -1;
	for (;;) {
		if (imap_reader_spaces(&m->reader, e) < 0 || imap_reader_atom(&m->reader, &m->word, e) < 0)
			return -1;
		if (m->word.len == 0)
			break;
		take_attribute((struct span){m->word.data, m->word.len}, f);
	}
	c = imap_reader_getc(&m->reader, e);
	return c == ')' ? 0 : c < 0 ? -1 : imap_reader_bad(&m->reader, "the attributes of a folder", e);
}

/* The names that common programs give, in the languages that we have seen; compared without ASCII letter case. */
static enum imap_use guess_use(struct span last)
{
	static const struct {
		const char *name;
		enum imap_use use;
	} names[] = {{"sent", IMAP_USE_SENT}, {"sent items", IMAP_USE_SENT}, {"sent mail", IMAP_USE_SENT},
	    {"sent messages", IMAP_USE_SENT}, {"sent-mail", IMAP_USE_SENT}, {"gesendet", IMAP_USE_SENT},
	    {"gesendete elemente", IMAP_USE_SENT}, {"gesendete objekte", IMAP_USE_SENT}, {"verzonden", IMAP_USE_SENT},
	    {"verzonden items", IMAP_USE_SENT}, {"verzonden berichten", IMAP_USE_SENT},
	    {"\303\251l\303\251ments envoy\303\251s", IMAP_USE_SENT}, {"enviados", IMAP_USE_SENT},
	    {"posta inviata", IMAP_USE_SENT}, {"drafts", IMAP_USE_DRAFTS}, {"entw\303\274rfe", IMAP_USE_DRAFTS},
	    {"concepten", IMAP_USE_DRAFTS}, {"brouillons", IMAP_USE_DRAFTS}, {"junk", IMAP_USE_JUNK},
	    {"spam", IMAP_USE_JUNK}, {"junk e-mail", IMAP_USE_JUNK}, {"junk email", IMAP_USE_JUNK},
	    {"bulk mail", IMAP_USE_JUNK}, {"ongewenste e-mail", IMAP_USE_JUNK}, {"trash", IMAP_USE_TRASH},
	    {"deleted items", IMAP_USE_TRASH}, {"deleted messages", IMAP_USE_TRASH}, {"bin", IMAP_USE_TRASH},
	    {"papierkorb", IMAP_USE_TRASH}, {"prullenbak", IMAP_USE_TRASH}, {"corbeille", IMAP_USE_TRASH},
	    {"archive", IMAP_USE_ARCHIVE}};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (span_is(last, names[i].name))
			return names[i].use;
	return IMAP_USE_NONE;
}

static void guess(struct imap_folder *f)
{
	const char *last = f->delimiter ? strrchr(f->name, f->delimiter) : NULL;

	if (f->use != IMAP_USE_NONE)
		return;
	f->use = guess_use(span_of(last ? last + 1 : f->name));
	f->guessed = f->use != IMAP_USE_NONE;
}

/* Names that are no modified UTF-7 (a bare "&", UTF-8 as it is) are taken as they are; what is no text cannot be named. */
static void decode_name(struct folders *fs, struct imap_folder *f)
{
	const char *wire = buf_str(&fs->wire);
	size_t n = fs->wire.len, used;
	char utf8[4];
	uint32_t cp;

	buf_reset(&fs->name);
	if (strlen(wire) == n && imap_utf7_decode(wire, &fs->name))
		goto out;
	f->selectable = f->selectable && strlen(wire) == n && utf8_is_valid(wire, n) && !strpbrk(wire, "\r\n");
	for (size_t i = 0; i < n; i += used) {
		used = utf8_decode(wire + i, n - i, &cp);
		buf_append(&fs->name, utf8, utf8_encode(cp ? cp : '?', utf8));
	}
out:
	f->name = buf_str(&fs->name);
}

/* (attributes) "delimiter" name, and what an extension has behind it */
static int read_folder(struct imap *m, uint64_t number, void *arg, struct err *e)
{
	struct imap_folder f = {.selectable = true};
	struct folders *fs = arg;
	bool nil;

	(void)number;
	if (read_attributes(m, &f, e) < 0 || imap_reader_spaces(&m->reader, e) < 0 ||
	    imap_reader_string(&m->reader, &m->word, 8, &nil, NULL, e) < 0)
		return -1;
	f.delimiter = nil || m->word.len == 0 ? '\0' : m->word.data[0];
	if (imap_reader_spaces(&m->reader, e) < 0 ||
	    imap_reader_string(&m->reader, &fs->wire, IMAP_TOKEN_MAX, &nil, NULL, e) < 0)
		return -1;
	if (nil)
		buf_puts(&fs->wire, "NIL");
	if (imap_reader_skip_rest(&m->reader, e) < 0)
		return -1;
	decode_name(fs, &f);
	guess(&f);
	imap_core_progress(m);
	return fs->each(&f, fs->arg);
}

int imap_folders(struct imap *m, int (*each)(const struct imap_folder *, void *arg), void *arg, struct err *e)
{
	struct folders fs = {.each = each, .arg = arg};
	const struct imap_want wants[] = {{"list", read_folder, &fs}, {0}};
	bool special = imap_has(m, "LIST-EXTENDED") && imap_has(m, "SPECIAL-USE");
	int rc = imap_core_ask(m, special ? "LIST \"\" \"*\" RETURN (SPECIAL-USE)" : "LIST \"\" \"*\"", wants, e);

	buf_clear(&fs.wire);
	buf_clear(&fs.name);
	return rc ? rc : imap_core_check(m, "LIST", e);
}

static int examine(struct imap *m, const char *command_word, const char *wire, struct err *e)
{
	struct buf command = {0};
	int rc;

	m->folder = (struct imap_folder_state){0};
	buf_printf(&command, "%s ", command_word);
	imap_core_put_quoted(&command, wire);
	if (imap_has(m, "CONDSTORE"))
		buf_puts(&command, " (CONDSTORE)");
	rc = imap_core_ask(m, command.data, NULL, e);
	buf_clear(&command);
	return rc;
}

static int open_folder(struct imap *m, const char *word, const char *name, struct imap_folder_state *out, struct err *e)
{
	struct buf wire = {0};
	int rc = -1;

	if (!*name || strpbrk(name, "\r\n") || !imap_utf7_encode(name, &wire)) {
		err_set(e, ERR_CONFIG, "%s: \"%s\" is no name of a folder", stream_peer(m->stream), name);
		goto out;
	}
	if (examine(m, word, wire.data, e) < 0)
		goto out;
	/* A server that does not encode its names. */
	if (m->status == IMAP_NO && strcmp(name, wire.data) != 0 && examine(m, word, name, e) < 0)
		goto out;
	if (imap_core_check(m, name, e) < 0) {
		/* Many servers give no code: a NO to EXAMINE means that the folder is not there (RFC 3501 section 6.3.2). */
		if (m->status == IMAP_NO && e->code == ERR_UNAVAILABLE)
			e->code = ERR_NO_INPUT;
		goto out;
	}
	if (m->folder.uidvalidity == 0) {
		err_set(e, ERR_UNAVAILABLE, "%s: %s: the server gives messages no lasting numbers (UIDVALIDITY)",
		    stream_peer(m->stream), name);
		goto out;
	}
	*out = m->folder;
	rc = 0;
out:
	buf_clear(&wire);
	return rc;
}

int imap_select(struct imap *m, const char *name, struct imap_folder_state *out, struct err *e)
{
	return open_folder(m, "EXAMINE", name, out, e);
}

int imap_change_select(struct imap *m, const char *name, struct imap_folder_state *out, struct err *e)
{
	if (open_folder(m, "SELECT", name, out, e) < 0)
		return -1;
	if (strcmp(buf_str(&m->code), "READ-ONLY") == 0)
		return err_set(e, ERR_REFUSED, "%s: %s: the server lets it be read only: nothing can be marked there",
		    stream_peer(m->stream), name);
	return 0;
}
