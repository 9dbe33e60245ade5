/* Drives lib/net/imap from the command line, for tests: logs in and does one thing after another, a line for each result.
 * usage: imap_probe [option...] COMMAND...
 * Options: host=H port=N security=ssl|starttls|none ca=FILE anywhere idle=MS limit=MS connect=MS user=U password=P token=T
 *          cap=BYTES batch=N
 * Commands: folders, select=NAME, list[=FIRST:LAST], changes=MODSEQ, uids, fetch (all of the folder), header, sum (the fetched
 *           messages' hashes one by one are replaced by their number and bytes), has=CAPABILITY */
#include "base/clock.h"
#include "base/err.h"
#include "base/sha256.h"
#include "net/imap.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct probe {
	struct imap_options options;
	const char *user, *password, *token;
	struct imap_fetch_options fetch;
	bool sum;
	struct imap_wanted *wanted;
	size_t n;
	uint64_t count, bytes;
	struct imap *imap;
	struct imap_folder_state state;
};

static int show_folder(const struct imap_folder *f, void *arg)
{
	static const char *const uses[] = {"-", "all", "archive", "drafts", "flagged", "junk", "sent", "trash"};

	(void)arg;
	printf("folder %s %s%s%s\n", f->name, uses[f->use], f->guessed ? "?" : "", f->selectable ? "" : " noselect");
	return 0;
}

static int show_listed(const struct imap_message *m, void *arg)
{
	struct probe *p = arg;
	char at[CLOCK_TEXT_BYTES];

	clock_format_utc(m->received_at, at);
	if (!p->sum)
		printf("%u [%s] %s %" PRIu64 "\n", m->uid, m->keywords, at, m->size);
	p->count++;
	return 0;
}

static int keep_listed(const struct imap_message *m, void *arg)
{
	struct probe *p = arg;

	if ((p->n & (p->n + 1)) == 0) {
		p->wanted = realloc(p->wanted, (2 * p->n + 2) * sizeof *p->wanted);
		if (!p->wanted)
			abort();
	}
	p->wanted[p->n++] = (struct imap_wanted){m->uid, m->size};
	return 0;
}

static int show_fetched(const struct imap_message *m, void *arg)
{
	static const char *const found[] = {"found", "too large", "gone", "unfetched"};
	unsigned char digest[SHA256_BYTES];
	char hash[SHA256_HEX_BYTES];
	struct probe *p = arg;

	p->count++;
	p->bytes += m->len;
	if (p->sum && m->found == IMAP_FOUND)
		return 0;
	if (m->found == IMAP_FOUND) {
		sha256_of(m->bytes, m->len, digest);
		sha256_hex(digest, hash);
		printf("%u %s %zu %.12s\n", m->uid, found[m->found], m->len, hash);
	} else {
		printf("%u %s %s\n", m->uid, found[m->found], m->words);
	}
	return 0;
}

static int fetch_all(struct probe *p, bool header_only, struct err *e)
{
	p->fetch.header_only = header_only;
	p->n = 0;
	p->count = p->bytes = 0;
	if (imap_list(p->imap, 1, 0, 0, keep_listed, p, e) < 0)
		return -1;
	int rc = imap_fetch(p->imap, p->wanted, p->n, &p->fetch, show_fetched, p, e);
	if (p->sum)
		printf("fetched %" PRIu64 " bytes %" PRIu64 "\n", p->count, p->bytes);
	return rc;
}

static int list(struct probe *p, uint32_t first, uint32_t last, uint64_t since, struct err *e)
{
	p->count = 0;
	int rc = imap_list(p->imap, first, last, since, show_listed, p, e);
	printf("listed %" PRIu64 "\n", p->count);
	return rc;
}

static int show_uids(struct probe *p, struct err *e)
{
	struct imap_set set = {0};
	struct buf text = {0};
	int rc = imap_uids(p->imap, 0, &set, e);

	imap_set_write(&set, &text);
	if (rc == 0)
		printf("uids %" PRIu64 " %.200s\n", imap_set_count(&set), buf_str(&text));
	imap_set_clear(&set);
	buf_clear(&text);
	return rc;
}

static int command(struct probe *p, const char *name, const char *value, struct err *e)
{
	uint32_t first = 1, last = 0;

	if (strcmp(name, "folders") == 0)
		return imap_folders(p->imap, show_folder, p, e);
	if (strcmp(name, "select") == 0) {
		if (imap_select(p->imap, value, &p->state, e) < 0)
			return -1;
		printf("uidvalidity %u uidnext %u exists %u modseq %s\n", p->state.uidvalidity, p->state.uidnext,
		    p->state.exists, p->state.highestmodseq ? "yes" : "no");
		return 0;
	}
	if (strcmp(name, "list") == 0) {
		if (*value)
			sscanf(value, "%u:%u", &first, &last);
		return list(p, first, last, 0, e);
	}
	if (strcmp(name, "modseq") == 0)
		return printf("%" PRIu64 "\n", p->state.highestmodseq) < 0;
	if (strcmp(name, "changes") == 0)
		return list(p, 1, 0, strtoull(value, NULL, 10), e);
	if (strcmp(name, "uids") == 0)
		return show_uids(p, e);
	if (strcmp(name, "has") == 0)
		return printf("has %s %s\n", value, imap_has(p->imap, value) ? "yes" : "no") < 0;
	if (strcmp(name, "fetch") == 0 || strcmp(name, "header") == 0)
		return fetch_all(p, *name == 'h', e);
	return err_set(e, ERR_USAGE, "%s: no such command", name);
}

static bool option(struct probe *p, const char *name, const char *value)
{
	struct stream_options *s = &p->options.stream;
	int n = atoi(value);

	if (strcmp(name, "host") == 0)
		s->host = value;
	else if (strcmp(name, "port") == 0)
		s->port = n;
	else if (strcmp(name, "security") == 0)
		s->security = *value == 'n' ? STREAM_PLAIN : strcmp(value, "ssl") == 0 ? STREAM_TLS : STREAM_STARTTLS;
	else if (strcmp(name, "ca") == 0)
		s->ca_file = value;
	else if (strcmp(name, "anywhere") == 0)
		s->plain_anywhere = true;
	else if (strcmp(name, "idle") == 0)
		s->idle_timeout_ms = n;
	else if (strcmp(name, "connect") == 0)
		s->connect_timeout_ms = n;
	else if (strcmp(name, "limit") == 0)
		p->options.command_timeout_ms = n;
	else if (strcmp(name, "user") == 0)
		p->user = value;
	else if (strcmp(name, "password") == 0)
		p->password = value;
	else if (strcmp(name, "token") == 0)
		p->token = value;
	else if (strcmp(name, "cap") == 0)
		p->fetch.cap_bytes = (size_t)n;
	else if (strcmp(name, "batch") == 0)
		p->fetch.batch_max = (size_t)n;
	else if (strcmp(name, "sum") == 0)
		p->sum = true;
	else
		return false;
	return true;
}

static int run(struct probe *p, int n, char **words, struct err *e)
{
	for (int i = 0; i < n; i++) {
		char *value = strchr(words[i], '=');
		if (value)
			*value++ = '\0';
		else
			value = words[i] + strlen(words[i]);
		if (!p->imap && option(p, words[i], value))
			continue;
		if (!p->imap) {
			if (imap_open(&p->imap, &p->options, e) < 0)
				return -1;
			if (p->token ? imap_login_oauth(p->imap, p->user, p->token, e) < 0
			             : p->user && imap_login(p->imap, p->user, p->password, e) < 0)
				return -1;
		}
		if (command(p, words[i], value, e) < 0)
			return -1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct probe p = {.options.stream.host = "localhost"};
	struct err e = {0};
	int rc = run(&p, argc - 1, argv + 1, &e);

	if (rc < 0)
		printf("error %d: %s\n", err_exit_status(&e), e.text);
	imap_close(p.imap);
	free(p.wanted);
	return rc < 0 ? err_exit_status(&e) : 0;
}
