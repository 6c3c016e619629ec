/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The main function of a fuzz target that is built without libFuzzer: gives it each file of a
 * folder, or a single file.
 */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/mem.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void give_up(const char *what)
{
	perror(what);
	exit(1);
}

/* Of exactly its size, so that a step too far is seen. */
static void replay_file(const char *path)
{
	FILE *file = fopen(path, "re");
	struct stat status;
	unsigned char *data;
	size_t size;

	if (!file || fstat(fileno(file), &status) < 0)
		give_up(path);
	size = (size_t)status.st_size;
	data = mem_zalloc(size ? size : 1, 1);
	if (fread(data, 1, size, file) != size)
		give_up(path);
	fclose(file);
	/* If it crashes, this is the last line. */
	fprintf(stderr, "%s\n", path);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Returns how many files there are in FOLDER. */
static int replay_folder(const char *folder)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_visible, alphasort);

	if (count < 0)
		give_up(folder);
	for (int i = 0; i < count; i++) {
		char *path = mem_printf("%s/%s", folder, entries[i]->d_name);

		replay_file(path);
		free(path);
		free(entries[i]);
	}
	free(entries);
	return count;
}

int main(int count, char **arguments)
{
	struct stat status;

	if (count != 2) {
		fprintf(stderr, "usage: %s FOLDER|FILE\n", arguments[0]);
		return 2;
	}
	if (stat(arguments[1], &status) < 0)
		give_up(arguments[1]);
	if (!S_ISDIR(status.st_mode)) {
		replay_file(arguments[1]);
	} else if (replay_folder(arguments[1]) == 0) {
		fprintf(stderr, "%s: no file to replay\n", arguments[1]);
		return 1;
	}
	return 0;
}
