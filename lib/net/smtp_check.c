#include "net/smtp_check.h"

#include "base/span.h"
#include "base/utf8.h"

#include <idn2.h>
#include <string.h>

enum { ENVELOPE_ID_MAX = 100 };

bool smtp_is_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

static bool has_eight_bits(const char *bytes, size_t n)
{
	unsigned char all = 0;

	for (size_t i = 0; i < n; i++)
		all |= (unsigned char)bytes[i];
	return all & 0x80;
}

/* One line without its LF; what is wrong with it, or NULL. */
static const char *line_fault(const char *line, size_t n)
{
	if (n == 0 || line[n - 1] != '\r')
		return "ends with LF alone";
	n--;
	if (n > SMTP_TEXT_LINE_MAX)
		return "is longer than 998 bytes";
	if (memchr(line, '\r', n))
		return "has a CR without LF";
	return memchr(line, '\0', n) ? "has a NUL" : NULL;
}

int smtp_check_bytes(const char *bytes, size_t n, struct smtp_needs *needs, struct err *e)
{
	const char *end = bytes + n, *lf;
	bool in_header = true;
	size_t number = 1;

	*needs = (struct smtp_needs){0};
	if (n == 0)
		return err_set(e, ERR_INPUT, "the message is empty");
	for (const char *p = bytes; p < end; p = lf + 1, number++) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (!lf)
			return err_set(
			    e, ERR_INPUT, "the message does not end with a line end (CRLF): line %zu", number);
		const char *fault = line_fault(p, (size_t)(lf - p));
		if (fault)
			return err_set(e, ERR_INPUT, "line %zu of the message %s", number, fault);
		in_header = in_header && lf - p > 1;
		if ((in_header || !needs->eightbit) && has_eight_bits(p, (size_t)(lf - p))) {
			needs->eightbit = true;
			needs->utf8_header |= in_header;
		}
	}
	return 0;
}

/* What an address may not hold, quoted or not: it would end the command's argument, or hide in it. */
static const char *address_fault(const char *s)
{
	size_t n = strlen(s);

	if (n > SMTP_ADDRESS_MAX)
		return "is too long";
	if (!utf8_is_valid(s, n))
		return "is no UTF-8";
	while (n > 0) {
		uint32_t c;
		size_t len = utf8_decode(s, n, &c);
		if (utf8_steers(c))
			return "has a control character";
		if (c == ' ' || c == '<' || c == '>')
			return "has a space or an angle bracket";
		s += len;
		n -= len;
	}
	return NULL;
}

/* A word as it is, or a quoted one (RFC 5321 section 4.1.2). Where dots may stand is left to the server: real addresses break it. */
static bool is_local(struct span s)
{
	bool quoted = s.len > 2 && s.at[0] == '"' && s.at[s.len - 1] == '"';
	size_t end = quoted ? s.len - 1 : s.len;

	for (size_t i = quoted; i < end; i++) {
		if (quoted && s.at[i] == '\\')
			i++; /* what follows is as it is */
		else if (strchr(quoted ? "\"" : "()<>[]:;@\\,\"", s.at[i]))
			return false;
		if (i >= end)
			return false;
	}
	return true;
}

/* Letters, digits, hyphens and dots (and the underscore, which is met); or an address in square brackets. */
static bool is_domain(const char *s)
{
	size_t n = strlen(s);

	if (n > 2 && s[0] == '[' && s[n - 1] == ']')
		return strspn(s + 1, "0123456789abcdefABCDEFIPv:.") == n - 2;
	return n > 0 && s[0] != '.' && s[n - 1] != '.' && !strstr(s, "..") &&
	       strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-._") == n;
}

/* NULL when it does not convert. */
static const char *a_labels(struct arena *a, const char *domain)
{
	char *out = NULL;
	const char *copy = NULL;

	if (*domain == '[')
		return domain;
	if (smtp_is_ascii(domain))
		return span_lower(a, span_of(domain));
	if (idn2_to_ascii_8z(domain, &out, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT) == IDN2_OK)
		copy = span_lower(a, span_of(out));
	idn2_free(out);
	return copy;
}

int smtp_check_address(struct arena *a, const char *address, bool may_be_empty, const char **wire, struct err *e)
{
	const char *fault = address_fault(address), *at = strrchr(address, '@'), *domain = NULL;

	*wire = "";
	if (!*address && may_be_empty)
		return 0;
	if (!fault && (!at || at == address))
		fault = "has no domain or nothing before it";
	if (!fault && !is_local((struct span){address, (size_t)(at - address)}))
		fault = "has a name that is none";
	if (!fault) {
		domain = a_labels(a, at + 1);
		if (!domain || !is_domain(domain))
			fault = "has a domain that is none";
	}
	if (fault)
		return err_set(e, ERR_INPUT, "the address %.300s %s", address, fault);
	*wire = arena_printf(a, "%.*s@%s", (int)(at - address), address, domain);
	if (strlen(*wire) > SMTP_ADDRESS_MAX)
		return err_set(e, ERR_INPUT, "the address %.300s is too long", *wire);
	return 0;
}

int smtp_check_envelope_id(const char *id, struct err *e)
{
	size_t n = strlen(id);

	if (n == 0 || n > ENVELOPE_ID_MAX)
		return err_set(e, ERR_INPUT, "the envelope id must have 1 to 100 characters");
	for (size_t i = 0; i < n; i++)
		if (id[i] < ' ' || id[i] > '~')
			return err_set(e, ERR_INPUT, "the envelope id must be printable ASCII");
	return 0;
}

void smtp_put_xtext(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (*s > ' ' && *s <= '~' && *s != '+' && *s != '=')
			buf_putc(b, *s);
		else
			buf_printf(b, "+%02X", (unsigned)(unsigned char)*s);
	}
}
