/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_draw.h"

/* The finaliser of splitmix64: every bit of the input moves about half of the output. */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15U;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
	return x ^ (x >> 31);
}

uint64_t sim_draw(uint64_t seed, int64_t ordinal, enum sim_stream stream)
{
	return mix(mix(seed * 64 + stream) ^ (uint64_t)ordinal);
}

int64_t sim_draw_below(uint64_t seed, int64_t ordinal, enum sim_stream stream, int64_t limit)
{
	return (int64_t)(sim_draw(seed, ordinal, stream) % (uint64_t)limit);
}

int64_t sim_draw_cube(uint64_t seed, int64_t ordinal, enum sim_stream stream, int64_t limit)
{
	uint64_t part = sim_draw(seed, ordinal, stream) & 0xffff;
	uint64_t cube = ((part * part >> 16) * part) >> 16;

	return (int64_t)(((uint64_t)limit * cube) >> 16);
}
