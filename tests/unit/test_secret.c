/* Key files, and secrets sealed with them. */
#include "base/base64.h"
#include "base/file.h"
#include "base/keyfile.h"
#include "base/mem.h"
#include "base/secret.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEX_A "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define HEX_B "f00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define ID_A "630dcd2966c43366" /* sha256 of the bytes 00..1f: 630dcd2966c4336691125448bbb25b4f... */
#define PLACE "email_credentials:7:mara@harbor.example:oauth"
#define SECRET "1//a-refresh-token"

static int in_folder(void **state)
{
	char dir[] = "/tmp/mailroom-test-XXXXXX";

	if (!mkdtemp(dir) || chdir(dir) != 0)
		return -1;
	*state = mem_strdup(dir);
	return 0;
}

static int leave_folder(void **state)
{
	char *command = mem_printf("rm -rf %s", (char *)*state);
	int rc = chdir("/") == 0 && system(command) == 0 ? 0 : -1;

	free(command);
	free(*state);
	return rc;
}

static void put(const char *path, const void *bytes, size_t n, mode_t mode)
{
	struct err e = {0};

	assert_int_equal(file_write_atomic(path, bytes, n, mode, &e), 0);
}

static struct secret_ring *ring_of(const char *hex)
{
	struct secret_ring *r = secret_ring_new();
	struct err e = {0};

	put("key", hex, strlen(hex), 0600);
	assert_int_equal(secret_ring_add(r, "key", &e), 0);
	return r;
}

static void base64_is_read(void **state)
{
	static const char *const good[][2] = {{"", ""}, {"Zg", "f"}, {"Zg==", "f"}, {"Zm8=", "fo"}, {"Zm8", "fo"},
	    {"+//+", "\xfb\xff\xfe"}, {"-__-", "\xfb\xff\xfe"}, {"Zm9v", "foo"}, {"Zm9vYg", "foob"},
	    {"Zm9vYmFy", "foobar"}};
	static const char *const bad[] = {
	    "Z", "Zm9vZ", "Zg=", "Zh", "Zm9", "Zg==Zg==", "Zm 9v", "Zm9v\n", "=", "====", "Zg===", "\xc3\xa4zz"};
	struct buf b = {0};

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		buf_reset(&b);
		assert_true(base64_decode(good[i][0], strlen(good[i][0]), &b));
		assert_string_equal(buf_str(&b), good[i][1]);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		buf_reset(&b);
		if (base64_decode(bad[i], strlen(bad[i]), &b))
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(b.len, 0);
	}
	buf_clear(&b);
}

/* All forms of one key have one name. */
static void forms_of_a_key_file(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		bool good;
	} rows[] = {
	    {HEX_A, 64, true},
	    {HEX_A "\n", 65, true},
	    {HEX_A " \r\n", 67, true},
	    {"000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F\n", 65, true},
	    {"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", 45, true},
	    {"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", 43, true},
	    {"\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20\21\22\23\24\25\26\27\30\31\32\33\34\35\36\37", 32, true},
	    {"", 0, false},
	    {"\n", 1, false},
	    {HEX_A, 63, false},
	    {HEX_A "0", 65, false},
	    {HEX_A "\n" HEX_A, 129, false},
	    {"g00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", 64, false},
	    {"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==", 44, false},
	    {"0000000000000000000000000000000000000000000000000000000000000000", 64, false},
	    {"                                ", 32, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct secret_ring *r = secret_ring_new();
		struct err e = {0};
		put("key", rows[i].text, rows[i].n, 0400);
		assert_null(secret_ring_id(r));
		assert_int_equal(secret_ring_add(r, "key", &e), rows[i].good ? 0 : -1);
		if (rows[i].good)
			assert_string_equal(secret_ring_id(r), ID_A);
		else
			assert_int_equal(e.code, ERR_INPUT);
		secret_ring_free(r);
	}
}

static void a_key_file_that_others_can_read(void **state)
{
	static const struct {
		mode_t mode;
		bool good;
	} rows[] = {{0600, true}, {0400, true}, {0700, true}, {0640, false}, {0604, false}, {0620, false},
	    {0601, false}, {0666, false}, {0440, false}};
	struct buf b = {0};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		e = (struct err){0};
		put("key", HEX_A, 64, rows[i].mode);
		assert_int_equal(keyfile_read("key", 100, &b, &e), rows[i].good ? 0 : -1);
		if (!rows[i].good) {
			assert_int_equal(e.code, ERR_REFUSED);
			assert_non_null(strstr(e.text, "chmod 0600 key"));
			assert_null(strstr(e.text, "0001020304"));
		} else {
			assert_string_equal(buf_str(&b), HEX_A);
		}
		buf_wipe(&b);
	}
}

static void what_is_no_key_file(void **state)
{
	struct buf b = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(keyfile_read("none", 100, &b, &e), -1);
	assert_int_equal(e.code, ERR_NO_INPUT);
	assert_int_equal(mkdir("folder", 0700), 0);
	assert_int_equal(keyfile_read("folder", 100, &b, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_int_equal(mkfifo("pipe", 0600), 0);
	assert_int_equal(keyfile_read("pipe", 100, &b, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	put("long", HEX_A, 64, 0600);
	assert_int_equal(keyfile_read("long", 63, &b, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	if (geteuid() == 0) { /* only root can give files away */
		put("other", HEX_A, 64, 0600);
		assert_int_equal(chown("other", 12345, 12345), 0);
		assert_int_equal(keyfile_read("other", 100, &b, &e), -1);
		assert_int_equal(e.code, ERR_REFUSED);
	}
	assert_null(b.data);
}

static void a_key_file_is_made_once(void **state)
{
	struct buf first = {0}, second = {0};
	struct secret_ring *r = secret_ring_new();
	struct err e = {0};
	struct stat st;
	bool made;
	DIR *d;
	int n = 0;

	(void)state;
	assert_int_equal(secret_key_create("secret.key", &made, &e), 0);
	assert_true(made);
	assert_int_equal(stat("secret.key", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(keyfile_read("secret.key", 100, &first, &e), 0);
	assert_int_equal(secret_key_create("secret.key", &made, &e), 0);
	assert_false(made);
	assert_int_equal(keyfile_read("secret.key", 100, &second, &e), 0);
	assert_string_equal(buf_str(&first), buf_str(&second));
	assert_int_equal(secret_ring_add(r, "secret.key", &e), 0);
	assert_int_equal(secret_key_create("other.key", &made, &e), 0);
	buf_reset(&second);
	assert_int_equal(keyfile_read("other.key", 100, &second, &e), 0);
	assert_string_not_equal(buf_str(&first), buf_str(&second));
	assert_int_equal(secret_key_create("none/secret.key", &made, &e), -1);
	assert_int_equal(e.code, ERR_CANNOT_CREATE);
	d = opendir(".");
	while (readdir(d))
		n++;
	closedir(d);
	assert_int_equal(n, 2 + 2); /* no temporary file is left */
	secret_ring_free(r);
	buf_wipe(&first);
	buf_wipe(&second);
}

/* Many make the file at the same time: one key comes of it. */
static void two_programs_make_one_key(void **state)
{
	int makers = 0;

	(void)state;
	for (int i = 0; i < 8; i++) {
		pid_t pid = fork();
		assert_int_not_equal(pid, -1);
		if (pid == 0) {
			struct err e = {0};
			bool made;
			_exit(secret_key_create("secret.key", &made, &e) != 0 ? 2 : made ? 1 : 0);
		}
	}
	for (int i = 0; i < 8; i++) {
		int status;
		assert_int_not_equal(wait(&status), -1);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
		makers += WEXITSTATUS(status);
	}
	assert_int_equal(makers, 1);
}

static void seal(const struct secret_ring *r, const char *text, struct buf *blob)
{
	struct err e = {0};

	buf_reset(blob);
	assert_int_equal(secret_seal(r, text, strlen(text), PLACE, blob, &e), 0);
	assert_int_equal(blob->len, strlen(text) + SECRET_OVERHEAD_BYTES);
}

static void what_is_sealed_opens_at_its_place(void **state)
{
	static const char *const texts[] = {
	    "", "x", SECRET, "a secret of more than one block of sixteen bytes, and then some"};
	struct secret_ring *r = ring_of(HEX_A);
	struct buf blob = {0}, again = {0}, plain = {0};
	char id[SECRET_KEY_ID_HEX_BYTES];
	struct err e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		seal(r, texts[i], &blob);
		seal(r, texts[i], &again);
		assert_memory_not_equal(blob.data, again.data, blob.len); /* a nonce of its own */
		if (texts[i][0] && texts[i][1])
			assert_null(memmem(blob.data, blob.len, texts[i], strlen(texts[i])));
		assert_int_equal(secret_open(r, blob.data, blob.len, PLACE, &plain, &e), 0);
		assert_string_equal(buf_str(&plain), texts[i]);
		assert_int_equal(secret_blob_id(blob.data, blob.len, id, &e), 0);
		assert_string_equal(id, ID_A);
		buf_wipe(&plain);
	}
	buf_clear(&blob);
	buf_clear(&again);
	secret_ring_free(r);
}

static void each_changed_byte_breaks_the_seal(void **state)
{
	struct secret_ring *r = ring_of(HEX_A);
	struct buf blob = {0}, plain = {0};

	(void)state;
	seal(r, SECRET, &blob);
	for (size_t i = 0; i < blob.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			struct err e = {0};
			blob.data[i] = (char)(blob.data[i] ^ 1 << bit);
			assert_int_equal(secret_open(r, blob.data, blob.len, PLACE, &plain, &e), -1);
			assert_int_equal(e.code, i == 0 ? ERR_INPUT : i < 9 ? ERR_CONFIG : ERR_REFUSED);
			assert_null(plain.data);
			blob.data[i] = (char)(blob.data[i] ^ 1 << bit);
		}
	for (size_t n = 0; n < blob.len; n++) {
		struct err e = {0};
		assert_int_equal(secret_open(r, blob.data, n, PLACE, &plain, &e), -1);
	}
	buf_clear(&blob);
	secret_ring_free(r);
}

static void another_place_or_key_does_not_open_it(void **state)
{
	static const char *const places[] = {"", PLACE "x", "email_credentials:8:mara@harbor.example:oauth",
	    "email_credentials:7:mara@harbor.example:imap-password"};
	struct secret_ring *r = ring_of(HEX_A), *other = ring_of(HEX_B), *none = secret_ring_new();
	struct buf blob = {0}, plain = {0};
	struct err e = {0};

	(void)state;
	seal(r, SECRET, &blob);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		assert_int_equal(secret_open(r, blob.data, blob.len, places[i], &plain, &e), -1);
		assert_int_equal(e.code, ERR_REFUSED);
		assert_non_null(strstr(e.text, "another row"));
	}
	assert_int_equal(secret_open(other, blob.data, blob.len, PLACE, &plain, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_non_null(strstr(e.text, ID_A));
	assert_non_null(strstr(e.text, secret_ring_id(other)));
	assert_int_equal(secret_open(none, blob.data, blob.len, PLACE, &plain, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	assert_int_equal(secret_seal(none, SECRET, strlen(SECRET), PLACE, &blob, &e), -1);
	assert_int_equal(e.code, ERR_CONFIG);
	buf_clear(&blob);
	secret_ring_free(r);
	secret_ring_free(other);
	secret_ring_free(none);
}

/* Rotation: what the old key sealed still opens, new seals are the new key's. */
static void the_first_key_seals_and_each_opens(void **state)
{
	struct secret_ring *old = ring_of(HEX_A), *both = ring_of(HEX_B);
	struct buf blob = {0}, plain = {0};
	char id[SECRET_KEY_ID_HEX_BYTES];
	struct err e = {0};

	(void)state;
	put("old.key", HEX_A, 64, 0600);
	assert_int_equal(secret_ring_add(both, "old.key", &e), 0);
	assert_int_equal(secret_ring_add(both, "old.key", &e), 0); /* twice is good */
	seal(old, SECRET, &blob);
	assert_int_equal(secret_open(both, blob.data, blob.len, PLACE, &plain, &e), 0);
	assert_string_equal(buf_str(&plain), SECRET);
	buf_wipe(&plain);
	seal(both, SECRET, &blob);
	assert_int_equal(secret_blob_id(blob.data, blob.len, id, &e), 0);
	assert_string_equal(id, secret_ring_id(both));
	assert_int_equal(secret_open(old, blob.data, blob.len, PLACE, &plain, &e), -1);
	buf_clear(&blob);
	secret_ring_free(old);
	secret_ring_free(both);
}

static void a_secret_that_is_too_long(void **state)
{
	struct secret_ring *r = ring_of(HEX_A);
	char *text = mem_alloc(SECRET_MAX_BYTES + 1);
	struct buf blob = {0}, plain = {0};
	struct err e = {0};

	(void)state;
	assert_int_equal(secret_seal(r, text, SECRET_MAX_BYTES + 1, PLACE, &blob, &e), -1);
	assert_int_equal(e.code, ERR_INPUT);
	assert_int_equal(secret_seal(r, text, SECRET_MAX_BYTES, PLACE, &blob, &e), 0);
	assert_int_equal(secret_open(r, blob.data, blob.len, PLACE, &plain, &e), 0);
	assert_int_equal(plain.len, SECRET_MAX_BYTES);
	buf_clear(&blob);
	buf_wipe(&plain);
	free(text);
	secret_ring_free(r);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, in_folder, leave_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(base64_is_read),
	    IN_FOLDER(forms_of_a_key_file),
	    IN_FOLDER(a_key_file_that_others_can_read),
	    IN_FOLDER(what_is_no_key_file),
	    IN_FOLDER(a_key_file_is_made_once),
	    IN_FOLDER(two_programs_make_one_key),
	    IN_FOLDER(what_is_sealed_opens_at_its_place),
	    IN_FOLDER(each_changed_byte_breaks_the_seal),
	    IN_FOLDER(another_place_or_key_does_not_open_it),
	    IN_FOLDER(the_first_key_seals_and_each_opens),
	    IN_FOLDER(a_secret_that_is_too_long),
	};

	return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
