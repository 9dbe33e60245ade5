/* Why, and whether the address is dead: names, status codes, and what outweighs what. */
#include "mail/bounce_core.h"

#include <stdlib.h>
#include <string.h>

const char *bounce_kind_name(enum bounce_kind kind)
{
	static const char *const names[] = {"none", "bounce", "delayed", "delivered", "auto-reply", "complaint",
	    "report", "mdn", "challenge", "unsubscribe"};

	return names[kind];
}

const char *bounce_action_name(enum bounce_action action)
{
	static const char *const names[] = {"failed", "delayed", "delivered", "relayed", "expanded"};

	return names[action];
}

const char *bounce_class_name(enum bounce_class class)
{
	static const char *const names[] = {"none", "soft", "hard"};

	return names[class];
}

const char *bounce_reason_name(enum bounce_reason reason)
{
	static const char *const names[] = {
	    [BOUNCE_REASON_UNDEFINED] = "undefined",
	    [BOUNCE_REASON_USER_UNKNOWN] = "user-unknown",
	    [BOUNCE_REASON_HOST_UNKNOWN] = "host-unknown",
	    [BOUNCE_REASON_MOVED] = "moved",
	    [BOUNCE_REASON_NO_MAIL] = "no-mail",
	    [BOUNCE_REASON_MAILBOX_FULL] = "mailbox-full",
	    [BOUNCE_REASON_DISABLED] = "disabled",
	    [BOUNCE_REASON_SUPPRESSED] = "suppressed",
	    [BOUNCE_REASON_FILTERED] = "filtered",
	    [BOUNCE_REASON_TOO_BIG] = "too-big",
	    [BOUNCE_REASON_SPAM] = "spam",
	    [BOUNCE_REASON_VIRUS] = "virus",
	    [BOUNCE_REASON_CONTENT] = "content",
	    [BOUNCE_REASON_PROTOCOL] = "protocol",
	    [BOUNCE_REASON_POLICY] = "policy",
	    [BOUNCE_REASON_AUTHENTICATION] = "authentication",
	    [BOUNCE_REASON_BLOCKED] = "blocked",
	    [BOUNCE_REASON_REPUTATION] = "reputation",
	    [BOUNCE_REASON_REVERSE_DNS] = "reverse-dns",
	    [BOUNCE_REASON_SENDER] = "sender",
	    [BOUNCE_REASON_RELAYING] = "relaying",
	    [BOUNCE_REASON_SECURITY] = "security",
	    [BOUNCE_REASON_RATE] = "rate",
	    [BOUNCE_REASON_GREYLISTED] = "greylisted",
	    [BOUNCE_REASON_LIMIT] = "limit",
	    [BOUNCE_REASON_EXPIRED] = "expired",
	    [BOUNCE_REASON_NETWORK] = "network",
	    [BOUNCE_REASON_LOOP] = "loop",
	    [BOUNCE_REASON_SYSTEM] = "system",
	    [BOUNCE_REASON_STORAGE] = "storage",
	    [BOUNCE_REASON_MAILER] = "mailer",
	    [BOUNCE_REASON_SYNTAX] = "syntax",
	    [BOUNCE_REASON_REJECTED] = "rejected",
	};

	return names[reason];
}

enum bounce_class bounce_reason_class(enum bounce_reason reason)
{
	return reason >= BOUNCE_REASON_USER_UNKNOWN && reason <= BOUNCE_REASON_NO_MAIL ? BOUNCE_CLASS_HARD
	                                                                               : BOUNCE_CLASS_SOFT;
}

/* Enhanced status codes without their class (RFC 3463, 5248 and IANA's registry). What servers use for anything (x.0.0, x.5.0) is
 * not here. Hard are only those that name the address or its domain as dead. */
static const struct {
	const char *code;
	enum bounce_reason reason;
} registry[] = {
    {"1.0", BOUNCE_REASON_REJECTED},
    {"1.1", BOUNCE_REASON_USER_UNKNOWN},
    {"1.10", BOUNCE_REASON_NO_MAIL},
    {"1.2", BOUNCE_REASON_HOST_UNKNOWN},
    {"1.3", BOUNCE_REASON_SYNTAX},
    {"1.4", BOUNCE_REASON_REJECTED},
    {"1.6", BOUNCE_REASON_MOVED},
    {"1.7", BOUNCE_REASON_SENDER},
    {"1.8", BOUNCE_REASON_SENDER},
    {"1.9", BOUNCE_REASON_NETWORK},
    {"2.1", BOUNCE_REASON_DISABLED},
    {"2.2", BOUNCE_REASON_MAILBOX_FULL},
    {"2.3", BOUNCE_REASON_TOO_BIG},
    {"2.4", BOUNCE_REASON_MAILER},
    {"3.0", BOUNCE_REASON_SYSTEM},
    {"3.1", BOUNCE_REASON_STORAGE},
    {"3.2", BOUNCE_REASON_SYSTEM},
    {"3.3", BOUNCE_REASON_SYSTEM},
    {"3.4", BOUNCE_REASON_TOO_BIG},
    {"3.5", BOUNCE_REASON_SYSTEM},
    {"4.0", BOUNCE_REASON_NETWORK},
    {"4.1", BOUNCE_REASON_NETWORK},
    {"4.2", BOUNCE_REASON_NETWORK},
    {"4.3", BOUNCE_REASON_NETWORK},
    {"4.4", BOUNCE_REASON_NETWORK},
    {"4.5", BOUNCE_REASON_RATE},
    {"4.6", BOUNCE_REASON_LOOP},
    {"4.7", BOUNCE_REASON_EXPIRED},
    {"5.1", BOUNCE_REASON_SYNTAX},
    {"5.2", BOUNCE_REASON_SYNTAX},
    {"5.3", BOUNCE_REASON_LIMIT},
    {"5.4", BOUNCE_REASON_SYNTAX},
    {"5.5", BOUNCE_REASON_SYNTAX},
    {"5.6", BOUNCE_REASON_SECURITY},
    {"6.0", BOUNCE_REASON_CONTENT},
    {"6.1", BOUNCE_REASON_CONTENT},
    {"6.2", BOUNCE_REASON_CONTENT},
    {"6.3", BOUNCE_REASON_CONTENT},
    {"6.5", BOUNCE_REASON_CONTENT},
    {"6.6", BOUNCE_REASON_CONTENT},
    {"6.7", BOUNCE_REASON_SYNTAX},
    {"6.8", BOUNCE_REASON_SYNTAX},
    {"6.9", BOUNCE_REASON_SYNTAX},
    {"7.0", BOUNCE_REASON_POLICY},
    {"7.1", BOUNCE_REASON_POLICY},
    {"7.10", BOUNCE_REASON_SECURITY},
    {"7.11", BOUNCE_REASON_SECURITY},
    {"7.13", BOUNCE_REASON_DISABLED},
    {"7.17", BOUNCE_REASON_MOVED}, /* the mailbox has another owner (RFC 7293) */
    {"7.18", BOUNCE_REASON_MOVED},
    {"7.2", BOUNCE_REASON_FILTERED},
    {"7.20", BOUNCE_REASON_AUTHENTICATION},
    {"7.21", BOUNCE_REASON_AUTHENTICATION},
    {"7.22", BOUNCE_REASON_AUTHENTICATION},
    {"7.23", BOUNCE_REASON_AUTHENTICATION},
    {"7.24", BOUNCE_REASON_AUTHENTICATION},
    {"7.25", BOUNCE_REASON_REVERSE_DNS},
    {"7.26", BOUNCE_REASON_AUTHENTICATION},
    {"7.27", BOUNCE_REASON_SENDER},
    {"7.28", BOUNCE_REASON_RATE},
    {"7.29", BOUNCE_REASON_AUTHENTICATION},
    {"7.3", BOUNCE_REASON_SECURITY},
    {"7.30", BOUNCE_REASON_SECURITY},
    {"7.4", BOUNCE_REASON_SECURITY},
    {"7.5", BOUNCE_REASON_SECURITY},
    {"7.6", BOUNCE_REASON_SECURITY},
    {"7.7", BOUNCE_REASON_SECURITY},
    {"7.8", BOUNCE_REASON_SECURITY},
    {"7.9", BOUNCE_REASON_SECURITY},
};

static enum bounce_reason of_status(struct span status)
{
	for (size_t i = 0; status.len >= 5 && i < sizeof registry / sizeof *registry; i++)
		if (span_is(span_skip(status, 2), registry[i].code))
			return registry[i].reason;
	return BOUNCE_REASON_UNDEFINED;
}

/* SMTP reply codes that mean one thing (RFC 5321 section 4.2.3). 550, 553 and 554 are used for anything. */
static enum bounce_reason of_code(int code)
{
	switch (code) {
	case 421: return BOUNCE_REASON_NETWORK;
	case 452: return BOUNCE_REASON_SYSTEM;
	case 500:
	case 501:
	case 502:
	case 503:
	case 504: return BOUNCE_REASON_SYNTAX;
	case 521:
	case 556: return BOUNCE_REASON_NO_MAIL;
	case 530:
	case 535: return BOUNCE_REASON_SECURITY;
	case 552: return BOUNCE_REASON_MAILBOX_FULL;
	default: return BOUNCE_REASON_UNDEFINED;
	}
}

/* Says only that something went wrong: a status may know better. */
static bool is_vague(enum bounce_reason reason)
{
	return reason == BOUNCE_REASON_UNDEFINED || reason == BOUNCE_REASON_REJECTED || reason == BOUNCE_REASON_SYSTEM;
}

/* What the codes say: the report's status, or where that is vague the one in the server's words, or the reply code. */
static enum bounce_reason of_codes(const struct bounce_recipient *r, struct span words)
{
	enum bounce_reason reason = of_status(r->status ? span_of(r->status) : (struct span){NULL, 0});

	if (is_vague(reason) && of_status(bounce_find_status(words)) != BOUNCE_REASON_UNDEFINED)
		reason = of_status(bounce_find_status(words));
	if (is_vague(reason) && of_code(bounce_find_code(words)) != BOUNCE_REASON_UNDEFINED)
		reason = of_code(bounce_find_code(words));
	return reason;
}

static bool is_permanent(const struct bounce_recipient *r, struct span words)
{
	struct span status = r->status ? span_of(r->status) : bounce_find_status(words);

	return status.len && status.at[0] == '5';
}

/* Words count before codes, except that a code that knows of a full mailbox or a size keeps a person from being called dead. */
static enum bounce_reason weigh(const struct bounce_recipient *r, uint64_t seen, struct span words)
{
	enum bounce_reason said = phrase_reason(seen), coded = of_codes(r, words);

	if (is_vague(said) && coded != BOUNCE_REASON_UNDEFINED)
		said = is_vague(coded) && said != BOUNCE_REASON_UNDEFINED ? said : coded;
	if (is_vague(said) && phrase_has(seen, PHRASE_PERHAPS_UNKNOWN) &&
	    (bounce_find_code(words) >= 500 || is_permanent(r, words)))
		said = BOUNCE_REASON_USER_UNKNOWN;
	coded = of_status(r->status ? span_of(r->status) : bounce_find_status(words));
	if (bounce_reason_class(said) == BOUNCE_CLASS_HARD &&
	    (coded == BOUNCE_REASON_MAILBOX_FULL || coded == BOUNCE_REASON_TOO_BIG))
		said = coded;
	if (said == BOUNCE_REASON_USER_UNKNOWN && phrase_has(seen, PHRASE_BEFORE_RCPT))
		said = BOUNCE_REASON_SENDER;
	return said;
}

/* Postfix names the domain whose mail servers it could not look up. Another one than the person's is a relay, ours perhaps: it tells
 * nothing of the person. */
static bool names_another_domain(const struct bounce_recipient *r, struct span words)
{
	static const char before[] = "for name=";
	size_t at = span_find(words, before), n = 0;
	const char *domain = r->address ? strrchr(r->address, '@') : NULL;
	struct span name;

	if (at >= words.len || !domain)
		return false;
	name = span_skip(words, at + sizeof before - 1);
	while (n < name.len && !strchr(" \t\r\n", name.at[n]))
		n++;
	if (!span_starts(span_trim(span_skip(name, n)), "type=mx"))
		return false;
	name.len = n;
	return n > 0 && !span_same(name, span_of(domain + 1));
}

void bounce_judge(struct bounce_recipient *r, uint64_t seen, struct span words)
{
	int code = bounce_find_code(words);
	char first = r->status ? r->status[0] : (char)('0' + code / 100);

	r->reason = weigh(r, seen, words);
	if (r->reason == BOUNCE_REASON_HOST_UNKNOWN && names_another_domain(r, words))
		r->reason = BOUNCE_REASON_NETWORK;
	r->class = bounce_reason_class(r->reason);
	if (r->action != BOUNCE_ACTION_FAILED || first == '4')
		r->class = BOUNCE_CLASS_SOFT;
	if (r->action > BOUNCE_ACTION_DELAYED) {
		r->class = BOUNCE_CLASS_NONE;
		r->reason = BOUNCE_REASON_UNDEFINED;
	}
}

enum bounce_reason bounce_reason_of_words(struct arena *a, const char *words)
{
	struct bounce_recipient r = {.address = "", .action = BOUNCE_ACTION_FAILED};
	struct phrase_text t;

	phrase_text_init(a, span_of(words), &t);
	bounce_judge(&r, phrase_seen(&t, 0, t.folded.len), t.plain);
	return r.reason;
}

static size_t digits(struct span s, size_t at)
{
	size_t n = 0;

	while (at + n < s.len && ascii_is_digit(s.at[at + n]))
		n++;
	return n;
}

/* Length of the status that starts at `at`; 0: none. */
static size_t status_len(struct span s, size_t at)
{
	char before = at ? s.at[at - 1] : ' ';

	if (!strchr("245", s.at[at]) || s.at[at] == '\0' || ascii_is_digit(before) || before == '.' || at + 5 > s.len ||
	    s.at[at + 1] != '.')
		return 0;
	size_t subject = digits(s, at + 2), dot = at + 2 + subject;
	if (subject < 1 || subject > 3 || dot >= s.len || s.at[dot] != '.')
		return 0;
	size_t detail = digits(s, dot + 1), end = dot + 1 + detail;
	if (detail < 1 || detail > 3 || (end + 1 < s.len && s.at[end] == '.' && ascii_is_digit(s.at[end + 1])))
		return 0;
	return end - at;
}

struct span bounce_find_status(struct span s)
{
	struct span best = {NULL, 0};

	for (size_t i = 0; i + 5 <= s.len; i++) {
		const char *dot = memchr(s.at + i, '.', s.len - i);
		if (!dot)
			break;
		if (dot == s.at + i)
			continue;
		i = (size_t)(dot - s.at) - 1;
		size_t n = status_len(s, i);
		if (n && (!best.at || (best.len == 5 && memcmp(best.at + 1, ".0.0", 4) == 0)))
			best = (struct span){s.at + i, n};
		i++;
	}
	return best;
}

int bounce_find_code(struct span s)
{
	for (size_t i = 0; i + 3 <= s.len; i++) {
		if (s.at[i] != '4' && s.at[i] != '5')
			continue;
		char before = i ? s.at[i - 1] : ' ', after = i + 3 < s.len ? s.at[i + 3] : ' ';
		if (digits(s, i) == 3 && s.at[i + 1] <= '5' && !strchr(".-0123456789@[/=_", before) &&
		    (before < 'A' || before == '>') &&
		    (ascii_is_space(after) || after == '-' || after == ':' || after == ',' || after == ')' ||
		        after == '.'))
			return atoi((char[]){s.at[i], s.at[i + 1], s.at[i + 2], '\0'});
		size_t skip = digits(s, i);
		i += skip ? skip - 1 : 0;
	}
	return 0;
}
