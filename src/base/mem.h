/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MEM_H
#define MEM_H

#include <stddef.h>

/*
 * Allocation that cannot fail: where the system has no memory left the program ends here, with
 * a line on standard error and exit code 1. Everything is released with free().
 */

/* COUNT objects of SIZE bytes, zeroed. */
void *mem_zalloc(size_t count, size_t size);

/* OLD grown or shrunk to COUNT objects of SIZE bytes; new space is not zeroed. */
void *mem_resize(void *old, size_t count, size_t size);

/* A copy of TEXT; NULL gives NULL. */
char *mem_strdup(const char *text);

/* A formatted string. */
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* MEMORY itself; to be put around a library's call that gives NULL only when memory has run out. */
void *mem_checked(void *memory);

#endif
