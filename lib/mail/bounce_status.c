/* Delivery-status fields: RFC 3464, 6533, and what servers make of them. */
#include "base/utf8.h"
#include "mail/bounce_core.h"

#include <string.h>

struct block {
	struct span original, final, actual, action, status, diagnostic, remote_mta;
	bool any;
};

static int hex_of(char c)
{
	c = ascii_lower(c);
	return ascii_is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "\x{2661}" of a utf-8 address (RFC 6533 section 3) as characters, in place. */
static void undo_escapes(char *s)
{
	char *out = s;

	while (*s) {
		uint32_t cp = 0;
		char *p = s + 3;
		if (strncmp(s, "\\x{", 3) != 0) {
			*out++ = *s++;
			continue;
		}
		for (int d; p - s < 9 && (d = hex_of(*p)) >= 0; p++)
			cp = cp * 16 + (uint32_t)d;
		if (*p != '}' || cp < 0x20) {
			*out++ = *s++;
			continue;
		}
		out += utf8_encode(cp, out); /* never longer than "\x{...}" */
		s = p + 1;
	}
	*out = '\0';
}

static bool is_address(struct span s)
{
	const char *at = s.len ? memrchr(s.at, '@', s.len) : NULL;

	return at && at > s.at && at < s.at + s.len - 1 && s.len < 1000;
}

const char *bounce_status_address(struct arena *a, struct span value)
{
	const char *semi = value.len ? memchr(value.at, ';', value.len) : NULL;
	struct span type = {value.at, semi ? (size_t)(semi - value.at) : 0};
	struct span s = field_address(value);

	if (span_is(span_trim(type), "x400") || (s.len && s.at[0] == '/'))
		return NULL;
	if (!is_address(s))
		return NULL;
	char *out = arena_strdup(a, bounce_line(a, s));
	undo_escapes(out);
	return out;
}

static bool read_action(struct span s, enum bounce_action *action)
{
	static const struct {
		const char *word;
		enum bounce_action action;
	} words[] = {{"fail", BOUNCE_ACTION_FAILED}, {"delay", BOUNCE_ACTION_DELAYED},
	    {"deliverable", BOUNCE_ACTION_DELIVERED}, {"delivered", BOUNCE_ACTION_DELIVERED},
	    {"relay", BOUNCE_ACTION_RELAYED}, {"expand", BOUNCE_ACTION_EXPANDED}, {"undeliver", BOUNCE_ACTION_FAILED},
	    {"bounce", BOUNCE_ACTION_FAILED}, {"reject", BOUNCE_ACTION_FAILED}, {"error", BOUNCE_ACTION_FAILED},
	    {"warn", BOUNCE_ACTION_DELAYED}};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (span_starts(s, words[i].word)) {
			*action = words[i].action;
			return true;
		}
	return false;
}

/* Without a readable Action the class of the status tells: 2 delivered, 4 delayed (unless the server gave up), 5 failed (RFC 3463). */
static enum bounce_action action_of(const struct block *b, bool given_up)
{
	enum bounce_action action = BOUNCE_ACTION_FAILED;
	char first = b->status.len ? b->status.at[0] : '5';

	if (read_action(b->action, &action))
		return action;
	if (first == '2')
		return BOUNCE_ACTION_DELIVERED;
	return first == '4' && !given_up ? BOUNCE_ACTION_DELAYED : BOUNCE_ACTION_FAILED;
}

/* What stands behind "type;". */
static struct span behind_type(struct span s)
{
	size_t n = 0;

	while (n < s.len && n < 40 && s.at[n] != ';' && !ascii_is_space(s.at[n]))
		n++;
	return n < s.len && s.at[n] == ';' ? span_trim(span_skip(s, n + 1)) : s;
}

/* "550 unknown user sender@here": the words are about the sender, not about the recipient. */
static bool names_sender(const struct reading_report *m, struct span words, const struct block *b)
{
	struct span named = field_address(words);

	return named.len && bounce_is_own(m, named) && !bounce_names(b->final, named) &&
	       !bounce_names(b->original, named);
}

/* given_up: the words for people say that nobody tries again. */
static void add_block(struct reading_report *m, const struct block *b, bool given_up)
{
	const char *final = bounce_status_address(m->a, b->final), *original = bounce_status_address(m->a, b->original);
	const char *actual = bounce_status_address(m->a, b->actual), *address = original ? original
	                                                                        : final  ? final
	                                                                                 : actual;
	struct span status = bounce_find_status(b->status), words = behind_type(b->diagnostic);
	struct phrase_text t;

	if (!status.len) /* "Status: 550": the server's words may know better */
		status = bounce_find_status(words);
	phrase_text_init(m->a, words, &t);
	uint64_t seen = phrase_seen(&t, 0, t.folded.len);
	enum bounce_action action = action_of(b, given_up || phrase_has(seen, PHRASE_GIVEN_UP));
	if (!address) { /* X.400 and the like: the one that was written to */
		struct span to = field_address(m->original.v[H_TO]);
		if (!is_address(to))
			return;
		address = bounce_line(m->a, to);
	}
	struct bounce_recipient *r = bounce_add(m, address, action);
	if (!r)
		return;
	r->final_address = actual ? actual : final;
	if (r->final_address && strcmp(r->final_address, r->address) == 0)
		r->final_address = NULL;
	r->status = status.len ? span_dup(m->a, status) : NULL;
	r->diagnostic = words.len ? bounce_line(m->a, words) : NULL;
	r->remote_mta = b->remote_mta.len ? bounce_line(m->a, behind_type(b->remote_mta)) : NULL;
	if (names_sender(m, words, b))
		seen |= (uint64_t)1 << PHRASE_BEFORE_RCPT;
	bounce_judge(r, seen, t.plain);
}

static void read_message_field(struct reading_report *m, const struct field *f)
{
	if (span_is(f->name, "original-envelope-id") && !m->envelope_id.len)
		m->envelope_id = f->value;
	else if (span_is(f->name, "reporting-mta") && !m->out->reporting_mta)
		m->out->reporting_mta = bounce_line(m->a, behind_type(f->value));
}

/* True: the field belongs to a recipient, and is kept in *b. */
static bool keep_field(struct block *b, const struct field *f)
{
	const struct {
		const char *name;
		struct span *at;
	} fields[] = {{"final-recipient", &b->final}, {"original-recipient", &b->original},
	    {"x-actual-recipient", &b->actual}, {"action", &b->action}, {"status", &b->status},
	    {"diagnostic-code", &b->diagnostic}, {"remote-mta", &b->remote_mta}};

	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		if (span_is(f->name, fields[i].name)) {
			if (!fields[i].at->len)
				*fields[i].at = f->value;
			b->any |= i < 4;
			return true;
		}
	return false;
}

size_t bounce_status_read(struct reading_report *m, struct span rest)
{
	struct block b = {.any = false};
	struct field f;
	size_t before = m->out->count;
	bool given_up = phrase_has(phrase_seen(&m->text, 0, m->text.folded.len), PHRASE_GIVEN_UP);

	while (rest.len) {
		if (!field_next(&rest, &f)) { /* an empty line ends a recipient */
			if (b.any)
				add_block(m, &b, given_up);
			b = (struct block){.any = false};
			continue;
		}
		if (span_is(f.name, "diagnostic-code"))
			field_extend(&rest, &f);
		if (span_is(f.name, "final-recipient") && b.final.len) { /* the empty line is missing */
			add_block(m, &b, given_up);
			b = (struct block){.any = false};
		}
		if (!keep_field(&b, &f))
			read_message_field(m, &f);
	}
	if (b.any)
		add_block(m, &b, given_up);
	return m->out->count - before;
}
