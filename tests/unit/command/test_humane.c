/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "command/humane.h"
#include "harness.h"
#include "unit/rows.h"

static const struct {
	uint64_t number;
	const char *text;
} sizes[] =
    {
	{0, "0 B"},
	{1, "1 B"},
	{1023, "1023 B"},
	{1024, "1.00 KiB"},
	{1536, "1.50 KiB"},
	{10234, "9.99 KiB"},
	{10235, "10.0 KiB"}, /* it would round to 10.00 */
	{102348, "99.9 KiB"},
	{102400, "100 KiB"},
	{1023 * 1024, "1023 KiB"},
	{1024 * 1024 - 1, "1.00 MiB"}, /* and not 1024 KiB */
	{1024 * 1024, "1.00 MiB"},
	{UINT64_C(3) << 30, "3.00 GiB"},
	{UINT64_C(5497558138880), "5.00 TiB"},
	{UINT64_C(1) << 50, "1.00 PiB"},
	{UINT64_MAX, "16.0 EiB"},
},
  durations[] = {
      {0, "0s"},
      {59, "59s"},
      {60, "1m 0s"},
      {3599, "59m 59s"},
      {3600, "1h 0m"},
      {3600 * 3 + 12 * 60 + 59, "3h 12m"},
      {86399, "23h 59m"},
      {86400, "1d 0h"},
      {86400 * 2 + 3600 * 4 + 3599, "2d 4h"},
      {UINT32_MAX, "49710d 6h"},
};

static void test_bytes(void)
{
	char room[COLUMN_ROOM];

	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		humane_bytes(sizes[i].number, room);
		EQUAL_TEXT(room, sizes[i].text);
		humane_number(sizes[i].number, COLUMN_IN_BYTES, room);
		EQUAL_TEXT(room, sizes[i].text);
	}
}

static void test_durations(void)
{
	char room[COLUMN_ROOM];

	for (size_t i = 0; i < sizeof durations / sizeof durations[0]; i++) {
		humane_duration(durations[i].number, room);
		EQUAL_TEXT(room, durations[i].text);
		humane_number(durations[i].number, COLUMN_IN_SECONDS, room);
		EQUAL_TEXT(room, durations[i].text);
	}
	humane_number(UINT64_MAX, COLUMN_PLAIN, room);
	EQUAL_TEXT(room, "18446744073709551615");
}

/* The cell of the column NAME of TABLE in ROW, at the instant 100 s. */
static void check_cell(const struct table *table, const char *name, const void *row,
		       const char *expected)
{
	const struct column *column = table_column_named(table, name);
	char room[COLUMN_ROOM];

	CU_ASSERT_PTR_NOT_NULL_FATAL(column);
	EQUAL_TEXT(humane_print(column, row, 100000, room), expected);
}

static void test_cells(void)
{
	struct subject_row row = {.name = "gold",
				  .policy_type = "",
				  .bytes = 1536,
				  .last_status = -1,
				  .last_success = 10000,
				  .overdue_at = 1};
	struct workload_row workload = {.job_type = "BACKUP"};

	check_cell(&policies_table, "nbuPolicyLabel", &row, "gold");
	check_cell(&policies_table, "nbuPolicyPolicyTypeLabel", &row, "-");
	check_cell(&policies_table, "nbuPolicyBytes", &row, "1.50 KiB");
	/* MiB are cut for programs, not for people. */
	check_cell(&policies_table, "nbuPolicyMebibytes", &row, "1.50 KiB");
	check_cell(&policies_table, "nbuPolicyLastStatus", &row, "-");
	check_cell(&policies_table, "nbuPolicyLastSuccessAge", &row, "1m 30s");
	check_cell(&policies_table, "nbuPolicyLastFailureAge", &row, "never");
	check_cell(&policies_table, "nbuPolicyMaxAge", &row, "-");
	row.max_age = 90000;
	check_cell(&policies_table, "nbuPolicyMaxAge", &row, "1d 1h");
	/* There is no oldest job now. */
	check_cell(&workloads_table, "nbuWorkloadOldestActiveAge", &workload, "-");
}

/* Of 0 bytes in all the server tells nothing, but what it tells of a part is shown. */
static void test_sizes(void)
{
	struct disk {
		struct index index;
		uint64_t size, used;
	};
	static const struct column used =
	    COLUMN(1, "used", MEBIBYTES, disk, used, .whole = offsetof(struct disk, size));
	static const struct {
		uint64_t size, used;
		const char *text;
	} cases[] = {{0, 0, "-"}, {0, 1024, "1.00 KiB"}, {1024, 0, "0 B"}, {1024, 512, "512 B"}};
	char room[COLUMN_ROOM];
	uint64_t number;

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct disk disk = {.size = cases[i].size, .used = cases[i].used};

		EQUAL_TEXT(humane_print(&used, &disk, 0, room), cases[i].text);
		EQUAL_NUMBER(humane_count(&used, &disk, 0, &number), i > 0);
	}
}

static void test_tones(void)
{
	static const struct {
		enum column_tones tones;
		const char *text;
		enum humane_tone tone;
	} cases[] = {
	    {COLUMN_NO_TONES, "196", HUMANE_CALM}, {COLUMN_STATUS, "0", HUMANE_CALM},
	    {COLUMN_STATUS, "1", HUMANE_ODD},	   {COLUMN_STATUS, "10", HUMANE_BAD},
	    {COLUMN_STATUS, "196", HUMANE_BAD},	   {COLUMN_STATUS, NULL, HUMANE_CALM},
	    {COLUMN_BAD, "0", HUMANE_CALM},	   {COLUMN_BAD, "3", HUMANE_BAD},
	    {COLUMN_ODD, "0", HUMANE_CALM},	   {COLUMN_ODD, "3", HUMANE_ODD},
	    {COLUMN_ALARM, "true", HUMANE_BAD},	   {COLUMN_ALARM, "false", HUMANE_CALM},
	    {COLUMN_STATE, "up", HUMANE_GOOD},	   {COLUMN_STATE, "down", HUMANE_BAD},
	    {COLUMN_STATE, "mixed", HUMANE_ODD},   {COLUMN_ERROR, "none", HUMANE_CALM},
	    {COLUMN_ERROR, "dns", HUMANE_BAD},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		EQUAL_NUMBER(humane_tone(cases[i].tones, cases[i].text), cases[i].tone);
}

static char *put(bool colour, enum humane_tone tone)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	humane_put(out, colour, tone, "word");
	fclose(out);
	return text;
}

static void test_colours(void)
{
	static const struct {
		bool colour;
		enum humane_tone tone;
		const char *text;
	} cases[] = {
	    {true, HUMANE_CALM, "word"},
	    {true, HUMANE_GOOD, "\033[32mword\033[0m"},
	    {true, HUMANE_ODD, "\033[33mword\033[0m"},
	    {true, HUMANE_BAD, "\033[31mword\033[0m"},
	    {false, HUMANE_BAD, "word"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *text = put(cases[i].colour, cases[i].tone);

		EQUAL_TEXT(text, cases[i].text);
		free(text);
	}
}

/* Texts have no sum, and neither have those whose values do not add up. */
static void test_sums(void)
{
	for (size_t t = 0; t < TABLE_COUNT; t++) {
		const struct table *table = tables_all[t];

		for (size_t i = 0; i < table->column_count; i++) {
			const struct column *column = &table->columns[i];

			CU_ASSERT_FALSE(column->sum && (column->kind->is_text ||
							column->kind->unit == COLUMN_IN_SECONDS ||
							column->kind == &column_PERCENT ||
							column->kind == &column_SHARE));
		}
	}
}

static const struct harness_test tests[] = {
    {"bytes", test_bytes}, {"durations", test_durations},
    {"cells", test_cells}, {"sizes", test_sizes},
    {"tones", test_tones}, {"colours", test_colours},
    {"sums", test_sums},   {NULL, NULL},
};

const struct harness_suite humane_suite = {"humane", tests};
