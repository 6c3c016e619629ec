/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FOLDER_H
#define FOLDER_H

/* A folder below TMPDIR for the fuzz target in this process. */

/* The folder, made at the first call. At the end of the process it is removed with what is in it.
 */
const char *folder_path(void);

/* Removes the files in the folder. */
void folder_empty(void);

#endif
