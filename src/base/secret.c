/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/secret.h"

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/mem.h"

/* What lies before the text. */
struct secret {
	size_t size; /* of the mapping */
	char text[];
};

char *secret_new(const char *first, const char *second)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE), head = strlen(first), tail = strlen(second);
	size_t size = (sizeof(struct secret) + head + tail + page) / page * page;
	struct secret *secret =
	    mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	mem_checked(secret == MAP_FAILED ? NULL : secret);
	/* Kernels without it have no other means; the process makes no core file anyway. */
	madvise(secret, size, MADV_DONTDUMP);
	secret->size = size;
	memcpy(secret->text, first, head);
	memcpy(secret->text + head, second, tail + 1);
	return secret->text;
}

void secret_free(char *text)
{
	struct secret *secret;

	if (!text)
		return;
	secret = (struct secret *)(void *)(text - offsetof(struct secret, text));
	explicit_bzero(secret->text, secret->size - offsetof(struct secret, text));
	munmap(secret, secret->size);
}

void secret_wipe(void *memory)
{
	if (memory)
		explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

/* The old memory could be given back by realloc itself, which would not overwrite it. */
void *secret_realloc(void *old, size_t size)
{
	size_t had = old ? malloc_usable_size(old) : 0;
	void *new = mem_malloc(size);

	if (old)
		memcpy(new, old, had < size ? had : size);
	secret_wipe(old);
	return new;
}

void secret_guard_process(void)
{
	static const struct rlimit none = {0, 0};

	prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
	setrlimit(RLIMIT_CORE, &none);
}
