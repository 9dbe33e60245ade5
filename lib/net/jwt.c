#include "net/jwt.h"

#include "base/keyfile.h"
#include "base/mem.h"
#include "net/base64url.h"
#include "net/http.h"

#include <jansson.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_CAP_BYTES = 64 << 10, MIN_RSA_BITS = 2048, BACKDATE_S = 60, LIFE_S = 3600 };

struct jwt_key {
	EVP_PKEY *key;
	char *path, *id, *email, *client_id, *token_uri;
};

void jwt_key_free(struct jwt_key *k)
{
	if (!k)
		return;
	EVP_PKEY_free(k->key); /* OpenSSL wipes it */
	free(k->path);
	free(k->id);
	free(k->email);
	free(k->client_id);
	free(k->token_uri);
	free(k);
}

const char *jwt_key_path(const struct jwt_key *k)
{
	return k->path;
}

const char *jwt_key_email(const struct jwt_key *k)
{
	return k->email;
}

const char *jwt_key_client_id(const struct jwt_key *k)
{
	return k->client_id;
}

const char *jwt_key_token_uri(const struct jwt_key *k)
{
	return k->token_uri;
}

/* jansson keeps the text of the private key in heap memory that it frees as it is. */
static void wipe_member(json_t *file, const char *name)
{
	const char *s = json_string_value(json_object_get(file, name));

	if (s)
		explicit_bzero((void *)(uintptr_t)s, strlen(s));
}

static int check_type(json_t *file, struct err *e)
{
	const char *type = json_string_value(json_object_get(file, "type"));

	if (!json_is_object(file))
		return err_set(e, ERR_CONFIG, "is no JSON object");
	if (json_object_get(file, "installed") || json_object_get(file, "web"))
		return err_set(e, ERR_CONFIG,
		    "is an OAuth client's file: a service account's key is wanted (Cloud console > IAM & Admin > "
		    "Service Accounts > Keys > Add key > JSON)");
	if (!type || strcmp(type, "service_account") != 0)
		return err_set(
		    e, ERR_CONFIG, "has the type \"%.40s\", \"service_account\" is wanted", type ? type : "");
	return 0;
}

static int take_text(json_t *file, const char *name, char **to, struct err *e)
{
	json_t *v = json_object_get(file, name);

	if (!v)
		return err_set(e, ERR_CONFIG, "has no field %s", name);
	if (!json_is_string(v) || json_string_length(v) == 0)
		return err_set(e, ERR_CONFIG, "the field %s is no text, or empty", name);
	*to = mem_strdup(json_string_value(v));
	return 0;
}

/* Without it OpenSSL would ask for the passphrase at the terminal. */
static int no_passphrase(char *to, int size, int writing, void *arg)
{
	(void)to, (void)size, (void)writing, (void)arg;
	return -1;
}

static int take_key(json_t *file, EVP_PKEY **key, struct err *e)
{
	json_t *v = json_object_get(file, "private_key");
	BIO *bio;

	if (!json_is_string(v))
		return err_set(e, ERR_CONFIG, "has no field private_key");
	bio = BIO_new_mem_buf(json_string_value(v), (int)json_string_length(v));
	if (!bio)
		mem_out_of_memory();
	*key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	ERR_clear_error();
	if (!*key)
		return err_set(e, ERR_CONFIG, "the field private_key is no PEM private key");
	if (!EVP_PKEY_is_a(*key, "RSA"))
		return err_set(e, ERR_CONFIG, "the private key is no RSA key");
	if (EVP_PKEY_get_bits(*key) < MIN_RSA_BITS)
		return err_set(e, ERR_CONFIG, "the private key has %d bits, %d are the least", EVP_PKEY_get_bits(*key),
		    MIN_RSA_BITS);
	return 0;
}

/* https, or http to this machine; http.h looks at the rest of it when it is asked. */
static int check_token_uri(const char *uri, struct err *e)
{
	char *host;
	bool good;

	if (strncmp(uri, "https://", 8) == 0 && uri[8])
		return 0;
	if (strncmp(uri, "http://", 7) != 0)
		return err_set(e, ERR_CONFIG, "the field token_uri is no https address");
	host = mem_strndup(uri + 7, strcspn(uri + 7, ":/?#"));
	good = http_is_loopback(host);
	free(host);
	return good ? 0 : err_set(e, ERR_CONFIG, "the field token_uri is no https address");
}

static int take_fields(struct jwt_key *k, json_t *file, struct err *e)
{
	if (check_type(file, e) != 0 || take_text(file, "client_email", &k->email, e) != 0 ||
	    take_text(file, "private_key_id", &k->id, e) != 0 || take_text(file, "client_id", &k->client_id, e) != 0 ||
	    take_text(file, "token_uri", &k->token_uri, e) != 0 || take_key(file, &k->key, e) != 0)
		return -1;
	if (!strchr(k->email, '@'))
		return err_set(e, ERR_CONFIG, "the field client_email is no address");
	return check_token_uri(k->token_uri, e);
}

int jwt_key_read(const char *path, struct jwt_key **out, struct err *e)
{
	struct jwt_key *k = mem_alloc(sizeof *k);
	json_t *file = NULL;
	json_error_t why;
	struct buf b = {0};
	int rc = -1;

	k->path = mem_strdup(path);
	if (keyfile_read(path, FILE_CAP_BYTES, &b, e) != 0)
		goto out;
	file = json_loadb(b.data, b.len, JSON_REJECT_DUPLICATES, &why);
	/* Of jansson's words only the line: they may quote what stands there. */
	if (!file)
		err_set(e, ERR_CONFIG, "%s:%d: is no JSON file: it should be the key file as it was downloaded", path,
		    why.line);
	else if ((rc = take_fields(k, file, e)) != 0)
		err_prefix(e, "%s", path);
out:
	wipe_member(file, "private_key");
	json_decref(file);
	buf_wipe(&b);
	if (rc == 0) {
		*out = k;
		return 0;
	}
	jwt_key_free(k);
	return -1;
}

/* Appends the base64url of a JSON object. */
static void put_part(struct buf *out, json_t *part)
{
	char *text = json_dumps(part, JSON_COMPACT);

	if (!text)
		mem_out_of_memory();
	base64url_encode(text, strlen(text), out);
	free(text);
	json_decref(part);
}

static int put_signature(const struct jwt_key *k, struct buf *out, size_t from, struct err *e)
{
	const unsigned char *text = (const unsigned char *)out->data + from;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = 0, len = out->len - from;
	unsigned char *signature = NULL;
	int rc = -1;

	/* RSA keys sign with PKCS #1 v1.5 padding unless told otherwise, as RS256 wants it. */
	if (ctx && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, k->key) == 1 &&
	    EVP_DigestSign(ctx, NULL, &n, text, len) == 1) {
		signature = mem_alloc(n);
		if (EVP_DigestSign(ctx, signature, &n, text, len) == 1) {
			buf_putc(out, '.');
			base64url_encode(signature, n, out);
			rc = 0;
		}
	}
	free(signature);
	EVP_MD_CTX_free(ctx);
	return rc == 0 ? 0 : err_set(e, ERR_CONFIG, "%s: the key does not sign", k->path);
}

int jwt_sign(const struct jwt_key *k, const struct jwt_claims *c, struct buf *out, struct err *e)
{
	json_int_t issued_at = c->now - BACKDATE_S;
	json_t *header = json_pack("{s:s, s:s, s:s}", "alg", "RS256", "typ", "JWT", "kid", k->id);
	json_t *claims = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I}", "iss", k->email, "sub", c->subject, "scope",
	    c->scope, "aud", c->audience ? c->audience : k->token_uri, "iat", issued_at, "exp", issued_at + LIFE_S);
	size_t from = out->len;

	if (!header || !claims) {
		json_decref(header);
		json_decref(claims);
		return err_set(e, ERR_INPUT, "a mailbox or scope that is not UTF-8 cannot be signed");
	}
	put_part(out, header);
	buf_putc(out, '.');
	put_part(out, claims);
	return put_signature(k, out, from, e);
}
