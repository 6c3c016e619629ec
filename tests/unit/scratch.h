/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <sys/types.h>

/* A folder of its own for a test, with real files in it. */

/* Makes the folder; its path stays valid until scratch_remove. */
const char *scratch_make(void);

/* The path of NAME in the folder; the last 8 results stay valid. */
const char *scratch_path(const char *name);

/* Writes TEXT into the file NAME, with exactly MODE. Returns its path, like scratch_path. */
const char *scratch_write(const char *name, mode_t mode, const char *text);

/* Removes the folder and the files in it. */
void scratch_remove(void);

#endif
