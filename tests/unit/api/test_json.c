/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/json.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "harness.h"

/* The document {"a":VALUE}, which has to be right. */
static struct json_document *parse(const char *value)
{
	const char *complaint = "";
	struct json_document *document;
	char text[200];

	snprintf(text, sizeof text, "{\"a\":%s}", value);
	document = json_parse(text, strlen(text), &complaint);
	EQUAL_TEXT(complaint, "");
	CU_ASSERT_PTR_NOT_NULL_FATAL(document);
	return document;
}

/* What each function says of values of each type. */
static void test_types(void)
{
	static const struct {
		const char *value;
		bool none, list;
		const char *string;
		double number;
		int64_t whole;
	} cases[] = {
	    {"null", true, false, NULL, NAN, -1},
	    {"true", false, false, NULL, NAN, -1},
	    {"{}", false, false, NULL, NAN, -1},
	    {"[]", false, true, NULL, NAN, -1},
	    {"\"\"", false, false, "", NAN, -1},
	    {"\"x\"", false, false, "x", NAN, -1},
	    {"\"12\"", false, false, "12", NAN, 12},
	    {"12", false, false, NULL, 12, 12},
	    {"0", false, false, NULL, 0, 0},
	    {"-1", false, false, NULL, -1, -1},
	    {"0.5", false, false, NULL, 0.5, -1},
	    {"9007199254740992", false, false, NULL, JSON_EXACT_MAX, 9007199254740992},
	    {"9007199254740994", false, false, NULL, JSON_EXACT_MAX + 2, -1},
	    {"1e400", false, false, NULL, INFINITY, -1},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct json_document *document = parse(cases[i].value);
		const struct json *value = json_member(json_root(document), "a");

		EQUAL_NUMBER(json_is_none(value), cases[i].none);
		EQUAL_NUMBER(json_is_list(value), cases[i].list);
		EQUAL_NUMBER(json_string(value) != NULL, cases[i].string != NULL);
		if (cases[i].string)
			EQUAL_TEXT(json_string(value), cases[i].string);
		EQUAL_NUMBER(isnan(json_number(value)), isnan(cases[i].number));
		CU_ASSERT_TRUE(isnan(cases[i].number) || json_number(value) == cases[i].number);
		EQUAL_NUMBER(json_whole(value), cases[i].whole);
		json_free(document);
	}
}

static void test_absent(void)
{
	static const char *const names[] = {"a"};
	const struct json *values[1];

	CU_ASSERT_TRUE(json_is_none(NULL));
	CU_ASSERT_FALSE(json_is_list(NULL));
	CU_ASSERT_PTR_NULL(json_first(NULL));
	CU_ASSERT_PTR_NULL(json_next(NULL));
	CU_ASSERT_PTR_NULL(json_member(NULL, "a"));
	json_members(NULL, names, 1, values);
	CU_ASSERT_PTR_NULL(values[0]);
	CU_ASSERT_PTR_NULL(json_string(NULL));
	CU_ASSERT_PTR_NULL(json_clean_string(NULL));
	CU_ASSERT_TRUE(isnan(json_number(NULL)));
	EQUAL_NUMBER(json_whole(NULL), -1);
	json_free(NULL);
}

/* Names that are not asked for, that begin alike, that come twice, and values of a list. */
static void test_members(void)
{
	static const char *const names[] = {"state", "status", "size"};
	struct json_document *document = parse("{\"stat\":1,\"status\":2,\"x\":3,\"status\":4,"
					       "\"\":5,\"State\":6,\"state\":[7,\"a\\nb\"]}");
	const struct json *values[3], *element;

	json_members(json_member(json_root(document), "a"), names, 3, values);
	EQUAL_NUMBER(json_whole(values[1]), 2);
	CU_ASSERT_PTR_NULL(values[2]);
	element = json_first(values[0]);
	EQUAL_NUMBER(json_whole(element), 7);
	element = json_next(element);
	EQUAL_TEXT(json_clean_string(element), "a b");
	CU_ASSERT_PTR_NULL(json_next(element));
	json_members(values[0], names, 3, values); /* a list has no members */
	CU_ASSERT_TRUE(!values[0] && !values[1] && !values[2]);
	json_free(document);
}

#define DEEP 200000
#define TEXT(literal) (literal), sizeof(literal) - 1

/* What no careful server sends: it is refused as a whole, with a reason. */
static void test_refused(void)
{
	static const struct {
		const char *text;
		size_t length;
	} cases[] = {
	    {TEXT("")},
	    {TEXT(" \n")},
	    {TEXT("\0")},
	    {TEXT("{\"a\":1}\0")},
	    {TEXT("{\"a\":1}{\"a\":1}")},
	    {TEXT("{\"a\":1")},
	    {TEXT("{\"a\":\"1")},
	    {TEXT("{\"a\":tru")},
	    {TEXT("{\"a\":1,}")},
	    {TEXT("{a:1}")},
	    {TEXT("{\"a\":\"\\ud800\"}")},
	    {TEXT("{\"a\":\"\\u12")},
	    {TEXT("[{\"a\":1}]")},
	    {TEXT("\"a\"")},
	    {TEXT("null")},
	    {TEXT("<html></html>")},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		/* A block of its own, so that a step beyond the end is seen. */
		char *text = mem_zalloc(cases[i].length + 1, 1);
		const char *complaint = NULL;

		memcpy(text, cases[i].text, cases[i].length);
		text = mem_resize(text, cases[i].length ? cases[i].length : 1, 1);
		if (json_parse(text, cases[i].length, &complaint))
			FAIL("taken: %s", cases[i].text);
		CU_ASSERT_PTR_NOT_NULL(complaint);
		free(text);
	}
}

/* Far deeper than any stack. */
static void test_deep(void)
{
	static const char *const openings[] = {"[", "{\"a\":"};

	for (size_t i = 0; i < 2; i++) {
		size_t size = strlen(openings[i]);
		char *text = mem_zalloc(DEEP, size);
		const char *complaint = NULL;

		for (size_t at = 0; at < DEEP; at++)
			memcpy(text + at * size, openings[i], size);
		CU_ASSERT_PTR_NULL(json_parse(text, DEEP * size, &complaint));
		EQUAL_TEXT(complaint, "is not valid JSON, or was cut short");
		free(text);
	}
}

/* What is odd, but can be read: the first of two members, a text up to its NUL, ? for bad bytes. */
static void test_odd(void)
{
	struct json_document *document =
	    parse("{\"two\":1,\"two\":2,\"nul\":\"a\\u0000b\",\"bad\":\"a\xff\xc3(\xed\xa0\x80z\","
		  "\"huge\":1e999,\"long\":123456789012345678901234567890}");
	const struct json *root = json_member(json_root(document), "a");

	EQUAL_NUMBER(json_whole(json_member(root, "two")), 1);
	EQUAL_TEXT(json_clean_string(json_member(root, "nul")), "a");
	CU_ASSERT_TRUE(utf8_valid(json_clean_string(json_member(root, "bad"))));
	CU_ASSERT_TRUE(isinf(json_number(json_member(root, "huge"))));
	EQUAL_NUMBER(json_whole(json_member(root, "huge")), -1);
	EQUAL_NUMBER(json_whole(json_member(root, "long")), -1);
	json_free(document);
}

static const struct harness_test tests[] = {
    {"values of each type", test_types},
    {"values that are absent", test_absent},
    {"several members in one pass", test_members},
    {"documents that are none", test_refused},
    {"documents that are too deep", test_deep},
    {"members twice, NUL, bad UTF-8, numbers without end", test_odd},
    {NULL, NULL},
};

const struct harness_suite json_suite = {"json", tests};
