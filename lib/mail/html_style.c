#include "mail/html_style.h"

#include "base/span.h"

#include <stdbool.h>
#include <string.h>

/* "name: value", without space around either. */
struct declaration {
	struct span name, value;
};

/* What is only hidden by two declarations together. */
struct seen {
	bool no_height, no_overflow;
};

static bool is(const struct declaration *d, const char *name)
{
	return span_is(d->name, name);
}

/* The start is enough: "none !important". */
static bool says(const struct declaration *d, const char *word)
{
	return span_starts(d->value, word);
}

/* "0", "0px", "0.0em", but not "0.8em". */
static bool is_zero(const struct declaration *d)
{
	size_t i = 0;

	while (i < d->value.len && (d->value.at[i] == '0' || d->value.at[i] == '.'))
		i++;
	return i > 0 && (i == d->value.len || d->value.at[i] < '0' || d->value.at[i] > '9');
}

/* A size that does not depend on the size around it. */
static bool is_own_size(const struct declaration *d)
{
	size_t i = 0;

	while (i < d->value.len && (d->value.at[i] == '.' || (d->value.at[i] >= '0' && d->value.at[i] <= '9')))
		i++;
	if (i == 0)
		return d->value.len && !says(d, "inherit") && !says(d, "unset") && !says(d, "smaller") &&
		       !says(d, "larger");
	return i < d->value.len && d->value.at[i] != '%' && d->value.at[i] != 'e' && d->value.at[i] != 'E';
}

/* In "bold 16px/1.5 Arial" some digit but 0 tells that there is a size. */
static bool has_digit(const struct declaration *d)
{
	for (size_t i = 0; i < d->value.len; i++)
		if (d->value.at[i] >= '1' && d->value.at[i] <= '9')
			return true;
	return false;
}

static unsigned with(unsigned state, unsigned bit, bool on)
{
	return on ? state | bit : state & ~bit;
}

static unsigned apply(unsigned state, const struct declaration *d, struct seen *seen)
{
	if (is(d, "display"))
		return says(d, "none") ? state | HTML_STATE_GONE : state;
	if (is(d, "visibility"))
		return says(d, "inherit") ? state : with(state, HTML_STATE_INVISIBLE, !says(d, "visible"));
	if (is(d, "opacity"))
		return is_zero(d) ? state | HTML_STATE_GONE : state;
	if (is(d, "mso-hide"))
		return says(d, "all") ? state | HTML_STATE_GONE : state;
	if (is(d, "font-size"))
		return is_zero(d) || is_own_size(d) ? with(state, HTML_STATE_NO_SIZE, is_zero(d)) : state;
	if (is(d, "font"))
		return has_digit(d) ? state & ~(unsigned)HTML_STATE_NO_SIZE : state;
	if (is(d, "white-space"))
		return says(d, "inherit") ? state : with(state, HTML_STATE_PRE, says(d, "pre"));
	if (is(d, "height") || is(d, "max-height"))
		seen->no_height |= is_zero(d);
	else if (is(d, "overflow"))
		seen->no_overflow |= says(d, "hidden");
	return state;
}

unsigned html_style_state(unsigned state, const char *style, size_t n)
{
	const char *at = style, *end = style + n;
	struct seen seen = {0};

	while (at < end) {
		const char *stop = memchr(at, ';', (size_t)(end - at)), *colon;
		stop = stop ? stop : end;
		colon = memchr(at, ':', (size_t)(stop - at));
		if (colon) {
			struct declaration d = {span_trim((struct span){at, (size_t)(colon - at)}),
			    span_trim((struct span){colon + 1, (size_t)(stop - colon - 1)})};
			state = apply(state, &d, &seen);
		}
		at = stop < end ? stop + 1 : end;
	}
	return seen.no_height && seen.no_overflow ? state | HTML_STATE_GONE : state;
}
