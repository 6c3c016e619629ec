/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/hash.h"

uint32_t hash_text(const char *text, uint32_t start)
{
	uint32_t hash = start;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 16777619u;
	return hash;
}
