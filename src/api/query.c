/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/query.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Writes TEXT encoded (RFC 3986, 2.1) and returns the end. */
static char *encode(char *at, const char *text)
{
	static const char plain[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";

	for (; *text; text++) {
		if (strchr(plain, *text))
			*at++ = *text;
		else
			at += sprintf(at, "%%%02X", (unsigned char)*text);
	}
	return at;
}

char *query_pair(const char *name, const char *value)
{
	char *result = mem_zalloc((strlen(name) + strlen(value)) * 3 + 2, 1), *at = result;

	at = encode(at, name);
	*at++ = '=';
	encode(at, value);
	return result;
}

static int digit_of(char character)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = strchr(digits, tolower((unsigned char)character));

	return character && found ? (int)(found - digits) : -1;
}

/* The LENGTH characters at TEXT, decoded, to be freed. What is no code stays as it is. */
static char *decode(const char *text, size_t length)
{
	char *result = mem_zalloc(length + 1, 1), *to = result;

	for (size_t i = 0; i < length; i++) {
		int high = -1, low = -1;

		if (text[i] == '%' && length - i > 2) {
			high = digit_of(text[i + 1]);
			low = digit_of(text[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			*to++ = (char)(high * 16 + low);
			i += 2;
		} else {
			*to++ = (char)(text[i] == '+' ? ' ' : text[i]);
		}
	}
	return result;
}

char *query_find(const char *url, const char *name)
{
	const char *at = strchr(url, '?');
	char *value = NULL;

	while (at && !value) {
		const char *pair = at + 1;
		size_t length = strcspn(pair, "&#"), before = strcspn(pair, "=&#");
		char *found = decode(pair, before);

		if (strcmp(found, name) == 0 && before < length)
			value = decode(pair + before + 1, length - before - 1);
		free(found);
		at = pair[length] == '&' ? pair + length : NULL;
	}
	return value;
}
