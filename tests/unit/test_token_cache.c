/* Access tokens between runs. */
#include "base/file.h"
#include "base/mem.h"
#include "net/token_cache.h"

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
#include <unistd.h>

enum { NOW = 1795161600 };

#define MARA "mara@harbor.example"
#define READ "gmail.readonly"

struct fixture {
	char dir[32];
	struct secret_ring *ring;
	struct token_cache cache;
};

static struct secret_ring *ring_of(const char *hex)
{
	struct secret_ring *r = secret_ring_new();
	struct err e = {0};

	assert_int_equal(file_write_atomic("key", hex, strlen(hex), 0600, &e), 0);
	assert_int_equal(secret_ring_add(r, "key", &e), 0);
	return r;
}

static int set_up(void **state)
{
	struct fixture *f = mem_alloc(sizeof *f);

	strcpy(f->dir, "/tmp/mailroom-test-XXXXXX");
	if (!mkdtemp(f->dir) || chdir(f->dir) != 0)
		return -1;
	f->ring = ring_of("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
	f->cache = (struct token_cache){"data/tokens", f->ring};
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;
	char *command = mem_printf("rm -rf %s", f->dir);
	int rc = chdir("/") == 0 && system(command) == 0 ? 0 : -1;

	secret_ring_free(f->ring);
	free(command);
	free(f);
	return rc;
}

static void put(const struct fixture *f, const char *account, const char *scope, const char *token, int64_t expires_at)
{
	struct err e = {0};

	assert_int_equal(token_cache_put(&f->cache, account, scope, token, expires_at, &e), 0);
}

static bool has(const struct token_cache *c, const char *account, const char *scope, const char *token, int64_t now)
{
	struct buf b = {0};
	int64_t expires_at = 0;
	bool found = token_cache_get(c, account, scope, now, &b, &expires_at);
	bool same = found && strcmp(buf_str(&b), token) == 0;

	if (!found)
		assert_int_equal(b.len, 0);
	buf_wipe(&b);
	return same;
}

/* The path of the only file; NULL when there is none. */
static char *only_file(void)
{
	DIR *d = opendir("data/tokens");
	char *path = NULL;
	struct dirent *x;

	while (d && (x = readdir(d)))
		if (x->d_name[0] != '.') {
			assert_null(path);
			path = mem_printf("data/tokens/%s", x->d_name);
		}
	if (d)
		closedir(d);
	return path;
}

static void a_token_is_good_until_a_minute_before_its_end(void **state)
{
	static const struct {
		int64_t expires_at;
		bool good;
	} rows[] = {{NOW + 3600, true}, {NOW + 61, true}, {NOW + 60, false}, {NOW + 1, false}, {NOW, false},
	    {NOW - 5, false}, {0, false}};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		put(f, MARA, READ, "ya29.abc", rows[i].expires_at);
		assert_int_equal(has(&f->cache, MARA, READ, "ya29.abc", NOW), rows[i].good);
	}
}

static void each_account_and_scope_has_its_own(void **state)
{
	struct fixture *f = *state;

	assert_false(has(&f->cache, MARA, READ, "", NOW));
	put(f, MARA, READ, "one", NOW + 3600);
	put(f, MARA, "gmail.compose", "two", NOW + 3600);
	put(f, "../../etc/passwd", READ, "three", NOW + 3600);
	assert_true(has(&f->cache, MARA, READ, "one", NOW));
	assert_true(has(&f->cache, MARA, "gmail.compose", "two", NOW));
	assert_true(has(&f->cache, "../../etc/passwd", READ, "three", NOW));
	assert_false(has(&f->cache, "kay@harbor.example", READ, "one", NOW));
	token_cache_drop(&f->cache, MARA, READ);
	token_cache_drop(&f->cache, MARA, READ);
	assert_false(has(&f->cache, MARA, READ, "one", NOW));
	assert_true(has(&f->cache, MARA, "gmail.compose", "two", NOW));
}

static void the_file_is_private_and_sealed(void **state)
{
	struct fixture *f = *state;
	struct buf b = {0};
	struct err e = {0};
	struct stat st;
	char *path;

	put(f, MARA, READ, "ya29.first", NOW + 3600);
	put(f, MARA, READ, "ya29.second", NOW + 3600);
	path = only_file();
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat("data/tokens", &st), 0);
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_int_equal(file_read(path, -1, 10000, &b, &e), 0);
	assert_null(memmem(b.data, b.len, "ya29", 4));
	assert_null(memmem(b.data, b.len, "mara", 4));
	assert_null(strstr(path, "mara"));
	assert_true(has(&f->cache, MARA, READ, "ya29.second", NOW));
	buf_clear(&b);
	free(path);
}

static void a_damaged_file_is_no_token_and_is_written_anew(void **state)
{
	static const char *const texts[] = {"", "x", "{\"access_token\": \"ya29.abc\"}", "1795165200 ya29.abc"};
	struct fixture *f = *state;
	struct err e = {0};
	struct buf b = {0};
	char *path;

	put(f, MARA, READ, "ya29.abc", NOW + 3600);
	path = only_file();
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		assert_int_equal(file_write_atomic(path, texts[i], strlen(texts[i]), 0600, &e), 0);
		assert_false(has(&f->cache, MARA, READ, "ya29.abc", NOW));
		put(f, MARA, READ, "ya29.abc", NOW + 3600);
		assert_true(has(&f->cache, MARA, READ, "ya29.abc", NOW));
	}
	assert_int_equal(file_read(path, -1, 10000, &b, &e), 0);
	for (size_t i = 0; i < b.len; i++) {
		b.data[i] = (char)(b.data[i] ^ 1);
		assert_int_equal(file_write_atomic(path, b.data, b.len, 0600, &e), 0);
		assert_false(has(&f->cache, MARA, READ, "ya29.abc", NOW));
		b.data[i] = (char)(b.data[i] ^ 1);
	}
	assert_int_equal(chmod(path, 0644), 0);
	assert_false(has(&f->cache, MARA, READ, "ya29.abc", NOW));
	buf_clear(&b);
	free(path);
}

static void another_accounts_file_is_no_token(void **state)
{
	struct fixture *f = *state;
	char *mine, *other;

	put(f, MARA, READ, "ya29.mara", NOW + 3600);
	mine = only_file();
	assert_int_equal(rename(mine, "saved"), 0);
	put(f, "kay@harbor.example", READ, "ya29.kay", NOW + 3600);
	other = only_file();
	assert_int_equal(rename("saved", other), 0);
	assert_false(has(&f->cache, "kay@harbor.example", READ, "ya29.mara", NOW));
	free(mine);
	free(other);
}

static void without_the_key_nothing_is_kept(void **state)
{
	struct fixture *f = *state;
	struct token_cache none = {"data/tokens", NULL}, other = {"data/tokens", NULL};
	struct err e = {0};

	assert_int_equal(token_cache_put(&none, MARA, READ, "ya29.abc", NOW + 3600, &e), 0);
	assert_null(only_file());
	put(f, MARA, READ, "ya29.abc", NOW + 3600);
	assert_false(has(&none, MARA, READ, "ya29.abc", NOW));
	struct secret_ring *r = ring_of("f00102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
	other.ring = r;
	assert_false(has(&other, MARA, READ, "ya29.abc", NOW));
	secret_ring_free(r);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
	    CASE(a_token_is_good_until_a_minute_before_its_end),
	    CASE(each_account_and_scope_has_its_own),
	    CASE(the_file_is_private_and_sealed),
	    CASE(a_damaged_file_is_no_token_and_is_written_anew),
	    CASE(another_accounts_file_is_no_token),
	    CASE(without_the_key_nothing_is_kept),
	};

	return cmocka_run_group_tests_name("token_cache", tests, NULL, NULL);
}
