#include "job/unpack.h"

#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

enum { INPUT_BYTES = 128 * 1024, MAGIC_BYTES = 4 };

enum packing { PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };

struct unpack {
	char *path;
	int fd;
	struct stat st;
	enum packing packing;
	z_stream z;
	ZSTD_DStream *zstd;
	bool in_member;    /* a gzip member or zstd frame has begun and not ended */
	bool any_member;   /* one has ended: trailing rubbish may follow */
	unsigned char *in; /* compressed bytes */
	size_t in_pos, in_len;
	int64_t consumed, position;
};

static int read_some(struct unpack *u, void *to, size_t n, size_t *got, struct err *e)
{
	ssize_t r;

	do
		r = read(u->fd, to, n);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return err_errno(e, "%s: read", u->path);
	*got = (size_t)r;
	u->consumed += r;
	return 0;
}

static int find_packing(struct unpack *u, struct err *e)
{
	static const unsigned char zstd[MAGIC_BYTES] = {0x28, 0xb5, 0x2f, 0xfd};
	unsigned char magic[MAGIC_BYTES] = {0};

	if (pread(u->fd, magic, sizeof magic, 0) < 0)
		return err_errno(e, "%s: read", u->path);
	if (magic[0] == 0x1f && magic[1] == 0x8b)
		u->packing = PACKING_GZIP;
	else if (memcmp(magic, zstd, sizeof zstd) == 0)
		u->packing = PACKING_ZSTD;
	return 0;
}

static void start_packing(struct unpack *u)
{
	if (u->packing == PACKING_NONE)
		return;
	u->in = mem_realloc(NULL, INPUT_BYTES, 1);
	/* 15 + 16: the largest window, gzip framing only. */
	if (u->packing == PACKING_GZIP && inflateInit2(&u->z, 15 + 16) != Z_OK)
		mem_out_of_memory();
	if (u->packing == PACKING_ZSTD && !(u->zstd = ZSTD_createDStream()))
		mem_out_of_memory();
}

int unpack_open(const char *path, struct unpack **out, struct err *e)
{
	struct unpack *u = mem_alloc(sizeof *u);

	u->path = mem_strdup(path);
	/* O_NONBLOCK: a FIFO must not hold the run before fstat finds it out. */
	u->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (u->fd < 0 || fstat(u->fd, &u->st) != 0) {
		err_errno(e, "%s", path);
		goto fail;
	}
	if (!S_ISREG(u->st.st_mode)) {
		err_set(e, ERR_INPUT, "%s: is no regular file", path);
		goto fail;
	}
	if (find_packing(u, e) != 0)
		goto fail;
	start_packing(u);
	posix_fadvise(u->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	*out = u;
	return 0;
fail:
	unpack_close(u);
	return -1;
}

void unpack_close(struct unpack *u)
{
	if (!u)
		return;
	if (u->fd >= 0)
		close(u->fd);
	if (u->packing == PACKING_GZIP && u->in)
		inflateEnd(&u->z);
	ZSTD_freeDStream(u->zstd);
	free(u->in);
	free(u->path);
	free(u);
}

void unpack_lock(struct unpack *u)
{
	struct flock whole = {.l_type = F_RDLCK, .l_whence = SEEK_SET};

	(void)fcntl(u->fd, F_SETLK, &whole);
}

static int cut_off(struct unpack *u, struct err *e)
{
	return err_set(e, ERR_INPUT, "%s: the compressed file ends in the middle", u->path);
}

static int inflate_some(struct unpack *u, void *to, size_t n, size_t *got, struct err *e)
{
	int rc;

	u->z.next_in = u->in + u->in_pos;
	u->z.avail_in = (uInt)(u->in_len - u->in_pos);
	u->z.next_out = to;
	u->z.avail_out = n > UINT32_MAX ? UINT32_MAX : (uInt)n;
	rc = inflate(&u->z, Z_NO_FLUSH);
	*got = (size_t)((unsigned char *)u->z.next_out - (unsigned char *)to);
	u->in_pos = u->in_len - u->z.avail_in;
	u->in_member = rc != Z_STREAM_END;
	if (rc == Z_STREAM_END) {
		u->any_member = true;
		inflateReset(&u->z);
	} else if (rc != Z_OK && rc != Z_BUF_ERROR) {
		return err_set(
		    e, ERR_INPUT, "%s: damaged gzip data: %s", u->path, u->z.msg ? u->z.msg : "unknown reason");
	}
	return 0;
}

static int zstd_some(struct unpack *u, void *to, size_t n, size_t *got, struct err *e)
{
	ZSTD_inBuffer in = {u->in, u->in_len, u->in_pos};
	ZSTD_outBuffer out = {to, n, 0};
	size_t rc = ZSTD_decompressStream(u->zstd, &out, &in);

	*got = out.pos;
	u->in_pos = in.pos;
	if (ZSTD_isError(rc))
		return err_set(e, ERR_INPUT, "%s: damaged zstd data: %s", u->path, ZSTD_getErrorName(rc));
	u->in_member = rc != 0;
	u->any_member = u->any_member || rc == 0;
	return 0;
}

/* Zero bytes behind the last member are padding, as gzip(1) has it. */
static void skip_padding(struct unpack *u)
{
	while (!u->in_member && u->any_member && u->in_pos < u->in_len && u->in[u->in_pos] == 0)
		u->in_pos++;
}

static int unpack_some(struct unpack *u, void *to, size_t n, size_t *got, struct err *e)
{
	*got = 0;
	while (*got == 0) {
		skip_padding(u);
		if (u->in_pos == u->in_len) {
			u->in_pos = 0;
			if (read_some(u, u->in, INPUT_BYTES, &u->in_len, e) != 0)
				return -1;
			if (u->in_len == 0)
				return u->in_member || !u->any_member ? cut_off(u, e) : 0;
			continue;
		}
		u->in_member = true;
		if ((u->packing == PACKING_GZIP ? inflate_some : zstd_some)(u, to, n, got, e) != 0)
			return -1;
	}
	return 0;
}

int unpack_read(struct unpack *u, void *to, size_t n, size_t *got, struct err *e)
{
	int rc = u->packing == PACKING_NONE ? read_some(u, to, n, got, e) : unpack_some(u, to, n, got, e);

	if (rc == 0)
		u->position += (int64_t)*got;
	return rc;
}

static int rewind_file(struct unpack *u, int64_t to, struct err *e)
{
	if (lseek(u->fd, to, SEEK_SET) < 0)
		return err_errno(e, "%s: seek", u->path);
	u->consumed = u->position = to;
	u->in_pos = u->in_len = 0;
	u->in_member = u->any_member = false;
	if (u->packing == PACKING_GZIP)
		inflateReset(&u->z);
	if (u->packing == PACKING_ZSTD)
		ZSTD_DCtx_reset(u->zstd, ZSTD_reset_session_only);
	return 0;
}

int unpack_seek(struct unpack *u, int64_t offset, struct err *e)
{
	char *waste;
	size_t got;
	int rc = 0;

	if (u->packing == PACKING_NONE) {
		if (offset > u->st.st_size)
			return err_set(e, ERR_INPUT, "%s: ends before byte %lld", u->path, (long long)offset);
		return rewind_file(u, offset, e);
	}
	if (offset < u->position && rewind_file(u, 0, e) != 0)
		return -1;
	waste = mem_realloc(NULL, INPUT_BYTES, 1);
	while (rc == 0 && u->position < offset) {
		int64_t left = offset - u->position;
		rc = unpack_read(u, waste, left < INPUT_BYTES ? (size_t)left : INPUT_BYTES, &got, e);
		if (rc == 0 && got == 0)
			rc = err_set(e, ERR_INPUT, "%s: ends before byte %lld", u->path, (long long)offset);
	}
	free(waste);
	return rc;
}

int64_t unpack_consumed(const struct unpack *u)
{
	return u->consumed;
}

const struct stat *unpack_stat(const struct unpack *u)
{
	return &u->st;
}
