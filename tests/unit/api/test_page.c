/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "api/page.h"
#include "base/mem.h"
#include "harness.h"

#define PAGE(next) "{\"data\":[{\"id\":\"1\"}],\"meta\":{\"pagination\":{" next "}}}"

#define LINK(next) "{\"data\":[{\"id\":\"1\"}],\"links\":{\"next\":" next "}}"
#define AFTER "page%5Bafter%5D="

static void test_way(void)
{
	static const struct {
		const char *text, *way, *peeked;
	} cases[] = {
	    {PAGE("\"next\":\"abc=\""), AFTER "abc%3D", "abc="},
	    {PAGE("\"prev\":\"x\", \"next\" : \"abc\" , \"limit\":100"), AFTER "abc", "abc"},
	    {PAGE("\"next\":\"a\\/b\""), AFTER "a%2Fb", NULL}, /* for the parser only */
	    {PAGE("\"next\":12345678"), AFTER "12345678", NULL},
	    {PAGE("\"next\":\"\""), NULL, NULL},
	    {PAGE("\"next\":null"), NULL, NULL},
	    {PAGE("\"limit\":100"), NULL, NULL},
	    {"{\"data\":[{\"id\":\"1\"}]}", NULL, NULL},
	    {"{\"data\":[{\"id\":\"1\"}],\"meta\":null}", NULL, NULL},
	    {"{\"data\":[{\"id\":\"1\"}],\"meta\":{\"pagination\":7}}", NULL, NULL},
	    /* Named by a link only: neither its host nor its path is of interest. */
	    {LINK("{\"href\":\"https://other.example/x?page%5Blimit%5D=9&page%5Bafter%5D=a%3D\"}"),
	     AFTER "a%3D", NULL},
	    {LINK("\"?page[after]=abc&sort=x\""), AFTER "abc", NULL},
	    {LINK("{\"href\":\"/jobs?page%5boffset%5d=100#end\"}"), "page%5Boffset%5D=100", NULL},
	    {LINK("{\"href\":\"/jobs?page%5Bafter%5D=\"}"), NULL, NULL},
	    {LINK("{\"href\":\"/jobs/page%5Bafter%5D=abc\"}"), NULL, NULL},
	    {LINK("{\"href\":7}"), NULL, NULL},
	    {LINK("null"), NULL, NULL},
	    /* Its "next" is not that of the pagination. */
	    {"{\"data\":[{\"id\":\"1\"}],\"meta\":{\"pagination\":{\"limit\":100}},\"links\":{"
	     "\"next\":"
	     "\"/jobs?page[after]=abc\"}}",
	     AFTER "abc", NULL},
	    /* What stands in meta cannot be a cursor; the link can be followed. */
	    {"{\"data\":[{\"id\":\"1\"}],\"links\":{\"next\":\"?page[after]=abc\"},\"meta\":{"
	     "\"pagination\":{\"next\":{}}}}",
	     AFTER "abc", NULL},
	    /* a page without jobs is the last */
	    {"{\"data\":[],\"meta\":{\"pagination\":{\"next\":\"abc\"}}}", NULL, "abc"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *complaint = "";
		struct page *page = page_parse(cases[i].text, strlen(cases[i].text), &complaint);
		char *peeked = page_peek_cursor(cases[i].text, strlen(cases[i].text));

		CU_ASSERT_PTR_NOT_NULL_FATAL(page);
		if (cases[i].way)
			EQUAL_TEXT(page_way(page), cases[i].way);
		else
			CU_ASSERT_PTR_NULL(page_way(page));
		if (cases[i].peeked)
			EQUAL_TEXT(peeked, cases[i].peeked);
		else
			CU_ASSERT_PTR_NULL(peeked);
		free(peeked);
		page_free(page);
	}
}

/* A link that cannot be read names a next page all the same. */
static void test_names_next(void)
{
	static const struct {
		const char *text;
		bool names;
	} cases[] = {
	    {PAGE("\"next\":\"abc\""), true},
	    {PAGE("\"limit\":100"), false},
	    {LINK("{\"href\":\"/jobs?page%5Bafter%5D=abc\"}"), true},
	    {LINK("{\"href\":\"/jobs?cursor=abc\"}"), true},
	    {LINK("{\"href\":\"\"}"), false},
	    {LINK("{}"), false},
	    {LINK("null"), false},
	    {"{\"data\":[],\"links\":{\"next\":\"/jobs?cursor=abc\"}}", false},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *complaint = "";
		struct page *page = page_parse(cases[i].text, strlen(cases[i].text), &complaint);

		CU_ASSERT_PTR_NOT_NULL_FATAL(page);
		EQUAL_NUMBER(page_names_next(page), cases[i].names);
		page_free(page);
	}
}

static void test_next_offset(void)
{
	static const struct {
		const char *text;
		int64_t offset;
	} cases[] = {
	    {LINK("\"?page[offset]=7\""), 7},	 {LINK("\"?page[offset]=1200\""), 1200},
	    {LINK("\"?page[offset]=12x\""), -1}, {PAGE("\"next\":340"), 340},
	    {PAGE("\"next\":\"x34\""), -1},	 {PAGE("\"limit\":100"), -1},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *complaint = "";
		struct page *page = page_parse(cases[i].text, strlen(cases[i].text), &complaint);

		CU_ASSERT_PTR_NOT_NULL_FATAL(page);
		EQUAL_NUMBER(page_next_offset(page), cases[i].offset);
		page_free(page);
	}
}

static void test_count(void)
{
	static const struct {
		const char *text;
		size_t count;
		bool full;
		int64_t last;
	} cases[] = {
	    {"{\"data\":[]}", 0, false, 0},
	    {"{\"data\":[{\"id\":\"1\"}]}", 1, false, 1},
	    {"{\"data\":[{\"id\":\"1\"},{\"id\":9,\"attributes\":{\"jobId\":\"2\"}}]}", 2, true, 2},
	    {"{\"data\":[{\"id\":\"1\"},{\"id\":\"x\"},5]}", 3, true, 1},
	    {"{\"data\":[5],\"meta\":{\"pagination\":{\"limit\":1}}}", 1, true, 0},
	    {"{\"data\":[5],\"meta\":{\"pagination\":{\"limit\":0}}}", 1, false, 0},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const char *complaint = "";
		struct page *page = page_parse(cases[i].text, strlen(cases[i].text), &complaint);

		CU_ASSERT_PTR_NOT_NULL_FATAL(page);
		EQUAL_NUMBER(page_count(page), cases[i].count);
		EQUAL_NUMBER(page_is_full(page, 2), cases[i].full);
		EQUAL_NUMBER(page_last_id(page, "jobId"), cases[i].last);
		page_free(page);
	}
}

static void test_no_page(void)
{
	static const struct {
		const char *text;
		bool page;
	} cases[] = {
	    {"{}", false},
	    {"{\"errorCode\":8000,\"errorMessage\":\"no\",\"attributeErrors\":{}}", false},
	    {"{\"errorCode\":8000,\"errorMessage\":\"no\",\"data\":null}", false},
	    {"{\"errorCode\":8000,\"errorMessage\":\"no\",\"data\":[],\"meta\":{}}", false},
	    {"{\"errorCode\":8000,\"links\":{}}", false},
	    {"{\"errorCode\":0,\"errorMessage\":\"\",\"data\":[]}", true},
	    {"{\"errorCode\":8000,\"errorMessage\":\"no\",\"data\":[{\"id\":\"1\"}]}", true},
	    {"{\"something\":1}", false},
	    {"{\"meta\":{}}", true},
	    {"{\"links\":{}}", true},
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
		memcpy(text + at, "1,", 2); /* NOLINT(bugprone-not-null-terminated-result) */
	/* NOLINTNEXTLINE(bugprone-not-null-terminated-result): a page is no string */
	memcpy(text + length - 3, "1]}", 3);
	/* Sanitizers get each block by itself, from malloc. */
	if (harness_sanitized()) {
		page_free(page_parse(text, length, &complaint));
		CU_ASSERT_PTR_NULL(complaint);
	} else {
		CU_ASSERT_PTR_NULL(page_parse(text, length, &complaint));
		EQUAL_TEXT(complaint, "takes more memory than a page of a list can need");
	}
	free(text);
}

static const struct harness_test tests[] = {
    {"ways to the next page", test_way},
    {"offset of the next page", test_next_offset},
    {"whether a page names the next", test_names_next},
    {"how much is on a page", test_count},
    {"what is no page", test_no_page},
    {"pages cut short", test_cut_short},
    {"the cursor at the end of a long page", test_peek_far},
    {"error documents", test_error_text},
    {"a page that takes too much memory", test_hungry},
    {NULL, NULL},
};

const struct harness_suite page_suite = {"page", tests};
