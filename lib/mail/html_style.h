/* The few declarations of a style attribute that decide what a reader sees. */
#ifndef MAIL_HTML_STYLE_H
#define MAIL_HTML_STYLE_H

#include <stddef.h>

/* What an element passes on to what is inside it. */
enum html_state {
	HTML_STATE_GONE = 1,      /* display:none and the like: nothing inside can be seen */
	HTML_STATE_NO_SIZE = 2,   /* font-size:0; an inner element may undo it (newsletters do so, to close gaps) */
	HTML_STATE_INVISIBLE = 4, /* visibility:hidden; an inner element may undo it */
	HTML_STATE_PRE = 8,       /* white space counts */
	HTML_STATE_UNSEEN = HTML_STATE_GONE | HTML_STATE_NO_SIZE | HTML_STATE_INVISIBLE,
};

/* The state (bits of enum html_state) inside an element with this style, when the state around it is `state`.
 * Hidden are display:none, visibility:hidden, opacity:0, mso-hide:all, font-size:0 and a height or max-height of 0
 * with overflow:hidden. Linear in n. */
unsigned html_style_state(unsigned state, const char *style, size_t n);

#endif
