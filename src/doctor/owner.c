/* SPDX-License-Identifier: BSD-2-Clause */
#include "doctor/owner.h"

#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#define NAME_SIZE 36

static void name_user(uid_t id, char *out, size_t size)
{
	const struct passwd *user = getpwuid(id);

	if (user)
		snprintf(out, size, "%s", user->pw_name);
	else
		snprintf(out, size, "%lu", (unsigned long)id);
}

void owner_print(const struct stat *status, char out[OWNER_SIZE])
{
	const struct group *group = getgrgid(status->st_gid);
	char user_name[NAME_SIZE], group_name[NAME_SIZE];

	name_user(status->st_uid, user_name, sizeof user_name);
	if (group)
		snprintf(group_name, sizeof group_name, "%s", group->gr_name);
	else
		snprintf(group_name, sizeof group_name, "%lu", (unsigned long)status->st_gid);
	snprintf(out, OWNER_SIZE, "%04o of %s:%s", (unsigned)status->st_mode & 07777, user_name,
		 group_name);
}

void owner_user(char out[OWNER_SIZE])
{
	name_user(geteuid(), out, OWNER_SIZE);
}
