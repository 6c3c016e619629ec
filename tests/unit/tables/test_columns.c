/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "harness.h"
#include "base/timefmt.h"
#include "unit/rows.h"

/* What columns make of a row, where they do not just show it. */

#define NEVER 4294967295

/* The value of column NUMBER of TABLE for ROW. */
static struct column_value value_of(enum table_id table, uint32_t number, const void *row)
{
	const struct column *column = table_column(tables_all[table], number);
	struct column_value value = {0};

	CU_ASSERT_PTR_NOT_NULL_FATAL(column);
	column_get(column, row, &value);
	return value;
}

static void test_columns(void)
{
	for (size_t t = 0; t < TABLE_COUNT; t++) {
		const struct table *table = tables_all[t];

		CU_ASSERT_PTR_NULL(table_column(table, 0));
		CU_ASSERT_PTR_NULL(table_column(table, 99));
		for (size_t i = 0; i < table->column_count; i++) {
			const struct column *column = &table->columns[i];

			if (i > 0 && column->number <= table->columns[i - 1].number)
				FAIL("%s does not rise by number", column->name);
			CU_ASSERT_PTR_EQUAL(table_column(table, column->number), column);
			CU_ASSERT_TRUE(column->offset < table->row_size);
		}
	}
}

static void test_success_rate(void)
{
	static const struct {
		uint32_t succeeded, partial, failed, rate;
	} cases[] = {
	    {0, 0, 0, 10000},
	    {1, 0, 0, 10000},
	    {0, 1, 0, 10000},
	    {0, 0, 1, 0},
	    {1, 1, 1, 6666},
	    {999, 0, 1, 9990},
	    {UINT32_MAX, UINT32_MAX, UINT32_MAX, 6666},
	    {UINT32_MAX, 0, 1, 9999},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct workload_row row = {
		    .success_rate = workloads_success_rate(cases[i].succeeded, cases[i].partial,
							   cases[i].failed)};

		EQUAL_NUMBER(value_of(TABLE_WORKLOADS, 7, &row).number, cases[i].rate);
	}
}

/* Of what there is not, the oldest is 0 s old; what never happened is never. */
static void test_ages(void)
{
	int64_t now = timefmt_now();
	struct workload_row row = {0};

	EQUAL_NUMBER(value_of(TABLE_WORKLOADS, 13, &row).number, 0);
	EQUAL_NUMBER(value_of(TABLE_WORKLOADS, 14, &row).number, 0);
	EQUAL_NUMBER(value_of(TABLE_WORKLOADS, 17, &row).number, NEVER);
	EQUAL_NUMBER(value_of(TABLE_WORKLOADS, 18, &row).number, NEVER);
	row.oldest_active = now - 7200500;
	row.oldest_queued = now + 60000; /* clocks may differ */
	row.last_success = now - 3600500;
	row.last_failure = 1;
	CU_ASSERT_TRUE(value_of(TABLE_WORKLOADS, 13, &row).number - 7200 < 60);
	EQUAL_NUMBER(value_of(TABLE_WORKLOADS, 14, &row).number, 0);
	CU_ASSERT_TRUE(value_of(TABLE_WORKLOADS, 17, &row).number - 3600 < 60);
	CU_ASSERT_TRUE(value_of(TABLE_WORKLOADS, 18, &row).number - (uint64_t)((now - 1) / 1000) <
		       60);
}

/* However old: the largest number means that it never was. */
static void test_oldest(void)
{
	int64_t now = timefmt_now();

	for (int64_t more = -3600; more <= 3600; more += 3600) {
		struct workload_row row = {.last_success = now - (NEVER + more) * 1000};
		uint64_t age = value_of(TABLE_WORKLOADS, 17, &row).number;

		CU_ASSERT_TRUE(age < NEVER && age >= NEVER - 3600);
	}
}

/* A TruthValue that turns by the clock, in the same way for both tables. */
static void test_overdue(void)
{
	int64_t now = timefmt_now();
	const struct {
		int64_t at;
		int truth;
	} cases[] = {{SUBJECT_NEVER, 2}, {now + 60000, 2}, {now - 1, 1}, {0, 1}, {-90000000, 1}};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct subject_row row = {.overdue_at = cases[i].at};

		EQUAL_NUMBER(value_of(TABLE_POLICIES, 15, &row).integer, cases[i].truth);
		EQUAL_NUMBER(value_of(TABLE_CLIENTS, 14, &row).integer, cases[i].truth);
	}
}

/* Clients have what policies have, one column earlier. */
static void test_subjects(void)
{
	const struct table *policies = tables_all[TABLE_POLICIES];
	struct subject_row row = {
	    .name = "gold", .policy_type = "", .last_status = -1, .bytes = 5ull << 20};

	EQUAL_NUMBER(value_of(TABLE_POLICIES, 8, &row).integer, -1);
	EQUAL_NUMBER(value_of(TABLE_POLICIES, 4, &row).length, 0);
	EQUAL_NUMBER(value_of(TABLE_CLIENTS, 12, &row).number, 5);
	for (uint32_t number = 5; number <= 15; number++) {
		const struct column *policy = table_column(policies, number);
		const struct column *client = table_column(tables_all[TABLE_CLIENTS], number - 1);

		CU_ASSERT_PTR_NOT_NULL_FATAL(policy);
		CU_ASSERT_PTR_NOT_NULL_FATAL(client);
		EQUAL_TEXT(client->name + strlen("nbuClient"), policy->name + strlen("nbuPolicy"));
		EQUAL_NUMBER(client->offset, policy->offset);
	}
}

static void test_queue(void)
{
	struct queue_row row = {.reason = 4, .jobs = 7};
	struct column_value text = value_of(TABLE_QUEUE, 4, &row);

	EQUAL_NUMBER(value_of(TABLE_QUEUE, 3, &row).number, 4);
	EQUAL_NUMBER(value_of(TABLE_QUEUE, 5, &row).number, 7);
	EQUAL_TEXT(text.string, "ROBOT_DOWN: the tape library's robot is down");
	EQUAL_NUMBER(text.length, strlen(text.string));
}

/* Kinds of what is collected beside the jobs: what is not known is no number. */
static void test_unknown(void)
{
	static const struct row {
		int32_t share, told;
		bool truth;
		int64_t day;
	} none = {-1, -1, false, 0}, some = {9805, 7, true, INT64_C(1000) * 86400000};
	static const struct column columns[] = {
	    COLUMN(1, "a", SHARE, row, share), COLUMN(2, "b", TOLD, row, told),
	    COLUMN(3, "c", TRUTH, row, truth), COLUMN(4, "d", DAYS, row, day)};
	static const struct {
		int64_t none, some;
		const char *print_none, *print_some;
	} cases[] = {{-1, 9805, NULL, "98.05"},
		     {-1, 7, NULL, "7"},
		     {2, 1, "false", "true"},
		     {-1, 0, NULL, "3"}};
	/* Three days and a half before. */
	int64_t now = some.day - INT64_C(3) * 86400000 - 43200000;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct column_value value;
		char room[COLUMN_ROOM];

		column_get(&columns[i], &none, &value);
		EQUAL_NUMBER(value.integer, cases[i].none);
		column_get(&columns[i], &some, &value);
		EQUAL_NUMBER(value.integer, cases[i].some);
		if (cases[i].print_none)
			EQUAL_TEXT(column_print(&columns[i], &none, now, room),
				   cases[i].print_none);
		else
			CU_ASSERT_PTR_NULL(column_print(&columns[i], &none, now, room));
		EQUAL_TEXT(column_print(&columns[i], &some, now, room), cases[i].print_some);
	}
}

/* What a text begins with says whether it is a number. */
static void test_numbers(void)
{
	const struct column *skew = table_column(tables_all[TABLE_SITES], 23);
	const struct column *label = table_column(tables_all[TABLE_SITES], 2);
	const struct {
		int32_t skew;
		bool is_number;
	} cases[] = {{-5, false}, {-1, false}, {0, true}, {7, true}, {95, true}};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct site_row row = {.name = "7", .clock_skew = cases[i].skew};
		uint64_t number = 4711;

		CU_ASSERT_FALSE(column_number(label, &row, 0, &number));
		EQUAL_NUMBER(column_number(skew, &row, 0, &number), cases[i].is_number);
		EQUAL_NUMBER(number, cases[i].is_number ? cases[i].skew : 4711);
	}
}

/* Texts and words are texts in JSON; numbers and truth are not. */
static void test_texts(void)
{
	for (size_t t = 0; t < TABLE_COUNT; t++)
		for (size_t i = 0; i < tables_all[t]->column_count; i++) {
			const struct column *column = &tables_all[t]->columns[i];
			bool is_text = column->kind->type == COLUMN_STRING || column->words;

			if (column->kind->type != COLUMN_STRING &&
			    column->kind->type != COLUMN_INTEGER)
				continue;
			if (column->kind->is_text != is_text)
				FAIL("%s", column->name);
		}
	CU_PASS("all");
}

static const struct harness_test tests[] = {
    {"columns rise and are found", test_columns},
    {"success rate", test_success_rate},
    {"ages and never", test_ages},
    {"the largest age", test_oldest},
    {"numbers of cells", test_numbers},
    {"texts", test_texts},
    {"overdue", test_overdue},
    {"policies and clients", test_subjects},
    {"queue", test_queue},
    {"what is not known", test_unknown},
    {NULL, NULL},
};

const struct harness_suite columns_suite = {"columns", tests};
