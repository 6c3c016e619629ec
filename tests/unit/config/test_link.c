/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/link.h"
#include "harness.h"
#include "unit/config/sample.h"
#include "unit/scratch.h"

/* Opens the file NAME of the folder; 0, or the error. */
static int open_error(const char *name)
{
	int fd = link_open(scratch_path(name), O_RDONLY);

	if (fd < 0)
		return errno;
	CU_ASSERT_TRUE(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	return 0;
}

static void test_folders(void)
{
	static const struct {
		mode_t mode;
		int error;
	} folders[] = {{0700, 0}, {0755, 0}, {0775, 0}, {0777, EPERM}, {01777, 0}};
	const char *folder = scratch_make();

	scratch_write("file", 0600, "text");
	CU_ASSERT_EQUAL(symlink("file", scratch_path("link")), 0);
	CU_ASSERT_EQUAL(symlink("circle", scratch_path("circle")), 0);
	EQUAL_NUMBER(open_error("circle"), ELOOP);
	for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
		CU_ASSERT_EQUAL(chmod(folder, folders[i].mode), 0);
		EQUAL_NUMBER(open_error("link"), folders[i].error);
		EQUAL_NUMBER(open_error("file"), 0);
		EQUAL_NUMBER(open_error("nothing"), ENOENT);
	}
	/* In a folder as /tmp, somebody else's link. */
	if (lchown(scratch_path("link"), 12345, (gid_t)-1) == 0)
		EQUAL_NUMBER(open_error("link"), EPERM);
	CU_ASSERT_EQUAL(chmod(folder, 0700), 0);
	/* Somebody else's folder. Only root can give one away. */
	if (chown(folder, 12345, (gid_t)-1) == 0)
		EQUAL_NUMBER(open_error("link"), EPERM);
	scratch_remove();
}

/* A secret manager's link to the key is followed, one that anybody may have put there is not. */
static void test_key_file(void)
{
	const char *folder = scratch_make();
	char text[600], error[CONFIG_ERROR_SIZE];
	struct config *config;

	scratch_write("v1", 0600, SAMPLE_KEY "\n");
	CU_ASSERT_EQUAL(symlink("v1", scratch_path("key")), 0);
	snprintf(text, sizeof text,
		 "site paris {\nurl = \"https://host/netbackup\"\n"
		 "api-key-file = \"%s/key\"\n}\n",
		 folder);
	config = config_load(scratch_write("conf", 0600, text), error);
	CU_ASSERT_PTR_NOT_NULL(config);
	config_free(config);
	CU_ASSERT_EQUAL(chmod(folder, 0777), 0);
	CU_ASSERT_PTR_NULL(config_load(scratch_path("conf"), error));
	CU_ASSERT_PTR_NOT_NULL(strstr(error, "key: is a symbolic link that somebody else may"));
	CU_ASSERT_EQUAL(symlink("conf", scratch_path("other")), 0);
	CU_ASSERT_PTR_NULL(config_load(scratch_path("other"), error));
	CU_ASSERT_PTR_NOT_NULL(strstr(error, "cannot be read: it is a symbolic link that"));
	CU_ASSERT_EQUAL(chmod(folder, 0700), 0);
	scratch_remove();
}

static const struct harness_test tests[] = {
    {"followed by who may have put them there", test_folders},
    {"to a key and to the configuration", test_key_file},
    {NULL, NULL},
};

const struct harness_suite link_suite = {"link", tests};
