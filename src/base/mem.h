/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MEM_H
#define MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Allocation that cannot fail. When the system has no memory left, the program ends here with a
 * line on standard error and exit code 1. All memory is released with free().
 */

/*
 * Where a function of a library has failed: ends the program if errno says that it was for want of
 * memory. The caller sets errno to 0 before it calls the function.
 */
void mem_check_errno(void);

/*
 * What libraries are given for malloc and realloc. Without memory they must not go on
 * either, for what they then report may be anything. mem_realloc frees OLD where SIZE is 0.
 */
void *mem_malloc(size_t size);
void *mem_realloc(void *old, size_t size);

/*
 * How much of what is freed goes back to the system: to be called once, before any thread is
 * started. Without it the heap of each thread keeps what its largest moment has needed.
 */
void mem_keep_little(void);

/* After something large: the next mem_give_back has much to give. */
void mem_expect_much(void);

/*
 * Gives the system back all that is free, if that is much; true if it did. NOW is in milliseconds
 * of a clock that never goes back. To be called now and then: it holds up all threads for
 * milliseconds, so it comes only once in a while, however many have something to give.
 */
bool mem_give_back(int64_t now);

/* COUNT objects of SIZE bytes, zeroed. */
void *mem_zalloc(size_t count, size_t size);

/* OLD, resized to COUNT objects of SIZE bytes. New space is not zeroed. NULL as OLD is fine. */
void *mem_resize(void *old, size_t count, size_t size);

/*
 * ARRAY of COUNT objects of SIZE bytes with room for one more. There is room for *ROOM; where it is
 * full the room is doubled, so that adding objects takes linear time.
 */
void *mem_grow(void *array, size_t *room, size_t count, size_t size);

/*
 * A copy in one block of the SIZE bytes at ITEM, a struct, with its strings behind it. TEXTS are
 * the offsets of its members that are strings, COUNT of them; a NULL stays one.
 */
void *mem_copy(const void *item, size_t size, const size_t *texts, size_t count);

/* A copy of TEXT; NULL gives NULL. */
char *mem_strdup(const char *text);

/* A formatted string. */
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Returns MEMORY, or ends the program where it is NULL. For calls of libraries that return NULL
 * only when there is no memory left.
 */
void *mem_checked(void *memory);

/* Closes STREAM, of open_memstream, or ends the program where its text is not whole. */
void mem_close(FILE *stream);

#endif
