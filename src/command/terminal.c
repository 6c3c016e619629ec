/* SPDX-License-Identifier: BSD-2-Clause */
#include "command/terminal.h"

#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/mem.h"
#include "base/utf8.h"

#define WIDTH_DEFAULT 80
#define SIZE_MAX_BELIEVED 10000

/* A number in the environment variable NAME; 0 = there is none. */
static size_t number_of(const char *name)
{
	const char *text = getenv(name);
	char *end;
	long number;

	if (!text || *text < '0' || *text > '9')
		return 0;
	number = strtol(text, &end, 10);
	return *end == '\0' && number <= SIZE_MAX_BELIEVED ? (size_t)number : 0;
}

static bool is_set(const char *name)
{
	const char *text = getenv(name);

	return text && *text;
}

/* A terminal that says that it is dumb shows escape sequences as they are. */
static bool is_dumb(void)
{
	const char *term = getenv("TERM");

	return !term || !*term || strcmp(term, "dumb") == 0;
}

struct terminal terminal_of(int fd, enum terminal_colour colour)
{
	struct terminal terminal = {.is = isatty(fd) == 1};
	struct winsize size = {0};

	terminal.clears = terminal.is && !is_dumb();
	terminal.colour = terminal.clears && !is_set("NO_COLOR");
	if (colour != TERMINAL_AUTO)
		terminal.colour = colour == TERMINAL_ALWAYS;
	if (!terminal.is)
		return terminal;
	ioctl(fd, TIOCGWINSZ, &size);
	terminal.height = size.ws_row;
	terminal.width = number_of("COLUMNS");
	if (terminal.width == 0)
		terminal.width = size.ws_col;
	if (terminal.width == 0)
		terminal.width = WIDTH_DEFAULT;
	return terminal;
}

bool terminal_find_colour(const char *word, enum terminal_colour *colour)
{
	static const char *const words[] = {
	    [TERMINAL_AUTO] = "auto", [TERMINAL_ALWAYS] = "always", [TERMINAL_NEVER] = "never"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcmp(words[i], word) != 0)
			continue;
		*colour = (enum terminal_colour)i;
		return true;
	}
	return false;
}

/*
 * How many columns the character of LENGTH octets at TEXT takes. The texts are UTF-8 whatever the
 * user's locale is, so it is not asked. Without any such locale a character is one column.
 */
static size_t character_width(const char *text, size_t length)
{
	static locale_t utf8;
	locale_t before;
	mbstate_t state = {0};
	wchar_t character;
	int width = 1;

	if (length <= 1)
		return 1;
	if (!utf8)
		utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (!utf8)
		return 1;
	before = uselocale(utf8);
	if (mbrtowc(&character, text, length, &state) == length)
		width = wcwidth(character);
	uselocale(before);
	return width < 0 ? 1 : (size_t)width;
}

/* The octets of TEXT that take WIDTH columns at most. *TAKEN is set to the columns that they take.
 */
static size_t fit(const char *text, size_t width, size_t *taken)
{
	const char *at = text;

	*taken = 0;
	while (*at) {
		size_t length = utf8_character(at), columns = character_width(at, length);

		if (*taken + columns > width)
			break;
		*taken += columns;
		at += length ? length : 1;
	}
	return (size_t)(at - text);
}

size_t terminal_width(const char *text)
{
	size_t width;

	fit(text, SIZE_MAX / 2, &width);
	return width;
}

char *terminal_shorten(const char *text, size_t width)
{
	size_t taken, length;

	if (width == 0 || terminal_width(text) <= width)
		return mem_strdup(text);
	length = fit(text, width - 1, &taken);
	return mem_printf("%.*s" TERMINAL_ELLIPSIS, (int)length, text);
}

size_t terminal_wrap(const char *text, size_t width)
{
	size_t taken, length = fit(text, width, &taken), end = length, first;

	if (text[length] == '\0')
		return length;
	while (end > 0 && text[end] != ' ')
		end--;
	while (end > 0 && text[end - 1] == ' ')
		end--;
	first = utf8_character(text);
	if (length == 0)
		return first > 0 ? first : 1;
	return end > 0 ? end : length;
}
