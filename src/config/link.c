/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/link.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

bool link_is_trusted(const char *path)
{
	char *copy = mem_strdup(path);
	struct stat folder;
	bool trusted = stat(dirname(copy), &folder) == 0 &&
		       (folder.st_uid == 0 || folder.st_uid == geteuid()) &&
		       !(folder.st_mode & S_IWOTH);

	free(copy);
	return trusted;
}

int link_open(const char *path, int flags)
{
	int fd = open(path, flags | O_NOFOLLOW | O_CLOEXEC);

	if (fd >= 0 || errno != ELOOP)
		return fd;
	if (link_is_trusted(path))
		return open(path, flags | O_CLOEXEC);
	errno = ELOOP;
	return -1;
}

const char *link_error(int error)
{
	return error == ELOOP ? "is a symbolic link in a folder where others may put one"
			      : strerror(error);
}
