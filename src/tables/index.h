/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef INDEX_H
#define INDEX_H

#include <stddef.h>
#include <stdint.h>

/*
 * The index part of a row's OID (RFC 2578, 7.7), made once when the row is made. The longest is
 * that of nbuJobTable: three strings of 32 octets, each behind its length, and a number.
 */
#define INDEX_SIZE 100

/* Longest index strings, in octets, as the MIB declares them. */
#define INDEX_TYPE_MAX 32
#define INDEX_NAME_MAX 64

struct index {
	unsigned length;
	const uint32_t *ids;
};

/* An index that is being made. */
struct index_draft {
	unsigned length;
	uint32_t ids[INDEX_SIZE];
};

/*
 * Append one index object to DRAFT. A string takes its length and its octets (not IMPLIED). What
 * does not fit is a bug of the caller and ends the program.
 */
void index_add_string(struct index_draft *draft, const char *text);
void index_add_number(struct index_draft *draft, uint32_t number);

/* What DRAFT has come to; it lives and changes with it. */
struct index index_of(const struct index_draft *draft);

/* Orders as SNMP does, sub-identifier by sub-identifier: below, equal or above zero. */
int index_compare(const struct index *a, const struct index *b);

/*
 * Writes into OUT (of MAX + 1 bytes) the form of NAME that can be an index string: NAME itself
 * where it has at most MAX octets, else its beginning, cut between two UTF-8 characters, '~' and 8
 * hexadecimal digits of a hash of the whole NAME. Returns 1 when it had to cut, else 0.
 */
int index_name(const char *name, size_t max, char *out);

#endif
