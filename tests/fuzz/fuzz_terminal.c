/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "command/terminal.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void check_shortened(const char *text, size_t width)
{
	char *shortened = terminal_shorten(text, width);

	assert(utf8_valid(shortened));
	assert(width == 0 || terminal_width(shortened) <= width);
	free(shortened);
}

/* Every line is as wide as it may be, or one character, and nothing is lost between them. */
static void check_wrapped(const char *text, size_t width)
{
	while (*text) {
		size_t length = terminal_wrap(text, width);
		char *line;

		assert(length > 0 && length <= strlen(text));
		line = mem_printf("%.*s", (int)length, text);
		assert(utf8_valid(line));
		assert(terminal_width(line) <= width || length == utf8_character(line));
		free(line);
		text += length;
	}
}

/* The first octet is the width; the rest is a text from outside. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	char *text = malloc(size + 1);
	size_t width = size ? data[0] : 0;

	memcpy(text, data, size);
	text[size] = '\0';
	if (size > 0) {
		utf8_clean(text + 1);
		assert(utf8_valid(text + 1) && utf8_cut(text + 1, width) <= width);
		check_shortened(text + 1, width);
		check_wrapped(text + 1, width);
	}
	free(text);
	return 0;
}
