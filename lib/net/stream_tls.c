#include "net/stream_tls.h"

#include "base/buf.h"
#include "base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

struct stream_tls {
	SSL_CTX *ctx;
	SSL *ssl;
	BIO_METHOD *method;
	char *host, *peer;
	int fd;
	bool failed;    /* no more TLS records may be sent */
	struct buf why; /* why the certificate is not trusted; empty when it is */
};

static int bio_result(BIO *b, ssize_t n, int retry_flags)
{
	BIO_clear_retry_flags(b);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		BIO_set_flags(b, retry_flags | BIO_FLAGS_SHOULD_RETRY);
	return (int)n;
}

static int bio_fd(BIO *b)
{
	return ((const struct stream_tls *)BIO_get_data(b))->fd;
}

/* OpenSSL's own socket BIO uses write(), which raises SIGPIPE; a library must not touch the process's signals. */
static int bio_write(BIO *b, const char *bytes, int n)
{
	return bio_result(b, send(bio_fd(b), bytes, (size_t)n, MSG_NOSIGNAL), BIO_FLAGS_WRITE);
}

static int bio_read(BIO *b, char *bytes, int n)
{
	return bio_result(b, recv(bio_fd(b), bytes, (size_t)n, 0), BIO_FLAGS_READ);
}

static long bio_ctrl(BIO *b, int cmd, long num, void *ptr)
{
	(void)b;
	(void)num;
	(void)ptr;
	return cmd == BIO_CTRL_FLUSH;
}

static int make_bio(struct stream_tls *t, struct err *e)
{
	BIO *b;

	t->method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "stream");
	if (!t->method || !BIO_meth_set_write(t->method, bio_write) || !BIO_meth_set_read(t->method, bio_read) ||
	    !BIO_meth_set_ctrl(t->method, bio_ctrl) || !(b = BIO_new(t->method)))
		return err_set(e, ERR_SYSTEM, "%s: TLS cannot be set up", t->peer);
	BIO_set_data(b, t);
	BIO_set_init(b, 1);
	SSL_set_bio(t->ssl, b, b);
	return 0;
}

/* The names a certificate is for, as "a, b, c": DNS names and addresses, at most ten. */
static void put_names(struct buf *b, X509 *cert)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
	int shown = 0, n = names ? sk_GENERAL_NAME_num(names) : 0;
	char text[INET6_ADDRSTRLEN];

	for (int i = 0; i < n && shown < 10; i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		if (name->type == GEN_DNS) {
			int len = ASN1_STRING_length(name->d.dNSName);
			const char *dns = (const char *)ASN1_STRING_get0_data(name->d.dNSName);
			buf_puts(b, shown++ ? ", " : "");
			for (int k = 0; k < len && k < 253; k++)
				buf_putc(b, dns[k] > ' ' && dns[k] < 0x7f ? dns[k] : '?');
		} else if (name->type == GEN_IPADD) {
			int family = ASN1_STRING_length(name->d.iPAddress) == 4 ? AF_INET : AF_INET6;
			if ((family == AF_INET || ASN1_STRING_length(name->d.iPAddress) == 16) &&
			    inet_ntop(family, ASN1_STRING_get0_data(name->d.iPAddress), text, sizeof text))
				buf_printf(b, "%s%s", shown++ ? ", " : "", text);
		}
	}
	if (shown == 10)
		buf_puts(b, ", ...");
	if (shown == 0)
		buf_puts(b, "no host");
	GENERAL_NAMES_free(names);
}

static void put_time(struct buf *b, const ASN1_TIME *at)
{
	struct tm tm;
	char text[32] = "an unknown time";

	if (at && ASN1_TIME_to_tm(at, &tm))
		strftime(text, sizeof text, "%Y-%m-%d %H:%M UTC", &tm);
	buf_puts(b, text);
}

static void explain(struct stream_tls *t, X509_STORE_CTX *sc)
{
	int error = X509_STORE_CTX_get_error(sc);
	X509 *cert = X509_STORE_CTX_get_current_cert(sc), *leaf = X509_STORE_CTX_get0_cert(sc);

	switch (error) {
	case X509_V_ERR_CERT_HAS_EXPIRED:
		buf_puts(&t->why, "the certificate expired on ");
		put_time(&t->why, cert ? X509_get0_notAfter(cert) : NULL);
		break;
	case X509_V_ERR_CERT_NOT_YET_VALID:
		buf_puts(&t->why, "the certificate is valid from ");
		put_time(&t->why, cert ? X509_get0_notBefore(cert) : NULL);
		buf_puts(&t->why, " only (is this machine's clock right?)");
		break;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: buf_puts(&t->why, "the certificate is self-signed"); break;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		buf_puts(&t->why, "the certificate's issuer is not one that this machine trusts");
		break;
	case X509_V_ERR_HOSTNAME_MISMATCH:
	case X509_V_ERR_IP_ADDRESS_MISMATCH:
		buf_printf(&t->why, "the certificate is not for %s but for ", t->host);
		if (leaf)
			put_names(&t->why, leaf);
		break;
	default: buf_printf(&t->why, "the certificate is not trusted: %s", X509_verify_cert_error_string(error));
	}
}

/* Notes the first reason; the result stays OpenSSL's. */
static int on_verify(int ok, X509_STORE_CTX *sc)
{
	SSL *ssl = X509_STORE_CTX_get_ex_data(sc, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct stream_tls *t = ssl ? SSL_get_app_data(ssl) : NULL;

	if (!ok && t && t->why.len == 0)
		explain(t, sc);
	return ok;
}

static int load_trust(struct stream_tls *t, const char *ca_file, struct err *e)
{
	if (ca_file && SSL_CTX_load_verify_file(t->ctx, ca_file) != 1)
		return err_set(
		    e, ERR_CONFIG, "%s: the file of trusted certificates cannot be used: %s", t->peer, ca_file);
	if (!ca_file && SSL_CTX_set_default_verify_paths(t->ctx) != 1)
		return err_set(e, ERR_CONFIG, "%s: the system's trusted certificates cannot be used", t->peer);
	return 0;
}

/* The name in the certificate must be the host's; SNI carries names only (RFC 6066 section 3). */
static int expect_host(struct stream_tls *t, struct err *e)
{
	unsigned char address[sizeof(struct in6_addr)];
	X509_VERIFY_PARAM *param = SSL_get0_param(t->ssl);
	bool is_address = inet_pton(AF_INET, t->host, address) == 1 || inet_pton(AF_INET6, t->host, address) == 1;

	X509_VERIFY_PARAM_set_hostflags(
	    param, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
	if (is_address ? X509_VERIFY_PARAM_set1_ip_asc(param, t->host) != 1
	               : SSL_set1_host(t->ssl, t->host) != 1 || SSL_set_tlsext_host_name(t->ssl, t->host) != 1)
		return err_set(e, ERR_CONFIG, "%s: this is no host name that a certificate can be for", t->peer);
	return 0;
}

int stream_tls_new(
    struct stream_tls **out, int fd, const char *host, const char *peer, const char *ca_file, struct err *e)
{
	struct stream_tls *t = mem_alloc(sizeof *t);

	t->fd = fd;
	t->host = mem_strdup(host);
	t->peer = mem_strdup(peer);
	ERR_clear_error();
	t->ctx = SSL_CTX_new(TLS_client_method());
	if (!t->ctx || SSL_CTX_set_min_proto_version(t->ctx, TLS1_2_VERSION) != 1) {
		err_set(e, ERR_SYSTEM, "%s: TLS cannot be set up", peer);
		goto failed;
	}
	SSL_CTX_set_verify(t->ctx, SSL_VERIFY_PEER, on_verify);
	SSL_CTX_set_mode(t->ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_options(t->ctx, SSL_OP_NO_RENEGOTIATION);
	SSL_CTX_set_session_cache_mode(t->ctx, SSL_SESS_CACHE_OFF);
	if (load_trust(t, ca_file, e) < 0)
		goto failed;
	t->ssl = SSL_new(t->ctx);
	if (!t->ssl) {
		err_set(e, ERR_SYSTEM, "%s: TLS cannot be set up", peer);
		goto failed;
	}
	SSL_set_app_data(t->ssl, t);
	SSL_set_connect_state(t->ssl);
	if (make_bio(t, e) < 0 || expect_host(t, e) < 0)
		goto failed;
	*out = t;
	return 0;
failed:
	stream_tls_free(t);
	return -1;
}

void stream_tls_free(struct stream_tls *t)
{
	if (!t)
		return;
	SSL_free(t->ssl);
	BIO_meth_free(t->method);
	SSL_CTX_free(t->ctx);
	buf_clear(&t->why);
	free(t->host);
	free(t->peer);
	free(t);
}

void stream_tls_shutdown(struct stream_tls *t)
{
	ERR_clear_error();
	if (!t->failed)
		SSL_shutdown(t->ssl);
	ERR_clear_error();
}

/* `saved` is errno right after the call. A cut without close_notify is an end like any other here: the caller treats every
 * end as an error. */
static enum stream_tls_want outcome(struct stream_tls *t, int rc, int saved, struct err *e)
{
	unsigned long code;
	const char *reason;

	switch (SSL_get_error(t->ssl, rc)) {
	case SSL_ERROR_WANT_READ: return STREAM_TLS_WANT_READ;
	case SSL_ERROR_WANT_WRITE: return STREAM_TLS_WANT_WRITE;
	case SSL_ERROR_ZERO_RETURN: t->failed = true; return STREAM_TLS_EOF;
	case SSL_ERROR_SYSCALL:
		t->failed = true;
		if (saved == 0 || saved == EPIPE)
			return STREAM_TLS_EOF;
		err_set(e, ERR_TEMPORARY, "%s: the connection failed: %s", t->peer, strerror(saved));
		return STREAM_TLS_FAILED;
	default: break;
	}
	t->failed = true;
	code = ERR_peek_error();
	if (ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
		return STREAM_TLS_EOF;
	reason = ERR_reason_error_string(code);
	if (t->why.len)
		err_set(e, ERR_UNAVAILABLE, "%s: TLS: %s", t->peer, buf_str(&t->why));
	else if (ERR_GET_REASON(code) == SSL_R_WRONG_VERSION_NUMBER)
		err_set(e, ERR_UNAVAILABLE,
		    "%s: TLS: the server does not speak it on this port (ssl and starttls have ports of "
		    "their own) or offers no version from 1.2 on",
		    t->peer);
	else
		err_set(e, ERR_UNAVAILABLE, "%s: TLS: %s", t->peer, reason ? reason : "failed");
	return STREAM_TLS_FAILED;
}

enum stream_tls_want stream_tls_handshake(struct stream_tls *t, struct err *e)
{
	int rc;

	ERR_clear_error();
	errno = 0;
	rc = SSL_do_handshake(t->ssl);
	return rc == 1 ? STREAM_TLS_DONE : outcome(t, rc, errno, e);
}

enum stream_tls_want stream_tls_read(struct stream_tls *t, void *bytes, size_t n, size_t *done, struct err *e)
{
	int rc;

	ERR_clear_error();
	errno = 0;
	rc = SSL_read_ex(t->ssl, bytes, n, done);
	return rc == 1 ? STREAM_TLS_DONE : outcome(t, rc, errno, e);
}

enum stream_tls_want stream_tls_write(struct stream_tls *t, const void *bytes, size_t n, size_t *done, struct err *e)
{
	int rc;

	ERR_clear_error();
	errno = 0;
	rc = SSL_write_ex(t->ssl, bytes, n, done);
	return rc == 1 ? STREAM_TLS_DONE : outcome(t, rc, errno, e);
}
