/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
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

static void test_barrier(void)
{
	char *folder, *path, *found;

	scratch_make();
	folder = mem_strdup(scratch_path("closed"));
	path = mem_printf("%s/inner/file", folder);
	CU_ASSERT(mkdir(folder, 0700) == 0);
	CU_ASSERT_PTR_NULL(owner_barrier(path));
	CU_ASSERT(chmod(folder, 0644) == 0);
	/* root may enter all. */
	if (geteuid() == 0) {
		CU_ASSERT_PTR_NULL(owner_barrier(path));
		CU_ASSERT(chmod(scratch_path("."), 0755) == 0);
		CU_ASSERT(setresuid(65534, 65534, 0) == 0);
	}
	found = owner_barrier(path);
	EQUAL_TEXT(found, folder);
	free(found);
	/* What stands in the closed folder's place is no matter of rights. */
	CU_ASSERT_PTR_NULL(owner_barrier(folder));
	if (getuid() == 65534)
		CU_ASSERT(setresuid(0, 0, 0) == 0);
	CU_ASSERT(rmdir(folder) == 0);
	free(folder);
	free(path);
	scratch_remove();
}

static const struct harness_test tests[] = {
    {"mode, owner and group", test_print},
    {"what may not be entered", test_barrier},
    {NULL, NULL},
};

const struct harness_suite owner_suite = {"owner", tests};
