/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "api/page.h"
#include "base/mem.h"
#include "harness.h"

#define PAGE(next) "{\"data\":[{\"id\":\"1\"}],\"meta\":{\"pagination\":{" next "}}}"

static void test_cursor(void)
{
	static const struct {
		const char *text, *cursor, *peeked;
	} cases[] = {
	    {PAGE("\"next\":\"abc=\""), "abc=", "abc="},
	    {PAGE("\"prev\":\"x\", \"next\" : \"abc\" , \"limit\":100"), "abc", "abc"},
	    {PAGE("\"next\":\"a\\/b\""), "a/b", NULL}, /* for the parser only */
	    {PAGE("\"next\":12345678"), "12345678", NULL},
	    {PAGE("\"next\":\"\""), NULL, NULL},
	    {PAGE("\"next\":null"), NULL, NULL},
	    {PAGE("\"limit\":100"), NULL, NULL},
	    {"{\"data\":[{\"id\":\"1\"}]}", NULL, NULL},
	    {"{\"data\":[{\"id\":\"1\"}],\"meta\":null}", NULL, NULL},
	    {"{\"data\":[{\"id\":\"1\"}],\"meta\":{\"pagination\":7}}", NULL, NULL},
	    /* a page without jobs is the last */
	    {"{\"data\":[],\"meta\":{\"pagination\":{\"next\":\"abc\"}}}", NULL, "abc"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *complaint = "";
		struct page *page = page_parse(cases[i].text, strlen(cases[i].text), &complaint);
		char *peeked = page_peek_cursor(cases[i].text, strlen(cases[i].text));

		CU_ASSERT_PTR_NOT_NULL_FATAL(page);
		if (cases[i].cursor)
			EQUAL_TEXT(page_cursor(page), cases[i].cursor);
		else
			CU_ASSERT_PTR_NULL(page_cursor(page));
		if (cases[i].peeked)
			EQUAL_TEXT(peeked, cases[i].peeked);
		else
			CU_ASSERT_PTR_NULL(peeked);
		free(peeked);
		page_free(page);
	}
}

static void test_no_page(void)
{
	static const struct {
		const char *text;
		bool page;
	} cases[] = {
	    {"{}", true},
	    {" {\"data\":null} \r\n", true},
	    {"{\"data\":[]}", true},
	    {"", false},
	    {"null", false},
	    {"[]", false},
	    {"\"text\"", false},
	    {"{\"data\":{}}", false},
	    {"{\"data\":\"none\"}", false},
	    {"{\"data\":[{\"id\":\"1\"}", false},
	    {"{\"data\":[]} {}", false},
	    {"{\"data\":[]}x", false},
	    {"<html><body>503</body></html>", false},
	    {PAGE("\"next\":{}"), false},
	    {PAGE("\"next\":true"), false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *complaint = NULL;
		struct page *page = page_parse(cases[i].text, strlen(cases[i].text), &complaint);

		if (cases[i].page != (page != NULL))
			FAIL("%s is %sa page", cases[i].text, page ? "" : "not ");
		if (!page && (!complaint || complaint[0] == '\0'))
			FAIL("%s: no complaint", cases[i].text);
		page_free(page);
	}
	page_free(NULL);
	CU_PASS("went through");
}

/* Cut anywhere, a page is refused or read; it is never read beyond its end. */
static void test_cut_short(void)
{
	static const char text[] = "{\"data\":[{\"id\":\"1\",\"attributes\":{\"jobId\":7,"
				   "\"state\":\"DONE\",\"status\":0,"
				   "\"startTime\":\"2026-07-01T02:00:04.000Z\","
				   "\"endTime\":\"2026-07-01T02:10:04.500Z\"}}],\"meta\":{"
				   "\"pagination\":{\"next\":\"abc\"}}}";

	for (size_t length = 0; length < sizeof text - 1; length++) {
		char *copy = malloc(length ? length : 1);
		const char *complaint = "";
		struct page *page;

		memcpy(copy, text, length);
		page = page_parse(copy, length, &complaint);
		CU_ASSERT_PTR_NULL(page);
		page_free(page);
		free(page_peek_cursor(copy, length));
		free(page_error_text(copy, length));
		free(copy);
	}
}

static void test_peek_far(void)
{
	char *text = malloc(20000);
	char *peeked;

	/* The cursor stands at the end; names of jobs must not be taken for it. */
	strcpy(
	    text,
	    "{\"data\":[{\"id\":\"1\",\"attributes\":{\"pagination\":{\"next\":\"no\"},\"x\":\"");
	memset(text + strlen(text), 'x', 10000);
	strcpy(text + 10060, "\"}}],\"meta\":{\"pagination\":{\"next\":\"yes\"}}}");
	peeked = page_peek_cursor(text, strlen(text));
	EQUAL_TEXT(peeked, "yes");
	free(peeked);
	free(text);
}

static void test_error_text(void)
{
	static const struct {
		const char *text, *result;
	} cases[] = {
	    {"{\"errorCode\":8950,\"errorMessage\":\"Not found.\"}", "8950 Not found."},
	    {"{\"errorCode\":1,\"errorMessage\":\"a\",\"errorDetails\":[\"b\",\"c\"]}", "1 a: b"},
	    {"{\"errorMessage\":\"a\",\"errorDetails\":[5]}", "0 a"},
	    {"{\"errorCode\":1}", NULL},
	    {"{}", NULL},
	    {"<html>", NULL},
	    {"", NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *text = page_error_text(cases[i].text, strlen(cases[i].text));

		if (cases[i].result)
			EQUAL_TEXT(text, cases[i].result);
		else
			CU_ASSERT_PTR_NULL(text);
		free(text);
	}
}

/* A small body that becomes large in memory. */
static void test_hungry(void)
{
	static const char begin[] = "{\"data\":[";
	size_t length = 4 * 1024 * 1024;
	const char *complaint = NULL;
	char *text = mem_zalloc(length + 1, 1);

	memset(text, ' ', length);
	memcpy(text, begin, sizeof begin - 1);
	for (size_t at = sizeof begin - 1; at + 4 < length; at += 2)
		memcpy(text + at, "1,", 2);
	memcpy(text + length - 3, "1]}", 3);
	/* Sanitizers get each block by itself, from malloc. */
	if (harness_sanitized()) {
		page_free(page_parse(text, length, &complaint));
		CU_ASSERT_PTR_NULL(complaint);
	} else {
		CU_ASSERT_PTR_NULL(page_parse(text, length, &complaint));
		EQUAL_TEXT(complaint, "takes more memory than a page of jobs can need");
	}
	free(text);
}

static const struct harness_test tests[] = {
    {"cursors", test_cursor},
    {"what is no page", test_no_page},
    {"pages cut short", test_cut_short},
    {"the cursor at the end of a long page", test_peek_far},
    {"error documents", test_error_text},
    {"a page that takes too much memory", test_hungry},
    {NULL, NULL},
};

const struct harness_suite page_suite = {"page", tests};
