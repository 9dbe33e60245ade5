/* The key files of secret.h: the forms they come in, and making one. */
#include "base/secret.h"

#include "base/base64.h"
#include "base/file.h"
#include "base/keyfile.h"
#include "base/mem.h"
#include "base/secret_ring.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FILE_CAP_BYTES = 256, HEX_DIGITS = 2 * SECRET_KEY_BYTES };

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_hex(const char *text, size_t n, unsigned char key[static SECRET_KEY_BYTES])
{
	if (n != HEX_DIGITS)
		return false;
	for (size_t i = 0; i < SECRET_KEY_BYTES; i++) {
		int high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		key[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

static bool read_base64(const char *text, size_t n, unsigned char key[static SECRET_KEY_BYTES])
{
	struct buf b = {0};
	bool good = base64_decode(text, n, &b) && b.len == SECRET_KEY_BYTES;

	if (good)
		memcpy(key, b.data, SECRET_KEY_BYTES);
	buf_wipe(&b);
	return good;
}

static bool read_key(const struct buf *b, unsigned char key[static SECRET_KEY_BYTES])
{
	size_t n = b->len;

	if (n == SECRET_KEY_BYTES) {
		memcpy(key, b->data, n);
		return true;
	}
	while (n > 0 && strchr(" \t\r\n", b->data[n - 1]))
		n--;
	return read_hex(b->data, n, key) || read_base64(b->data, n, key);
}

/* /dev/zero and the like, or a placeholder. */
static bool is_one_byte_over_again(const unsigned char key[static SECRET_KEY_BYTES])
{
	return memcmp(key, key + 1, SECRET_KEY_BYTES - 1) == 0;
}

int secret_ring_add(struct secret_ring *r, const char *path, struct err *e)
{
	unsigned char key[SECRET_KEY_BYTES];
	struct buf b = {0};
	int rc = -1;

	if (keyfile_read(path, FILE_CAP_BYTES, &b, e) != 0)
		return -1;
	if (!read_key(&b, key)) {
		err_set(e, ERR_INPUT,
		    "%s: is no key: 32 bytes are wanted, or 64 hexadecimal digits, or base64 of 32 bytes (%zu bytes "
		    "are there)",
		    path, b.len);
	} else if (is_one_byte_over_again(key)) {
		err_set(e, ERR_INPUT, "%s: is no random key: all its bytes are equal", path);
	} else {
		secret_ring_put(r, key);
		rc = 0;
	}
	explicit_bzero(key, sizeof key);
	buf_wipe(&b);
	return rc;
}

static int new_key_text(char text[static HEX_DIGITS + 2], struct err *e)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char key[SECRET_KEY_BYTES];

	if (secret_random(key, sizeof key, e) != 0)
		return -1;
	for (size_t i = 0; i < sizeof key; i++) {
		text[2 * i] = digits[key[i] >> 4];
		text[2 * i + 1] = digits[key[i] & 15];
	}
	memcpy(text + HEX_DIGITS, "\n", 2);
	explicit_bzero(key, sizeof key);
	return 0;
}

/* A key that a power cut takes back after a secret was sealed with it would take the secret along. */
static int sync_parent(const char *path, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char *dir = slash ? mem_strndup(path, slash == path ? 1 : (size_t)(slash - path)) : mem_strdup(".");
	int rc = file_sync_dir(dir, e);

	free(dir);
	return rc;
}

/* Written under a name of its own and then linked to its place: link refuses to put it over another one, and a kill leaves no
 * half key. */
static int write_linked(const char *path, const char *text, bool *made, struct err *e)
{
	unsigned long long tag;
	char *temp = NULL;
	int rc = -1;

	if (secret_random(&tag, sizeof tag, e) != 0)
		return -1;
	temp = mem_printf("%s.%016llx", path, tag);
	if (file_write_atomic(temp, text, strlen(text), 0600, e) != 0)
		goto out;
	*made = link(temp, path) == 0;
	if (*made || errno == EEXIST) {
		rc = sync_parent(path, e);
	} else {
		err_errno(e, "%s: make the key file", path);
		e->code = ERR_CANNOT_CREATE;
	}
	unlink(temp);
out:
	free(temp);
	return rc;
}

int secret_key_create(const char *path, bool *made, struct err *e)
{
	char text[HEX_DIGITS + 2];
	int rc;

	*made = false;
	if (access(path, F_OK) == 0)
		return 0;
	if (new_key_text(text, e) != 0)
		return -1;
	rc = write_linked(path, text, made, e);
	explicit_bzero(text, sizeof text);
	return rc;
}
