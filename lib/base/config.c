#include "base/config.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { FILE_CAP_BYTES = 1 << 20 };

const struct config_key config_keys[] = {
    {"MAILROOM_DATA_DIR", CONFIG_PATH, NULL, 0, 0, NULL, false,
        "folder of the database, the attachments and the outbox"},
    {"MAILROOM_DB", CONFIG_PATH, NULL, 0, 0, NULL, false, "database file (default: mailroom.db in the data folder)"},
    {"MAILROOM_OUTBOX_DIR", CONFIG_PATH, NULL, 0, 0, NULL, false,
        "folder of the .eml files to review (default: outbox in the data folder)"},
    {"MAILROOM_TZ", CONFIG_TEXT, "localtime", 0, 0, NULL, false,
        "time zone of the team's days, as Europe/Amsterdam; localtime: the machine's"},
    {"MAILROOM_KEEP", CONFIG_CHOICE, "matched", 0, 0, "matched|all", false,
        "whose text and attachments are kept: mail that matches, or all mail"},
    {"MAILROOM_MAX_ATTACHMENT_MB", CONFIG_INT, "50", 0, 10240, NULL, false,
        "a larger attachment is listed without its file"},
    {"MAILROOM_MAX_MESSAGE_MB", CONFIG_INT, "50", 1, 1024, NULL, false, "a larger message becomes a failed item"},
    {"MAILROOM_MAX_HEADER_KB", CONFIG_INT, "1024", 1, 65536, NULL, false, "header block read of one message or part"},
    {"MAILROOM_MAX_NESTING", CONFIG_INT, "100", 1, 10000, NULL, false, "levels of parts within parts"},
    {"MAILROOM_MAX_PARTS", CONFIG_INT, "10000", 1, 1000000, NULL, false, "parts of one message"},
    {"MAILROOM_MAX_ADDRESSES", CONFIG_INT, "10000", 1, 1000000, NULL, false, "addresses read of one header"},
    {"MAILROOM_MAX_BOUNDARY", CONFIG_INT, "256", 1, 65536, NULL, false, "bytes of a multipart boundary"},
    {"MAILROOM_MAX_COMMENT_DEPTH", CONFIG_INT, "64", 1, 100000, NULL, false,
        "comments or groups within each other in an address header"},
    {"MAILROOM_MAX_RFC2231_PARTS", CONFIG_INT, "1000", 1, 1000000, NULL, false, "continuations of one parameter"},
    {"MAILROOM_MAX_TEXT_KB", CONFIG_INT, "2048", 1, 1048576, NULL, false, "text kept of one message"},
    {"MAILROOM_TRUSTED_AUTHSERV", CONFIG_TEXT, NULL, 0, 0, NULL, false,
        "servers whose Authentication-Results count, comma-separated (default: the topmost header's)"},
    {"MAILROOM_FREE_MAIL_DOMAINS", CONFIG_TEXT, NULL, 0, 0, NULL, false,
        "further domains, comma-separated, that never stand for an organisation"},
    {"MAILROOM_TEAM_NAME", CONFIG_TEXT, "Team", 0, 0, NULL, false, "name of the team in the digest"},
    {"MAILROOM_DIGEST_FROM", CONFIG_TEXT, NULL, 0, 0, NULL, false,
        "sender address of the team digest (default: the first active admin)"},
    {"MAILROOM_DIGEST_FROM_NAME", CONFIG_TEXT, "Mailroom", 0, 0, NULL, false, "sender name of the team digest"},
    {"MAILROOM_PARTICIPANT_FROM", CONFIG_TEXT, NULL, 0, 0, NULL, false,
        "sender address of the participants' updates, which they answer to"},
    {"MAILROOM_PARTICIPANT_FROM_NAME", CONFIG_TEXT, NULL, 0, 0, NULL, false,
        "sender name of the participants' updates, which signs them, too"},
    {"MAILROOM_UNSUBSCRIBE", CONFIG_TEXT, NULL, 0, 0, NULL, false,
        "how a participant gets no more updates: an https URL, perhaps with {token} or {did} in it, or an address"},
    {"MAILROOM_TEMPLATE_DIR", CONFIG_PATH, NULL, 0, 0, NULL, false,
        "folder of the templates of the updates (default: those that are built in)"},
    {"MAILROOM_TEMPLATE_LANGUAGE", CONFIG_TEXT, "en", 0, 0, NULL, false,
        "language of the updates of participants in whose own there is no template"},
    {"MAILROOM_GMAIL_API_URL", CONFIG_TEXT, "https://gmail.googleapis.com", 0, 0, NULL, false,
        "address of the Gmail API"},
    {"MAILROOM_GMAIL_TOKEN_URL", CONFIG_TEXT, "https://oauth2.googleapis.com/token", 0, 0, NULL, false,
        "address of Google's tokens"},
    {"MAILROOM_GMAIL_QUOTA", CONFIG_CHOICE, "current", 0, 0, "current|legacy", false,
        "prices in quota units; legacy: the Cloud project is older than May 2026"},
    {"MAILROOM_GMAIL_UNITS_PER_MIN", CONFIG_INT, "3600", 60, 2000000000, NULL, false,
        "quota units a mailbox may use in a minute (Google allows 6000, legacy 15000)"},
    {"MAILROOM_GMAIL_BATCH", CONFIG_INT, "50", 0, 100, NULL, false,
        "messages asked for in one request; 0: each on its own"},
    {"MAILROOM_GMAIL_RETRY_MAX", CONFIG_INT, "5", 0, 20, NULL, false,
        "how often a request that fails for a while is tried again"},
    {"MAILROOM_LIVE", CONFIG_BOOL, "false", 0, 0, NULL, false, "false forbids digest-send --live"},
    {"MAILROOM_TRANSPORT", CONFIG_CHOICE, "auto", 0, 0, "auto|smtp|gmail|postmark|simulation", false,
        "how mail leaves; auto: the sender's SMTP server, Gmail, Postmark, whichever is set up first, else simulation"},
    {"MAILROOM_MAX_PER_RUN", CONFIG_INT, "1000", 0, 1000000000, NULL, false,
        "recipients that one run of digest-send sends to; 0: no limit"},
    {"MAILROOM_MAX_PER_DAY", CONFIG_INT, "2000", 0, 1000000000, NULL, false,
        "recipients that digest-send sends to in a day of MAILROOM_TZ; 0: no limit"},
    {"MAILROOM_STOP_FILE", CONFIG_PATH, NULL, 0, 0, NULL, false,
        "while this file is there digest-send sends nothing (default: STOP in the outbox)"},
    {"MAILROOM_RETRY_UNKNOWN_TEAM", CONFIG_BOOL, "false", 0, 0, NULL, false,
        "true: a team digest without an answer is sent again, with the same Message-ID"},
    {"MAILROOM_SECRET_KEY_FILE", CONFIG_PATH, NULL, 0, 0, NULL, false,
        "key that seals the secrets in the database (default: systemd's credential mailroom.key, else secret.key in "
        "the data folder)"},
    {"MAILROOM_GMAIL_KEY_FILE", CONFIG_PATH, NULL, 0, 0, NULL, false,
        "service account's key file for domain-wide delegation"},
    {"MAILROOM_GMAIL_DOMAIN", CONFIG_TEXT, NULL, 0, 0, NULL, false, "domains of the Google Workspace, comma-separated"},
    {"MAILROOM_GMAIL_CLIENT_ID", CONFIG_TEXT, NULL, 0, 0, NULL, false,
        "OAuth client for account login (default: of the client secret file)"},
    {"MAILROOM_GMAIL_CLIENT_SECRET_FILE", CONFIG_PATH, NULL, 0, 0, NULL, false,
        "its secret: the JSON file of the Cloud console, or the secret alone"},
    {"MAILROOM_GMAIL_AUTH_URL", CONFIG_TEXT, "https://accounts.google.com/o/oauth2/v2/auth", 0, 0, NULL, false,
        "address where people consent"},
    {"MAILROOM_GMAIL_LOGIN_TIMEOUT_S", CONFIG_INT, "300", 1, 86400, NULL, false,
        "how long account login waits for the consent"},
    {"MAILROOM_GMAIL_ENABLED", CONFIG_BOOL, "true", 0, 0, NULL, false, "false: no Gmail mailbox is captured"},
    {"MAILROOM_GMAIL_INCLUDE", CONFIG_TEXT, NULL, 0, 0, NULL, false,
        "what is captured beside plain mail: drafts, spam, trash, comma-separated"},
    {"MAILROOM_GMAIL_BACKFILL_PAGE_SIZE", CONFIG_INT, "500", 1, 500, NULL, false, "messages a page of a first capture"},
    {"MAILROOM_GMAIL_HISTORY_STALE_DAYS", CONFIG_INT, "7", 0, 3650, NULL, false,
        "after so long without a capture the mailbox is listed anew; 0: only when Google asks for it"},
    {"MAILROOM_CA_FILE", CONFIG_PATH, NULL, 0, 0, NULL, false,
        "authorities that mail servers are verified by, PEM (default: the system's)"},
    {"MAILROOM_IMAP_CA_FILE", CONFIG_PATH, NULL, 0, 0, NULL, false,
        "the same for IMAP servers alone (default: MAILROOM_CA_FILE)"},
    {"MAILROOM_IMAP_POLL_MIN", CONFIG_INT, "5", 0, 1440, NULL, false, "an IMAP mailbox is asked no more often"},
    {"MAILROOM_IMAP_MAX_PER_RUN", CONFIG_INT, "10000", 0, 100000000, NULL, false,
        "new messages a run fetches of an IMAP mailbox; the rest is for the next runs; 0: no limit"},
    {"MAILROOM_POSTMARK_TOKEN_FILE", CONFIG_PATH, NULL, 0, 0, NULL, false,
        "file with the token of the Postmark server that sends for senders without a mail server of their own"},
    {"MAILROOM_POSTMARK_TOKEN", CONFIG_TEXT, NULL, 0, 0, NULL, true, "the same token as a value"},
    {"MAILROOM_POSTMARK_STREAM", CONFIG_TEXT, "outbound", 0, 0, NULL, false, "Postmark's message stream"},
    {"MAILROOM_POSTMARK_URL", CONFIG_TEXT, "https://api.postmarkapp.com", 0, 0, NULL, false,
        "address of Postmark's API"},
    {"MAILROOM_BOUNCE_MAILBOX", CONFIG_TEXT, NULL, 0, 0, NULL, false,
        "IMAP mailbox that delivery reports come to (account imap)"},
    {"MAILROOM_BOUNCE_FOLDERS", CONFIG_TEXT, "INBOX", 0, 0, NULL, false, "its folders to read, comma-separated"},
    {"MAILROOM_BOUNCE_SOFT_DAYS", CONFIG_INT, "3", 1, 14, NULL, false,
        "soft bounces on so many days of 14 make a participant inactive"},
    {"MAILROOM_ALERT_COMMAND", CONFIG_TEXT, NULL, 0, 0, NULL, false,
        "shell command that gets on its standard input what bounces-scan has to tell"},
    {"MAILROOM_SYNC_PARALLEL", CONFIG_INT, "1", 1, 64, NULL, false, "mailboxes captured at once"},
    {"MAILROOM_SYNC_DEADLINE_MIN", CONFIG_INT, "170", 0, 100000, NULL, false,
        "a capture ends after so long and goes on in the next run; 0: no limit"},
    {"MAILROOM_COMPLIANCE_DB", CONFIG_PATH, NULL, 0, 0, NULL, false,
        "the compliance database, which another program writes; it is only read"},
    {"MAILROOM_STUDY_FILE", CONFIG_PATH, NULL, 0, 0, NULL, false,
        "the studies' settings (default: one study, with the defaults)"},
    {"MAILROOM_QUALTRICS_URL", CONFIG_TEXT, NULL, 0, 0, NULL, false,
        "address of the Qualtrics data centre, as https://fra1.qualtrics.com"},
    {"MAILROOM_QUALTRICS_TOKEN_FILE", CONFIG_PATH, NULL, 0, 0, NULL, false, "file of the Qualtrics API token (0600)"},
    {"MAILROOM_QUALTRICS_TOKEN", CONFIG_TEXT, NULL, 0, 0, NULL, true, "the Qualtrics API token itself"},
    {"MAILROOM_QUALTRICS_FIELD_MAPPING", CONFIG_PATH, NULL, 0, 0, NULL, false,
        "CSV file that says which column of a survey becomes which field of the roster"},
    {"MAILROOM_QUALTRICS_REQUESTS_PER_MIN", CONFIG_INT, "10", 1, 100000, NULL, false,
        "requests to Qualtrics in a minute, half of them at once"},
    {"MAILROOM_QUALTRICS_RETRY_MAX", CONFIG_INT, "5", 0, 20, NULL, false,
        "how often a request that fails for a while is tried again"},
    {"MAILROOM_ROSTER_BACKUPS", CONFIG_INT, "30", 0, 10000, NULL, false,
        "copies of the roster that syncs with the survey keep; 0: none"},
    {"MAILROOM_NOW", CONFIG_TIME, NULL, 0, 0, NULL, false, "fixes the clock, for tests and for doing a day again"},
    {NULL, CONFIG_TEXT, NULL, 0, 0, NULL, false, NULL},
};

enum { KEY_COUNT = sizeof config_keys / sizeof *config_keys - 1 };

struct setting {
	char *value;
	enum config_origin origin;
};

struct config {
	struct setting settings[KEY_COUNT];
	char *file;
};

struct config *config_new(void)
{
	struct config *c = mem_alloc(sizeof *c);

	for (size_t i = 0; i < KEY_COUNT; i++)
		c->settings[i].value = config_keys[i].value ? mem_strdup(config_keys[i].value) : NULL;
	return c;
}

void config_free(struct config *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < KEY_COUNT; i++) {
		if (c->settings[i].value && config_keys[i].secret)
			explicit_bzero(c->settings[i].value, strlen(c->settings[i].value));
		free(c->settings[i].value);
	}
	free(c->file);
	free(c);
}

static int key_index(const char *name)
{
	for (int i = 0; i < KEY_COUNT; i++)
		if (strcmp(config_keys[i].name, name) == 0)
			return i;
	return -1;
}

static bool parse_bool(const char *s, bool *v)
{
	static const char *const yes[] = {"true", "yes", "on", "1"}, *const no[] = {"false", "no", "off", "0"};

	for (size_t i = 0; i < 4; i++)
		if (strcasecmp(s, yes[i]) == 0 || strcasecmp(s, no[i]) == 0) {
			*v = strcasecmp(s, yes[i]) == 0;
			return true;
		}
	return false;
}

static bool is_choice(const char *choices, const char *value)
{
	size_t n = strlen(value);

	for (const char *s = choices; s; s = strchr(s, '|') ? strchr(s, '|') + 1 : NULL)
		if (n > 0 && strncmp(s, value, n) == 0 && (s[n] == '|' || s[n] == '\0'))
			return true;
	return false;
}

static int check_int(const struct config_key *k, const char *value, struct err *e)
{
	char *end;
	long long n;

	errno = 0;
	n = strtoll(value, &end, 10);
	if (errno || end == value || *end || n < k->min || n > k->max)
		return err_set(e, ERR_CONFIG, "%s: \"%s\" is no whole number from %lld to %lld", k->name, value,
		    (long long)k->min, (long long)k->max);
	return 0;
}

static int check_value(const struct config_key *k, const char *value, struct err *e)
{
	bool b;
	int64_t t;

	switch (k->type) {
	case CONFIG_BOOL:
		if (!parse_bool(value, &b))
			return err_set(e, ERR_CONFIG, "%s: \"%s\" is neither true nor false", k->name, value);
		return 0;
	case CONFIG_INT: return check_int(k, value, e);
	case CONFIG_CHOICE:
		if (!is_choice(k->choices, value))
			return err_set(e, ERR_CONFIG, "%s: \"%s\" is none of %s", k->name, value, k->choices);
		return 0;
	case CONFIG_TIME:
		if (clock_parse(value, &t, e) != 0) {
			err_prefix(e, "%s", k->name);
			e->code = ERR_CONFIG;
			return -1;
		}
		return 0;
	case CONFIG_TEXT:
	case CONFIG_PATH: return 0;
	}
	return 0;
}

int config_set(struct config *c, const char *key, const char *value, enum config_origin origin, struct err *e)
{
	int i = key_index(key);

	if (i < 0)
		return err_set(e, ERR_CONFIG, "%s: no such setting (mailroom.conf(5) lists them)", key);
	if (origin < c->settings[i].origin)
		return 0;
	/* An empty value gives the default back, as an empty line in a file means it. */
	if (*value == '\0')
		value = config_keys[i].value;
	if (value && check_value(&config_keys[i], value, e) != 0)
		return -1;
	/* cron runs elsewhere than the person who wrote it, and nobody expands "~" or "$HOME" here. */
	if (value && config_keys[i].type == CONFIG_PATH && origin != CONFIG_OPTION && *value != '/')
		return err_set(e, ERR_CONFIG, "%s: \"%s\" is no path from / on (nothing is expanded)", key, value);
	free(c->settings[i].value);
	c->settings[i].value = value ? mem_strdup(value) : NULL;
	c->settings[i].origin = origin;
	return 0;
}

/* Takes white space at both ends off, then one pair of quotes; in place. */
static char *unquoted(char *s)
{
	size_t n;

	s += strspn(s, " \t");
	n = strlen(s);
	while (n > 0 && strchr(" \t\r", s[n - 1]))
		s[--n] = '\0';
	if (n >= 2 && (*s == '"' || *s == '\'') && s[n - 1] == *s) {
		s[n - 1] = '\0';
		s++;
	}
	return s;
}

/* One logical line; blank and comment lines are good. */
static int load_line(struct config *c, char *line, struct err *e)
{
	char *eq;

	line += strspn(line, " \t\r");
	if (*line == '\0' || *line == '#' || *line == ';')
		return 0;
	eq = strchr(line, '=');
	if (!eq)
		return err_set(e, ERR_CONFIG, "\"%s\" is no KEY=VALUE line", line);
	*eq = '\0';
	return config_set(c, unquoted(line), unquoted(eq + 1), CONFIG_FILE, e);
}

/* Cuts the next logical line off *s, in place: a backslash before the line end joins the next line on. *lines counts the line
 * ends that were read. NULL at the end. */
static char *next_line(char **s, int *lines)
{
	char *start = *s, *to = *s, *from = *s;

	if (*start == '\0')
		return NULL;
	for (;; from++) {
		if (*from == '\0' || *from == '\n')
			++*lines;
		if (*from == '\0')
			break;
		if (*from == '\n') {
			if (to == start || to[-1] != '\\') {
				from++;
				break;
			}
			to--;
			continue;
		}
		*to++ = *from;
	}
	*to = '\0';
	*s = from;
	return start;
}

static int load_text(struct config *c, char *s, const char *path, struct err *e)
{
	int line_number = 1, lines = 0;
	char *line;

	if (strncmp(s, "\xef\xbb\xbf", 3) == 0)
		s += 3;
	while ((line = next_line(&s, &lines))) {
		if (load_line(c, line, e) != 0)
			return err_prefix(e, "%s:%d", path, line_number);
		line_number = lines + 1;
	}
	return 0;
}

int config_load_file(struct config *c, const char *path, struct err *e)
{
	struct buf b = {0};
	int rc = -1;

	if (file_read(path, -1, FILE_CAP_BYTES, &b, e) != 0)
		goto out;
	if (strlen(buf_str(&b)) != b.len) {
		err_set(e, ERR_CONFIG, "%s: holds a NUL byte: is it a text file?", path);
		goto out;
	}
	if (load_text(c, b.data, path, e) != 0)
		goto out;
	free(c->file);
	c->file = mem_strdup(path);
	rc = 0;
out:
	buf_clear(&b);
	return rc;
}

int config_load_environment(struct config *c, char *const *envp, struct err *e)
{
	for (; *envp; envp++) {
		const char *eq = strchr(*envp, '=');
		char *key;
		int rc;

		if (!eq || strncmp(*envp, "MAILROOM_", 9) != 0 || strncmp(*envp, "MAILROOM_CONFIG=", 16) == 0)
			continue;
		key = mem_strndup(*envp, (size_t)(eq - *envp));
		rc = config_set(c, key, eq + 1, CONFIG_ENVIRONMENT, e);
		free(key);
		if (rc != 0)
			return err_prefix(e, "environment");
	}
	return 0;
}

static const char *env_get(char *const *envp, const char *name)
{
	size_t n = strlen(name);

	for (; *envp; envp++)
		if (strncmp(*envp, name, n) == 0 && (*envp)[n] == '=' && (*envp)[n + 1])
			return *envp + n + 1;
	return NULL;
}

static void default_path(struct config *c, const char *key, char *path)
{
	struct setting *s = &c->settings[key_index(key)];

	if (s->value)
		free(path);
	else
		s->value = path;
}

/* systemd's LoadCredential=mailroom.key:... puts the key into a folder of the service alone. */
static char *secret_key_path(const char *data, const char *credentials)
{
	char *path = credentials ? file_join(credentials, "mailroom.key") : NULL;

	if (path && access(path, F_OK) == 0)
		return path;
	free(path);
	return file_join(data, "secret.key");
}

int config_finish(struct config *c, char *const *envp, struct err *e)
{
	const char *xdg = env_get(envp, "XDG_DATA_HOME"), *home = env_get(envp, "HOME"), *data;

	if (!config_text(c, "MAILROOM_DATA_DIR")) {
		if (geteuid() == 0)
			default_path(c, "MAILROOM_DATA_DIR", mem_strdup("/var/lib/mailroom"));
		else if (xdg)
			default_path(c, "MAILROOM_DATA_DIR", file_join(xdg, "mailroom"));
		else if (home)
			default_path(c, "MAILROOM_DATA_DIR", file_join(home, ".local/share/mailroom"));
		else
			return err_set(
			    e, ERR_CONFIG, "MAILROOM_DATA_DIR is not set, and neither is HOME: name a data folder");
	}
	data = config_text(c, "MAILROOM_DATA_DIR");
	default_path(c, "MAILROOM_DB", file_join(data, "mailroom.db"));
	default_path(c, "MAILROOM_OUTBOX_DIR", file_join(data, "outbox"));
	default_path(c, "MAILROOM_SECRET_KEY_FILE", secret_key_path(data, env_get(envp, "CREDENTIALS_DIRECTORY")));
	return 0;
}

static const struct setting *setting_of(const struct config *c, const char *key)
{
	int i = key_index(key);

	if (i < 0)
		abort();
	return &c->settings[i];
}

const char *config_text(const struct config *c, const char *key)
{
	return setting_of(c, key)->value;
}

int64_t config_int(const struct config *c, const char *key)
{
	const char *v = setting_of(c, key)->value;

	return v ? strtoll(v, NULL, 10) : 0;
}

bool config_bool(const struct config *c, const char *key)
{
	const char *v = setting_of(c, key)->value;
	bool b = false;

	return v && parse_bool(v, &b) && b;
}

enum config_origin config_origin_of(const struct config *c, const char *key)
{
	return setting_of(c, key)->origin;
}

const char *config_origin_name(enum config_origin origin)
{
	static const char *const names[] = {"default", "file", "environment", "option"};

	return names[origin];
}

const char *config_file(const struct config *c)
{
	return c->file;
}
