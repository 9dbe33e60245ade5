#include "net/sasl.h"

#include "net/base64url.h"

#include <string.h>

#include <jansson.h>
#include <openssl/evp.h>

enum { STATUS_MAX = 200, TELLING_BYTES = 6, LOGIN_MAX = 64 * 1024 };

const char *sasl_name(enum sasl_mechanism m)
{
	switch (m) {
	case SASL_PLAIN: return "PLAIN";
	case SASL_XOAUTH2: return "XOAUTH2";
	case SASL_OAUTHBEARER: break;
	}
	return "OAUTHBEARER";
}

void sasl_wipe(struct buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->cap);
	buf_clear(b);
}

/* In these mechanisms ^A ends a field, and a line end never belongs in a name or a token. */
static int check_text(const char *s, const char *what, struct err *e)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return err_set(e, ERR_CONFIG, "the %s holds a control character", what);
	return 0;
}

/* RFC 5801 section 4: "," and "=" of a name are written =2C and =3D. */
static void put_saslname(struct buf *b, const char *s)
{
	for (; *s; s++) {
		if (*s == ',')
			buf_puts(b, "=2C");
		else if (*s == '=')
			buf_puts(b, "=3D");
		else
			buf_putc(b, *s);
	}
}

/* All storage is asked for before a secret goes in: growing would leave copies behind. */
static void put_message(enum sasl_mechanism m, const struct sasl_login *l, struct buf *b)
{
	buf_reserve(b, 3 * strlen(l->user) + strlen(l->secret) + strlen(l->host ? l->host : "") + 100);
	switch (m) {
	case SASL_PLAIN:
		buf_putc(b, '\0');
		buf_puts(b, l->user);
		buf_putc(b, '\0');
		buf_puts(b, l->secret);
		break;
	case SASL_XOAUTH2:
		buf_puts(b, "user=");
		buf_puts(b, l->user);
		buf_puts(b, "\1auth=Bearer ");
		buf_puts(b, l->secret);
		buf_puts(b, "\1\1");
		break;
	case SASL_OAUTHBEARER:
		buf_puts(b, "n,a=");
		put_saslname(b, l->user);
		buf_printf(b, ",\1host=%s\1port=%d\1auth=Bearer ", l->host ? l->host : "", l->port);
		buf_puts(b, l->secret);
		buf_puts(b, "\1\1");
		break;
	}
}

static void put_base64(const char *bytes, size_t n, struct buf *out)
{
	char *to = buf_reserve(out, (n + 2) / 3 * 4 + 1);

	out->len += (size_t)EVP_EncodeBlock((unsigned char *)to, (const unsigned char *)bytes, (int)n);
}

int sasl_login_word(const char *word, const char *what, struct buf *out, struct err *e)
{
	if (!*word)
		return err_set(e, ERR_CONFIG, "no %s to log in with", what);
	if (check_text(word, what, e) < 0)
		return -1;
	if (strlen(word) > LOGIN_MAX)
		return err_set(e, ERR_CONFIG, "the %s is too long", what);
	put_base64(word, strlen(word), out);
	return 0;
}

int sasl_first(enum sasl_mechanism m, const struct sasl_login *l, struct buf *out, struct err *e)
{
	struct buf text = {0};

	if (!*l->user)
		return err_set(e, ERR_CONFIG, "no user name to log in with");
	if (check_text(l->user, "user name", e) < 0 ||
	    check_text(l->secret, m == SASL_PLAIN ? "password" : "token", e) < 0)
		return -1;
	if (strlen(l->user) + strlen(l->secret) > LOGIN_MAX)
		return err_set(e, ERR_CONFIG, "the password or token is too long");
	put_message(m, l, &text);
	put_base64(text.data, text.len, out);
	sasl_wipe(&text);
	return 0;
}

const char *sasl_after_challenge(enum sasl_mechanism m)
{
	switch (m) {
	case SASL_XOAUTH2: return "";
	case SASL_OAUTHBEARER: return "AQ==";
	case SASL_PLAIN: break;
	}
	return "*";
}

void sasl_challenge_status(const char *base64, size_t n, struct buf *out)
{
	struct buf text = {0};
	json_t *root = NULL;
	const char *status;

	if (n > 0 && n < 64 * 1024 && base64url_decode(base64, n, &text))
		root = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, NULL);
	status = json_string_value(json_object_get(root, "status"));
	for (size_t i = 0; status && status[i] && i < STATUS_MAX; i++)
		buf_putc(out, status[i] > ' ' && status[i] < 0x7f ? status[i] : '?');
	json_decref(root);
	buf_clear(&text);
}

bool sasl_tells(const char *text, const char *secret)
{
	size_t n = strlen(secret), part = n < TELLING_BYTES ? n : TELLING_BYTES, len = strlen(text);

	for (size_t i = 0; n > 0 && i + part <= n; i++)
		if (memmem(text, len, secret + i, part))
			return true;
	return false;
}
