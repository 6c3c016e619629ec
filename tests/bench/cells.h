/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CELLS_H
#define CELLS_H

#include <stddef.h>
#include <stdint.h>

/*
 * The rows that the peers of the benchmark serve: those of the agent, as walker --dump wrote them,
 * all in memory and sorted by name. What goes wrong ends the program: it is a peer in a benchmark.
 */

#define CELLS_NAME_MAX 128
#define CELLS_VALUE_MAX 256

struct cell {
	const uint32_t *name; /* in the pool of the cells, like value */
	size_t length;
	unsigned type;		    /* of SMI as on the wire: 2 integer, 4 string, 66 gauge ... */
	uint64_t number;	    /* of an integer: its two's complement */
	const unsigned char *value; /* of a string */
	size_t value_length;
	void *ready; /* what its server makes of it beforehand; NULL at first */
	size_t ready_length;
};

struct cells {
	struct cell *cells;
	size_t count;
};

/* Reads FILE. The cells stay for as long as the program runs. */
struct cells cells_load(const char *file);

/* Parses a name in dotted numbers, up to a blank or the end; its length. */
size_t cells_parse_name(const char *text, uint32_t name[CELLS_NAME_MAX]);

/* The order of two names: below, at or above 0. */
int cells_compare(const uint32_t *a, size_t a_length, const uint32_t *b, size_t b_length);

/* The cell called NAME, or NULL; and the first one behind it (LEAST 1) or not before it (0). */
struct cell *cells_find(const struct cells *cells, const uint32_t *name, size_t length);
struct cell *cells_next(const struct cells *cells, const uint32_t *name, size_t length, int least);

/* Memory that stays; without it the program ends. */
void *cells_memory(size_t size);

/* Says on standard error what is wrong and ends the program. */
void cells_fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif
