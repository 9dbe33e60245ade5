/* bench_gmime FILE.mbox: times GMime at the work that bench_parse has message_parse do, over the same messages: structure,
 * headers with RFC 2047, addresses, dates, ids, every leaf decoded and hashed, the body text in UTF-8. message_parse also
 * turns HTML into text and unwraps format=flowed, for which GMime has no counterpart. */
#include <gmime/gmime.h>
#include <openssl/evp.h>

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { MAX_DEPTH = 100 };

struct work {
	size_t messages, text_bytes, leaves, addresses, references;
	unsigned check; /* of all digests, so that none can be left out */
	EVP_MD_CTX *digest;
	const EVP_MD *sha256;
	GMimeParserOptions *options;
	/* Of the message at hand: the text found so far. */
	GMimeStream *html;
	const char *html_charset;
	bool has_text;
	int depth;
};

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t next_message(const char *s, size_t pos, size_t n)
{
	const char *p = memmem(s + pos, n - pos, "\nFrom ", 6);

	return p ? (size_t)(p - s) + 1 : n;
}

static void to_utf8(struct work *w, GMimeStream *stream, const char *charset)
{
	GByteArray *bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	iconv_t cd = g_mime_iconv_open("UTF-8", charset ? charset : "us-ascii");
	char *text = NULL;

	if (cd != (iconv_t)-1) {
		text = g_mime_iconv_strndup(cd, (const char *)bytes->data, bytes->len);
		g_mime_iconv_close(cd);
	}
	w->text_bytes += text ? strlen(text) : bytes->len;
	w->has_text = true;
	g_free(text);
}

static bool is_attachment(GMimeObject *part)
{
	const char *d = g_mime_object_get_disposition(part)
	                    ? g_mime_content_disposition_get_disposition(g_mime_object_get_content_disposition(part))
	                    : NULL;

	return d && g_ascii_strcasecmp(d, "attachment") == 0;
}

static void keep_text(struct work *w, GMimeObject *part, GMimeStream *stream)
{
	GMimeContentType *type = g_mime_object_get_content_type(part);
	const char *charset = g_mime_object_get_content_type_parameter(part, "charset");

	if (w->has_text || is_attachment(part))
		return;
	if (g_mime_content_type_is_type(type, "text", "plain")) {
		to_utf8(w, stream, charset);
	} else if (!w->html && g_mime_content_type_is_type(type, "text", "html")) {
		w->html = g_object_ref(stream);
		w->html_charset = charset;
	}
}

static void leaf(struct work *w, GMimeObject *part)
{
	GMimeDataWrapper *content = g_mime_part_get_content(GMIME_PART(part));
	GMimeStream *stream = g_mime_stream_mem_new();
	GByteArray *bytes;
	unsigned char digest[EVP_MAX_MD_SIZE];

	if (content)
		g_mime_data_wrapper_write_to_stream(content, stream);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	EVP_DigestInit_ex(w->digest, w->sha256, NULL);
	EVP_DigestUpdate(w->digest, bytes->data, bytes->len);
	EVP_DigestFinal_ex(w->digest, digest, NULL);
	w->check += digest[0];
	w->leaves++;
	g_mime_part_get_filename(GMIME_PART(part));
	keep_text(w, part, stream);
	g_object_unref(stream);
}

static void visit(GMimeObject *parent, GMimeObject *part, gpointer arg)
{
	struct work *w = arg;

	(void)parent;
	if (GMIME_IS_PART(part)) {
		leaf(w, part);
	} else if (GMIME_IS_MESSAGE_PART(part) && w->depth < MAX_DEPTH) {
		GMimeMessage *inner = g_mime_message_part_get_message(GMIME_MESSAGE_PART(part));
		w->depth++;
		if (inner)
			g_mime_message_foreach(inner, visit, w);
		w->depth--;
	}
}

static size_t addresses(InternetAddressList *list)
{
	size_t n = 0;

	for (int i = 0; list && i < internet_address_list_length(list); i++)
		n += internet_address_get_name(internet_address_list_get_address(list, i)) ? 2 : 1;
	return n;
}

static void references(struct work *w, GMimeMessage *m, const char *header)
{
	const char *value = g_mime_object_get_header(GMIME_OBJECT(m), header);
	GMimeReferences *ids = value ? g_mime_references_parse(w->options, value) : NULL;

	if (!ids)
		return;
	w->references += (size_t)g_mime_references_length(ids);
	g_mime_references_free(ids);
}

static void headers(struct work *w, GMimeMessage *m)
{
	g_mime_message_get_subject(m);
	g_mime_message_get_message_id(m);
	g_mime_message_get_date(m);
	w->addresses += addresses(g_mime_message_get_from(m)) + addresses(g_mime_message_get_sender(m)) +
	                addresses(g_mime_message_get_reply_to(m)) + addresses(g_mime_message_get_to(m)) +
	                addresses(g_mime_message_get_cc(m)) + addresses(g_mime_message_get_bcc(m));
	references(w, m, "References");
	references(w, m, "In-Reply-To");
}

/* Bytes [start, end) of the stream; nothing of them is copied beforehand. */
static void parse_one(struct work *w, GMimeStream *all, size_t start, size_t end)
{
	GMimeStream *stream = g_mime_stream_substream(all, (gint64)start, (gint64)end);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeMessage *m = g_mime_parser_construct_message(parser, w->options);

	w->messages++;
	if (m) {
		headers(w, m);
		g_mime_message_foreach(m, visit, w);
		if (!w->has_text && w->html)
			to_utf8(w, w->html, w->html_charset);
		g_object_unref(m);
	}
	g_clear_object(&w->html);
	w->has_text = false;
	g_object_unref(parser);
	g_object_unref(stream);
}

static void parse_all(struct work *w, char *s, size_t n)
{
	GByteArray array = {.data = (guint8 *)s, .len = (guint)n};
	GMimeStream *all = g_mime_stream_mem_new();

	g_mime_stream_mem_set_byte_array(GMIME_STREAM_MEM(all), &array);
	for (size_t pos = 0; pos < n;) {
		size_t end = next_message(s, pos, n), start = pos;
		/* The separator itself is no header. */
		if (end - pos > 5 && memcmp(s + pos, "From ", 5) == 0) {
			const char *line = memchr(s + pos, '\n', end - pos);
			start = line ? (size_t)(line - s) + 1 : end;
		}
		parse_one(w, all, start, end);
		pos = end;
	}
	g_object_unref(all);
}

int main(int argc, char **argv)
{
	struct stat st;
	struct work w = {0};
	int fd = argc == 2 ? open(argv[1], O_RDONLY | O_CLOEXEC) : -1;
	char *s;
	double start, seconds;

	if (fd < 0 || fstat(fd, &st) || st.st_size == 0 || st.st_size > G_MAXINT) {
		fprintf(stderr, "usage: bench_gmime FILE.mbox\n");
		return 64;
	}
	s = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (s == MAP_FAILED)
		return 71;
	g_mime_init();
	w.digest = EVP_MD_CTX_new();
	w.sha256 = EVP_sha256();
	w.options = g_mime_parser_options_new();
	start = now_s();
	parse_all(&w, s, (size_t)st.st_size);
	seconds = now_s() - start;
	fprintf(stderr, "leaves %zu, text %zu bytes, addresses %zu, references %zu, check %u\n", w.leaves, w.text_bytes,
	    w.addresses, w.references, w.check);
	printf("gmime messages %zu seconds %.3f rate %.0f\n", w.messages, seconds, (double)w.messages / seconds);
	g_mime_parser_options_free(w.options);
	EVP_MD_CTX_free(w.digest);
	g_mime_shutdown();
	return 0;
}
