#include "mail/html.h"

#include "base/buf.h"
#include "mail/html_out.h"
#include "mail/html_scan.h"
#include "mail/html_style.h"

enum { FIND_DEPTH = 128 }; /* a closing tag looks no further up for its element: keeps hostile nesting linear */

/* The open elements, outermost first: tags and states side by side, so that searching tags is quick. */
struct tree {
	struct html_out out;
	struct buf tags, states; /* a state is that around the element */
	size_t open[TAG_COUNT];  /* how many of each */
	unsigned state;          /* inside the innermost */
};

static bool is_seen(unsigned state)
{
	return !(state & HTML_STATE_UNSEEN);
}

static void set_state(struct tree *t, unsigned state)
{
	t->state = state;
	t->out.pre = state & HTML_STATE_PRE;
}

static void owe_break(struct tree *t, enum html_break breaks)
{
	if (is_seen(t->state))
		html_out_break(&t->out, breaks);
}

static enum html_break breaks_around(const struct tree *t, enum html_tag tag)
{
	unsigned is = html_tag_is(tag);

	if (!(is & TAG_IS_PARAGRAPH) || ((tag == TAG_UL || tag == TAG_OL) && t->open[TAG_LI]))
		return is & TAG_IS_BLOCK ? HTML_BREAK_LINE : HTML_BREAK_NONE;
	return HTML_BREAK_PARAGRAPH;
}

static void push(struct tree *t, enum html_tag tag, unsigned state)
{
	buf_putc(&t->tags, (char)tag);
	buf_putc(&t->states, (char)t->state);
	t->open[tag]++;
	t->out.quote_depth = t->open[TAG_BLOCKQUOTE];
	set_state(t, state);
}

static void pop(struct tree *t)
{
	enum html_tag tag = (enum html_tag)t->tags.data[--t->tags.len];

	t->open[tag]--;
	owe_break(t, breaks_around(t, tag));
	t->out.quote_depth = t->open[TAG_BLOCKQUOTE];
	set_state(t, (unsigned char)t->states.data[--t->states.len]);
}

/* True when the search for an open `tag` may not look beyond an open `other`. */
static bool bars(enum html_tag other, enum html_tag tag)
{
	if (html_tag_is(tag) & TAG_IS_TABLE)
		return other == TAG_TABLE && tag != TAG_TABLE;
	if (tag == TAG_LI && (other == TAG_UL || other == TAG_OL))
		return true;
	return other == TAG_TD || other == TAG_TH || other == TAG_TABLE;
}

/* Closes the innermost open `tag` and all that is open inside it; nothing when there is none in reach. */
static bool close_open(struct tree *t, enum html_tag tag)
{
	size_t floor = t->tags.len > FIND_DEPTH ? t->tags.len - FIND_DEPTH : 0, at;

	if (t->open[tag] == 0)
		return false;
	for (at = t->tags.len; at > floor; at--) {
		enum html_tag other = (enum html_tag)t->tags.data[at - 1];
		if (other == tag)
			break;
		if (bars(other, tag))
			return false;
	}
	if (at == floor)
		return false;
	while (t->tags.len >= at)
		pop(t);
	return true;
}

/* Closing tags that HTML lets people leave out. */
static void close_implied(struct tree *t, enum html_tag tag)
{
	switch (tag) {
	case TAG_LI:
	case TAG_OPTION: close_open(t, tag); break;
	case TAG_DD:
	case TAG_DT:
		close_open(t, TAG_DD);
		close_open(t, TAG_DT);
		break;
	case TAG_TR:
	case TAG_TD:
	case TAG_TH:
	case TAG_TBODY:
	case TAG_TFOOT:
		close_open(t, TAG_TD);
		close_open(t, TAG_TH);
		if (tag != TAG_TD && tag != TAG_TH)
			close_open(t, TAG_TR);
		break;
	default: break;
	}
	if (html_tag_is(tag) & TAG_IS_BLOCK)
		close_open(t, TAG_P);
}

static unsigned state_inside(const struct tree *t, const struct html_token *token)
{
	unsigned state = t->state;

	if (html_tag_is(token->tag) & TAG_IS_HIDDEN || token->hidden)
		state |= HTML_STATE_GONE;
	if (token->tag == TAG_PRE || token->tag == TAG_LISTING || token->tag == TAG_XMP)
		state |= HTML_STATE_PRE;
	/* A table starts afresh in white space, as browsers have it. */
	else if (token->tag == TAG_TABLE)
		state &= ~(unsigned)HTML_STATE_PRE;
	return token->style ? html_style_state(state, token->style, token->style_bytes) : state;
}

static void open_void(struct tree *t, enum html_tag tag)
{
	if (!is_seen(t->state))
		return;
	if (tag == TAG_BR)
		html_out_line_end(&t->out);
	else if (tag == TAG_HR)
		owe_break(t, HTML_BREAK_PARAGRAPH);
	else if (tag == TAG_INPUT)
		html_out_space(&t->out);
}

/* An element that can be seen begins here. */
static void begin_seen(struct tree *t, enum html_tag tag)
{
	html_out_break(&t->out, breaks_around(t, tag));
	if (tag == TAG_TD || tag == TAG_TH)
		html_out_space(&t->out);
	else if (tag == TAG_LI)
		t->out.bullet = true;
}

static void open_element(struct tree *t, const struct html_token *token)
{
	unsigned is = html_tag_is(token->tag), state;

	close_implied(t, token->tag);
	if (is & TAG_IS_VOID) {
		open_void(t, token->tag);
		return;
	}
	if (token->tag == TAG_HTML || token->tag == TAG_HEAD || (token->tag == TAG_OTHER && token->self_closed))
		return;
	state = state_inside(t, token);
	if (is_seen(state))
		begin_seen(t, token->tag);
	push(t, token->tag, state);
}

static void close_element(struct tree *t, enum html_tag tag)
{
	/* What comes behind </body> is shown as if it stood before it. */
	if (tag == TAG_BODY || tag == TAG_HTML || tag == TAG_HEAD) {
		owe_break(t, HTML_BREAK_LINE);
		return;
	}
	if (tag == TAG_BR)
		open_void(t, tag);
	else if (!close_open(t, tag) && tag == TAG_P)
		owe_break(t, HTML_BREAK_PARAGRAPH);
	if (tag == TAG_LI)
		t->out.bullet = false;
}

char *html_to_text(struct arena *a, const char *html, size_t n, size_t limit, size_t *text_bytes, bool *cut)
{
	struct html_scan scan = {.at = html, .end = html + n, .raw = TAG_OTHER};
	struct tree t = {.state = 0};
	struct html_token token;

	html_out_init(&t.out, a, n, limit);
	for (html_scan_next(&scan, &token); token.kind != HTML_END && !t.out.cut; html_scan_next(&scan, &token)) {
		if (token.kind == HTML_OPEN)
			open_element(&t, &token);
		else if (token.kind == HTML_CLOSE)
			close_element(&t, token.tag);
		else if (is_seen(t.state))
			html_out_text(&t.out, token.text, token.text_bytes);
	}
	buf_clear(&t.tags);
	buf_clear(&t.states);
	*cut = t.out.cut;
	return html_out_finish(&t.out, text_bytes);
}
