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

/*
 * Sub-identifiers are packed into octets: one up to INDEX_OCTET_MAX stands for itself; for a larger
 * one an octet above that says how many octets of it follow, the highest first. So octets sort as
 * sub-identifiers do, and the index of a name is mostly its length and its text.
 */
#define INDEX_OCTET_MAX 250
#define INDEX_PACKED_MAX 5 /* octets of a sub-identifier */

/* The head and then the tail, packed, as one. Rows of a site share its name as their head. */
struct index {
	const unsigned char *head;
	const unsigned char *tail; /* where tail_length is 0, any value */
	uint16_t head_length;	   /* octets, like tail_length */
	uint16_t tail_length;
};

/* An index that is being made. */
struct index_draft {
	uint16_t length; /* octets */
	unsigned char octets[INDEX_SIZE * INDEX_PACKED_MAX];
};

/*
 * Append one index object to DRAFT. A string is its length and its octets (not IMPLIED). The caller
 * must not append more than INDEX_SIZE sub-identifiers.
 */
void index_add_string(struct index_draft *draft, const char *text);
void index_add_number(struct index_draft *draft, uint32_t number);

/* The index made so far. It lives as long as DRAFT, and until DRAFT is changed. */
struct index index_of(const struct index_draft *draft);

/* Compares in the order of SNMP, by sub-identifiers: -1 = A is first, 0 = equal, 1 = B is first. */
int index_compare(const struct index *a, const struct index *b);

/* Packs COUNT sub-identifiers IDS into OCTETS (INDEX_PACKED_MAX for each); returns how many. */
size_t index_pack(const uint32_t *ids, size_t count, unsigned char *octets);

/* Writes the sub-identifiers of INDEX into IDS, which has room for them; returns how many. */
size_t index_unpack(const struct index *index, uint32_t *ids);

/*
 * Writes NAME into OUT (MAX + 1 bytes) as an index string. A NAME of more than MAX octets is cut
 * between two UTF-8 characters, and '~' and 8 hexadecimal digits of a hash of all of it follow.
 * Returns 1 when it was cut, else 0.
 */
int index_name(const char *name, size_t max, char *out);

#endif
