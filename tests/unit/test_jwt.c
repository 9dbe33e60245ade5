/* Service-account key files and the assertions signed with them. The keys are made here. */
#include "base/file.h"
#include "base/mem.h"
#include "net/base64url.h"
#include "net/jwt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOW = 1795161600 };

struct fixture {
	char dir[32];
	EVP_PKEY *key;
	json_t *file; /* a good one */
};

static char *pem_of(EVP_PKEY *key, const char *passphrase)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long n;

	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, key, passphrase ? EVP_aes_256_cbc() : NULL, passphrase,
	                     passphrase ? (int)strlen(passphrase) : 0, NULL, NULL),
	    1);
	n = BIO_get_mem_data(bio, &text);
	text = mem_strndup(text, (size_t)n);
	BIO_free(bio);
	return text;
}

static int set_up(void **state)
{
	struct fixture *f = mem_alloc(sizeof *f);
	char *pem;

	strcpy(f->dir, "/tmp/mailroom-test-XXXXXX");
	if (!mkdtemp(f->dir) || chdir(f->dir) != 0)
		return -1;
	f->key = EVP_RSA_gen(2048);
	pem = pem_of(f->key, NULL);
	f->file = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "type", "service_account", "client_email",
	    "mailroom@project.iam.gserviceaccount.com", "private_key_id", "0123abcd", "private_key", pem, "client_id",
	    "107000000000000000001", "token_uri", "https://oauth2.googleapis.com/token");
	free(pem);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char *command = mem_printf("rm -rf %s", f->dir);
	int rc = chdir("/") == 0 && system(command) == 0 ? 0 : -1;

	EVP_PKEY_free(f->key);
	json_decref(f->file);
	free(command);
	free(f);
	return rc;
}

static void write_text(const char *text)
{
	struct err e = {0};

	assert_int_equal(file_write_atomic("key.json", text, strlen(text), 0600, &e), 0);
}

static void write_file(json_t *file)
{
	char *text = json_dumps(file, 0);

	write_text(text);
	free(text);
}

static struct jwt_key *read_good(void)
{
	struct jwt_key *k = NULL;
	struct err e = {0};

	assert_int_equal(jwt_key_read("key.json", &k, &e), 0);
	return k;
}

static void read_bad(enum err_code code, const char *word)
{
	struct jwt_key *k = NULL;
	struct err e = {0};

	assert_int_equal(jwt_key_read("key.json", &k, &e), -1);
	assert_null(k);
	if (!strstr(e.text, word) || !strstr(e.text, "key.json"))
		fail_msg("\"%s\" is not in: %s", word, e.text);
	assert_int_equal(e.code, code);
	assert_null(strstr(e.text, "BEGIN"));
}

static void a_good_file(void **state)
{
	struct fixture *f = *state;
	struct jwt_key *k;

	write_file(f->file);
	k = read_good();
	assert_string_equal(jwt_key_email(k), "mailroom@project.iam.gserviceaccount.com");
	assert_string_equal(jwt_key_client_id(k), "107000000000000000001");
	assert_string_equal(jwt_key_token_uri(k), "https://oauth2.googleapis.com/token");
	assert_string_equal(jwt_key_path(k), "key.json");
	jwt_key_free(k);
}

static void each_field_is_asked_for_by_name(void **state)
{
	static const char *const names[] = {
	    "client_email", "private_key_id", "private_key", "client_id", "token_uri", "type"};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		json_t *file = json_copy(f->file);
		json_object_del(file, names[i]);
		write_file(file);
		read_bad(ERR_CONFIG, names[i]);
		json_object_set_new(file, names[i], json_integer(5));
		write_file(file);
		read_bad(ERR_CONFIG, names[i]);
		json_object_set_new(file, names[i], json_string(""));
		write_file(file);
		read_bad(ERR_CONFIG, names[i]);
		json_decref(file);
	}
}

static void what_else_is_wrong_with_a_file(void **state)
{
	static const struct {
		const char *name, *value, *word;
	} rows[] = {
	    {"token_uri", "http://oauth2.googleapis.com/token", "https"},
	    {"token_uri", "ftp://127.0.0.1/", "https"},
	    {"token_uri", "http://127.0.0.1.evil.example/token", "https"},
	    {"client_email", "mailroom", "client_email"},
	    {"private_key", "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n", "private_key"},
	    {"private_key", "none", "private_key"},
	    {"type", "authorized_user", "service_account"},
	};
	static const char *const texts[] = {
	    "", "{", "[]", "null", "not JSON", "{\"type\": \"service_account\", \"type\": \"service_account\"}"};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		json_t *file = json_copy(f->file);
		json_object_set_new(file, rows[i].name, json_string(rows[i].value));
		write_file(file);
		read_bad(ERR_CONFIG, rows[i].word);
		json_decref(file);
	}
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		write_text(texts[i]);
		read_bad(ERR_CONFIG, "JSON");
	}
	write_text("{\"installed\": {\"client_id\": \"1\"}}");
	read_bad(ERR_CONFIG, "OAuth client");
}

static void keys_that_are_not_good_enough(void **state)
{
	struct fixture *f = *state;
	EVP_PKEY *small = EVP_RSA_gen(1024), *curve = EVP_EC_gen("P-256");
	char *pems[] = {pem_of(small, NULL), pem_of(curve, NULL), pem_of(f->key, "sesame")};
	static const char *const words[] = {"1024 bits", "no RSA", "private_key"};

	for (size_t i = 0; i < 3; i++) {
		json_t *file = json_copy(f->file);
		json_object_set_new(file, "private_key", json_string(pems[i]));
		write_file(file);
		read_bad(ERR_CONFIG, words[i]);
		json_decref(file);
		free(pems[i]);
	}
	EVP_PKEY_free(small);
	EVP_PKEY_free(curve);
}

static void a_file_that_others_can_read(void **state)
{
	struct fixture *f = *state;
	struct jwt_key *k = NULL;
	struct err e = {0};

	write_file(f->file);
	assert_int_equal(chmod("key.json", 0640), 0);
	read_bad(ERR_REFUSED, "chmod 0600");
	assert_int_equal(unlink("key.json"), 0);
	assert_int_equal(jwt_key_read("key.json", &k, &e), -1);
	assert_int_equal(e.code, ERR_NO_INPUT);
}

/* The decoded part of a token, as JSON. */
static json_t *part_of(const char *text, size_t n)
{
	struct buf b = {0};
	json_t *part;

	assert_true(base64url_decode(text, n, &b));
	part = json_loadb(b.data, b.len, 0, NULL);
	assert_non_null(part);
	buf_clear(&b);
	return part;
}

static void check_signature(EVP_PKEY *key, const char *text, size_t n, const char *signature)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	struct buf b = {0};
	BIO *bio = BIO_new(BIO_s_mem());
	EVP_PKEY *public;

	/* The public half alone, as a server has it. */
	assert_int_equal(PEM_write_bio_PUBKEY(bio, key), 1);
	public = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
	assert_true(base64url_decode(signature, strlen(signature), &b));
	assert_int_equal(EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, public), 1);
	assert_int_equal(EVP_DigestVerify(ctx, (unsigned char *)b.data, b.len, (const unsigned char *)text, n), 1);
	buf_clear(&b);
	BIO_free(bio);
	EVP_PKEY_free(public);
	EVP_MD_CTX_free(ctx);
}

static void an_assertion(void **state)
{
	static const struct jwt_claims claims = {
	    "mara@harbor.example", "https://www.googleapis.com/auth/gmail.readonly", NULL, NOW};
	struct fixture *f = *state;
	struct jwt_key *k;
	struct buf b = {0};
	struct err e = {0};
	json_t *header, *got, *want;
	const char *dot, *dot2;

	write_file(f->file);
	k = read_good();
	assert_int_equal(jwt_sign(k, &claims, &b, &e), 0);
	dot = strchr(b.data, '.');
	dot2 = strchr(dot + 1, '.');
	assert_null(strchr(dot2 + 1, '.'));
	assert_int_equal(strspn(b.data, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."), b.len);
	header = part_of(b.data, (size_t)(dot - b.data));
	want = json_pack("{s:s, s:s, s:s}", "alg", "RS256", "typ", "JWT", "kid", "0123abcd");
	assert_true(json_equal(header, want));
	json_decref(want);
	got = part_of(dot + 1, (size_t)(dot2 - dot - 1));
	want = json_pack("{s:s, s:s, s:s, s:s, s:i, s:i}", "iss", "mailroom@project.iam.gserviceaccount.com", "sub",
	    "mara@harbor.example", "scope", "https://www.googleapis.com/auth/gmail.readonly", "aud",
	    "https://oauth2.googleapis.com/token", "iat", NOW - 60, "exp", NOW - 60 + 3600);
	assert_true(json_equal(got, want));
	check_signature(f->key, b.data, (size_t)(dot2 - b.data), dot2 + 1);
	json_decref(header);
	json_decref(got);
	json_decref(want);
	buf_clear(&b);
	jwt_key_free(k);
}

static void an_assertion_for_another_audience(void **state)
{
	static const struct jwt_claims claims = {"mara@harbor.example", "s", "http://127.0.0.1:1/token", NOW};
	struct fixture *f = *state;
	struct jwt_key *k;
	struct buf b = {0};
	struct err e = {0};
	json_t *got;

	write_file(f->file);
	k = read_good();
	buf_puts(&b, "assertion=");
	assert_int_equal(jwt_sign(k, &claims, &b, &e), 0);
	char *dot = strchr(b.data, '.') + 1;
	got = part_of(dot, strcspn(dot, "."));
	assert_string_equal(json_string_value(json_object_get(got, "aud")), "http://127.0.0.1:1/token");
	check_signature(f->key, b.data + 10, (size_t)(strrchr(b.data, '.') - b.data - 10), strrchr(b.data, '.') + 1);
	json_decref(got);
	buf_clear(&b);
	jwt_key_free(k);
}

static void what_cannot_be_signed(void **state)
{
	static const struct jwt_claims claims = {"mara\xff@harbor.example", "s", NULL, NOW};
	struct fixture *f = *state;
	struct jwt_key *k;
	struct buf b = {0};
	struct err e = {0};

	write_file(f->file);
	k = read_good();
	assert_int_equal(jwt_sign(k, &claims, &b, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	buf_clear(&b);
	jwt_key_free(k);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(a_good_file),
	    CASE(each_field_is_asked_for_by_name),
	    CASE(what_else_is_wrong_with_a_file),
	    CASE(keys_that_are_not_good_enough),
	    CASE(a_file_that_others_can_read),
	    CASE(an_assertion),
	    CASE(an_assertion_for_another_audience),
	    CASE(what_cannot_be_signed),
	};

	return cmocka_run_group_tests_name("jwt", tests, NULL, NULL);
}
