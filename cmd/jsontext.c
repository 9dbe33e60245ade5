#include "jsontext.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <string.h>

json_t *jsontext(const char *s)
{
	struct buf b = {0};
	size_t n;
	json_t *json;

	if (!s)
		return json_null();
	n = strlen(s);
	while (n > 0) {
		size_t good = utf8_valid_prefix(s, n);
		buf_append(&b, s, good);
		s += good;
		n -= good;
		if (n > 0) {
			buf_puts(&b, "\xef\xbf\xbd");
			s++;
			n--;
		}
	}
	json = json_stringn(buf_str(&b), b.len);
	buf_clear(&b);
	return json;
}
