/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A disk that hangs: loaded into the agent by LD_PRELOAD. As long as the file that STALL_FILE names
 * exists, no call that reads, writes or syncs a file returns. The first that is held up makes the
 * file STALL_FILE.hit, so that it is seen that the disk was wanted.
 */

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void stall(void)
{
	static const struct timespec step = {.tv_nsec = 5000000};
	const char *file = getenv("STALL_FILE");
	char hit[4096];
	int fd;

	if (file == NULL || access(file, F_OK) != 0)
		return;
	snprintf(hit, sizeof(hit), "%s.hit", file);
	fd = open(hit, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd >= 0)
		close(fd);
	while (access(file, F_OK) == 0)
		nanosleep(&step, NULL);
}

/* Each takes the place of the call of that name, which it makes when the disk is well again. */
/* NOLINTBEGIN(bugprone-macro-parentheses): types and lists of parameters can have none */
#define HELD_UP(type, name, parameters, arguments)                                                 \
	type name parameters;                                                                      \
	type name parameters                                                                       \
	{                                                                                          \
		type(*call) parameters;                                                            \
                                                                                                   \
		*(void **)&call = dlsym(RTLD_NEXT, #name);                                         \
		stall();                                                                           \
		return call arguments;                                                             \
	}
/* NOLINTEND(bugprone-macro-parentheses) */

HELD_UP(int, fsync, (int fd), (fd))
HELD_UP(int, fdatasync, (int fd), (fd))
HELD_UP(int, ftruncate64, (int fd, off_t length), (fd, length))
HELD_UP(int, unlink, (const char *path), (path))
HELD_UP(ssize_t, pwrite64, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
HELD_UP(ssize_t, pread64, (int fd, void *data, size_t size, off_t at), (fd, data, size, at))
HELD_UP(ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
HELD_UP(ssize_t, pread, (int fd, void *data, size_t size, off_t at), (fd, data, size, at))
