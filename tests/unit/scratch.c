/* SPDX-License-Identifier: BSD-2-Clause */
#include "unit/scratch.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

static char folder[200]; /* "" when there is none */

static void give_up(const char *what)
{
	perror(what);
	exit(1);
}

/* For a test that was left in the middle. */
static int remove_at_end(bool failed)
{
	(void)failed;
	if (folder[0] != '\0')
		scratch_remove();
	return 0;
}

const char *scratch_make(void)
{
	const char *parent = getenv("TMPDIR");

	snprintf(folder, sizeof folder, "%s/nbu-test.XXXXXX", parent ? parent : "/tmp");
	if (!mkdtemp(folder))
		give_up(folder);
	harness_at_end(remove_at_end);
	return folder;
}

const char *scratch_path(const char *name)
{
	static char paths[8][600];
	static unsigned turn;
	char *path = paths[turn++ % 8];

	snprintf(path, sizeof paths[0], "%s/%s", folder, name);
	return path;
}

const char *scratch_write(const char *name, mode_t mode, const char *text)
{
	const char *path = scratch_path(name);
	FILE *file = fopen(path, "w");

	if (!file || fputs(text, file) < 0 || fclose(file) != 0 || chmod(path, mode) < 0)
		give_up(path);
	return path;
}

void scratch_remove(void)
{
	DIR *open_folder = opendir(folder);

	if (!open_folder)
		give_up(folder);
	for (struct dirent *entry; (entry = readdir(open_folder));)
		if (entry->d_name[0] != '.')
			unlink(scratch_path(entry->d_name));
	closedir(open_folder);
	if (rmdir(folder) < 0)
		give_up(folder);
	folder[0] = '\0';
}
