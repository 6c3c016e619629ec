/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/utf8.h"

#include <string.h>

/* The forms of a character (RFC 3629, section 4): the ranges of its first and second octet. */
static const struct form {
	unsigned char first_low, first_high;
	unsigned char second_low, second_high;
	unsigned char length;
} forms[] = {
    {0x01, 0x7f, 0x00, 0x00, 1}, {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
    {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
    {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

static bool fits(const struct form *form, const unsigned char *octets)
{
	if (octets[0] < form->first_low || octets[0] > form->first_high)
		return false;
	if (form->length == 1)
		return true;
	if (octets[1] < form->second_low || octets[1] > form->second_high)
		return false;
	for (size_t i = 2; i < form->length; i++)
		if (octets[i] < 0x80 || octets[i] > 0xbf)
			return false;
	return true;
}

size_t utf8_character(const char *text)
{
	for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
		if (fits(&forms[i], (const unsigned char *)text))
			return forms[i].length;
	return 0;
}

bool utf8_valid(const char *text)
{
	size_t length;

	for (; *text; text += length) {
		length = utf8_character(text);
		if (length == 0)
			return false;
	}
	return true;
}

size_t utf8_cut(const char *text, size_t max)
{
	size_t length = strnlen(text, max + 1);

	if (length <= max)
		return length;
	length = max;
	while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
		length--;
	return length;
}

/*
 * Characters that would change how a line is shown: the control characters of ASCII and Latin 1,
 * line separators, those that change the direction of writing, and those that nobody sees.
 */
static const struct control {
	const char *first, *last; /* both have the same number of octets */
	char instead;
} controls[] = {
    {"\x01", "\x1f", ' '},
    {"\x7f", "\x7f", ' '},
    {"\xc2\x80", "\xc2\x9f", ' '},
    {"\xe2\x80\xa8", "\xe2\x80\xa9", ' '},
    {"\xe2\x80\x8b", "\xe2\x80\x8f", '?'},
    {"\xe2\x80\xaa", "\xe2\x80\xae", '?'},
    {"\xe2\x81\xa6", "\xe2\x81\xa9", '?'},
    {"\xef\xbb\xbf", "\xef\xbb\xbf", '?'},
};

/* What stands instead of the character of LENGTH octets at TEXT; 0 = it may stay. */
static char instead_of(const char *text, size_t length)
{
	for (size_t i = 0; i < sizeof controls / sizeof controls[0]; i++)
		if (strlen(controls[i].first) == length &&
		    memcmp(text, controls[i].first, length) >= 0 &&
		    memcmp(text, controls[i].last, length) <= 0)
			return controls[i].instead;
	return 0;
}

/* As nearly all characters are. */
static bool is_printable_ascii(char octet)
{
	return octet >= ' ' && octet <= '~';
}

void utf8_clean(char *text)
{
	while (*text) {
		size_t length = is_printable_ascii(*text) ? 1 : utf8_character(text);
		char instead = is_printable_ascii(*text) ? 0 : '?';

		if (length == 0)
			length = 1; /* an octet that belongs to no character */
		else if (instead)
			instead = instead_of(text, length);
		if (instead)
			memset(text, instead, length);
		text += length;
	}
}

void utf8_capitals(char *text)
{
	for (; *text; text++)
		if (*text >= 'a' && *text <= 'z')
			*text = (char)(*text - 'a' + 'A');
}
