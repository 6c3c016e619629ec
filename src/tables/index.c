/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/index.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "base/utf8.h"

#define HASH_MARK 9 /* '~' and eight digits */

/* Packs NUMBER into OCTETS; returns how many it takes. */
static size_t pack(uint32_t number, unsigned char *octets)
{
	unsigned count = 1;

	if (number <= INDEX_OCTET_MAX) {
		octets[0] = (unsigned char)number;
		return 1;
	}
	while (count < sizeof number && number >> 8 * count)
		count++;
	octets[0] = (unsigned char)(INDEX_OCTET_MAX + count);
	for (unsigned i = 1; i <= count; i++)
		octets[i] = (unsigned char)(number >> 8 * (count - i));
	return count + 1;
}

void index_add_number(struct index_draft *draft, uint32_t number)
{
	assert((size_t)draft->length + INDEX_PACKED_MAX <= sizeof draft->octets);
	draft->length = (uint16_t)(draft->length + pack(number, draft->octets + draft->length));
}

void index_add_string(struct index_draft *draft, const char *text)
{
	index_add_number(draft, (uint32_t)strlen(text));
	for (; *text; text++)
		index_add_number(draft, (unsigned char)*text);
}

struct index index_of(const struct index_draft *draft)
{
	return (struct index){.head = draft->octets, .head_length = draft->length};
}

static size_t length_of(const struct index *index)
{
	return (size_t)index->head_length + index->tail_length;
}

/* The octets of INDEX from AT on, which is before its end: *LENGTH of them lie together. */
static const unsigned char *octets_at(const struct index *index, size_t at, size_t *length)
{
	if (at < index->head_length) {
		*length = index->head_length - at;
		return index->head + at;
	}
	*length = length_of(index) - at;
	return index->tail + (at - index->head_length);
}

int index_compare(const struct index *a, const struct index *b)
{
	size_t a_length = length_of(a), b_length = length_of(b), step;
	size_t shorter = a_length < b_length ? a_length : b_length;

	for (size_t at = 0; at < shorter; at += step) {
		size_t other;
		const unsigned char *left = octets_at(a, at, &step);
		const unsigned char *right = octets_at(b, at, &other);
		int order;

		step = step < other ? step : other;
		order = memcmp(left, right, step);
		if (order)
			return order < 0 ? -1 : 1;
	}
	return a_length == b_length ? 0 : a_length < b_length ? -1 : 1;
}

size_t index_pack(const uint32_t *ids, size_t count, unsigned char *octets)
{
	size_t length = 0;

	for (size_t i = 0; i < count; i++)
		length += pack(ids[i], octets + length);
	return length;
}

static size_t unpack(const unsigned char *at, size_t length, uint32_t *ids)
{
	const unsigned char *end = at + length;
	size_t count = 0;

	while (at < end) {
		uint32_t number = *at++;

		if (number > INDEX_OCTET_MAX) {
			unsigned left = number - INDEX_OCTET_MAX;

			for (number = 0; left > 0; left--)
				number = number << 8 | *at++;
		}
		ids[count++] = number;
	}
	return count;
}

size_t index_unpack(const struct index *index, uint32_t *ids)
{
	size_t count = unpack(index->head, index->head_length, ids);

	if (index->tail_length)
		count += unpack(index->tail, index->tail_length, ids + count);
	return count;
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
	/* It is part of a row's OID. */
	snprintf(out + kept, max + 1 - kept, "~%08x", hash_text(name, HASH_START));
	return 1;
}
