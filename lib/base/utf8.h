/* UTF-8 (RFC 3629): checks, repair, and lengths for people. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The number of bytes at the start of s that are valid UTF-8 (no overlong form, no surrogate, at most U+10FFFF). */
size_t utf8_valid_prefix(const char *s, size_t n);
bool utf8_is_valid(const char *s, size_t n);
/* The largest length <= n that does not cut a character in two; s is valid UTF-8. */
size_t utf8_cut(const char *s, size_t n);
/* Decodes the character at s (n > 0 bytes left) into *cp and returns its length; a bad byte gives U+FFFD and 1. */
size_t utf8_decode(const char *s, size_t n, uint32_t *cp);
/* Writes cp as 1 to 4 bytes and returns how many; what is no character becomes U+FFFD. */
size_t utf8_encode(uint32_t cp, char out[static 4]);
/* Columns on a terminal, by wcwidth's rules for wide and combining characters, without the locale. */
size_t utf8_columns(const char *s, size_t n);

/* What can steer a terminal or the reader's eye: C0, DEL and C1 controls, line and paragraph separators, and the embeddings,
 * overrides and isolates of bidirectional text (UAX #9), which show text in another order than it has. */
bool utf8_steers(uint32_t c);

/* Makes `s` fit to be shown, in place: what steers, but the ASCII characters in `allowed`, and bytes of no character become
 * "?", one a byte. */
void utf8_disarm(char *s, const char *allowed);

#endif
