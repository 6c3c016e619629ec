/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef UTF8_H
#define UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Length of the well-formed UTF-8 character at TEXT (RFC 3629), or 0 when there is none. */
size_t utf8_character(const char *text);

/* True when the whole string TEXT is well-formed. */
bool utf8_valid(const char *text);

/* The length of TEXT, which is well-formed, when it is cut between two characters to MAX octets. */
size_t utf8_cut(const char *text, size_t max);

/*
 * Changes TEXT in place into one line of well-formed UTF-8: control characters become spaces.
 * What changes the direction of writing or is not seen, and octets that belong to no character,
 * become '?', one for each octet.
 */
void utf8_clean(char *text);

/* Makes capitals of the letters of TEXT in place; other letters than those of ASCII stay. */
void utf8_capitals(char *text);

#endif
