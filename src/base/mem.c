/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/mem.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

void *mem_zalloc(size_t count, size_t size)
{
	return mem_checked(calloc(count ? count : 1, size));
}

void *mem_resize(void *old, size_t count, size_t size)
{
	return mem_checked(reallocarray(old, count ? count : 1, size));
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
