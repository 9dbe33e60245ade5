/* embed_phrases: turns a table of phrases into the automaton that finds them all in one pass (Aho-Corasick). A build tool, not
 * installed. A line is "category | phrase | source"; "*" in a phrase stands for up to 100 bytes of anything, so that its
 * pieces are found one by one. States are numbered in the order of their depth: the children of a state stand side by side. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_STATES = 200000, MAX_PIECES = 8000, MAX_LINE = 1000 };

struct state {
	int first, next;  /* trie: first child, next sibling; sorted by label */
	int count, start; /* after numbering: how many children, and the number of the first */
	int number, fail, piece, out;
	unsigned char label;
};

struct piece {
	char category[64];
	int before, slot; /* where the end of the piece before and of this one is kept, 0: there is none */
	int length, next; /* another piece with the same bytes */
};

static struct state *states;
static struct piece *pieces;
static int n_states = 1, n_pieces, n_slots = 1, *order;

static void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fputs("embed_phrases: ", stderr);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(1);
}

static int child_of(int s, unsigned char c)
{
	int k = states[s].first;

	while (k && states[k].label != c)
		k = states[k].next;
	return k;
}

static int add_child(int s, unsigned char c)
{
	int k = child_of(s, c), *at = &states[s].first;

	if (k)
		return k;
	if (n_states == MAX_STATES)
		die("too many states");
	while (*at && states[*at].label < c)
		at = &states[*at].next;
	k = n_states++;
	states[k].label = c;
	states[k].piece = -1;
	states[k].next = *at;
	*at = k;
	states[s].count++;
	return k;
}

/* Returns the piece's slot. */
static int add_piece(const char *text, size_t n, const char *category, int before, int last)
{
	int s = 0;

	if (n == 0 || n_pieces == MAX_PIECES)
		die("an empty piece, or too many");
	for (size_t i = 0; i < n; i++)
		s = add_child(s, (unsigned char)text[i]);
	for (int i = states[s].piece; i >= 0 && last && !before; i = pieces[i].next)
		if (!pieces[i].before && !pieces[i].slot && strcmp(pieces[i].category, category) == 0)
			die("twice: %s | %s", category, text);
	struct piece *p = &pieces[n_pieces];
	snprintf(p->category, sizeof p->category, "%s", category);
	p->before = before;
	p->slot = last ? 0 : n_slots++;
	p->length = (int)n;
	p->next = states[s].piece;
	states[s].piece = n_pieces;
	n_pieces++;
	return p->slot;
}

static void add_phrase(const char *category, const char *phrase)
{
	int before = 0;

	for (const char *p = phrase;;) {
		const char *star = strchr(p, '*');
		size_t n = star ? (size_t)(star - p) : strlen(p);
		while (star && n > 1 && p[n - 1] == ' ')
			n--;
		before = add_piece(p, n, category, before, !star);
		if (!star)
			return;
		p = star + 1;
	}
}

static char *trim(char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	size_t n = strlen(s);
	while (n && (s[n - 1] == ' ' || s[n - 1] == '\t' || s[n - 1] == '\n'))
		s[--n] = '\0';
	return s;
}

static void read_line(char *line, int number)
{
	char *bar = strchr(line, '|'), *bar2 = bar ? strchr(bar + 1, '|') : NULL;

	if (!bar2)
		die("line %d: not \"category | phrase | source\"", number);
	*bar = *bar2 = '\0';
	const char *category = trim(line), *phrase = trim(bar + 1), *source = trim(bar2 + 1);
	if (!*phrase || !*source)
		die("line %d: a phrase and its source are needed", number);
	for (const char *p = phrase; *p; p++)
		if ((*p >= 'A' && *p <= 'Z') || (*p == ' ' && p[1] == ' '))
			die("line %d: phrases are in lower case with single spaces", number);
	add_phrase(category, phrase);
}

static void read_table(const char *path)
{
	char line[MAX_LINE], last[MAX_LINE] = "";
	FILE *f = fopen(path, "r");

	if (!f)
		die("%s: %s", path, strerror(errno));
	for (int n = 1; fgets(line, sizeof line, f); n++) {
		if (line[0] == '#' || line[0] == '\n')
			continue;
		if (strcmp(line, last) <= 0)
			die("line %d: not sorted (LC_ALL=C sort): %s", n, line);
		snprintf(last, sizeof last, "%s", line);
		read_line(line, n);
	}
	fclose(f);
}

/* Numbers the states breadth first, and links each to its longest proper suffix that is a state. */
static void link_states(void)
{
	int n = 1;

	order[0] = 0;
	for (int i = 0; i < n; i++) {
		struct state *s = &states[order[i]];
		s->number = i;
		s->start = n;
		for (int k = s->first; k; k = states[k].next) {
			int f = s->fail;
			while (order[i] && f && !child_of(f, states[k].label))
				f = states[f].fail;
			states[k].fail = order[i] ? child_of(f, states[k].label) : 0;
			order[n++] = k;
		}
	}
	for (int i = 1; i < n; i++) {
		struct state *s = &states[order[i]];
		s->out = states[s->fail].piece >= 0 ? s->fail : states[s->fail].out;
	}
}

/* "user-unknown" is a reason, "@failure" a context. */
static void put_category(FILE *f, const char *category)
{
	fputs(*category == '@' ? "PHRASE_" : "BOUNCE_REASON_", f);
	for (const char *p = category + (*category == '@'); *p; p++)
		fputc(*p == '-' ? '_' : *p >= 'a' && *p <= 'z' ? *p - 32 : *p, f);
}

static void write_tables(const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f)
		die("%s: %s", path, strerror(errno));
	fprintf(f, "/* Generated by embed_phrases. */\nenum { N_STATES = %d, N_PIECES = %d, N_SLOTS = %d };\n",
	    n_states, n_pieces, n_slots);
	fputs("static const struct phrase_state states[N_STATES] = {\n", f);
	for (int i = 0; i < n_states; i++) {
		const struct state *s = &states[order[i]];
		fprintf(f, "\t{%d, %d, %d, %d, %d, %d},\n", s->start, states[s->fail].number, states[s->out].number,
		    s->piece + 1, s->count, s->label);
	}
	fputs("};\nstatic const struct phrase_piece pieces[N_PIECES] = {\n", f);
	for (int i = 0; i < n_pieces; i++) {
		fputs("\t{", f);
		put_category(f, pieces[i].category);
		fprintf(
		    f, ", %d, %d, %d, %d},\n", pieces[i].length, pieces[i].before, pieces[i].slot, pieces[i].next + 1);
	}
	fputs("};\nstatic const uint32_t root[256] = {\n", f);
	for (int i = 0; i < 256; i++)
		fprintf(f, "\t%d,\n", states[child_of(0, (unsigned char)i)].number);
	fputs("};\n", f);
	if (fclose(f))
		die("%s: %s", path, strerror(errno));
}

int main(int argc, char **argv)
{
	if (argc != 3)
		die("usage: embed_phrases TABLE OUT");
	states = calloc(MAX_STATES, sizeof *states);
	pieces = calloc(MAX_PIECES, sizeof *pieces);
	order = calloc(MAX_STATES, sizeof *order);
	if (!states || !pieces || !order)
		die("out of memory");
	states[0].piece = -1;
	read_table(argv[1]);
	link_states();
	write_tables(argv[2]);
	return 0;
}
