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

/* Whether what belongs to OWNER is not for others to change. */
static bool is_own(uid_t owner)
{
	return owner == 0 || owner == geteuid();
}

bool link_is_trusted(const char *path)
{
	char *copy = mem_strdup(path);
	struct stat folder, link;
	bool trusted = stat(dirname(copy), &folder) == 0 && is_own(folder.st_uid);

	/* Where all may write, the sticky bit keeps a link from being replaced. */
	if (trusted && (folder.st_mode & S_IWOTH) != 0)
		trusted = (folder.st_mode & S_ISVTX) != 0 && lstat(path, &link) == 0 &&
			  is_own(link.st_uid);
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
	errno = EPERM;
	return -1;
}

const char *link_error(int error)
{
	return error == EPERM ? "is a symbolic link that somebody else may have put there"
			      : strerror(error);
}
