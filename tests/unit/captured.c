/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit/captured.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "harness.h"

static int kept_out, kept_error, file;

void captured_begin(const char *path)
{
	fflush(stdout);
	kept_out = dup(STDOUT_FILENO);
	kept_error = dup(STDERR_FILENO);
	file = path ? open(path, O_RDWR | O_CLOEXEC) : memfd_create("captured", MFD_CLOEXEC);
	CU_ASSERT_FATAL(file >= 0);
	CU_ASSERT_FATAL(dup2(file, STDOUT_FILENO) >= 0 && dup2(file, STDERR_FILENO) >= 0);
}

char *captured_end(void)
{
	struct stat status;
	ssize_t got = 0;
	char *text;

	fflush(stdout);
	clearerr(stdout);
	CU_ASSERT_FATAL(dup2(kept_out, STDOUT_FILENO) >= 0);
	CU_ASSERT_FATAL(dup2(kept_error, STDERR_FILENO) >= 0);
	CU_ASSERT_FATAL(fstat(file, &status) == 0);
	text = mem_zalloc(1, (size_t)status.st_size + 1);
	if (S_ISREG(status.st_mode))
		got = pread(file, text, (size_t)status.st_size, 0);
	text[got > 0 ? got : 0] = '\0';
	close(file);
	close(kept_out);
	close(kept_error);
	return text;
}
