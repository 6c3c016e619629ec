/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SECRET_H
#define SECRET_H

#include <stddef.h>

/*
 * Texts that nobody else may see, such as API keys. Each has memory of its own, apart from the
 * heap, that is in no core file and is overwritten at its end.
 */

/* FIRST and SECOND behind each other, as a secret, to be freed with secret_free. */
char *secret_new(const char *first, const char *second);

/* Overwrites SECRET, which secret_new has made, and frees it; NULL is fine. */
void secret_free(char *secret);

/*
 * For a library that makes copies of secrets in its own memory: as realloc and free, but what is
 * given back is overwritten first, and memory never lacks.
 */
void *secret_realloc(void *old, size_t size);
void secret_wipe(void *memory);

/*
 * Keeps the memory of this process from others of the same user, and from core files. A debugger
 * that has started the process still sees it, and so does root.
 */
void secret_guard_process(void);

#endif
