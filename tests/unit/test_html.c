/* HTML to text: what a reader would see. */
#include "mail/html.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct row {
	const char *html, *text;
};

static void check_rows(const struct row *rows, size_t n)
{
	struct arena a = {0};

	for (size_t i = 0; i < n; i++) {
		size_t bytes;
		bool cut;
		char *text = html_to_text(&a, rows[i].html, strlen(rows[i].html), 10000, &bytes, &cut);
		if (strcmp(text, rows[i].text) != 0)
			fail_msg("%s\ngave   [%s]\nwanted [%s]", rows[i].html, text, rows[i].text);
		assert_int_equal(bytes, strlen(text));
		assert_false(cut);
		arena_reset(&a);
	}
	arena_clear(&a);
}
#define CHECK(rows) check_rows(rows, sizeof(rows) / sizeof *(rows))

static void blocks_make_lines(void **state)
{
	static const struct row rows[] = {
	    {"", ""},
	    {"plain", "plain"},
	    {"  a \n\t b  ", "a b"},
	    {"<p>one</p><p>two</p>", "one\n\ntwo"},
	    {"<p>one<p>two", "one\n\ntwo"},
	    {"<div>one</div><div>two</div>", "one\ntwo"},
	    {"<div>one<div>two</div>three</div>four", "one\ntwo\nthree\nfour"},
	    {"one<br>two<BR/>three</br>four", "one\ntwo\nthree\nfour"},
	    {"one<br></div>two", "one\ntwo"},
	    {"<div>one</div><div><br></div><div>two</div>", "one\n\ntwo"},
	    {"one<br><br><br><br>two", "one\n\ntwo"},
	    {"<p></p><p> </p><p>&nbsp;</p><h1></h1>one<p></p><p></p>", "one"},
	    {"<h1>Title</h1>text<hr>more", "Title\n\ntext\n\nmore"},
	    {"a<b>b</b><i> c </i>d", "ab c d"},
	    {"a <b> b</b>", "a b"},
	    {"un<wbr>break<span></span>able", "unbreakable"},
	    {"<html><head><title>T</title></head><body>x</body></html>tail", "x\ntail"},
	    {"one</p>two", "one\n\ntwo"},
	};

	(void)state;
	CHECK(rows);
}

static void lists_tables_and_quotes(void **state)
{
	static const struct row rows[] = {
	    {"<ul><li>a<li>b</ul>c", "- a\n- b\n\nc"},
	    {"<ol><li>a</li><li>b</li></ol>", "- a\n- b"},
	    {"<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>", "- a\n- b\n- c"},
	    {"<ul><li></li><li><p>a</p></li></ul>b", "- a\n\nb"},
	    {"<dl><dt>a<dd>b<dt>c<dd>d</dl>", "a\nb\nc\nd"},
	    {"<table><tr><td>a</td><td>b</td></tr><tr><td>c<td>d</table>e", "a b\nc d\ne"},
	    {"<table><tr><td> </td></tr></table><table><tr><td>&nbsp;</td><td>a</td></tr></table>", "a"},
	    {"<td>a</td>\n\n<th>b</th>", "a b"},
	    {"<table><tr><td><table><tr><td>in</td></tr></table></td><td>out</td></tr></table>", "in\nout"},
	    {"x<blockquote>a<br>b</blockquote>y", "x\n\n> a\n> b\n\ny"},
	    {"<blockquote>a<p>b</p></blockquote>", "> a\n>\n> b"},
	    {"<blockquote>a<blockquote>b</blockquote>c</blockquote>", "> a\n>\n> > b\n>\n> c"},
	    {"<a href=\"http://example.org/?x=1\">Read &amp; reply</a>", "Read & reply"},
	    {"<pre>a  b\n   c\n\nd</pre>e", "a  b\n   c\n\nd\n\ne"},
	    {"<pre>a\tb\n\tc\nlong word\td</pre>", "a       b\n        c\nlong word       d"},
	    {"a\r\nb<pre>c\r\n d</pre>", "a b\n\nc\n d"},
	    {"<div style='white-space: pre-wrap'>a\n b</div>c\nd", "a\n b\nc d"},
	};

	(void)state;
	CHECK(rows);
}

static void hidden_elements_are_dropped(void **state)
{
	static const struct row rows[] = {
	    {"a<style>p{}</style>b<script>if (a</b) '</scrip'</script>c", "abc"},
	    {"a<SCRIPT src=x>1</script >b", "ab"},
	    {"a<script>never closed <p>b", "a"},
	    {"<title>T</title><textarea>t</textarea><template>u</template><xml>96</xml>v", "v"},
	    {"a<!-- b --> c<!--d", "a c"},
	    {"a<!--> b<!---> c<!--x--!> d", "a b c d"},
	    {"<!--[if mso]>Outlook<![endif]--><!--[if !mso]><!-->others<!--<![endif]-->", "others"},
	    {"<!DOCTYPE html><?xml version='1.0'?><![if !mso]>a<![endif]></>b</ x>c", "abc"},
	    {"<div style=\"display:none\">x<p>y</p></div>z", "z"},
	    {"<div style='color:red; DISPLAY : None !important;max-width:0'>x<div>y</div>w</div>z", "z"},
	    {"<span style=\"visibility:hidden\">a<b style='visibility:visible'>b</b></span>c", "bc"},
	    {"<span style=mso-hide:all>a</span><span style='opacity:0'>b</span>c", "c"},
	    {"<div style='max-height:0px;overflow:hidden'>a</div><div style='max-height:0'>b</div>", "b"},
	    {"<div style='font-size:0px'>a<p style='font-size:14px'>b</p>c</div>d", "b\n\nd"},
	    {"<td style='font-size:0'><span style='font:bold 12px Arial'>a</span>b</td>", "a"},
	    {"<p style='font-size:0.8em'>a</p>", "a"},
	    {"<div style='display:inline'>a</div><p hidden>b</p><p HIDDEN=''>c</p><i data-hidden>d</i>", "a\nd"},
	    {"<p hidden>a<p>b", "b"},
	    {"<table><tr><td style='display:none'>a<td>b<tr hidden><td>c<tr><td>d</table>", "b\nd"},
	    {"<div><span style='display:none'>a</div>b", "b"},
	    {"<div hidden>a<br><img><input>b</div>c", "c"},
	    {"<div hidden>a</span></td></p></div>c", "c"},
	    {"<div hidden><div>a</div><div>b</div></div>c", "c"},
	    {"<b><table hidden><tr><td>a</b></td></tr></table>b", "b"},
	    {"<o:p hidden>a</o:p>b<o:p/>c", "bc"},
	    {"<a title='>' style=\"display:none\" style='x'>a</a>b", "b"},
	};

	(void)state;
	CHECK(rows);
}

static void references_are_decoded(void **state)
{
	static const struct row rows[] = {
	    {"&lt;b&gt; &amp;amp; &quot;x&apos;", "<b> &amp; \"x'"},
	    {"&#228;&#xE4;&#Xe4;&auml;&Auml;", "ääääÄ"},
	    {"&#228 &copy 2020 &euro;5", "ä © 2020 €5"},
	    {"it&#146;s &#150;", "it’s –"},
	    {"&#0;&#xD800;&#x110000;&#99999999999;", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
	    {"?a=1&copy=2&lt=3", "?a=1&copy=2&lt=3"},
	    {"AT&T & co &; &# &#; &#x; &nosuch; &", "AT&T & co &; &# &#; &#x; &nosuch; &"},
	    {"&averyveryverylongnamethatisnone;", "&averyveryverylongnamethatisnone;"},
	    {"a&nbsp;&nbsp;b&#160;c&ensp;d&#12288;e", "a b c d e"},
	    {"a < b <3 c<", "a < b <3 c<"},
	    {"1 &thinsp;2 &hellip; &zcaron;", "1 2 … ž"},
	};

	(void)state;
	CHECK(rows);
}

static void padding_is_dropped(void **state)
{
	static const struct row rows[] = {
	    {"Deal!&#847; &zwnj; &nbsp; &#8199; &shy;&#847; &zwnj; &nbsp;<p>Hi</p>", "Deal!\n\nHi"},
	    {"\xef\xbb\xbf"
	     "a&shy;b\xe2\x80\x8b"
	     "c\xe2\x80\x8e"
	     "d\xcd\x8f"
	     "e",
	        "abcde"},
	    {"&zwnj;&zwnj;a&zwj;b &zwj;c", "ab c"},
	    {"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb x", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb x"},
	    {"\xf3\xa0\x80\x81\xf3\xa0\x81\x81"
	     "a\xe2\xa0\x80"
	     "b",
	        "a b"},
	    {"a\x01\x1b[31mb\x7f\xc2\x85"
	     "c\rd",
	        "a[31mbc d"},
	};

	(void)state;
	CHECK(rows);
}

static void broken_bytes_become_valid(void **state)
{
	static const char html[] = "a\0b\xff\xc3<p>\xf0\x9f\x98";
	struct arena a = {0};
	size_t bytes;
	bool cut;
	char *text = html_to_text(&a, html, sizeof html - 1, 100, &bytes, &cut);

	(void)state;
	assert_true(utf8_is_valid(text, bytes));
	assert_string_equal(text, "ab\xef\xbf\xbd\xef\xbf\xbd\n\n\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	arena_clear(&a);
}

static void limit_cuts_between_characters(void **state)
{
	static const struct {
		size_t limit;
		const char *text;
		bool cut;
	} rows[] = {
	    {0, "", true},
	    {1, "a", true},
	    {2, "a", true},
	    {3, "aä", true},
	    {4, "aä\n", true},
	    {8, "aä\n\nbcd", false},
	    {9, "aä\n\nbcd", false},
	};
	static const char html[] = "<p>aä</p><p>bcd</p>";
	struct arena a = {0};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t bytes;
		bool cut;
		assert_string_equal(html_to_text(&a, html, sizeof html - 1, rows[i].limit, &bytes, &cut), rows[i].text);
		assert_int_equal(cut, rows[i].cut);
	}
	arena_clear(&a);
}

/* Each of these is quadratic, recursive or endless in one or another reader of HTML. */
static void hostile_nesting_is_survived(void **state)
{
	static const char *const units[] = {"<div>", "<b>", "<b></i>", "<blockquote>x", "<table><tr><td>", "<li>",
	    "<a b", "<!--", "<![", "&", "&#", "<", "</", "<span style='font-size:0'>", "<script>", "<i><td></i>"};
	enum { TOTAL = 1000000, LIMIT = 10000 };

	(void)state;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		struct arena a = {0};
		struct buf html = {0};
		size_t bytes;
		bool cut;
		while (html.len < TOTAL)
			buf_puts(&html, units[i]);
		buf_puts(&html, "</b></div>end");
		html_to_text(&a, html.data, html.len, LIMIT, &bytes, &cut);
		assert_true(bytes <= LIMIT);
		assert_true(arena_held_bytes(&a) < 4 * (size_t)TOTAL);
		buf_clear(&html);
		arena_clear(&a);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(blocks_make_lines),
	    cmocka_unit_test(lists_tables_and_quotes),
	    cmocka_unit_test(hidden_elements_are_dropped),
	    cmocka_unit_test(references_are_decoded),
	    cmocka_unit_test(padding_is_dropped),
	    cmocka_unit_test(broken_bytes_become_valid),
	    cmocka_unit_test(limit_cuts_between_characters),
	    cmocka_unit_test(hostile_nesting_is_survived),
	};

	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
