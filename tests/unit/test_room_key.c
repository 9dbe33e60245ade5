/* A new sealing key (account rekey): the mailroom's own keys and the passwords of servers stay what they are. */
#include "base/arena.h"
#include "base/mem.h"
#include "base/secret.h"
#include "job/account_rekey.h"
#include "job/credential.h"
#include "job/room_key.h"
#include "store/room_secrets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdlib.h>
#include <unistd.h>

enum { NOW = 1700000000 };

static struct {
	char *dir, *key_file, *database;
	struct config *config;
	struct store *store;
	struct account account;
} room;

static int begin(void **state)
{
	char dir[] = "/tmp/mailroom-test-XXXXXX";
	struct err e = {0};
	int applied;
	bool made;

	(void)state;
	if (!mkdtemp(dir))
		return -1;
	room.dir = mem_strdup(dir);
	room.key_file = mem_printf("%s/secret.key", dir);
	room.database = mem_printf("%s/mailroom.db", dir);
	room.config = config_new();
	if (config_set(room.config, "MAILROOM_SECRET_KEY_FILE", room.key_file, CONFIG_OPTION, &e) != 0 ||
	    secret_key_create(room.key_file, &made, &e) != 0 ||
	    store_open(room.database, STORE_CREATE, &room.store, &e) != 0 ||
	    store_migrate(room.store, &applied, &e) != 0)
		return -1;
	return 0;
}

static int end(void **state)
{
	char *command = mem_printf("rm -rf %s", room.dir);
	int rc;

	(void)state;
	store_close(room.store);
	config_free(room.config);
	rc = system(command);
	free(command);
	free(room.dir);
	free(room.key_file);
	free(room.database);
	return rc == 0 ? 0 : -1;
}

static void put_password(struct arena *a, const char *kind, const char *password)
{
	struct credential c = {.kind = kind};
	enum accounts_change change;
	struct err e = {0};
	bool found;

	assert_int_equal(store_begin(room.store, &e), 0);
	assert_int_equal(accounts_add(room.store, "mara@harbor.example", NULL, 0, NOW, &change, &e), 0);
	assert_int_equal(accounts_get(room.store, a, "mara@harbor.example", &room.account, &found, &e), 0);
	c.account_id = room.account.id;
	c.address = room.account.address;
	assert_int_equal(credential_write(room.config, room.store, &c, password, NOW, &e), 0);
	assert_int_equal(store_commit(room.store, &e), 0);
}

static void same_password(const char *kind, const char *password)
{
	struct buf plain = {0};
	struct err e = {0};

	assert_int_equal(credential_password(room.config, room.store, &room.account, kind, &plain, &e), 0);
	assert_string_equal(plain.data, password);
	buf_wipe(&plain);
}

static void make_key(const char *name, unsigned char key[static ROOM_KEY_BYTES])
{
	struct err e = {0};

	assert_int_equal(store_begin(room.store, &e), 0);
	assert_int_equal(room_key_make(room.config, room.store, name, NOW, key, &e), 0);
	assert_int_equal(store_commit(room.store, &e), 0);
}

static void same_key(const char *name, const unsigned char key[static ROOM_KEY_BYTES])
{
	unsigned char is[ROOM_KEY_BYTES];
	struct err e = {0};
	bool found;

	assert_int_equal(room_key_get(room.config, room.store, name, is, &found, &e), 0);
	assert_true(found);
	assert_memory_equal(is, key, ROOM_KEY_BYTES);
}

static void all_secrets_outlive_a_rekey(void **state)
{
	unsigned char tokens[ROOM_KEY_BYTES], erased[ROOM_KEY_BYTES];
	struct account_rekey_result result;
	struct room_secret *list;
	struct arena a = {0};
	struct err e = {0};
	char *old = mem_printf("%s.old", room.key_file);
	size_t n;

	(void)state;
	make_key(ROOM_KEY_TOKENS, tokens);
	make_key(ROOM_KEY_ERASED, erased);
	assert_memory_not_equal(tokens, erased, ROOM_KEY_BYTES);
	put_password(&a, CREDENTIALS_SMTP, "of smtp");
	put_password(&a, CREDENTIALS_IMAP, "of imap");
	assert_int_equal(account_rekey(room.config, room.store, NULL, true, &result, &e), 0);
	assert_int_equal(result.sealed, 4);
	assert_int_equal(account_rekey(room.config, room.store, NULL, false, &result, &e), 0);
	assert_int_equal(result.sealed, 4);
	assert_true(result.replaced);
	/* The old key is of no more use. */
	assert_int_equal(unlink(old), 0);
	same_key(ROOM_KEY_TOKENS, tokens);
	same_key(ROOM_KEY_ERASED, erased);
	same_password(CREDENTIALS_SMTP, "of smtp");
	same_password(CREDENTIALS_IMAP, "of imap");
	assert_int_equal(room_secrets_all(room.store, &a, &list, &n, &e), 0);
	assert_int_equal(n, 2);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(list[i].key_id, result.key_id);
	free(old);
	arena_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_secrets_outlive_a_rekey),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
