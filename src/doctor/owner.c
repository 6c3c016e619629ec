/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/owner.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

static void name_user(uid_t id, char out[OWNER_NAME_SIZE])
{
	const struct passwd *user = getpwuid(id);

	if (user)
		snprintf(out, OWNER_NAME_SIZE, "%s", user->pw_name);
	else
		snprintf(out, OWNER_NAME_SIZE, "%lu", (unsigned long)id);
}

static void name_group(gid_t id, char out[OWNER_NAME_SIZE])
{
	const struct group *group = getgrgid(id);

	if (group)
		snprintf(out, OWNER_NAME_SIZE, "%s", group->gr_name);
	else
		snprintf(out, OWNER_NAME_SIZE, "%lu", (unsigned long)id);
}

void owner_print(const struct stat *status, char out[OWNER_SIZE])
{
	char user[OWNER_NAME_SIZE], group[OWNER_NAME_SIZE];

	name_user(status->st_uid, user);
	name_group(status->st_gid, group);
	snprintf(out, OWNER_SIZE, "%04o of %s:%s", (unsigned)status->st_mode & 07777, user, group);
}

void owner_user(char out[OWNER_NAME_SIZE])
{
	name_user(geteuid(), out);
}

void owner_group(char out[OWNER_NAME_SIZE])
{
	name_group(getegid(), out);
}

char *owner_barrier(const char *path)
{
	for (const char *end = strchr(path + 1, '/'); end; end = strchr(end + 1, '/')) {
		char *folder = mem_printf("%.*s", (int)(end - path), path);

		if (access(folder, X_OK) < 0 && errno == EACCES)
			return folder;
		free(folder);
	}
	return NULL;
}
