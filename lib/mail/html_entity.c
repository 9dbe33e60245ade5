#include "mail/html_entity.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct entity {
	char name[18];
	uint16_t cp;
};

static const struct entity entities[] = {
#include "html_entities.inc"
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int digit_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

/* Pages say &#146; and mean the apostrophe of windows-1252. */
static uint32_t meant(uint32_t cp)
{
	static const uint16_t cp1252[32] = {0x20ac, 0x81, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030,
	    0x160, 0x2039, 0x152, 0x8d, 0x17d, 0x8f, 0x90, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
	    0x2dc, 0x2122, 0x161, 0x203a, 0x153, 0x9d, 0x17e, 0x178};

	if (cp >= 0x80 && cp <= 0x9f)
		return cp1252[cp - 0x80];
	return cp == 0 || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff) ? 0xfffd : cp;
}

/* s is behind "&#". */
static size_t number(const char *s, size_t n, uint32_t *cp)
{
	int base = n && (s[0] == 'x' || s[0] == 'X') ? 16 : 10;
	size_t first = base == 16 ? 1 : 0, i;
	uint32_t value = 0;

	for (i = first; i < n && digit_value(s[i]) < base; i++)
		if (value <= 0x10ffff)
			value = value * (uint32_t)base + (uint32_t)digit_value(s[i]);
	if (i == first)
		return 0;
	*cp = meant(value);
	return i + (i < n && s[i] == ';');
}

static int entity_order(const void *name, const void *entity)
{
	return strcmp(name, ((const struct entity *)entity)->name);
}

size_t html_entity(const char *s, size_t n, uint32_t *cp)
{
	char name[sizeof entities->name] = {0};
	const struct entity *found;
	size_t len = 0, used;

	if (n > 2 && s[1] == '#') {
		used = number(s + 2, n - 2, cp);
		return used ? used + 2 : 0;
	}
	while (len + 1 < n && is_alnum(s[len + 1])) {
		if (len + 1 == sizeof name)
			return 0;
		name[len] = s[len + 1];
		len++;
	}
	/* In "?a=1&copy=2" the name is one of a link's parameters. */
	if (len == 0 || (len + 1 < n && s[len + 1] == '='))
		return 0;
	found = bsearch(name, entities, sizeof entities / sizeof *entities, sizeof *entities, entity_order);
	if (!found)
		return 0;
	*cp = found->cp;
	return len + 1 + (len + 1 < n && s[len + 1] == ';');
}
