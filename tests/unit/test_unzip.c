/* The CSV file of an archive: good ones, damaged ones, bombs. Archives are built here byte by byte. */
#include "base/buf.h"
#include "base/mem.h"
#include "base/unzip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <zlib.h>

struct entry {
	const char *name;
	const char *text; /* its bytes; NULL: `zeros` bytes of 0 */
	size_t zeros;
	unsigned method;     /* 0 stored, 8 deflate */
	unsigned flags;      /* 1: encrypted */
	uint32_t claim;      /* stated size; 0: the true one */
	bool bad_crc, zip64; /* zip64: sizes stand in the extra field */
};

static void put(struct buf *b, uint64_t v, int bytes)
{
	for (; bytes > 0; bytes--, v >>= 8)
		buf_putc(b, (char)(v & 0xff));
}

static void pack(const struct entry *t, struct buf *out, uint32_t *crc, size_t *size)
{
	char *plain = t->text ? mem_strdup(t->text) : mem_alloc(t->zeros + 1);
	z_stream z = {0};

	*size = t->text ? strlen(t->text) : t->zeros;
	*crc = (uint32_t)crc32(0, (const Bytef *)plain, (uInt)*size) ^ (t->bad_crc ? 1 : 0);
	if (t->method == 0) {
		buf_append(out, plain, *size);
	} else {
		assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
		z.next_in = (Bytef *)plain;
		z.avail_in = (uInt)*size;
		z.avail_out = (uInt)deflateBound(&z, *size);
		z.next_out = (Bytef *)buf_reserve(out, z.avail_out);
		assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
		out->len += z.total_out;
		deflateEnd(&z);
	}
	free(plain);
}

/* Header fields that the local and the central one have in common. */
static void put_common(struct buf *b, const struct entry *t, uint32_t crc, size_t packed, size_t size)
{
	put(b, t->zip64 ? 45 : 20, 2);
	put(b, t->flags, 2);
	put(b, t->method, 2);
	put(b, 0, 4);
	put(b, crc, 4);
	put(b, t->zip64 ? UINT32_MAX : packed, 4);
	put(b, t->zip64 ? UINT32_MAX : size, 4);
	put(b, strlen(t->name), 2);
	put(b, t->zip64 ? 20 : 0, 2);
}

static void put_extra(struct buf *b, const struct entry *t, size_t packed, size_t size)
{
	if (!t->zip64)
		return;
	put(b, 1, 2);
	put(b, 16, 2);
	put(b, size, 8);
	put(b, packed, 8);
}

static void archive(const struct entry *t, size_t n, struct buf *out)
{
	struct buf central = {0};

	for (size_t i = 0; i < n; i++) {
		struct buf packed = {0};
		size_t size, offset = out->len;
		uint32_t crc;
		pack(&t[i], &packed, &crc, &size);
		if (t[i].claim)
			size = t[i].claim;
		put(out, 0x04034b50, 4);
		put_common(out, &t[i], crc, packed.len, size);
		buf_puts(out, t[i].name);
		put_extra(out, &t[i], packed.len, size);
		buf_append(out, buf_str(&packed), packed.len);
		put(&central, 0x02014b50, 4);
		put(&central, 20, 2);
		put_common(&central, &t[i], crc, packed.len, size);
		put(&central, 0, 2 + 2 + 2 + 4);
		put(&central, offset, 4);
		buf_puts(&central, t[i].name);
		put_extra(&central, &t[i], packed.len, size);
		buf_clear(&packed);
	}
	size_t at = out->len;
	buf_append(out, buf_str(&central), central.len);
	put(out, 0x06054b50, 4);
	put(out, 0, 4);
	put(out, n, 2);
	put(out, n, 2);
	put(out, central.len, 4);
	put(out, at, 4);
	put(out, 0, 2);
	buf_clear(&central);
}

static int keep(const char *bytes, size_t n, void *arg, struct err *e)
{
	struct buf *b = arg;

	(void)e;
	buf_append(b, bytes, n);
	return 0;
}

static int unzip(const struct buf *zip, const struct unzip_caps *caps, struct buf *out, struct err *e)
{
	/* A copy of its own size, so that a sanitizer sees a read beyond it. */
	char *copy = mem_alloc(zip->len ? zip->len : 1);
	int rc;

	*e = (struct err){0};
	buf_reset(out);
	if (zip->len)
		memcpy(copy, zip->data, zip->len);
	rc = unzip_csv(copy, zip->len, caps, keep, out, e);
	free(copy);
	return rc;
}

#define CSV "a,b\n1,2\n"

static const struct {
	const char *label;
	struct entry entries[3];
	size_t n;
	const char *error; /* NULL: CSV comes out */
} cases[] = {
    {"deflate", {{.name = "Survey.csv", .text = CSV, .method = 8}}, 1, NULL},
    {"stored", {{.name = "Survey.csv", .text = CSV}}, 1, NULL},
    {"a path", {{.name = "../../etc/passwd", .text = CSV, .method = 8}}, 1, NULL},
    {"no name", {{.name = "", .text = CSV, .method = 8}}, 1, NULL},
    {"a name of another script", {{.name = "\xe7\xa0\x94\xe7\xa9\xb6.csv", .text = CSV, .method = 8}}, 1, NULL},
    {"a name that is no UTF-8", {{.name = "\xff\xfe.csv", .text = CSV, .method = 8}}, 1, NULL},
    {"a name that ends like a folder", {{.name = "x/", .text = CSV, .method = 8}}, 1, NULL},
    {"64-bit sizes", {{.name = "Survey.csv", .text = CSV, .method = 8, .zip64 = true}}, 1, NULL},
    {"folder and notes beside it",
        {{.name = "x/", .text = ""}, {.name = "x/S.CSV", .text = CSV, .method = 8},
            {.name = "x/notes.txt", .text = "n"}},
        3, NULL},
    {"nothing in it", {{0}}, 0, "0 files"},
    {"folders only", {{.name = "x/", .text = ""}}, 1, "0 files"},
    {"two CSV files", {{.name = "a.csv", .text = CSV}, {.name = "b.csv", .text = CSV}}, 2, "2 of them CSV"},
    {"two files, no CSV", {{.name = "a", .text = CSV}, {.name = "b", .text = CSV}}, 2, "0 of them CSV"},
    {"encrypted", {{.name = "a.csv", .text = CSV, .flags = 1}}, 1, "encrypted"},
    {"a wrong checksum", {{.name = "a.csv", .text = CSV, .method = 8, .bad_crc = true}}, 1, "damaged"},
    {"more than it states", {{.name = "a.csv", .text = CSV, .method = 8, .claim = 3}}, 1, "damaged"},
    {"less than it states", {{.name = "a.csv", .text = CSV, .method = 8, .claim = 300}}, 1, "damaged"},
    {"a bomb", {{.name = "a.csv", .zeros = 30 << 20, .method = 8}}, 1, "unpacks to more"},
    {"a bomb that states less", {{.name = "a.csv", .zeros = 30 << 20, .method = 8, .claim = 1000}}, 1,
        "unpacks to more"},
    {"a bomb that states 4 GB", {{.name = "a.csv", .text = CSV, .method = 8, .claim = UINT32_MAX - 1}}, 1,
        "unpacks to more"},
};

static void archives_give_their_file_or_a_reason(void **state)
{
	struct buf zip = {0}, out = {0};
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int rc;
		buf_clear(&zip);
		archive(cases[i].entries, cases[i].n, &zip);
		rc = unzip(&zip, NULL, &out, &e);
		if (cases[i].error && (rc == 0 || !strstr(e.text, cases[i].error)))
			fail_msg("%s: %d %s", cases[i].label, rc, e.text);
		if (!cases[i].error && (rc != 0 || strcmp(buf_str(&out), CSV) != 0))
			fail_msg("%s: %d %s", cases[i].label, rc, e.text);
		if (rc != 0)
			assert_int_equal(e.code, ERR_INPUT);
	}
	buf_clear(&zip);
	buf_clear(&out);
}

static void a_method_that_is_not_deflate_is_refused(void **state)
{
	struct entry t = {.name = "a.csv", .text = CSV, .method = 8};
	struct buf zip = {0}, out = {0};
	struct err e;

	(void)state;
	archive(&t, 1, &zip);
	for (size_t i = 0; i + 4 < zip.len; i++)
		if (memcmp(zip.data + i, "PK\1\2", 4) == 0)
			zip.data[i + 10] = 12; /* bzip2 */
		else if (memcmp(zip.data + i, "PK\3\4", 4) == 0)
			zip.data[i + 8] = 12;
	assert_int_equal(unzip(&zip, NULL, &out, &e), -1);
	assert_non_null(strstr(e.text, "method 12"));
	buf_clear(&zip);
	buf_clear(&out);
}

static void caps_are_those_given(void **state)
{
	static const struct unzip_caps bytes = {.bytes = 7}, entries = {.entries = 1}, ratio = {.ratio = 5000};
	struct entry two[] = {{.name = "a.csv", .text = CSV}, {.name = "b.txt", .text = CSV}};
	struct entry large = {.name = "a.csv", .zeros = 5 << 20, .method = 8};
	struct buf zip = {0}, out = {0};
	struct err e;

	(void)state;
	archive(two, 2, &zip);
	assert_int_equal(unzip(&zip, &bytes, &out, &e), -1);
	assert_int_equal(unzip(&zip, &entries, &out, &e), -1);
	assert_int_equal(unzip(&zip, NULL, &out, &e), 0);
	buf_clear(&zip);
	archive(&large, 1, &zip);
	assert_int_equal(unzip(&zip, NULL, &out, &e), -1);
	assert_int_equal(unzip(&zip, &ratio, &out, &e), 0);
	assert_int_equal(out.len, 5 << 20);
	buf_clear(&zip);
	buf_clear(&out);
}

/* Every prefix of an archive fails, every changed byte fails or changes nothing: never a wrong text, never a crash. */
static void a_damaged_archive_never_gives_another_text(void **state)
{
	struct entry t = {.name = "Survey.csv", .text = CSV "3,4\n5,6\n7,8\n", .method = 8};
	struct buf zip = {0}, out = {0};
	struct err e;

	(void)state;
	archive(&t, 1, &zip);
	for (struct buf cut = zip; cut.len > 0;) {
		cut.len--;
		assert_int_equal(unzip(&cut, NULL, &out, &e), -1);
	}
	for (size_t i = 0; i < zip.len; i++)
		for (int bit = 0; bit < 8; bit++) {
			zip.data[i] = (char)(zip.data[i] ^ 1 << bit);
			if (unzip(&zip, NULL, &out, &e) == 0)
				assert_string_equal(buf_str(&out), t.text);
			zip.data[i] = (char)(zip.data[i] ^ 1 << bit);
		}
	buf_clear(&zip);
	buf_clear(&out);
}

static int refuse(const char *bytes, size_t n, void *arg, struct err *e)
{
	(void)bytes;
	(void)n;
	(void)arg;
	return err_set(e, ERR_INPUT, "enough");
}

static void the_caller_may_end_it(void **state)
{
	struct entry t = {.name = "Survey.csv", .text = CSV, .method = 8};
	struct buf zip = {0};
	struct err e = {0};

	(void)state;
	archive(&t, 1, &zip);
	assert_int_equal(unzip_csv(zip.data, zip.len, NULL, refuse, NULL, &e), -1);
	assert_string_equal(e.text, "enough");
	buf_clear(&zip);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(archives_give_their_file_or_a_reason),
	    cmocka_unit_test(a_method_that_is_not_deflate_is_refused),
	    cmocka_unit_test(caps_are_those_given),
	    cmocka_unit_test(a_damaged_archive_never_gives_another_text),
	    cmocka_unit_test(the_caller_may_end_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
