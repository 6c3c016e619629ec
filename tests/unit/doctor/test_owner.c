/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor/owner.h"
#include "harness.h"
#include "unit/scratch.h"

/* Who may read a file, in the words of people. */

#define NOBODY_KNOWS 3999999999u /* no user and no group has this number */

static void test_print(void)
{
	struct stat status = {.st_mode = S_IFREG | 0640};
	char text[OWNER_SIZE];

	owner_print(&status, text);
	EQUAL_TEXT(text, "0640 of root:root");
	status.st_mode = S_IFDIR | 01777;
	status.st_uid = status.st_gid = NOBODY_KNOWS;
	owner_print(&status, text);
	EQUAL_TEXT(text, "1777 of 3999999999:3999999999");
}

/* Paths within the test's folder, as others may not enter what that one lies in. */
static void test_barrier(void)
{
	char *found;

	scratch_make();
	CU_ASSERT(chdir(scratch_path(".")) == 0 && mkdir("closed", 0700) == 0);
	CU_ASSERT_PTR_NULL(owner_barrier("closed/inner/file"));
	CU_ASSERT(chmod("closed", 0644) == 0);
	/* root may enter all. */
	if (geteuid() == 0) {
		CU_ASSERT_PTR_NULL(owner_barrier("closed/inner/file"));
		CU_ASSERT(chmod(".", 0755) == 0);
		CU_ASSERT(setresuid(65534, 65534, 0) == 0);
	}
	found = owner_barrier("closed/inner/file");
	EQUAL_TEXT(found, "closed");
	free(found);
	/* What stands in the closed folder's place is no matter of rights. */
	CU_ASSERT_PTR_NULL(owner_barrier("closed"));
	if (getuid() == 65534)
		CU_ASSERT(setresuid(0, 0, 0) == 0);
	CU_ASSERT(rmdir("closed") == 0);
	CU_ASSERT(chdir("/") == 0);
	scratch_remove();
}

static const struct harness_test tests[] = {
    {"mode, owner and group", test_print},
    {"what may not be entered", test_barrier},
    {NULL, NULL},
};

const struct harness_suite owner_suite = {"owner", tests};
