/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OWNER_H
#define OWNER_H

#include <sys/stat.h>

/* Mode, owner and group of a file as people write them, such as "0640 of root:nbu-agentx". */
#define OWNER_SIZE 96
void owner_print(const struct stat *status, char out[OWNER_SIZE]);

/* The name of the user who runs this program, or its number; and that of the user's group. */
#define OWNER_NAME_SIZE 36
void owner_user(char out[OWNER_NAME_SIZE]);
void owner_group(char out[OWNER_NAME_SIZE]);

/* The first folder on the way to PATH that may not be entered, to be freed; NULL = all may. */
char *owner_barrier(const char *path);

#endif
