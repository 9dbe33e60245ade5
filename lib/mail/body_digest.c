#include "mail/body_digest.h"

#include <string.h>

/* Offset of the next line of the form ">+From " from pos on (mbox quoting, one ">" of which a writer added); s.len
 * when there is none. */
static size_t next_quoted_from(struct span s, size_t pos)
{
	while (pos < s.len) {
		const char *p = memmem(s.at + pos, s.len - pos, ">From ", 6);
		if (!p)
			break;
		const char *q = p;
		while (q > s.at + pos && q[-1] == '>')
			q--;
		if (q == s.at || q[-1] == '\n')
			return (size_t)(q - s.at);
		pos = (size_t)(p - s.at) + 6;
	}
	return s.len;
}

/* Digests bytes without their CRs before LFs. */
static void hash_without_cr(struct sha256 *h, const char *s, size_t n)
{
	while (n) {
		const char *cr = memchr(s, '\r', n);
		size_t run = cr ? (size_t)(cr - s) : n;
		if (cr && (run + 1 == n || s[run + 1] != '\n'))
			run++; /* a bare CR stays */
		else if (cr) {
			sha256_add(h, s, run);
			s += run + 1;
			n -= run + 1;
			continue;
		}
		sha256_add(h, s, run);
		s += run;
		n -= run;
	}
}

void body_digest_text(struct sha256 *h, struct span s)
{
	size_t pos = 0;

	while (s.len && (s.at[s.len - 1] == '\n' || s.at[s.len - 1] == '\r'))
		s.len--;
	while (pos < s.len) {
		size_t quoted = next_quoted_from(s, pos);
		hash_without_cr(h, s.at + pos, quoted - pos);
		pos = quoted;
		while (pos < s.len && s.at[pos] == '>')
			pos++;
	}
}
