/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/rowtext.h"

#include <stdlib.h>

#include "base/mem.h"
#include "harness.h"

/* Rows that are kept as text: what is read back. */

struct row {
	uint32_t state;
	uint32_t count;
};

static const char *const words[] = {NULL, "unknown", "up", "down", NULL};

static const struct column columns[] = {
    COLUMN(2, "state", ENUM, row, state, .words = words),
    COLUMN(5, "count", NUMBER, row, count),
};

/* A word that there is not, as of a newer version, leaves the member as it was. */
static void test_words(void)
{
	static const struct {
		const char *text;
		uint32_t state, count;
	} cases[] = {
	    {"2=1\n5=7\n", 1, 7},  {"2=2\n", 2, 99}, {"2=3\n5=0\n", 3, 0}, {"2=4\n5=1\n", 99, 1},
	    {"2=0\n5=1\n", 99, 1}, {"5=4\n", 99, 4}, {"2\n5=4\n", 99, 4},  {"", 99, 99},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct row row = {99, 99};
		char *text = mem_strdup(cases[i].text);

		rowtext_read(columns, sizeof columns / sizeof columns[0], text, &row);
		EQUAL_NUMBER(row.state, cases[i].state);
		EQUAL_NUMBER(row.count, cases[i].count);
		free(text);
	}
}

static const struct harness_test tests[] = {
    {"words", test_words},
    {NULL, NULL},
};

const struct harness_suite rowtext_suite = {"rowtext", tests};
