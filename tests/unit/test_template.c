/* Templates: what they write, what they refuse and where, and that values stay values. */
#include "base/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct template_name kind_names[] = {
    {"name", TEMPLATE_STRING, NULL}, {"count", TEMPLATE_NUMBER, NULL}, {NULL, TEMPLATE_STRING, NULL}};

static const struct template_name day_names[] = {
    {"date", TEMPLATE_STRING, NULL},
    {"n", TEMPLATE_NUMBER, NULL},
    {"active", TEMPLATE_FLAG, NULL},
    {"kinds", TEMPLATE_LIST, kind_names},
    {NULL, TEMPLATE_STRING, NULL},
};

static const struct template_name names[] = {
    {"name", TEMPLATE_STRING, NULL},
    {"empty", TEMPLATE_STRING, NULL},
    {"missing", TEMPLATE_STRING, NULL},
    {"one", TEMPLATE_NUMBER, NULL},
    {"many", TEMPLATE_NUMBER, NULL},
    {"zero", TEMPLATE_NUMBER, NULL},
    {"yes", TEMPLATE_FLAG, NULL},
    {"no", TEMPLATE_FLAG, NULL},
    {"days", TEMPLATE_LIST, day_names},
    {"none", TEMPLATE_LIST, day_names},
    {NULL, TEMPLATE_STRING, NULL},
};

static const union template_value kinds[] = {{.string = "like"}, {.number = 2}, {.string = "repost"}, {.number = 1}};

static const union template_value days[] = {
    {.string = "Mon"},
    {.number = 3},
    {.flag = true},
    {.list = {kinds, 2}},
    {.string = "Tue"},
    {.number = 0},
    {.flag = false},
    {.list = {NULL, 0}},
};

static const union template_value values[] = {{.string = "Ann <b> & \"Co\" 'x'"}, {.string = ""}, {.string = NULL},
    {.number = 1}, {.number = -12}, {.number = 0}, {.flag = true}, {.flag = false}, {.list = {days, 2}},
    {.list = {NULL, 0}}};

static void render_as(enum template_escape escape, const char *source, const union template_value *v, const char *want)
{
	struct buf out = {0};
	struct template *t;
	struct err e = {0};

	if (template_parse("t", source, strlen(source), escape, names, &t, &e) != 0)
		fail_msg("%s: %s", source, e.text);
	/* Twice: a program does not wear out. */
	for (int i = 0; i < 2; i++) {
		buf_reset(&out);
		assert_int_equal(template_render(t, v, &out, &e), 0);
		assert_string_equal(buf_str(&out), want);
	}
	template_free(t);
	buf_clear(&out);
}

static void test_render(void **state)
{
	static const struct {
		const char *source, *want;
	} cases[] = {
	    {"", ""},
	    {"plain { text } }} {", "plain { text } }} {"},
	    {"{{one}} {{ many }}|{{empty}}{{missing}}|", "1 -12||"},
	    {"{{\"{{\"}} and {{'}}'}}", "{{ and }}"},
	    {"a{{! a comment with {{ in it }}b", "ab"},
	    {"{{#if yes}}y{{/if}}{{#if no}}n{{/if}}", "y"},
	    {"{{#if not yes}}y{{else}}n{{/if}}", "n"},
	    {"{{#if name}}1{{/if}}{{#if empty}}2{{/if}}{{#if missing}}3{{/if}}{{#if one}}4{{/if}}{{#if zero}}5{{/if}}"
	     "{{#if days}}6{{/if}}{{#if none}}7{{/if}}",
	        "146"},
	    {"{{#if one == 1}}a{{/if}}{{#if one != 1}}b{{/if}}{{#if many == -12}}c{{/if}}{{#if not many == 3}}d{{/if}}",
	        "acd"},
	    {"{{#if empty == \"\"}}a{{/if}}{{#if missing == ''}}b{{/if}}{{#if name == \"Ann\"}}c{{/if}}", "ab"},
	    {"{{#if no}}a{{else if zero}}b{{else if one == 1}}c{{else if yes}}d{{else}}e{{/if}}.", "c."},
	    {"{{#if no}}a{{else if zero}}b{{else}}e{{/if}}.", "e."},
	    {"{{#if no}}a{{else if zero}}b{{/if}}.", "."},
	    {"{{#for day in days}}{{day.date}}={{day.n}}{{#if day.active}}!{{/if}} {{/for}}", "Mon=3! Tue=0 "},
	    {"{{#for d in days}}[{{#for k in d.kinds}}{{d.date}}:{{k.name}}{{k.count}},{{/for}}]{{/for}}",
	        "[Mon:like2,Mon:repost1,][]"},
	    {"{{#for x in days}}{{#for y in days}}{{x.n}}{{y.n}} {{/for}}{{/for}}", "33 30 03 00 "},
	    {"{{#for x in none}}x{{/for}}.", "."},
	    {"{{#for one in days}}{{one.n}}{{/for}}{{one}}", "301"},
	    {"{{pick one \"Mon\" \"Tue\"}}{{pick many \"x\"}}{{pick zero \"x\"}}", "Mon"},
	    {"{{plural one \"day\" \"days\"}} {{plural zero \"day\" \"days\"}} {{plural many 'day' 'days'}}",
	        "day days days"},
	    /* A block's tag that is alone on its line takes the line with it. */
	    {"a\n  {{#if yes}}  \nb\n{{else}}\nc\n\t{{/if}}\r\nd\n", "a\nb\nd\n"},
	    {"{{#for d in days}}\n{{d.n}}\n{{/for}}", "3\n0\n"},
	    {"a\n{{! said\nto nobody }}\nb", "a\nb"},
	    {"x {{#if yes}}\ny{{/if}}\n", "x \ny\n"},
	    {"{{#if yes}}{{/if}}\n", "\n"},
	    {"{{one}}\n{{one}}\n", "1\n1\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		render_as(TEMPLATE_TEXT, cases[i].source, values, cases[i].want);
}

static void test_escape(void **state)
{
	static const struct {
		enum template_escape escape;
		const char *value, *want;
	} cases[] = {
	    {TEMPLATE_TEXT, "<b> & \"x\"\nline\ttab", "<b> & \"x\"\nline\ttab"},
	    {TEMPLATE_TEXT, "esc\x1b[31m bell\a nul\r\n", "esc[31m bell nul\n"},
	    {TEMPLATE_TEXT, "C1 \xc2\x9b override \xe2\x80\xae bad \xff", "C1  override  bad \xef\xbf\xbd"},
	    {TEMPLATE_HTML, "<b> & \"x\" 'y'", "&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39;"},
	    {TEMPLATE_HTML, "é 日本", "é 日本"},
	    {TEMPLATE_MARKDOWN, "# *x* [a](b)\n\n    code", "\\# \\*x\\* \\[a\\]\\(b\\) code"},
	    {TEMPLATE_MARKDOWN, "  x", "x"},
	    {TEMPLATE_HEADER, "a\r\nBcc: x@y.example", "a Bcc: x@y.example"},
	    {TEMPLATE_HEADER, "\n a\t \nb", "a b"},
	};
	union template_value v[sizeof values / sizeof *values];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		memcpy(v, values, sizeof v);
		v[0].string = cases[i].value;
		render_as(cases[i].escape, "{{name}}", v, cases[i].want);
	}
	render_as(TEMPLATE_HTML, "<a title=\"{{name}}\">{{one}}</a> 1 < 2 {{one}}", values,
	    "<a title=\"Ann &lt;b&gt; &amp; &quot;Co&quot; &#39;x&#39;\">1</a> 1 < 2 1");
	render_as(TEMPLATE_HTML, "<td{{#if yes}} class='{{one}}'{{/if}}>", values, "<td class='1'>");
}

static void test_refused(void **state)
{
	static const struct {
		const char *source, *want;
	} cases[] = {
	    {"{{nmae}}", "t:1: there is no value \"nmae\" (there are: name, empty, missing, one,"},
	    {"\n\n{{#if yes}}{{/if}}\n {{nobody}}", "t:4: there is no value"},
	    {"\n{{if yes}}",
	        "t:2: there is no value \"if\": a block is {{#if ...}} to {{/if}}, or {{#for ...}} to {{/for}}"},
	    {"{{#if yes}}{{end}}", "t:1: there is no value \"end\": a block is {{#if ...}}"},
	    {"{{#for d in days}}{{d.nope}}{{/for}}",
	        "t:1: there is no value \"nope\" (there are: date, n, active, kinds)"},
	    {"{{#for d in days}}{{d}}{{/for}}", "t:1: \"d\" is a row: name one of its values, as in d.date"},
	    {"{{d.date}}", "t:1: no {{#for d in ...}} is open here"},
	    {"{{#for d in days}}{{/for}}{{d.date}}", "t:1: no {{#for d in ...}} is open here"},
	    {"{{days}}", "t:1: \"days\" is a list: it cannot be written out"},
	    {"{{yes}}", "t:1: \"yes\" is true or false: it cannot be written out"},
	    {"{{#for d in name}}{{/for}}", "t:1: \"name\" is no list"},
	    {"{{#if name == 3}}{{/if}}", "t:1: \"name\" is no number"},
	    {"{{#if one == 'x'}}{{/if}}", "t:1: \"one\" is no text"},
	    {"{{#if one = 1}}{{/if}}", "t:1: \"=\" has no meaning in a tag"},
	    {"{{#if one 1}}{{/if}}", "t:1: \"1\" stands where == or != or the end of the tag should"},
	    {"{{#if one == yes}}{{/if}}", "t:1: \"yes\" stands where a number or a word in quotes should"},
	    {"{{#if}}{{/if}}", "t:1: the tag ends where the name of a value should stand"},
	    {"a\n{{#if yes}}\n\n", "t:2: {{#if ...}} is never closed"},
	    {"a\n{{#for d in days}}\n{{#if yes}}{{/if}}\n", "t:2: {{#for ...}} is never closed"},
	    {"{{#if yes}}\n{{/for}}", "t:2: {{/for}} where {{#if ...}} of line 1 is open"},
	    {"{{/if}}", "t:1: {{/if}} closes nothing"},
	    {"{{else}}", "t:1: {{else}} without {{#if}}"},
	    {"{{#for d in days}}{{else}}{{/for}}", "t:1: {{else}} without {{#if}}"},
	    {"{{#if yes}}{{else}}{{else}}{{/if}}", "t:1: behind the {{else}} of line 1 there is no other"},
	    {"{{#if yes}}{{else}}{{else if no}}{{/if}}", "t:1: behind the {{else}} of line 1 there is no other"},
	    {"{{#while yes}}", "t:1: \"while\" stands where \"if\" or \"for\" should"},
	    {"x\n{{name", "t:2: \"{{\" without \"}}\""},
	    {"{{name }", "t:1: \"}\" has no meaning in a tag"},
	    {"{{}}", "t:1: the tag ends where the name of a value should stand"},
	    {"{{! x", "t:1: \"{{\" without \"}}\""},
	    {"{{\"x\n\"}}", "t:1: a string that is not closed on its line"},
	    {"{{name name}}", "t:1: \"name\" stands where the end of the tag should"},
	    {"{{pick one}}", "t:1: pick takes words"},
	    {"{{pick name 'a'}}", "t:1: \"name\" is no number"},
	    {"{{plural one 'a'}}", "t:1: plural takes two words"},
	    {"{{#if one == 99999999999999999999}}{{/if}}", "t:1: a number of too many digits"},
	    {"bad \xff", "t: is no UTF-8 text"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct template *t;
		struct err e = {0};
		assert_int_equal(
		    template_parse("t", cases[i].source, strlen(cases[i].source), TEMPLATE_TEXT, names, &t, &e), -1);
		assert_null(t);
		assert_int_equal(e.code, ERR_CONFIG);
		if (strncmp(e.text, cases[i].want, strlen(cases[i].want)) != 0)
			fail_msg("%s: got: %s", cases[i].source, e.text);
	}
}

static void test_html_places(void **state)
{
	static const char *const sources[] = {"<td width={{one}}>", "<a {{name}}>", "<{{name}}>", "</{{name}}>",
	    "<a href='x' {{name}}>", "<a title=\"x\"\n\tclass={{name}}>"};

	(void)state;
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
		struct template *t;
		struct err e = {0};
		assert_int_equal(template_parse("t", sources[i], strlen(sources[i]), TEMPLATE_HTML, names, &t, &e), -1);
		assert_non_null(strstr(e.text, "a value within an HTML tag stands in quotes"));
	}
}

/* Blocks as deep as they may be, one deeper, and loops that would never end. */
static void test_bounds(void **state)
{
	struct buf source = {0}, out = {0};
	struct template *t;
	struct err e = {0};

	(void)state;
	for (size_t depth = TEMPLATE_DEPTH; depth <= TEMPLATE_DEPTH + 1; depth++) {
		buf_reset(&source);
		for (size_t i = 0; i < depth; i++)
			buf_puts(&source, "{{#for d in days}}");
		for (size_t i = 0; i < depth; i++)
			buf_puts(&source, "{{/for}}");
		assert_int_equal(template_parse("t", source.data, source.len, TEMPLATE_TEXT, names, &t, &e) == 0,
		    depth == TEMPLATE_DEPTH);
		if (t)
			assert_int_equal(template_render(t, values, &out, &e), 0);
		template_free(t);
	}
	assert_non_null(strstr(e.text, "more than 16 blocks"));

	buf_reset(&source);
	for (size_t i = 0; i < 9; i++)
		buf_printf(&source, "{{#for d%zu in days}}", i);
	for (size_t i = 0; i < 1000; i++)
		buf_puts(&source, "0123456789");
	for (size_t i = 0; i < 9; i++)
		buf_puts(&source, "{{/for}}");
	assert_int_equal(template_parse("t", source.data, source.len, TEMPLATE_TEXT, names, &t, &e), 0);
	buf_puts(&out, "before");
	assert_int_equal(template_render(t, values, &out, &e), -1);
	assert_string_equal(buf_str(&out), "before");
	assert_int_equal(e.code, ERR_INPUT);
	template_free(t);

	buf_reset(&source);
	memset(buf_reserve(&source, TEMPLATE_SOURCE_BYTES + 1), 'x', TEMPLATE_SOURCE_BYTES + 1);
	assert_int_equal(template_parse("t", source.data, TEMPLATE_SOURCE_BYTES + 1, TEMPLATE_TEXT, names, &t, &e), -1);
	buf_clear(&source);
	buf_clear(&out);
}

/* A loop without text still ends. */
static void test_steps(void **state)
{
	union template_value many[sizeof values / sizeof *values], *rows = calloc(2000 * 4, sizeof *rows);
	static const char source[] = "{{#for a in days}}{{#for b in days}}{{#for c in days}}{{/for}}{{/for}}{{/for}}";
	struct buf out = {0};
	struct template *t;
	struct err e = {0};

	(void)state;
	memcpy(many, values, sizeof many);
	many[8].list.rows = rows;
	many[8].list.count = 2000;
	assert_int_equal(template_parse("t", source, strlen(source), TEMPLATE_TEXT, names, &t, &e), 0);
	assert_int_equal(template_render(t, many, &out, &e), -1);
	assert_non_null(strstr(e.text, "steps"));
	template_free(t);
	buf_clear(&out);
	free(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_render),
	    cmocka_unit_test(test_escape),
	    cmocka_unit_test(test_refused),
	    cmocka_unit_test(test_html_places),
	    cmocka_unit_test(test_bounds),
	    cmocka_unit_test(test_steps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
