/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "harness.h"
#include "tables/index.h"
#include "base/utf8.h"

/* What DRAFT stands for must be the COUNT sub-identifiers EXPECTED. */
static void check_ids(const struct index_draft *draft, const uint32_t *expected, size_t count)
{
	struct index index = index_of(draft);
	uint32_t ids[INDEX_SIZE];

	EQUAL_NUMBER(index_unpack(&index, ids), count);
	CU_ASSERT_TRUE(memcmp(ids, expected, count * sizeof *ids) == 0);
}

static void test_parts(void)
{
	static const uint32_t expected[] = {2, 'a', 0xc3, 0, 4294967295u, 1, 'z'};
	struct index_draft index = {0};

	index_add_string(&index, "a\xc3");
	index_add_string(&index, "");
	index_add_number(&index, 4294967295u);
	index_add_string(&index, "z");
	check_ids(&index, expected, sizeof expected / sizeof expected[0]);
}

/* The longest row that the MIB allows has to fit. */
static void test_longest(void)
{
	char text[INDEX_TYPE_MAX + 1];
	struct index_draft draft = {0};
	struct index index;
	uint32_t ids[INDEX_SIZE];

	memset(text, 'x', INDEX_TYPE_MAX);
	text[INDEX_TYPE_MAX] = '\0';
	for (int i = 0; i < 3; i++)
		index_add_string(&draft, text);
	index_add_number(&draft, 7);
	index = index_of(&draft);
	EQUAL_NUMBER(index_unpack(&index, ids), 3 * (INDEX_TYPE_MAX + 1) + 1);
	EQUAL_NUMBER(ids[3 * (INDEX_TYPE_MAX + 1)], 7);
}

/* A draft has room for INDEX_SIZE sub-identifiers, whatever they are. */
static void test_fullest(void)
{
	uint32_t expected[INDEX_SIZE];
	struct index_draft draft = {0};

	for (size_t i = 0; i < INDEX_SIZE; i++) {
		expected[i] = 4294967295u - (uint32_t)i;
		index_add_number(&draft, expected[i]);
	}
	check_ids(&draft, expected, INDEX_SIZE);
}

/* Around each number of octets that a sub-identifier may take, and between. */
static void test_numbers(void)
{
	static const uint32_t rising[] = {
	    0,	 1,	127,   128,   250,	251,	  254,	       255,	    256,
	    257, 65535, 65536, 65791, 16777215, 16777216, 2147483647u, 2147483648u, 4294967295u};
	size_t count = sizeof rising / sizeof rising[0];

	for (size_t i = 0; i < count; i++) {
		struct index_draft one = {0};

		index_add_number(&one, rising[i]);
		check_ids(&one, &rising[i], 1);
		for (size_t j = 0; j < count; j++) {
			struct index_draft other = {0};
			struct index a = index_of(&one), b;

			index_add_number(&other, rising[j]);
			b = index_of(&other);
			EQUAL_NUMBER(index_compare(&a, &b), (i > j) - (i < j));
		}
	}
}

static void test_order(void)
{
	/* Rising: shorter strings come first, then octets, without signs. */
	static const char *const names[] = {"",	  "A",	"a",	    "z",   "\xc3",   "AA",
					    "Az", "aa", "\xc3\xa9", "AAA", "VMWARE", "STANDARD"};
	size_t count = sizeof names / sizeof names[0];

	for (size_t i = 0; i < count; i++) {
		for (size_t j = 0; j < count; j++) {
			struct index_draft one = {0}, other = {0};
			struct index a, b;
			int order;

			index_add_string(&one, names[i]);
			index_add_string(&other, names[j]);
			a = index_of(&one);
			b = index_of(&other);
			order = index_compare(&a, &b);
			if ((order < 0) != (i < j) || (order > 0) != (i > j))
				FAIL("\"%s\" and \"%s\": %d", names[i], names[j], order);
		}
	}
	CU_PASS("went through");
}

static void test_prefix(void)
{
	static const unsigned char octets[] = {1, 2, 0};
	struct index a = {.head = octets, .head_length = 2};
	struct index b = {.head = octets, .head_length = 3};

	CU_ASSERT_TRUE(index_compare(&a, &b) < 0);
	CU_ASSERT_TRUE(index_compare(&b, &a) > 0);
	CU_ASSERT_TRUE(index_compare(&a, &a) == 0);
	a.head_length = 0;
	CU_ASSERT_TRUE(index_compare(&a, &b) < 0);
}

struct numbers {
	unsigned length;
	uint32_t ids[4];
};

/* As RFC 2578 says it, written the slow way: dotted numbers, one after the other. */
static int naive_order(const struct numbers *a, const struct numbers *b)
{
	for (unsigned i = 0;; i++) {
		int64_t left = i < a->length ? (int64_t)a->ids[i] : -1;
		int64_t right = i < b->length ? (int64_t)b->ids[i] : -1;

		if (left != right)
			return left < right ? -1 : 1;
		if (left == -1)
			return 0;
	}
}

/* Any index, packed into DRAFT, and parted anywhere in head and tail. */
static struct index random_index(struct numbers *numbers, struct index_draft *draft)
{
	static const uint32_t ids[] = {0,   1,	 2,	      250,	   251,
				       255, 256, 2147483647u, 2147483648u, 4294967295u};
	struct index index;

	numbers->length = (unsigned)(rand() % 5);
	draft->length = 0;
	for (unsigned i = 0; i < numbers->length; i++) {
		numbers->ids[i] = ids[(unsigned)rand() % (sizeof ids / sizeof ids[0])];
		index_add_number(draft, numbers->ids[i]);
	}
	index = index_of(draft);
	index.head_length = (uint16_t)(rand() % (draft->length + 1));
	index.tail = index.head + index.head_length;
	index.tail_length = (uint16_t)(draft->length - index.head_length);
	return index;
}

static void test_random_order(void)
{
	srand(1556);
	for (int i = 0; i < 20000; i++) {
		struct index_draft drafts[2];
		struct numbers one, other;
		struct index a = random_index(&one, &drafts[0]),
			     b = random_index(&other, &drafts[1]);
		int order = index_compare(&a, &b), expected = naive_order(&one, &other);

		if (order != expected) {
			FAIL("pair %d: %d, not %d", i, order, expected);
			return;
		}
	}
	CU_PASS("went through");
}

static void test_name_fits(void)
{
	char out[INDEX_TYPE_MAX + 1], name[INDEX_TYPE_MAX + 1];

	EQUAL_NUMBER(index_name("", INDEX_TYPE_MAX, out), 0);
	EQUAL_TEXT(out, "");
	memset(name, 'n', INDEX_TYPE_MAX);
	name[INDEX_TYPE_MAX] = '\0';
	EQUAL_NUMBER(index_name(name, INDEX_TYPE_MAX, out), 0);
	EQUAL_TEXT(out, name);
}

static bool ends_in_hash(const char *text)
{
	size_t length = strlen(text);

	return length >= 9 && text[length - 9] == '~' &&
	       strspn(text + length - 8, "0123456789abcdef") == 8;
}

static void test_name_cut(void)
{
	char out[INDEX_NAME_MAX + 1];

	/* A row keeps its OID everywhere and for ever: this one must never change. */
	EQUAL_NUMBER(index_name("A_POLICY_TYPE_WITH_A_NAME_OF_FORTY_OCTETS", 32, out), 1);
	EQUAL_NUMBER(strlen(out), 32);
	EQUAL_TEXT(out, "A_POLICY_TYPE_WITH_A_NA~029c5821");
	CU_ASSERT_TRUE(ends_in_hash(out));
}

/* Whatever the cut hits, the result is UTF-8, not too long, and not shorter than need be. */
static void test_name_boundary(void)
{
	char out[INDEX_NAME_MAX + 1], name[300];

	for (size_t max = 32; max <= INDEX_NAME_MAX; max += 32) {
		for (size_t lead = 0; lead < 8; lead++) {
			memset(name, 'x', lead);
			name[lead] = '\0';
			while (strlen(name) < 200)
				strcat(name, "\xf0\x9f\x92\xbe");
			EQUAL_NUMBER(index_name(name, max, out), 1);
			CU_ASSERT_TRUE(utf8_valid(out));
			CU_ASSERT_TRUE(ends_in_hash(out));
			CU_ASSERT_TRUE(strlen(out) <= max && strlen(out) > max - 4);
			CU_ASSERT_TRUE(strncmp(out, name, strlen(out) - 9) == 0);
		}
	}
}

/* The hash is of the whole name, so that names that differ only late stay apart. */
static void test_name_distinct(void)
{
	char first[INDEX_TYPE_MAX + 1], second[INDEX_TYPE_MAX + 1], name[101];

	memset(name, 'x', 100);
	name[100] = '\0';
	index_name(name, INDEX_TYPE_MAX, first);
	for (size_t at = 23; at < 100; at++) {
		name[at] = 'y';
		index_name(name, INDEX_TYPE_MAX, second);
		CU_ASSERT_TRUE(strcmp(first, second) != 0);
		CU_ASSERT_TRUE(strncmp(first, second, 23) == 0);
		name[at] = 'x';
	}
	name[99] = '\0';
	index_name(name, INDEX_TYPE_MAX, second);
	CU_ASSERT_TRUE(strcmp(first, second) != 0);
}

static const struct harness_test tests[] = {
    {"strings and numbers", test_parts},
    {"the longest index fits", test_longest},
    {"as full as can be", test_fullest},
    {"numbers of any size", test_numbers},
    {"order of strings", test_order},
    {"order of prefixes", test_prefix},
    {"order of random indexes", test_random_order},
    {"names that fit stay", test_name_fits},
    {"a long name is cut and hashed", test_name_cut},
    {"cut between characters", test_name_boundary},
    {"names that differ late stay distinct", test_name_distinct},
    {NULL, NULL},
};

const struct harness_suite index_suite = {"index", tests};
