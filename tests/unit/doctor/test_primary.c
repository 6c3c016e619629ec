/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "api/http.h"
#include "doctor/finding.h"
#include "doctor/primary.h"
#include "harness.h"
#include "unit/config/sample.h"
#include "unit/scratch.h"

/* Steps about a primary server that end before it is asked. */

/* The key file goes between the reading of the configuration and the look at it. */
static void test_key_goes(void)
{
	struct finding_list list = {.live = NULL};
	struct config *config;

	sample_begin();
	config = sample_load("site \"paris\" { " SAMPLE_SITE "}\n");
	scratch_remove();
	http_global_init();
	primary_examine(config->sites[0], &list);
	CU_ASSERT_FATAL(list.count > 1);
	EQUAL_NUMBER(list.exit_status, FINDING_EXIT_KEY);
	EQUAL_TEXT(list.findings[0].step, "key");
	EQUAL_NUMBER(list.findings[0].result, FINDING_FAILED);
	CU_ASSERT_PTR_NOT_NULL(strstr(list.findings[0].found, "/key: No such file"));
	CU_ASSERT_PTR_NOT_NULL(strstr(list.findings[0].remedy, "a moment ago"));
	EQUAL_NUMBER(list.findings[1].result, FINDING_SKIPPED);
	http_global_cleanup();
	finding_clear(&list);
	config_free(config);
}

static const struct harness_test tests[] = {
    {"the key file goes", test_key_goes},
    {NULL, NULL},
};

const struct harness_suite primary_suite = {"primary", tests};
