/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <sys/types.h>

#include "config/settings.h"

/* The text of a configuration file, and what must be found in it before or beside the parser. */
struct text {
	const char *file;
	char *content; /* comments are overwritten with spaces; never empty */
	mode_t mode;   /* of the file */
	int open;      /* braces that are not closed at the end */
};

/*
 * Reads FILE, whose name must outlive TEXT. False with ERROR where it cannot be read, or has
 * characters outside of quotes that the parser would drop. TEXT is to be cleared in any case.
 */
bool text_read(struct text *text, const char *file, char error[CONFIG_ERROR_SIZE]);

/*
 * Sets ERROR where others can read the file and an API key is written out in it. That is as bad as
 * a key file that others can read. The name of a variable may stand there.
 */
void text_check_exposed_keys(const struct text *text, char error[CONFIG_ERROR_SIZE]);

/* Overwrites and frees the text. */
void text_clear(struct text *text);

/*
 * Writes "FILE:LINE: complaint" into ERROR, or "FILE: complaint" for line 0, as one line of UTF-8.
 * Does nothing where ERROR is not empty: the first error is the one that matters.
 */
void text_complain(char error[CONFIG_ERROR_SIZE], const char *file, int line, const char *format,
		   ...) __attribute__((format(printf, 4, 5)));

#endif
