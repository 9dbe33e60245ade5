/* The parts of HTTP that are text: percent-encoding, dates, hosts. */
#include "base/span.h"
#include "net/http.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <string.h>
#include <strings.h>

bool http_is_loopback(const char *host)
{
	struct in_addr four;
	struct in6_addr six;
	size_t n = strlen(host);
	char bare[INET6_ADDRSTRLEN + 2];

	if (strcasecmp(host, "localhost") == 0)
		return true;
	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	if (n >= sizeof bare)
		return false;
	memcpy(bare, host, n + 1);
	if (*bare == '[' && bare[n - 1] == ']') {
		bare[n - 1] = '\0';
		memmove(bare, bare + 1, n - 1);
	}
	return inet_pton(AF_INET6, bare, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

void http_escape(struct buf *b, const char *s)
{
	static const char hex[] = "0123456789ABCDEF";

	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || ascii_is_digit(*s) || strchr("-._~", c)) {
			buf_putc(b, *s);
		} else {
			buf_putc(b, '%');
			buf_putc(b, hex[c >> 4]);
			buf_putc(b, hex[c & 15]);
		}
	}
}

void http_put_param(struct buf *b, const char *name, const char *value)
{
	if (b->len > 0 && b->data[b->len - 1] != '?' && b->data[b->len - 1] != '&')
		buf_putc(b, '&');
	http_escape(b, name);
	buf_putc(b, '=');
	http_escape(b, value);
}

int64_t http_parse_date(const char *s)
{
	time_t t = curl_getdate(s, NULL);

	return t > 0 ? (int64_t)t : 0;
}
