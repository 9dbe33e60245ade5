#include "net/gmail_json.h"

#include "net/base64url.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_CAP = 100 };

/* The place behind the string that starts at s[i] == '"', or n when it does not end. */
static size_t skip_string(struct span s, size_t i)
{
	for (i++; i < s.len;) {
		const char *quote = memchr(s.at + i, '"', s.len - i), *slash;
		if (!quote)
			return s.len;
		slash = memchr(s.at + i, '\\', (size_t)(quote - s.at) - i);
		if (!slash)
			return (size_t)(quote - s.at) + 1;
		i = (size_t)(slash - s.at) + 2;
	}
	return s.len;
}

/* jansson recurses: depth is checked first. */
static bool is_too_deep(struct span s)
{
	size_t depth = 0;

	for (size_t i = 0; i < s.len;) {
		char c = s.at[i];
		if (c == '"') {
			i = skip_string(s, i);
			continue;
		}
		if ((c == '{' || c == '[') && ++depth > DEPTH_CAP)
			return true;
		if ((c == '}' || c == ']') && depth > 0)
			depth--;
		i++;
	}
	return false;
}

int gmail_json_load(struct span text, json_t **root, struct err *e)
{
	json_error_t why;

	*root = NULL;
	if (text.len == 0)
		return err_set(e, ERR_TEMPORARY, "the answer is empty");
	if (is_too_deep(text))
		return err_set(
		    e, ERR_TEMPORARY, "the answer is no JSON that could be meant: nested more than %d deep", DEPTH_CAP);
	*root = json_loadb(text.at, text.len, JSON_REJECT_DUPLICATES, &why);
	if (!*root)
		return err_set(
		    e, ERR_TEMPORARY, "the answer is no JSON (broken at byte %d of %zu)", why.position, text.len);
	if (!json_is_object(*root)) {
		json_decref(*root);
		*root = NULL;
		return err_set(e, ERR_TEMPORARY, "the answer is JSON, but no object");
	}
	return 0;
}

const char *gmail_json_id(json_t *object, const char *name)
{
	json_t *v = json_object_get(object, name);

	if (json_is_integer(v)) {
		char digits[24];
		snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT, json_integer_value(v));
		json_object_set_new(object, name, json_string(digits));
		v = json_object_get(object, name);
	}
	return json_string_length(v) > 0 ? json_string_value(v) : NULL;
}

const char *gmail_json_dup(struct arena *a, json_t *object, const char *name)
{
	const char *s = gmail_json_id(object, name);

	return s ? arena_strdup(a, s) : NULL;
}

int64_t gmail_json_int(const json_t *object, const char *name, int64_t otherwise)
{
	const json_t *v = json_object_get(object, name);
	const char *s = json_string_value(v);
	char *end;
	int64_t n;

	if (json_is_integer(v))
		return json_integer_value(v);
	if (!s || !*s)
		return otherwise;
	n = strtoll(s, &end, 10);
	return *end ? otherwise : n;
}

static size_t skip_space(struct span s, size_t i)
{
	while (i < s.len && ascii_is_space(s.at[i]))
		i++;
	return i;
}

/* Finds the string value of the outermost object's member "raw": what stands between its quotes. */
static bool find_raw(struct span s, struct span *value)
{
	size_t depth = 0, i = 0, end;

	while (i < s.len) {
		char c = s.at[i];
		if (c != '"') {
			depth += c == '{' || c == '[';
			depth -= (c == '}' || c == ']') && depth > 0;
			i++;
			continue;
		}
		end = skip_string(s, i);
		if (depth == 1 && end - i == 5 && memcmp(s.at + i, "\"raw\"", 5) == 0) {
			size_t v = skip_space(s, end);
			v = v < s.len && s.at[v] == ':' ? skip_space(s, v + 1) : s.len;
			if (v < s.len && s.at[v] == '"') {
				end = skip_string(s, v);
				*value = (struct span){s.at + v + 1, end - v - 2};
				return s.at[end - 1] == '"' && end > v + 1;
			}
		}
		i = end;
	}
	return false;
}

/* The slow way, for a value with escapes ("\/" or "\u002d") and for one that is no base64url. */
static int raw_by_jansson(struct span text, json_t **root, struct buf *raw, bool *has_raw, struct err *e)
{
	const json_t *v;

	if (gmail_json_load(text, root, e) != 0)
		return -1;
	v = json_object_get(*root, "raw");
	*has_raw = json_is_string(v);
	if (!*has_raw || base64url_decode(json_string_value(v), json_string_length(v), raw))
		return 0;
	json_decref(*root);
	*root = NULL;
	return err_set(e, ERR_TEMPORARY, "the message that was answered is no base64url");
}

int gmail_json_load_raw(struct span text, json_t **root, struct buf *raw, bool *has_raw, struct err *e)
{
	struct buf rest = {0};
	struct span value;
	size_t before, old_len = raw->len;
	int rc;

	if (!find_raw(text, &value) || !base64url_decode(value.at, value.len, raw))
		return raw_by_jansson(text, root, raw, has_raw, e);
	before = (size_t)(value.at - text.at);
	buf_append(&rest, text.at, before);
	buf_append(&rest, value.at + value.len, text.len - before - value.len);
	rc = gmail_json_load((struct span){rest.data, rest.len}, root, e);
	buf_clear(&rest);
	*has_raw = rc == 0;
	if (rc != 0) {
		raw->len = old_len;
		raw->data[old_len] = '\0';
	}
	return rc;
}
