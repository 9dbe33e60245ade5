#include "job/account_server.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

enum { TEXT_MAX_BYTES = 1000 };

bool account_server_security(const char *word, enum stream_security *out)
{
	static const struct {
		const char *word;
		enum stream_security security;
	} words[] = {{"ssl", STREAM_TLS}, {"starttls", STREAM_STARTTLS}, {"none", STREAM_PLAIN}};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(words[i].word, word) == 0) {
			*out = words[i].security;
			return true;
		}
	return false;
}

struct account_server account_server_merge(const struct account_server *old, const struct account_server *change)
{
	struct account_server s = *old;

	s.host = change->host ? change->host : s.host;
	s.user = change->user ? change->user : s.user;
	s.ca_file = change->ca_file ? change->ca_file : s.ca_file;
	s.is_forced = change->security ? change->is_forced : change->is_forced || s.is_forced;
	s.port = change->port ? change->port : change->security ? 0 : s.port;
	s.security = change->security ? change->security : s.security;
	return s;
}

static bool is_this_machine(const char *host)
{
	return strcasecmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

bool account_server_is_clean(const char *text)
{
	for (const char *p = text; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	return *text && strlen(text) <= TEXT_MAX_BYTES;
}

int account_server_check(const struct account_server *s, const char *address, struct err *e)
{
	enum stream_security security;

	if (!s->host)
		return err_set(e, ERR_CONFIG, "%s: --host does not say which server it has", address);
	if (!account_server_is_clean(s->host) || strchr(s->host, ' '))
		return err_set(e, ERR_INPUT, "--host: \"%s\" is no name of a server", s->host);
	if (!account_server_is_clean(s->user))
		return err_set(e, ERR_INPUT, "--user: \"%s\" is no name", s->user);
	if (s->port < 1 || s->port > UINT16_MAX)
		return err_set(e, ERR_INPUT, "--port: %d is no port", s->port);
	if (!account_server_security(s->security, &security))
		return err_set(e, ERR_INPUT, "--security: \"%s\" is none of ssl, starttls, none", s->security);
	if (security == STREAM_PLAIN && !s->is_forced && !is_this_machine(s->host))
		return err_set(e, ERR_REFUSED,
		    "%s: --security none would send mail and password over the network for all to read; --force does "
		    "it all the same",
		    s->host);
	return 0;
}
