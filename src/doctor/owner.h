/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OWNER_H
#define OWNER_H

#include <sys/stat.h>

/* Mode, owner and group of a file as people write them, such as "0640 of root:nbu-agentx". */
#define OWNER_SIZE 96
void owner_print(const struct stat *status, char out[OWNER_SIZE]);

/* The name of the user who runs this program, or its number. */
void owner_user(char out[OWNER_SIZE]);

#endif
