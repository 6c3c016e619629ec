/* SPDX-License-Identifier: BSD-2-Clause */
#include "store/texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unit/scratch.h"
#include "unit/store/stock.h"

/* Rows of resources on disk. */

static void collect(const struct texts_row *row, void *arg)
{
	char *all = arg;

	sprintf(all + strlen(all), "%s=%s ", row->key, row->text);
}

static void expect(struct store *store, const char *resource, const char *expected, int64_t data_at)
{
	struct texts_marks marks;
	struct fault fault;
	char all[400] = "";

	FINE(texts_read(store, resource, &marks, collect, all, &fault));
	EQUAL_TEXT(all, expected);
	EQUAL_NUMBER(marks.data_at, data_at);
}

#define SAVE(store, resource, at, ...)                                                             \
	do {                                                                                       \
		const struct texts_row rows_[] = {__VA_ARGS__, {NULL, NULL}};                      \
		size_t count_ = sizeof rows_ / sizeof rows_[0] - 1;                                \
		FINE(texts_save(store, resource, &(struct texts_marks){at, 0}, rows_, count_,      \
				&fault));                                                          \
	} while (0)

static void test_differences(void)
{
	struct store *store = stock_swept();
	struct fault fault;

	expect(store, "pools", "", 0);
	SAVE(store, "pools", 1, {"b", "1"}, {"d", "1"}, {"f", "1"});
	SAVE(store, "units", 2, {"b", "other"});
	expect(store, "pools", "b=1 d=1 f=1 ", 1);
	/* Before, between, behind; changed and the same; gone. */
	SAVE(store, "pools", 3, {"a", "2"}, {"b", "1"}, {"c", "2"}, {"f", "2"}, {"g", "2"});
	expect(store, "pools", "a=2 b=1 c=2 f=2 g=2 ", 3);
	expect(store, "units", "b=other ", 2);
	store = stock_reopen(store);
	expect(store, "pools", "a=2 b=1 c=2 f=2 g=2 ", 3);
	FINE(texts_save(store, "pools", &(struct texts_marks){4, 0}, NULL, 0, &fault));
	expect(store, "pools", "", 4);
	expect(store, "units", "b=other ", 2);
	stock_end(store);
}

/* Nothing has happened where the disk refuses, and the jobs are as they were. */
static void test_refused(void)
{
	struct store *store = stock_swept();
	struct fault fault;

	stock_put(store, stock_ended(1, 1, 0));
	SAVE(store, "pools", 1, {"a", "1"});
	store_close(store);
	stock_change("CREATE TRIGGER no BEFORE INSERT ON resource_row WHEN new.key = 'b'"
		     " BEGIN SELECT raise(ABORT, 'refused'); END");
	store = stock_open_here();
	CU_ASSERT_FALSE(texts_save(store, "pools", &(struct texts_marks){2, 0},
				   (struct texts_row[]){{"a", "2"}, {"b", "2"}}, 2, &fault));
	EQUAL_NUMBER(fault.class, FAULT_STORAGE);
	expect(store, "pools", "a=1 ", 1);
	EQUAL_NUMBER(store_jobs(store), 1);
	SAVE(store, "pools", 3, {"a", "3"});
	expect(store, "pools", "a=3 ", 3);
	stock_end(store);
}

static const struct harness_test tests[] = {
    {"differences", test_differences}, {"a disk that refuses", test_refused}, {NULL, NULL}};

const struct harness_suite store_texts_suite = {"store texts", tests};
