#include "base/unzip.h"

#include "base/mem.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <zip.h>

enum { PIECE_BYTES = 64 << 10, RATIO_FREE_BYTES = 1 << 20, RATIO = 100, ENTRIES = 1000, EOCD_BYTES = 22 };
static const uint64_t BYTES = UINT64_C(2) << 30;

static int archive_error(const char *what, zip_error_t *why, struct err *e)
{
	return err_set(e, ERR_INPUT, "%s: %s", what, zip_error_strerror(why));
}

static int open_archive(const void *bytes, size_t n, zip_t **out, struct err *e)
{
	static const char what[] = "no zip archive that can be read (cut off?)";
	zip_source_t *source;
	zip_error_t why;
	int rc = 0;

	zip_error_init(&why);
	if (n < EOCD_BYTES)
		return err_set(e, ERR_INPUT, "%s: %zu bytes", what, n);
	source = zip_source_buffer_create(bytes, n, 0, &why);
	if (!source)
		mem_out_of_memory();
	*out = zip_open_from_source(source, ZIP_RDONLY, &why);
	if (!*out) {
		rc = archive_error(what, &why, e);
		zip_source_free(source);
	}
	zip_error_fini(&why);
	return rc;
}

static bool ends_in(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n >= m && strcasecmp(name + n - m, end) == 0;
}

static int read_entry(zip_t *z, zip_uint64_t i, zip_stat_t *st, struct err *e)
{
	if (zip_stat_index(z, i, ZIP_FL_ENC_RAW, st) == 0 &&
	    (st->valid & (ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE)) ==
	        (ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE))
		return 0;
	return archive_error("the zip archive is damaged", zip_get_error(z), e);
}

static bool is_folder(const zip_stat_t *st)
{
	return st->size == 0 && ends_in(st->name, "/");
}

/* Which entry is meant: the file, or among several the one that is called a CSV file. */
static int find_csv(zip_t *z, const struct unzip_caps *caps, zip_stat_t *out, struct err *e)
{
	zip_int64_t n = zip_get_num_entries(z, 0);
	size_t files = 0, named = 0;
	zip_stat_t st = {0}, file = {0}, csv = {0};

	if (n < 0 || (uint64_t)n > caps->entries)
		return err_set(
		    e, ERR_INPUT, "the zip archive holds more than %llu entries", (unsigned long long)caps->entries);
	for (zip_int64_t i = 0; i < n; i++) {
		if (read_entry(z, (zip_uint64_t)i, &st, e) != 0)
			return -1;
		if (is_folder(&st))
			continue;
		files++;
		file = st;
		if (ends_in(st.name, ".csv") && named++ == 0)
			csv = st;
	}
	if (files != 1 && named != 1)
		return err_set(
		    e, ERR_INPUT, "the zip archive holds %zu files, %zu of them CSV: one is wanted", files, named);
	*out = files == 1 ? file : csv;
	return 0;
}

static bool is_over(const struct unzip_caps *caps, const zip_stat_t *st, uint64_t bytes)
{
	return bytes > caps->bytes || (bytes > RATIO_FREE_BYTES && bytes / caps->ratio > st->comp_size);
}

static int over(const struct unzip_caps *caps, struct err *e)
{
	return err_set(e, ERR_INPUT,
	    "the zip archive unpacks to more than %llu MB or %u times its size: it was not made by a survey",
	    (unsigned long long)(caps->bytes >> 20), caps->ratio);
}

static int check(const struct unzip_caps *caps, const zip_stat_t *st, struct err *e)
{
	if ((st->valid & ZIP_STAT_ENCRYPTION_METHOD) && st->encryption_method != ZIP_EM_NONE)
		return err_set(e, ERR_INPUT, "the file in the zip archive is encrypted");
	if ((st->valid & ZIP_STAT_COMP_METHOD) && st->comp_method != ZIP_CM_STORE && st->comp_method != ZIP_CM_DEFLATE)
		return err_set(e, ERR_INPUT, "the file in the zip archive is packed by method %u, not by deflate",
		    (unsigned)st->comp_method);
	return is_over(caps, st, st->size) ? over(caps, e) : 0;
}

static int read_file(zip_file_t *f, const struct unzip_caps *caps, const zip_stat_t *st,
    int (*take)(const char *bytes, size_t n, void *arg, struct err *e), void *arg, struct err *e)
{
	char *piece = mem_alloc(PIECE_BYTES);
	uint64_t seen = 0;
	zip_int64_t n;
	int rc = 0;

	while (rc == 0 && (n = zip_fread(f, piece, PIECE_BYTES)) != 0) {
		if (n < 0)
			rc = archive_error("the file in the zip archive is damaged", zip_file_get_error(f), e);
		else if (is_over(caps, st, seen += (uint64_t)n))
			rc = over(caps, e);
		else
			rc = take(piece, (size_t)n, arg, e);
	}
	if (rc == 0 && seen != st->size)
		rc = err_set(e, ERR_INPUT, "the file in the zip archive is damaged: %llu bytes of %llu",
		    (unsigned long long)seen, (unsigned long long)st->size);
	free(piece);
	return rc;
}

int unzip_csv(const void *bytes, size_t n, const struct unzip_caps *caps,
    int (*take)(const char *bytes, size_t n, void *arg, struct err *e), void *arg, struct err *e)
{
	struct unzip_caps c = {caps && caps->bytes ? caps->bytes : BYTES, caps && caps->ratio ? caps->ratio : RATIO,
	    caps && caps->entries ? caps->entries : ENTRIES};
	zip_file_t *f = NULL;
	zip_t *z = NULL;
	zip_stat_t st = {0};
	int rc = -1;

	if (open_archive(bytes, n, &z, e) != 0)
		return -1;
	if (find_csv(z, &c, &st, e) != 0 || check(&c, &st, e) != 0)
		goto out;
	f = zip_fopen_index(z, st.index, 0);
	if (!f) {
		archive_error("the file in the zip archive cannot be read", zip_get_error(z), e);
		goto out;
	}
	rc = read_file(f, &c, &st, take, arg, e);
out:
	if (f)
		zip_fclose(f);
	zip_discard(z);
	return rc;
}
