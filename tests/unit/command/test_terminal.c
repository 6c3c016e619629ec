/* SPDX-License-Identifier: BSD-2-Clause */
#include <pty.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command/terminal.h"
#include "harness.h"

static void test_width(void)
{
	static const struct {
		const char *text;
		size_t width;
	} cases[] = {
	    {"", 0},
	    {"abc", 3},
	    {"Z\xc3\xbcrich", 6},
	    {"e\xcc\x81", 1},		       /* a combining accent */
	    {"\xe3\x82\xb5\xe3\x83\xbc", 4},   /* katakana are wide */
	    {"\xe5\xa4\x9c\xe9\x96\x93 1", 6}, /* so are han characters */
	    {"\xf0\x9f\x92\xbe", 2},	       /* beyond 16 bits */
	    {"\xe2\x80\xa6", 1},	       /* the ellipsis */
	    {"\xef\xbf\xbd\xd0\x96\xce\xa9\xe2\x82\xac", 4},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		EQUAL_NUMBER(terminal_width(cases[i].text), cases[i].width);
}

static void test_shorten(void)
{
	static const struct {
		const char *text;
		size_t width;
		const char *shortened;
	} cases[] = {
	    {"abcdef", 6, "abcdef"},
	    {"abcdef", 7, "abcdef"},
	    {"abcdef", 5, "abcd\xe2\x80\xa6"},
	    {"abcdef", 1, "\xe2\x80\xa6"},
	    {"", 1, ""},
	    {"\xc3\xbc\xc3\xbc\xc3\xbc", 2, "\xc3\xbc\xe2\x80\xa6"},
	    /* Half of a wide character is none. */
	    {"\xe5\xa4\x9c\xe9\x96\x93", 3, "\xe5\xa4\x9c\xe2\x80\xa6"},
	    {"\xe5\xa4\x9c\xe9\x96\x93", 2, "\xe2\x80\xa6"},
	    /* An accent stays with its letter. */
	    {"e\xcc\x81xyz", 2, "e\xcc\x81\xe2\x80\xa6"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *text = terminal_shorten(cases[i].text, cases[i].width);

		EQUAL_TEXT(text, cases[i].shortened);
		free(text);
	}
}

static void set(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

/* A terminal of 30 lines and 90 columns, in environments. */
static void test_terminals(void)
{
	static const struct {
		const char *term, *no_colour, *columns;
		enum terminal_colour wanted;
		struct terminal expected;
	} cases[] = {
	    {"xterm", NULL, NULL, TERMINAL_AUTO, {true, true, true, 90, 30}},
	    {"xterm", "", NULL, TERMINAL_AUTO, {true, true, true, 90, 30}},
	    {"xterm", "1", NULL, TERMINAL_AUTO, {true, true, false, 90, 30}},
	    {"xterm", "1", NULL, TERMINAL_ALWAYS, {true, true, true, 90, 30}},
	    {"xterm", NULL, NULL, TERMINAL_NEVER, {true, true, false, 90, 30}},
	    {"dumb", NULL, NULL, TERMINAL_AUTO, {true, false, false, 90, 30}},
	    {"dumb", NULL, NULL, TERMINAL_ALWAYS, {true, false, true, 90, 30}},
	    {NULL, NULL, NULL, TERMINAL_AUTO, {true, false, false, 90, 30}},
	    {"xterm", NULL, "132", TERMINAL_AUTO, {true, true, true, 132, 30}},
	    {"xterm", NULL, "0", TERMINAL_AUTO, {true, true, true, 90, 30}},
	    {"xterm", NULL, "80x", TERMINAL_AUTO, {true, true, true, 90, 30}},
	    {"xterm", NULL, "-5", TERMINAL_AUTO, {true, true, true, 90, 30}},
	    {"xterm", NULL, "99999999999999999999", TERMINAL_AUTO, {true, true, true, 90, 30}},
	};
	struct winsize size = {.ws_row = 30, .ws_col = 90};
	int master, slave;

	CU_ASSERT_EQUAL_FATAL(openpty(&master, &slave, NULL, NULL, &size), 0);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct terminal terminal;

		set("TERM", cases[i].term);
		set("NO_COLOR", cases[i].no_colour);
		set("COLUMNS", cases[i].columns);
		terminal = terminal_of(slave, cases[i].wanted);
		if (terminal.is != cases[i].expected.is ||
		    terminal.clears != cases[i].expected.clears ||
		    terminal.colour != cases[i].expected.colour ||
		    terminal.width != cases[i].expected.width ||
		    terminal.height != cases[i].expected.height)
			FAIL("case %zu: %d %d %d %zu %zu", i, terminal.is, terminal.clears,
			     terminal.colour, terminal.width, terminal.height);
	}
	close(master);
	close(slave);
}

/* A terminal that does not know its size, and what is none. */
static void test_others(void)
{
	struct terminal terminal;
	int master, slave, ends[2];

	set("TERM", "xterm");
	set("NO_COLOR", NULL);
	set("COLUMNS", NULL);
	CU_ASSERT_EQUAL_FATAL(openpty(&master, &slave, NULL, NULL, NULL), 0);
	EQUAL_NUMBER(terminal_of(slave, TERMINAL_AUTO).width, 80);
	EQUAL_NUMBER(terminal_of(slave, TERMINAL_AUTO).height, 0);
	set("COLUMNS", "132");
	CU_ASSERT_EQUAL_FATAL(pipe(ends), 0);
	terminal = terminal_of(ends[1], TERMINAL_AUTO);
	CU_ASSERT_FALSE(terminal.is || terminal.clears || terminal.colour);
	EQUAL_NUMBER(terminal.width, 0);
	terminal = terminal_of(ends[1], TERMINAL_ALWAYS);
	CU_ASSERT_TRUE(terminal.colour && !terminal.is && !terminal.clears);
	set("COLUMNS", NULL);
	close(master);
	close(slave);
	close(ends[0]);
	close(ends[1]);
}

static void test_words(void)
{
	enum terminal_colour colour = TERMINAL_AUTO;

	CU_ASSERT_TRUE(terminal_find_colour("never", &colour) && colour == TERMINAL_NEVER);
	CU_ASSERT_TRUE(terminal_find_colour("always", &colour) && colour == TERMINAL_ALWAYS);
	CU_ASSERT_FALSE(terminal_find_colour("", &colour) || terminal_find_colour("yes", &colour));
	CU_ASSERT_TRUE(colour == TERMINAL_ALWAYS);
	CU_ASSERT_TRUE(terminal_find_colour("auto", &colour) && colour == TERMINAL_AUTO);
}

/* What stands on the first line of several. */
static void test_wrap(void)
{
	static const struct {
		const char *text;
		size_t width, length;
	} cases[] = {
	    {"one two", 7, 7},
	    {"one two", 6, 3},
	    {"one two", 3, 3},
	    {"one  two", 5, 3},
	    {"one two", 2, 2}, /* a word that is too long for a line */
	    {" one", 3, 3},
	    {"\xe5\xa4\x9c\xe9\x96\x93", 3, 3},
	    {"\xe5\xa4\x9c\xe9\x96\x93", 1, 3}, /* or a character */
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		EQUAL_NUMBER(terminal_wrap(cases[i].text, cases[i].width), cases[i].length);
}

static const struct harness_test tests[] = {
    {"width", test_width},
    {"shorten", test_shorten},
    {"wrap", test_wrap},
    {"terminals", test_terminals},
    {"others", test_others},
    {"words", test_words},
    {NULL, NULL},
};

const struct harness_suite terminal_suite = {"terminal", tests};
