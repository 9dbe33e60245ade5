/* Character references of HTML: "&amp;", "&#228;", "&#xE4;". */
#ifndef MAIL_HTML_ENTITY_H
#define MAIL_HTML_ENTITY_H

#include <stddef.h>
#include <stdint.h>

/* Reads the reference at s, which begins with "&". Returns its length and sets *cp, or returns 0 when it is none and
 * the "&" stands for itself. A missing ";" is forgiven after numbers and before what cannot be a name. Numbers 128-159
 * are read as windows-1252, as browsers do; impossible ones give U+FFFD. */
size_t html_entity(const char *s, size_t n, uint32_t *cp);

#endif
