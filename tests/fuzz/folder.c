/* SPDX-License-Identifier: BSD-2-Clause */
#include "fuzz/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[200];

void folder_empty(void)
{
	DIR *folder = opendir(path);

	if (!folder)
		return;
	for (struct dirent *entry; (entry = readdir(folder));)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			unlinkat(dirfd(folder), entry->d_name, 0);
	closedir(folder);
}

static void remove_folder(void)
{
	folder_empty();
	rmdir(path);
}

const char *folder_path(void)
{
	const char *parent = getenv("TMPDIR");

	if (path[0] != '\0')
		return path;
	snprintf(path, sizeof path, "%s/nbu-fuzz.XXXXXX", parent ? parent : "/tmp");
	if (!mkdtemp(path)) {
		perror(path);
		exit(1);
	}
	atexit(remove_folder);
	return path;
}
