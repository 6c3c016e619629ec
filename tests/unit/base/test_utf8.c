/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "harness.h"
#include "base/utf8.h"

/* Octets, and the length of the character that they begin with (0 = none). */
static const struct {
	const char *octets;
	size_t length;
} characters[] = {
    {"", 0},
    {"a", 1},
    {"\x01", 1},
    {"\x7f", 1},
    {"\x80", 0}, /* continues nothing */
    {"\xbf", 0},
    {"\xc0\x80", 0}, /* overlong forms */
    {"\xc1\xbf", 0},
    {"\xe0\x9f\xbf", 0},
    {"\xf0\x8f\xbf\xbf", 0},
    {"\xc2\x80", 2},
    {"\xdf\xbf", 2},
    {"\xc3", 0}, /* ends too early */
    {"\xc3"
     "a",
     0},
    {"\xe2\x82", 0},
    {"\xe2\x82"
     "a",
     0},
    {"\xf0\x9f\x92", 0},
    {"\xe0\xa0\x80", 3},
    {"\xe2\x82\xac", 3},
    {"\xed\x9f\xbf", 3},
    {"\xed\xa0\x80", 0}, /* surrogates */
    {"\xed\xbf\xbf", 0},
    {"\xee\x80\x80", 3},
    {"\xef\xbf\xbf", 3},
    {"\xf0\x90\x80\x80", 4},
    {"\xf0\x9f\x92\xbe!", 4},
    {"\xf4\x8f\xbf\xbf", 4},
    {"\xf4\x90\x80\x80", 0}, /* beyond U+10FFFF */
    {"\xf5\x80\x80\x80", 0},
    {"\xff", 0},
};

static void test_character(void)
{
	for (size_t i = 0; i < sizeof characters / sizeof characters[0]; i++)
		if (utf8_character(characters[i].octets) != characters[i].length)
			FAIL("character %zu: length %zu, not %zu", i,
			     utf8_character(characters[i].octets), characters[i].length);
		else
			CU_PASS("as it should be");
}

static void test_valid(void)
{
	CU_ASSERT_TRUE(utf8_valid(""));
	CU_ASSERT_TRUE(utf8_valid("plain"));
	CU_ASSERT_TRUE(utf8_valid("Z\xc3\xbcrich \xe2\x82\xac \xf0\x9f\x92\xbe"));
	CU_ASSERT_FALSE(utf8_valid("Z\xfcrich"));
	CU_ASSERT_FALSE(utf8_valid("cut\xe2\x82"));
	CU_ASSERT_FALSE(utf8_valid("a\xed\xa0\x80z"));
}

static void test_cut(void)
{
	static const struct {
		const char *text;
		size_t max, kept;
	} cases[] = {
	    {"", 0, 0},
	    {"", 5, 0},
	    {"abc", 0, 0},
	    {"abc", 2, 2},
	    {"abc", 3, 3},
	    {"abc", 9, 3},
	    {"a\xe2\x82\xac", 1, 1}, /* the euro sign is three octets */
	    {"a\xe2\x82\xac", 2, 1},
	    {"a\xe2\x82\xac", 3, 1},
	    {"a\xe2\x82\xac", 4, 4},
	    {"\xf0\x9f\x92\xbez", 3, 0},
	    {"\xf0\x9f\x92\xbez", 4, 4},
	    {"\xc3\xbc\xc3\xbc", 3, 2},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		EQUAL_NUMBER(utf8_cut(cases[i].text, cases[i].max), cases[i].kept);
}

static void test_clean(void)
{
	static const struct {
		const char *before, *after;
	} cases[] = {
	    {"", ""},
	    {"as it is", "as it is"},
	    {"two\nlines\r\n", "two lines  "},
	    {"tab\tbell\adelete\x7f", "tab bell delete "},
	    {"Z\xfcrich", "Z?rich"},
	    {"Z\xc3\xbcrich", "Z\xc3\xbcrich"},
	    {"cut\xe2\x82", "cut??"},
	    {"\x1b[31mred", " [31mred"},
	    {"\xed\xa0\x80", "???"},
	    {"a\xe2\x80\xa8z", "a   z"}, /* U+2028 */
	    {"a\xe2\x80\x8az", "a\xe2\x80\x8az"},
	    {"a\xe2\x80\x8bz\xe2\x80\x8f", "a???z???"},
	    {"\xe2\x80\x90", "\xe2\x80\x90"},
	    {"\xe2\x80\xaa\xe2\x80\xae\xe2\x80\xaf", "??????\xe2\x80\xaf"},
	    {"\xe2\x81\xa6\xe2\x81\xa9\xe2\x81\xaa", "??????\xe2\x81\xaa"},
	    {"\xef\xbb\xbfz\xef\xbb\xbe", "???z\xef\xbb\xbe"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[64];

		strcpy(text, cases[i].before);
		utf8_clean(text);
		EQUAL_TEXT(text, cases[i].after);
		CU_ASSERT_TRUE(utf8_valid(text));
	}
}

static const struct harness_test tests[] = {
    {"one character of each form, and what is none", test_character},
    {"valid strings", test_valid},
    {"cutting between characters", test_cut},
    {"cleaning", test_clean},
    {NULL, NULL},
};

const struct harness_suite utf8_suite = {"utf8", tests};
