/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally/family.h"

#include "harness.h"

/* What a job tells of its parent and children, and what stays known of it. */

#define OWN (FAMILY_NAMED | FAMILY_BLAMED | 3 * FAMILY_ONE_FAILED)

static void test_told(void)
{
	static const struct {
		int32_t children; /* -1 = the server does not say how many */
		int64_t told;
	} cases[] = {{-1, FAMILY_KNOWN},
		     {0, FAMILY_KNOWN | FAMILY_COUNTED},
		     {2, FAMILY_KNOWN | FAMILY_COUNTED | FAMILY_PARENT}};
	const size_t count = sizeof cases / sizeof cases[0];

	for (size_t i = 0; i < count; i++) {
		struct job job = {.children = cases[i].children};

		EQUAL_NUMBER(family_of(&job, 0), cases[i].told);
		/* What others have told of it stays; what it told itself before does not. */
		EQUAL_NUMBER(family_of(&job, OWN | FAMILY_PARENT), OWN | cases[i].told);
		for (size_t j = 0; j < count; j++) {
			EQUAL_NUMBER(family_agrees(cases[j].told, &job), i == j);
			EQUAL_NUMBER(family_agrees(OWN | cases[j].told, &job), i == j);
		}
		CU_ASSERT_FALSE(family_agrees(0, &job));
	}
}

static void test_parents(void)
{
	CU_ASSERT_FALSE(family_is_parent(FAMILY_KNOWN));
	CU_ASSERT_TRUE(family_is_parent(FAMILY_KNOWN | FAMILY_NAMED));
	CU_ASSERT_FALSE(family_is_parent(FAMILY_KNOWN | FAMILY_NAMED | FAMILY_COUNTED));
	CU_ASSERT_TRUE(family_is_parent(FAMILY_KNOWN | FAMILY_COUNTED | FAMILY_PARENT));
}

static void test_failed(void)
{
	int64_t family = family_add_failed(FAMILY_KNOWN, 1);

	CU_ASSERT_TRUE(family_has_failed_child(family));
	CU_ASSERT_TRUE(family_is_to_blame(family, true, false));
	EQUAL_NUMBER(family_add_failed(family, -1), FAMILY_KNOWN);
	/* None less than none. */
	EQUAL_NUMBER(family_add_failed(FAMILY_KNOWN, -1), FAMILY_KNOWN);
	CU_ASSERT_TRUE(family_is_to_blame(FAMILY_KNOWN, true, true));
	CU_ASSERT_FALSE(family_is_to_blame(FAMILY_BLAMED, true, false));
	CU_ASSERT_TRUE(family_is_to_blame(FAMILY_BLAMED, false, false));
	CU_ASSERT_FALSE(family_is_to_blame(FAMILY_KNOWN, false, true));
}

static const struct harness_test tests[] = {
    {"what a job tells", test_told},
    {"parents", test_parents},
    {"failed children", test_failed},
    {NULL, NULL},
};

const struct harness_suite family_suite = {"family", tests};
