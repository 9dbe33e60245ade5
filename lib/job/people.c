#include "job/people.h"

#include "base/utf8.h"
#include "mail/address.h"
#include "store/investors.h"
#include "store/match_data.h"

#include <string.h>

enum { ADDRESS_MAX_BYTES = 320, NAME_MAX_BYTES = 200, TEXT_MAX_BYTES = 10000 };

const char *people_change_name(enum people_change change)
{
	static const char *const names[] = {"added", "restored", "changed", "unchanged", "removed"};

	return names[change];
}

/* Whether the text, valid UTF-8, can steer the terminal it is shown on by more than the ASCII characters in `allowed`. */
static bool steers(const char *text, const char *allowed)
{
	size_t n = strlen(text);

	while (n > 0) {
		uint32_t c;
		size_t len = utf8_decode(text, n, &c);
		if (utf8_steers(c) && !(c < 0x80 && strchr(allowed, (int)c)))
			return true;
		text += len;
		n -= len;
	}
	return false;
}

/* What makes the text no address; NULL when nothing does. */
static const char *address_fault(const char *text)
{
	const char *at = strrchr(text, '@');
	size_t n = strlen(text);

	if (n > ADDRESS_MAX_BYTES)
		return "it is too long";
	if (!utf8_is_valid(text, n))
		return "it is not UTF-8";
	if (!at || at == text)
		return "it has no \"@\" with something before it";
	if (steers(text, "") || strpbrk(text, " <>,;:()[]\"\\"))
		return "it holds a character that no plain address has";
	if (memchr(text, '@', (size_t)(at - text)))
		return "it has two \"@\"";
	if (!strchr(at, '.') || at[1] == '.' || at[strlen(at) - 1] == '.' || strstr(at, ".."))
		return "what stands behind \"@\" is no full domain";
	return NULL;
}

int people_address(struct arena *a, const char *given, const char **address, struct err *e)
{
	const char *fault = address_fault(given);

	if (!fault && (*address = address_normalise(a, given)))
		return 0;
	err_set(e, ERR_INPUT, "\"%.100s\" is no mail address: %s", given, fault ? fault : "it cannot be read");
	return -1;
}

static bool holds(const struct people_words *w, const char *text)
{
	for (size_t i = 0; i < w->count; i++)
		if (strcmp(w->items[i], text) == 0)
			return true;
	return false;
}

int people_addresses(struct arena *a, const struct people_words *given, struct people_words *addresses, struct err *e)
{
	struct people_words out = {arena_array(a, given->count + 1, sizeof *out.items), 0};

	for (size_t i = 0; i < given->count; i++) {
		const char *address;
		if (people_address(a, given->items[i], &address, e) != 0)
			return -1;
		if (!holds(&out, address))
			out.items[out.count++] = address;
	}
	*addresses = out;
	return 0;
}

int people_name(struct arena *a, const char *given, const char **name, struct err *e)
{
	size_t n = strlen(given), len = 0;
	char *out = arena_alloc(a, n + 1);

	if (!utf8_is_valid(given, n))
		return err_set(e, ERR_INPUT, "the name is not UTF-8");
	if (steers(given, ""))
		return err_set(e, ERR_INPUT, "the name \"%.100s\" holds a control character", given);
	for (const char *p = given; *p; p++) {
		if (*p == ' ' && (len == 0 || out[len - 1] == ' '))
			continue;
		out[len++] = *p;
	}
	while (len > 0 && out[len - 1] == ' ')
		len--;
	out[len] = '\0';
	if (len == 0)
		return err_set(e, ERR_INPUT, "the name is empty");
	if (len > NAME_MAX_BYTES)
		return err_set(e, ERR_INPUT, "the name \"%.40s...\" is over %d bytes long", out, NAME_MAX_BYTES);
	*name = out;
	return 0;
}

int people_text(struct arena *a, const char *given, const char **text, struct err *e)
{
	size_t n = strlen(given);

	if (n > TEXT_MAX_BYTES)
		return err_set(e, ERR_INPUT, "the notes are over %d bytes long", TEXT_MAX_BYTES);
	if (!utf8_is_valid(given, n))
		return err_set(e, ERR_INPUT, "the notes are not UTF-8");
	if (steers(given, "\t\r\n"))
		return err_set(e, ERR_INPUT, "the notes hold a control character");
	*text = arena_strdup(a, given);
	return 0;
}

struct people_words people_split(struct arena *a, const char *cell)
{
	static const char separators[] = "; \t\r\n";
	struct people_words w = {0};
	size_t most = 1;

	for (const char *p = cell; *p; p++)
		if (strchr(separators, *p))
			most++;
	w.items = arena_array(a, most, sizeof *w.items);
	for (const char *p = cell + strspn(cell, separators); *p; p += strspn(p, separators)) {
		size_t n = strcspn(p, separators);
		w.items[w.count++] = arena_strndup(a, p, n);
		p += n;
	}
	return w;
}

int people_check_not_investor(struct store *s, const char *address, struct err *e)
{
	struct arena a = {0};
	const char *name;
	int rc = investors_name_of_address(s, &a, address, &name, e);

	if (rc == 0 && name)
		rc = err_set(e, ERR_REFUSED, "%s is on record for %s: an address of our own cannot be an investor's",
		    address, name);
	arena_clear(&a);
	return rc;
}

int people_check_not_own(struct store *s, const char *address, struct err *e)
{
	struct arena a = {0};
	const char *owner;
	int rc = match_data_own_name(s, &a, address, &owner, e);

	if (rc == 0 && owner)
		rc = err_set(e, ERR_REFUSED, "%s is our own (%s): it cannot be an investor's", address, owner);
	arena_clear(&a);
	return rc;
}

int people_end(struct store *s, bool dry_run, int rc, struct err *e)
{
	if (rc == 0 && !dry_run && store_commit(s, e) == 0)
		return 0;
	store_rollback(s);
	return rc == 0 && dry_run ? 0 : -1;
}
