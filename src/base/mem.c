/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mem.h"

#include <errno.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Blocks of this size are mapped by themselves and go when they are freed. By default malloc would
 * raise the limit to the largest block ever freed, and keep all of them.
 */
#define MAPPED_LEAST (128 * 1024)
#define HEAPS_MAX 4 /* of which threads share each: what one leaves free, another can use */

#define GIVE_BACK_MS 10000 /* at least from one time to the next */

static atomic_bool much_is_free;
static _Atomic(int64_t) next_due; /* by the clock of mem_give_back's callers */

#define FIRST_ROOM 64 /* of an array that grows */

void *mem_checked(void *memory)
{
	static const char message[] = "nbu-agentx: out of memory\n";

	if (memory)
		return memory;
	/* No stdio, no log and no atexit handlers: they may allocate memory. */
	if (write(STDERR_FILENO, message, sizeof message - 1) < 0)
		_exit(1);
	_exit(1);
}

void mem_close(FILE *stream)
{
	/* A text that could not grow is no NULL, but cut. */
	mem_checked(fclose(stream) == 0 ? stream : NULL);
}

void mem_check_errno(void)
{
	if (errno == ENOMEM)
		mem_checked(NULL);
}

void mem_keep_little(void)
{
	/* NOLINTBEGIN(concurrency-mt-unsafe): there is one thread only */
	mallopt(M_MMAP_THRESHOLD, MAPPED_LEAST);
	mallopt(M_TRIM_THRESHOLD, MAPPED_LEAST);
	mallopt(M_ARENA_MAX, HEAPS_MAX);
	/* NOLINTEND(concurrency-mt-unsafe) */
}

void mem_expect_much(void)
{
	atomic_store(&much_is_free, true);
}

bool mem_give_back(int64_t now)
{
	int64_t due = atomic_load(&next_due);

	if (!atomic_load(&much_is_free) || now < due ||
	    !atomic_compare_exchange_strong(&next_due, &due, now + GIVE_BACK_MS))
		return false;
	atomic_store(&much_is_free, false);
	malloc_trim(0);
	return true;
}

void *mem_malloc(size_t size)
{
	return mem_resize(NULL, size, 1);
}

void *mem_realloc(void *old, size_t size)
{
	if (size > 0)
		return mem_resize(old, size, 1);
	free(old);
	return NULL;
}

void *mem_zalloc(size_t count, size_t size)
{
	return mem_checked(calloc(count ? count : 1, size));
}

void *mem_resize(void *old, size_t count, size_t size)
{
	return mem_checked(reallocarray(old, count ? count : 1, size));
}

void *mem_grow(void *array, size_t *room, size_t count, size_t size)
{
	if (count < *room)
		return array;
	*room = *room ? *room * 2 : FIRST_ROOM;
	return mem_resize(array, *room, size);
}

static const char **text_at(void *item, size_t offset)
{
	return (const char **)(void *)((char *)item + offset);
}

void *mem_copy(const void *item, size_t size, const size_t *texts, size_t count)
{
	size_t whole = size, length;
	char *made, *at;

	for (size_t i = 0; i < count; i++) {
		const char *text = *text_at((void *)item, texts[i]);

		whole += text ? strlen(text) + 1 : 0;
	}
	made = mem_zalloc(1, whole);
	at = memcpy(made, item, size);
	at += size;
	for (size_t i = 0; i < count; i++) {
		const char **text = text_at(made, texts[i]);

		if (!*text)
			continue;
		length = strlen(*text) + 1;
		*text = memcpy(at, *text, length);
		at += length;
	}
	return made;
}

char *mem_strdup(const char *text)
{
	return text ? mem_checked(strdup(text)) : NULL;
}

char *mem_printf(const char *format, ...)
{
	char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	return mem_checked(text);
}
