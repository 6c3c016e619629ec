/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* What is written to: a terminal, which people read, or anything else, which programs may read. */
struct terminal {
	bool is;     /* it is a terminal */
	bool clears; /* its screen can be cleared */
	bool colour;
	size_t width, height; /* in characters and lines; 0 = has no end */
};

/* Whether there are colours; by default if it is a terminal that has them and NO_COLOR is not set.
 */
enum terminal_colour { TERMINAL_AUTO, TERMINAL_ALWAYS, TERMINAL_NEVER };

/*
 * What FD is. The environment tells more: COLUMNS is the width where it is a number, TERM says
 * "dumb" if there are neither colours nor a screen to clear, NO_COLOR forbids colours unless it is
 * empty.
 */
struct terminal terminal_of(int fd, enum terminal_colour colour);

/* Finds the word of --color. False = there is no such word. */
bool terminal_find_colour(const char *word, enum terminal_colour *colour);

/* How many columns of a terminal TEXT takes, which is well-formed UTF-8. */
size_t terminal_width(const char *text);

#define TERMINAL_ELLIPSIS "\xe2\x80\xa6"

/*
 * A copy of TEXT, to be freed, that takes WIDTH columns at most; it ends in TERMINAL_ELLIPSIS where
 * it is cut. A WIDTH of 0 is no limit, as for what is no terminal.
 */
char *terminal_shorten(const char *text, size_t width);

/*
 * How many octets of TEXT, which is not empty, go on a line of WIDTH columns. It ends between words
 * if it can, and has one character at least.
 */
size_t terminal_wrap(const char *text, size_t width);

#endif
