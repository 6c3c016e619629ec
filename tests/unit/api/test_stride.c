/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/stride.h"

#include "harness.h"

/* The span of COUNT ids behind BEHIND, each of them GAP above the one before. */
static struct page_span span_of(int64_t behind, size_t count, int64_t gap)
{
	size_t half = count / 2;

	return (struct page_span){.first = behind + gap,
				  .middle = half ? behind + (int64_t)half * gap : 0,
				  .last = behind + (int64_t)count * gap,
				  .later = count - half,
				  .rises = true};
}

static struct stride begin(size_t count, int64_t gap)
{
	struct page_span span = span_of(0, count, gap);
	struct stride stride;

	stride_begin(&stride, &span, 100);
	return stride;
}

/* The pages, of which one may have so many of COUNT dense ids, that are asked for. */
static int count_pages(struct stride *stride, int64_t most, int64_t count)
{
	int64_t behind = 0, upto = 0;
	int pages = 0;

	for (; behind < count; pages++) {
		int64_t end = behind + stride_width(stride);
		bool whole;
		struct page_span span;

		/* What was cut short is asked for first. */
		if (behind < upto && upto < end)
			end = upto;
		whole = end - behind <= most;
		upto = end;
		span = span_of(behind, (size_t)(whole ? end - behind : most), 1);
		stride_note(stride, behind, end, &span, (size_t)(span.last - behind), whole);
		behind = span.last;
	}
	return pages;
}

/* Follows ids that are GAP apart for COUNT blocks; *BEHIND moves on. */
static void follow(struct stride *stride, int64_t gap, int count, int64_t *behind)
{
	for (int i = 0; i < count; i++) {
		int64_t width = stride_width(stride);
		size_t there = (size_t)(width / gap);
		bool whole = there <= 100;
		struct page_span span = span_of(*behind, whole ? there : 100, gap);

		stride_note(stride, *behind, *behind + width, &span, whole ? there : 100, whole);
		*behind = whole ? *behind + width : span.last;
	}
}

static void test_dense(void)
{
	struct stride stride = begin(100, 1);
	int64_t behind = 100;

	EQUAL_NUMBER(stride_width(&stride), 100);
	follow(&stride, 1, 50, &behind);
	EQUAL_NUMBER(stride_width(&stride), 100);
	EQUAL_NUMBER(behind, 5100);
}

/* By chance first, and then as regular as they turn out to be. */
static void test_sparse(void)
{
	struct stride stride = begin(100, 1000);
	int64_t behind = 100000;

	CU_ASSERT(stride_width(&stride) > 80000 && stride_width(&stride) < 87000);
	follow(&stride, 1000, 60, &behind);
	CU_ASSERT(stride_width(&stride) > 96000 && stride_width(&stride) < 100000);
}

/* Servers that give fewer than they were asked for. */
static void test_small_pages(void)
{
	static const int64_t mosts[] = {1, 7, 40, 51, 99, 100};

	for (size_t i = 0; i < sizeof mosts / sizeof mosts[0]; i++) {
		struct stride stride = begin(7, 1);
		int pages = count_pages(&stride, mosts[i], mosts[i] * 300);

		CU_ASSERT(pages >= 300);
		if (pages > 330)
			FAIL("%d pages of %lld", pages, (long long)mosts[i]);
	}
}

/* One page that was cut short makes the next ones smaller, but not for long. */
static void test_one_small_page(void)
{
	struct stride stride = begin(100, 1);
	struct page_span few = span_of(0, 7, 1), rest = span_of(7, 93, 1);
	int pages;

	stride_note(&stride, 0, 100, &few, 7, false);
	EQUAL_NUMBER(stride_width(&stride), 100);
	stride_note(&stride, 7, 100, &rest, 93, true);
	pages = count_pages(&stride, 100, 10000);
	if (pages > 140)
		FAIL("%d pages", pages);
	EQUAL_NUMBER(stride_width(&stride), 100);
}

/* A next page that is named and is not there tells nothing. */
static void test_false_next(void)
{
	struct stride stride = begin(100, 1000);
	struct page_span span = span_of(0, 60, 1000), none = {.rises = true};
	int64_t width = stride_width(&stride);

	for (int i = 0; i < 20; i++) {
		stride_note(&stride, 0, 60500, &span, 60, false);
		stride_note(&stride, 60000, 60500, &none, 0, true);
		EQUAL_NUMBER(stride.page, 100);
	}
	CU_ASSERT(stride_width(&stride) >= width && stride_width(&stride) < 100000);
}

static void test_changes(void)
{
	struct stride stride = begin(100, 1000);
	int64_t behind = 100000;

	follow(&stride, 1, 1, &behind);
	EQUAL_NUMBER(stride_width(&stride), 100);
	follow(&stride, 1000000, 40, &behind);
	CU_ASSERT(stride_width(&stride) > 60000000 && stride_width(&stride) < 100000000);
}

static void test_empty(void)
{
	struct page_span none = {.rises = true}, hundred = span_of(0, 100, 1);
	struct stride stride = begin(100, 1);

	stride_note(&stride, 100, 200, &none, 0, true);
	EQUAL_NUMBER(stride_width(&stride), 200);
	for (int i = 0; i < 100; i++)
		stride_note(&stride, 0, INT64_MAX, &none, 0, true);
	CU_ASSERT(stride_width(&stride) > INT64_MAX / 4);
	stride = begin(100, 1);
	for (int i = 0; i < 10; i++) {
		stride_note(&stride, 0, 101, &hundred, 100, false);
		stride_note(&stride, 100, 101, &none, 0, true);
	}
	CU_ASSERT(stride_width(&stride) <= 100);
	stride_note(&stride, 0, 1000000, &hundred, 100, false);
	stride_note(&stride, 100, 1000000, &none, 0, true);
	CU_ASSERT(stride_width(&stride) > 150);
}

/* First pages that say nothing. */
static void test_odd(void)
{
	struct page_span none = {.rises = true};
	struct stride stride = begin(1, 1);

	EQUAL_NUMBER(stride_width(&stride), 100);
	stride_begin(&stride, &none, 1);
	EQUAL_NUMBER(stride_width(&stride), 1);
	stride_begin(&stride, &none, 100);
	EQUAL_NUMBER(stride_width(&stride), 100);
	stride = begin(100, INT64_MAX / 200);
	CU_ASSERT(stride_width(&stride) > INT64_MAX / 4);
}

static const struct harness_test tests[] = {
    {"dense ids", test_dense},
    {"sparse ids", test_sparse},
    {"small pages", test_small_pages},
    {"one small page", test_one_small_page},
    {"a next page that is not there", test_false_next},
    {"ids that become dense or sparse", test_changes},
    {"no ids", test_empty},
    {"odd first pages", test_odd},
    {NULL, NULL},
};

const struct harness_suite stride_suite = {"stride", tests};
