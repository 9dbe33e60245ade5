#include "mail/body_parts.h"

#include <string.h>

/* Classes carry the dark colours only: a reader that drops the style element keeps the light page. */
static const char style[] =
    "<style>:root{color-scheme:light dark}@media (prefers-color-scheme:dark){"
    ".g{background:#101418!important}.c{background:#1a2027!important}"
    ".t{color:#e8ecf0!important}.m{color:#9aa7b4!important}.l{border-color:#303a45!important}"
    ".ok{background:#2f7d52!important;color:#ffffff!important}.no{background:#3a444f!important;color:#c9d2db!important}"
    "a{color:#74bedb}}</style>";

static void put_attribute(struct buf *b, const char *value)
{
	struct buf clean = {0};

	body_put_clean(&clean, value, strlen(value));
	body_put_escaped(b, buf_str(&clean), clean.len);
	buf_clear(&clean);
}

static void put_head(struct buf *b, const struct body_page *page)
{
	buf_puts(b, "<!DOCTYPE html>\n<html");
	if (page->lang && *page->lang) {
		buf_puts(b, " lang=\"");
		put_attribute(b, page->lang);
		buf_putc(b, '"');
	}
	buf_puts(b,
	    "><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
	    "<meta name=\"color-scheme\" content=\"light dark\">"
	    "<meta name=\"supported-color-schemes\" content=\"light dark\">\n<title>");
	put_attribute(b, page->title ? page->title : "");
	buf_puts(b, "</title>\n");
	buf_puts(b, style);
	buf_puts(b, "</head>\n");
}

const char *body_page(struct arena *a, const struct body_page *page, const char *content)
{
	struct buf b = {0};

	put_head(&b, page);
	buf_puts(&b, "<body class=\"g\" style=\"margin:0;padding:0;background:#f2f4f6\">\n");
	if (page->preheader && *page->preheader) {
		buf_puts(&b, "<div style=\"display:none;max-height:0;overflow:hidden;mso-hide:all\">");
		put_attribute(&b, page->preheader);
		buf_puts(&b, "</div>\n");
	}
	buf_puts(&b,
	    "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" class=\"g\" "
	    "style=\"background:#f2f4f6\"><tr><td align=\"center\" style=\"padding:24px 12px\">\n");
	/* Outlook's Word engine knows no max-width. */
	buf_puts(&b,
	    "<!--[if mso]><table role=\"presentation\" width=\"600\"><tr><td><![endif]-->\n"
	    "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" class=\"c\" "
	    "style=\"max-width:600px;background:#ffffff;border-radius:6px;text-align:left\"><tr>"
	    "<td class=\"t\" dir=\"auto\" style=\"padding:20px 28px;font-family:-apple-system,'Segoe UI',Roboto,"
	    "Helvetica,Arial,sans-serif;font-size:16px;line-height:24px;color:#17202a\">\n");
	buf_puts(&b, content);
	buf_puts(&b,
	    "\n</td></tr></table>\n<!--[if mso]></td></tr></table><![endif]-->\n</td></tr></table>\n</body></html>\n");
	return body_keep(a, &b);
}
