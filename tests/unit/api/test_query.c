/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/query.h"

#include <stdlib.h>

#include "harness.h"

static void test_pair(void)
{
	char *pair = query_pair("page[after]", "1783:812/\xc3\xa9 +");

	EQUAL_TEXT(pair, "page%5Bafter%5D=1783%3A812%2F%C3%A9%20%2B");
	free(pair);
}

static void test_find(void)
{
	static const struct {
		const char *url, *value;
	} cases[] = {
	    {"https://a.example:1556/x?page%5Bafter%5D=1%3A2&sort=jobId", "1:2"},
	    {"?sort=jobId&page[after]=abc", "abc"},
	    {"/x?page%5bafter%5d=a+b%20c#page[after]=d", "a b c"},
	    {"?page[after]=a&page[after]=b", "a"},
	    {"?page[after]=", ""},
	    {"?page[after]=100%", "100%"},
	    {"?page[after]=%4", "%4"},
	    {"?page[after]=%zz", "%zz"},
	    {"?page[after]", NULL},
	    {"?xpage[after]=1", NULL},
	    {"page[after]=1", NULL},
	    {"/page[after]=1?", NULL},
	    {"#?page[before]=1", NULL},
	    {"", NULL},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char *value = query_find(cases[i].url, "page[after]");

		if (cases[i].value)
			EQUAL_TEXT(value, cases[i].value);
		else
			CU_ASSERT_PTR_NULL(value);
		free(value);
	}
}

static const struct harness_test tests[] = {
    {"a pair", test_pair},
    {"a parameter is found", test_find},
    {NULL, NULL},
};

const struct harness_suite query_suite = {"query", tests};
