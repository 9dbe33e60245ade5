#include "job/roster_check.h"

#include "base/clock.h"
#include "base/span.h"
#include "job/people.h"

#include <string.h>
#include <strings.h>

enum { DID_MAX_BYTES = 2048, URL_MAX_BYTES = 2048, PROLIFIC_MAX_BYTES = 64, LANGUAGE_MAX_BYTES = 35 };

static const char lower[] = "abcdefghijklmnopqrstuvwxyz";
static const char alnum[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

static const char *trimmed(struct arena *a, const char *given)
{
	return span_dup(a, span_trim(span_of(given)));
}

static bool is_hex(char c)
{
	return c && strchr("0123456789abcdefABCDEF", c) != NULL;
}

/* method-specific-id: idchars, colons and %XX, not ended by a colon. */
static bool is_did_id(const char *p)
{
	size_t n = strlen(p);

	if (n == 0 || p[n - 1] == ':')
		return false;
	for (; *p; p++) {
		if (*p == '%' && is_hex(p[1]) && is_hex(p[2]))
			p += 2;
		else if (!strchr(alnum, *p) && !strchr("._-:", *p))
			return false;
	}
	return true;
}

int roster_check_did(struct arena *a, const char *given, const char **out, struct err *e)
{
	const char *did = trimmed(a, given), *method = did + 4;
	size_t n;

	if (!*did)
		return err_set(e, ERR_INPUT, "the did is missing");
	if (strncmp(did, "did:", 4) != 0)
		return err_set(e, ERR_INPUT, "\"%.100s\" is no did: it does not begin with \"did:\"", did);
	n = strspn(method, lower);
	n += strspn(method + n, "abcdefghijklmnopqrstuvwxyz0123456789");
	if (n == 0 || method[n] != ':' || !is_did_id(method + n + 1))
		return err_set(e, ERR_INPUT, "\"%.100s\" is no did: it is not did:METHOD:ID", did);
	if (strlen(did) > DID_MAX_BYTES)
		return err_set(e, ERR_INPUT, "\"%.60s...\": a did over %d bytes", did, DID_MAX_BYTES);
	*out = did;
	return 0;
}

int roster_check_email(struct arena *a, const char *given, const char **out, struct err *e)
{
	const char *address = trimmed(a, given), *normal;

	if (people_address(a, address, &normal, e) != 0)
		return -1;
	*out = arena_printf(a, "%.*s%s", (int)(strrchr(address, '@') - address), address, strrchr(normal, '@'));
	return 0;
}

int roster_check_type(struct arena *a, const char *given, const char **out, struct err *e)
{
	static const char *const types[] = {"pilot", "prolific", "admin", "test"};
	const char *word = trimmed(a, given);

	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (strcasecmp(types[i], word) == 0) {
			*out = types[i];
			return 0;
		}
	return err_set(e, ERR_INPUT, "type \"%.60s\": a type is pilot, prolific, admin or test", word);
}

static bool has_space_or_control(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7f)
			return true;
	return false;
}

int roster_check_feed_url(struct arena *a, const char *given, const char **out, struct err *e)
{
	static const char *const schemes[] = {"https://", "http://", "at://"};
	const char *url = trimmed(a, given);
	size_t n = 0;

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes && n == 0; i++)
		if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
			n = strlen(schemes[i]);
	if (n == 0 || !url[n])
		return err_set(
		    e, ERR_INPUT, "feed_url \"%.100s\": it does not begin with https://, http:// or at://", url);
	if (has_space_or_control(url) || strpbrk(url, "<>\"\\^`{|}"))
		return err_set(e, ERR_INPUT, "feed_url \"%.100s\": it holds a character that no URL has", url);
	if (strlen(url) > URL_MAX_BYTES)
		return err_set(e, ERR_INPUT, "feed_url \"%.60s...\": over %d bytes", url, URL_MAX_BYTES);
	*out = url;
	return 0;
}

int roster_check_prolific_id(struct arena *a, const char *given, const char **out, struct err *e)
{
	const char *id = trimmed(a, given);

	for (const char *p = id; *p; p++)
		if (!strchr(alnum, *p) && !strchr("-_", *p))
			return err_set(e, ERR_INPUT, "prolific_id \"%.60s\": only letters, digits, - and _", id);
	if (strlen(id) > PROLIFIC_MAX_BYTES)
		return err_set(e, ERR_INPUT, "prolific_id \"%.60s...\": over %d bytes", id, PROLIFIC_MAX_BYTES);
	*out = id;
	return 0;
}

int roster_check_study_type(struct arena *a, const char *given, const char **out, struct err *e)
{
	return people_name(a, given, out, e) == 0 ? 0 : err_prefix(e, "study_type");
}

int roster_check_language(struct arena *a, const char *given, const char **out, struct err *e)
{
	char *tag = span_dup(a, span_trim(span_of(given)));
	size_t part = 0, n = 0;

	for (char *p = tag;; p++) {
		if (*p == '_')
			*p = '-';
		if (*p && *p != '-') {
			if (!strchr(alnum, *p) || ++n > 8)
				break;
			*p = ascii_lower(*p);
			continue;
		}
		if (n == 0 || (part == 0 && n < 2))
			break;
		/* A region of two letters, RFC 5646 section 2.1.1 */
		if (part > 0 && n == 2 && strspn(p - 2, lower) >= 2)
			p[-2] &= ~0x20, p[-1] &= ~0x20;
		part++;
		n = 0;
		if (!*p && p - tag <= LANGUAGE_MAX_BYTES && strspn(tag, alnum) == strspn(tag, lower)) {
			*out = tag;
			return 0;
		}
		if (!*p)
			break;
	}
	return err_set(e, ERR_INPUT, "language \"%.60s\": this is no language tag like en or pt-BR", given);
}

int roster_check_time(const char *what, const char *given, int64_t *out, struct err *e)
{
	return clock_parse(given, out, e) == 0 ? 0 : err_prefix(e, "%s", what);
}

const char *roster_prolific_address(struct arena *a, const char *prolific_id)
{
	return arena_printf(a, "%s@email.prolific.com", prolific_id);
}

/* dot-string of RFC 5321 section 4.1.2; a quoted string is never let in (job/people.h). */
static const char *local_fault(const char *s, size_t n)
{
	static const char atext[] = "!#$%&'*+-/=?^_`{|}~";

	if (n == 0)
		return "nothing stands before the \"@\"";
	if (n > 64)
		return "over 64 bytes stand before the \"@\"";
	if (s[0] == '.' || s[n - 1] == '.')
		return "a dot begins or ends what stands before the \"@\"";
	for (size_t i = 0; i < n; i++) {
		if (s[i] == '.' && s[i + 1] == '.')
			return "two dots stand together before the \"@\"";
		if ((unsigned char)s[i] >= 0x80)
			return "what stands before the \"@\" is not ASCII";
		if (!strchr(alnum, s[i]) && !strchr(atext, s[i]) && s[i] != '.')
			return "a character before the \"@\" that no plain address has";
	}
	return NULL;
}

static const char *label_fault(const char *s, size_t n)
{
	if (n == 0)
		return "the domain has an empty label";
	if (n > 63)
		return "a label of the domain is over 63 bytes";
	if (s[0] == '-' || s[n - 1] == '-')
		return "a hyphen begins or ends a label of the domain";
	for (size_t i = 0; i < n; i++)
		if (!s[i] || (!strchr(alnum, s[i]) && s[i] != '-'))
			return "the domain holds a character that no host name has";
	return NULL;
}

static const char *domain_fault(const char *domain)
{
	const char *label = domain, *fault = NULL;
	size_t n = 0;

	if (strlen(domain) > 253)
		return "the domain is over 253 bytes";
	if (!strchr(domain, '.'))
		return "the domain has no dot";
	for (;; label += n + 1) {
		n = strcspn(label, ".");
		if ((fault = label_fault(label, n)) != NULL)
			return fault;
		if (!label[n])
			return strspn(label, "0123456789") == n ? "the domain ends in a number" : NULL;
	}
}

const char *roster_address_fault(const char *email)
{
	const char *at = strrchr(email, '@'), *fault;

	if (!at)
		return "it has no \"@\"";
	if (strlen(email) > 254)
		return "it is over 254 bytes";
	fault = local_fault(email, (size_t)(at - email));
	return fault ? fault : domain_fault(at + 1);
}

bool roster_address_is_reserved(const char *email)
{
	static const char *const reserved[] = {
	    "test", "example", "invalid", "localhost", "local", "onion", "internal", "alt", "arpa"};
	static const char *const examples[] = {"example.com", "example.net", "example.org"};
	const char *at = strrchr(email, '@'), *dot = strrchr(email, '.');

	for (size_t i = 0; dot && i < sizeof reserved / sizeof *reserved; i++)
		if (strcasecmp(dot + 1, reserved[i]) == 0)
			return true;
	for (size_t i = 0; at && i < sizeof examples / sizeof *examples; i++)
		if (strcasecmp(at + 1, examples[i]) == 0)
			return true;
	return false;
}
