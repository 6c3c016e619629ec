/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/index.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

#define HASH_MARK 9 /* '~' and eight digits */

void index_add_number(struct index_draft *draft, uint32_t number)
{
	assert(draft->length < INDEX_SIZE);
	draft->ids[draft->length++] = number;
}

void index_add_string(struct index_draft *draft, const char *text)
{
	index_add_number(draft, (uint32_t)strlen(text));
	for (; *text; text++)
		index_add_number(draft, (unsigned char)*text);
}

struct index index_of(const struct index_draft *draft)
{
	return (struct index){draft->length, draft->ids};
}

int index_compare(const struct index *a, const struct index *b)
{
	unsigned shorter = a->length < b->length ? a->length : b->length;

	for (unsigned i = 0; i < shorter; i++)
		if (a->ids[i] != b->ids[i])
			return a->ids[i] < b->ids[i] ? -1 : 1;
	return a->length == b->length ? 0 : a->length < b->length ? -1 : 1;
}

/* FNV-1a, 32 bits. It must be the same on every host, since it is part of a row's OID. */
static uint32_t hash(const char *text)
{
	uint32_t value = 2166136261u;

	for (; *text; text++)
		value = (value ^ (unsigned char)*text) * 16777619u;
	return value;
}

int index_name(const char *name, size_t max, char *out)
{
	size_t kept = utf8_cut(name, max);

	if (name[kept] == '\0') {
		memcpy(out, name, kept + 1);
		return 0;
	}
	kept = utf8_cut(name, max - HASH_MARK);
	memcpy(out, name, kept);
	snprintf(out + kept, max + 1 - kept, "~%08x", hash(name));
	return 1;
}
