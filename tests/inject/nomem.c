/* SPDX-License-Identifier: BSD-2-Clause */
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * To be preloaded: a program whose allocation number NBU_NOMEM_AT fails, in itself or in a library.
 * All later ones fail, too, where NBU_NOMEM_EVER is set. At the end NBU_NOMEM_COUNT, the name of a
 * file, gets the number of allocations that there were. Of glibc only.
 */

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): they are glibc's names */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static atomic_ulong count;
static unsigned long at; /* 0 = none fails */
static int ever;

__attribute__((constructor)) static void begin(void)
{
	const char *text = getenv("NBU_NOMEM_AT");

	ever = getenv("NBU_NOMEM_EVER") != NULL;
	at = text ? strtoul(text, NULL, 10) : 0;
	/* What came before is the loader's. */
	atomic_store(&count, 0);
}

__attribute__((destructor)) static void end(void)
{
	const char *path = getenv("NBU_NOMEM_COUNT");
	char text[24];
	int length = snprintf(text, sizeof text, "%lu\n", atomic_load(&count));
	int file = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600) : -1;

	if (file < 0)
		return;
	if (write(file, text, (size_t)length) < 0)
		_exit(1);
	close(file);
}

static int fails(void)
{
	unsigned long now = atomic_fetch_add(&count, 1) + 1;

	if (at == 0 || now < at || (now > at && !ever))
		return 0;
	errno = ENOMEM;
	return 1;
}

void *malloc(size_t size)
{
	return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t number, size_t size)
{
	return fails() ? NULL : __libc_calloc(number, size);
}

void *realloc(void *old, size_t size)
{
	return fails() ? NULL : __libc_realloc(old, size);
}

void *reallocarray(void *old, size_t number, size_t size)
{
	size_t whole;

	if (__builtin_mul_overflow(number, size, &whole)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(old, whole);
}

void *memalign(size_t alignment, size_t size)
{
	return fails() ? NULL : __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
	return memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
	void *made = memalign(alignment, size);

	if (!made)
		return ENOMEM;
	*memory = made;
	return 0;
}
