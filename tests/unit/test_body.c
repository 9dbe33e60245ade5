/* Bodies: HTML, Markdown and text become HTML and text that say the same, and nothing else. */
#include "base/buf.h"
#include "base/utf8.h"
#include "mail/body.h"
#include "mail/html.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct body make(struct arena *a, enum body_kind kind, const char *source, const struct body_page *page)
{
	static const struct body_page none = {0};
	struct body body;
	struct err e = {0};

	if (body_make(a, kind, source, strlen(source), page ? page : &none, &body, &e) != 0)
		fail_msg("%s: %s", source, e.text);
	assert_true(utf8_is_valid(body.text, strlen(body.text)));
	assert_true(utf8_is_valid(body.html, strlen(body.html)));
	return body;
}

/* What stands in the column of the page. */
static const char *content(struct arena *a, const struct body *body)
{
	static const char mark[] = "color:#17202a\">\n";
	const char *from = strstr(body->html, mark), *to;

	assert_non_null(from);
	from += strlen(mark);
	to = strstr(from, "\n</td></tr></table>\n<!--[if mso]>");
	assert_non_null(to);
	return arena_strndup(a, from, (size_t)(to - from));
}

static void test_markdown_text(void **state)
{
	static const struct {
		const char *markdown, *want;
	} cases[] = {
	    {"", ""},
	    {"Hello *there*, **you**.\nAnd you.\n\nBye.", "Hello there, you. And you.\n\nBye.\n"},
	    {"line one  \nline two\\\nthree", "line one\nline two\nthree\n"},
	    {"# Title\n\nText\n\n## Sub title\n### Third\ntext",
	        "Title\n=====\n\nText\n\nSub title\n---------\n\nThird\n\ntext\n"},
	    {"- one\n- two\n  - inner\n- three", "- one\n- two\n  - inner\n- three\n"},
	    {"before\n- one\n\n- two\n\nbehind", "before\n\n- one\n\n- two\n\nbehind\n"},
	    {"3. three\n4. four\n\n   more", "3. three\n\n4. four\n\n   more\n"},
	    {"0. zero\n1. one", "0. zero\n1. one\n"},
	    {"- \n- x", "-\n- x\n"},
	    {"- - a\n  - b", "- - a\n  - b\n"},
	    {"> quoted\n> text\n>\n> > inner", "> quoted text\n>\n> > inner\n"},
	    {"> - a\n> - b\n\nbehind", "> - a\n> - b\n\nbehind\n"},
	    {"See [the page](https://example.org/p?a=1&b=2) now", "See the page <https://example.org/p?a=1&b=2> now\n"},
	    {"<https://example.org/x> [example.org](http://example.org/)", "https://example.org/x example.org\n"},
	    {"<ann@example.org> [write](mailto:ann@example.org)", "ann@example.org write <mailto:ann@example.org>\n"},
	    {"[bad](javascript:alert(1)) [file](/etc/passwd)", "bad file\n"},
	    {"![a picture](https://example.org/p.png) and", "a picture and\n"},
	    {"raw <b onclick=x>bold</b> <script>alert(1)</script>", "raw bold alert(1)\n"},
	    {"<div>block</div>\n\ntext", "text\n"},
	    {"text\n\n---\n\nmore", "text\n\n------------------------\n\nmore\n"},
	    {"text:\n\n    code *x*\n\n      deep\n", "text:\n\n    code *x*\n\n      deep\n"},
	    {"```c\nint x;\n```\n", "    int x;\n"},
	    {"`code  x` &amp; &lt;b&gt; &#27;[31m \\*", "code  x & <b> [31m *\n"},
	    {"\"quotes\" -- and ... stay", "\"quotes\" -- and ... stay\n"},
	    {"one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen",
	        "one two three four five six seven eight nine ten eleven twelve thirteen\nfourteen fifteen sixteen\n"},
	    {"- one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen",
	        "- one two three four five six seven eight nine ten eleven twelve thirteen\n  fourteen fifteen "
	        "sixteen\n"},
	    {"a <https://example.org/0123456789012345678901234567890123456789012345678901234567890123456789> b",
	        "a\nhttps://example.org/0123456789012345678901234567890123456789012345678901234567890123456789\nb\n"},
	};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(make(&a, BODY_MARKDOWN, cases[i].markdown, NULL).text, cases[i].want);
	arena_clear(&a);
}

static void test_html(void **state)
{
	static const struct {
		const char *html, *want, *text;
	} cases[] = {
	    {"<p>Hello <b>you</b> &amp; me</p>", "<p>Hello <b>you</b> &amp; me</p>", "Hello you & me\n"},
	    {"a < b & c > d &nope; &#27;x", "a &lt; b &amp; c &gt; d &amp;nope; x", "a < b & c > d &nope; x\n"},
	    {"<html><head><title>T</title><style>p{}</style></head><body bgcolor=red><p>x</body></html>", "<p>x</p>",
	        "x\n"},
	    {"<script>alert(1)</script><iframe src=x>y</iframe><svg><p>z</p></svg>x", "x", "x\n"},
	    {"<p onclick='a()' style='color:red' id=x CLASS=t>x</p>", "<p style=\"color:red\" class=\"t\">x</p>",
	        "x\n"},
	    {"<p style='background:url(http://e/x)'>x</p><p style='a:&#117;rl(x)'>y</p>", "<p>x</p><p>y</p>",
	        "x\n\ny\n"},
	    {"<a href='https://e.example/?a=1&amp;b'>words</a>", "<a href=\"https://e.example/?a=1&amp;b\">words</a>",
	        "words <https://e.example/?a=1&b>\n"},
	    {"<a href='https://e.example/'>e.example</a>", "<a href=\"https://e.example/\">e.example</a>",
	        "e.example\n"},
	    {"<a href=' java&#115;cript:alert(1)'>x</a><a href='java\nscript:x'>y</a>", "<a>x</a><a>y</a>", "xy\n"},
	    {"<img src='http://e.example/i.png' alt='a &quot;chart&quot;'><img src=cid:1 alt=logo>",
	        "a &quot;chart&quot;<img src=\"cid:1\" alt=\"logo\">", "a \"chart\"logo\n"},
	    {"<b title='\"><script>'>x</b>", "<b title=\"&quot;&gt;&lt;script&gt;\">x</b>", "x\n"},
	    {"</div></table>x</td><b>y", "x<b>y</b>", "xy\n"},
	    {"<table><tr><td>1<td>2<tr><td>3</table>",
	        "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3\n"},
	    {"<ul><li>a<li>b</ul>", "<ul><li>a</li><li>b</li></ul>", "- a\n- b\n"},
	    {"<p>a<p>b<div>c</div>", "<p>a</p><p>b</p><div>c</div>", "a\n\nb\n\nc\n"},
	    {"<form action=http://e><input value=x><button>Go</button></form>", "Go", "Go\n"},
	    {"<p hidden>no</p><p style='display:none'>no</p>yes",
	        "<p style=\"display:none\">no</p><p style=\"display:none\">no</p>yes", "yes\n"},
	    {"<b style='color:red' style='x:url(y)'>x</b>", "<b style=\"color:red\">x</b>", "x\n"},
	    {"<!-- a comment -->x<![CDATA[y]]>", "x", "x\n"},
	};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct body body = make(&a, BODY_HTML, cases[i].html, NULL);
		assert_string_equal(content(&a, &body), cases[i].want);
		assert_string_equal(body.text, cases[i].text);
	}
	arena_clear(&a);
}

static void test_text(void **state)
{
	static const struct {
		const char *source, *html, *text;
	} cases[] = {
	    {"", "", ""},
	    {"\n\nHello\nyou\n\n\nBye\n\n", "<p>Hello<br>\nyou</p>\n<p>Bye</p>\n", "Hello\nyou\n\n\nBye\n"},
	    {"<b> & \"x\"", "<p>&lt;b&gt; &amp; &quot;x&quot;</p>\n", "<b> & \"x\"\n"},
	    {"see https://example.org/a_(b), (https://example.org/c). xhttp://no",
	        "<p>see <a href=\"https://example.org/a_(b)\">https://example.org/a_(b)</a>, "
	        "(<a href=\"https://example.org/c\">https://example.org/c</a>). xhttp://no</p>\n",
	        "see https://example.org/a_(b), (https://example.org/c). xhttp://no\n"},
	    {"  a   b", "<p>&nbsp;&nbsp;a&nbsp;&nbsp; b</p>\n", "  a   b\n"},
	    {"bell\a\x1b[1m \xe2\x80\xaex\xff\r\ny\rz", "<p>bell[1m x\xef\xbf\xbd<br>\ny<br>\nz</p>\n",
	        "bell[1m x\xef\xbf\xbd\ny\nz\n"},
	};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct body body = make(&a, BODY_TEXT, cases[i].source, NULL);
		assert_string_equal(content(&a, &body), cases[i].html);
		assert_string_equal(body.text, cases[i].text);
	}
	arena_clear(&a);
}

/* The words alone: no marks of lists, quotes and headings, one space between any two. */
static const char *words_of(struct arena *a, const char *text)
{
	struct buf words = {0};
	const char *kept;

	while (*text) {
		size_t n;
		text += strspn(text, " \n");
		n = strcspn(text, " \n");
		size_t digits = strspn(text, "0123456789");
		if (strspn(text, "=-") != n && strspn(text, ">") != n &&
		    !(digits && digits + 1 == n && text[digits] == '.')) {
			buf_append(&words, text, n);
			buf_puts(&words, " ");
		}
		text += n;
	}
	kept = arena_strdup(a, buf_str(&words));
	buf_clear(&words);
	return kept;
}

/* The page, read as a mail program's text view would, and the text: the same words. Links stand in the text alone, so
 * that the page is taken through body_html once more, which tells them. */
static void test_same_words(void **state)
{
	static const struct {
		enum body_kind kind;
		const char *source;
	} cases[] = {
	    {BODY_MARKDOWN,
	        "# Title\n\nA *b* **c** `d`  \ne\n\n1. one\n2. two\n   - in\n\n> q [w](https://e.example/x)\n\n"
	        "    code\n\n---\n\n<div>raw</div>\n\n![alt](http://e.example/i.png) &amp; <https://e.example>\n"},
	    {BODY_MARKDOWN, "- a\n\n  b\n- c\n\n> > x\n> y\n\nTitle\n=====\n\nx<br>y &copy; \\<z\\>\n"},
	    {BODY_TEXT, "Title\n\n  - a   b\n> q\nhttps://e.example/x?y=1&z=2 <tag> & 'x'\n"},
	    {BODY_HTML, "<h1>T</h1><ul><li>a<li>b <a href=https://e.example/x>w</a></ul><blockquote>q</blockquote>"
	                "<table><tr><td>1<td>2</table><pre>x\n  y</pre><p hidden>z</p>&lt;b&gt; &nbsp; x"},
	};
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct body body = make(&a, cases[i].kind, cases[i].source, NULL);
		const char *page = content(&a, &body), *seen;
		body_html(&a, page, strlen(page), &seen);
		assert_string_equal(words_of(&a, seen), words_of(&a, body.text));
		/* A page that was cleaned is clean. */
		assert_string_equal(body_html(&a, page, strlen(page), NULL), page);
	}
	arena_clear(&a);
}

static void test_page(void **state)
{
	static const struct body_page page = {"nl\"><script>", "A & <b>", "What \"it\" says"};
	struct arena a = {0};
	struct body body = make(&a, BODY_TEXT, "x", &page);

	(void)state;
	assert_non_null(strstr(body.html, "<html lang=\"nl&quot;&gt;&lt;script&gt;\">"));
	assert_non_null(strstr(body.html, "<title>A &amp; &lt;b&gt;</title>"));
	assert_non_null(strstr(body.html, ">What &quot;it&quot; says</div>"));
	assert_non_null(strstr(body.html, "<meta charset=\"utf-8\">"));
	assert_non_null(strstr(body.html, "<meta name=\"color-scheme\" content=\"light dark\">"));
	assert_null(strstr(body.html, "http"));
	body = make(&a, BODY_TEXT, "x", NULL);
	assert_non_null(strstr(body.html, "\n<html><head>"));
	arena_clear(&a);
}

/* Pieces again and again, as long as a body may be: each must come to an end, well within a test's time-out, and small. */
static void test_hostile(void **state)
{
	static const char *const pieces[] = {"[", "![", "[a](", ">", "> ", "* ", "- ", "1. ", "*a_ ", "<!A ", "`", "\\",
	    "&", "[a]: b\n", "<a ", "<a href=x>", "<div>", "<table><tr><td>", "</p>", "<p>", "<b style='", "\n", ">\n",
	    "<svg>", "http://", "https://a(", "a", " ", "\t", "&#", "<a href=\"https://e.example/\">x", "\xff", "- \n",
	    "<", "&lt;"};
	struct arena a = {0};
	struct buf source = {0};

	(void)state;
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
		for (int kind = BODY_TEXT; kind <= BODY_HTML; kind++) {
			struct body body;
			struct err e = {0};
			buf_reset(&source);
			while (source.len + strlen(pieces[i]) <= 60000)
				buf_puts(&source, pieces[i]);
			assert_int_equal(body_make(&a, (enum body_kind)kind, source.data, source.len,
			                     &(struct body_page){0}, &body, &e),
			    0);
			assert_true(strlen(body.html) < 60000 * 30 && strlen(body.text) < 60000 * 45);
			arena_reset(&a);
		}
	/* Many blank lines below many lists. */
	buf_reset(&source);
	for (size_t i = 0; i < 20000; i++)
		buf_puts(&source, "- ");
	buf_puts(&source, "a\n");
	for (size_t i = 0; i < 80000; i++)
		buf_puts(&source, "\n");
	make(&a, BODY_MARKDOWN, source.data, NULL);
	buf_clear(&source);
	arena_clear(&a);
}

static void test_too_long(void **state)
{
	static const size_t most[] = {BODY_BYTES, BODY_MARKDOWN_BYTES, BODY_BYTES};
	char *bytes = malloc(BODY_BYTES + 1);
	struct arena a = {0};

	(void)state;
	memset(bytes, 'x', BODY_BYTES + 1);
	for (int kind = BODY_TEXT; kind <= BODY_HTML; kind++) {
		struct body body;
		struct err e = {0};
		assert_int_equal(
		    body_make(&a, (enum body_kind)kind, bytes, most[kind], &(struct body_page){0}, &body, &e), 0);
		assert_int_equal(
		    body_make(&a, (enum body_kind)kind, bytes, most[kind] + 1, &(struct body_page){0}, &body, &e), -1);
		assert_int_equal(e.code, ERR_INPUT);
	}
	arena_clear(&a);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_markdown_text),
	    cmocka_unit_test(test_html),
	    cmocka_unit_test(test_text),
	    cmocka_unit_test(test_same_words),
	    cmocka_unit_test(test_page),
	    cmocka_unit_test(test_hostile),
	    cmocka_unit_test(test_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
