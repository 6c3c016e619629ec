/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/seen.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct seen {
	void *tree; /* of tsearch(3) */
};

static int compare(const void *a, const void *b)
{
	return strcmp(a, b);
}

struct seen *seen_new(void)
{
	return mem_zalloc(1, sizeof(struct seen));
}

bool seen_has(const struct seen *seen, const char *key)
{
	return tfind(key, &seen->tree, compare) != NULL;
}

bool seen_add(struct seen *seen, const char *key)
{
	if (seen_has(seen, key))
		return false;
	mem_checked(tsearch(mem_strdup(key), &seen->tree, compare));
	return true;
}

void seen_free(struct seen *seen)
{
	if (!seen)
		return;
	tdestroy(seen->tree, free);
	free(seen);
}
