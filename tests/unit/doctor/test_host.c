/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>

#include "doctor/host.h"
#include "harness.h"
#include "unit/scratch.h"

/* What the doctor says of the room for the stores. */

static bool scripted;
static long long room; /* on the disk of the tests, in MiB; below 0 = nobody can tell */

/* The linker sends here all who ask for statvfs (ld --wrap), and gives that another name. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): they are its names */
int __real_statvfs(const char *path, struct statvfs *status);
int __wrap_statvfs(const char *path, struct statvfs *status);

int __wrap_statvfs(const char *path, struct statvfs *status)
{
	if (!scripted)
		return __real_statvfs(path, status);
	memset(status, 0, sizeof *status);
	status->f_frsize = 4096;
	status->f_bavail = (fsblkcnt_t)(room < 0 ? 0 : room * 256);
	errno = EIO;
	return room < 0 ? -1 : 0;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static void check_room(long long mib, enum finding_result expected, const char *remedy)
{
	struct config config = {0};
	struct finding_list list = {0};

	scripted = true;
	room = mib;
	config.state_dir = (char *)scratch_path(".");
	config.agentx_socket = (char *)scratch_path("no-socket");
	host_examine(&config, NULL, NULL, &list);
	CU_ASSERT_FATAL(list.count > 0);
	if (list.findings[0].result != expected)
		FAIL("%lld MiB: result %d, not %d", mib, (int)list.findings[0].result,
		     (int)expected);
	CU_ASSERT(!remedy == !list.findings[0].remedy);
	if (remedy && list.findings[0].remedy)
		CU_ASSERT_PTR_NOT_NULL(strstr(list.findings[0].remedy, remedy));
	finding_clear(&list);
}

static void test_room(void)
{
	scratch_make();
	check_room(1024, FINDING_OK, NULL);
	check_room(1023, FINDING_WARNING, "make room");
	check_room(64, FINDING_WARNING, "make room");
	check_room(63, FINDING_FAILED, "make room");
	check_room(0, FINDING_FAILED, "make room");
	check_room(-1, FINDING_WARNING, "make room");
	scratch_remove();
}

static const struct harness_test tests[] = {
    {"room for the stores", test_room},
    {NULL, NULL},
};

const struct harness_suite host_suite = {"host", tests};
