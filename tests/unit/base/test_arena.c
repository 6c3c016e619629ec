/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "harness.h"

#define PIECES 2000
#define LARGE ((size_t)1024 * 1024)

static void test_empty(void)
{
	arena_free(arena_new(0));
	arena_free(NULL);
	CU_PASS("went through");
}

static void test_copies(void)
{
	char text[] = "a policy", data[] = {1, 0, 2};
	struct arena *arena = arena_new(0);
	const char *kept = arena_text(arena, text);
	const char *same = arena_copy(arena, data, sizeof data);

	memset(text, 'x', sizeof text - 1);
	memset(data, 'x', sizeof data);
	EQUAL_TEXT(kept, "a policy");
	CU_ASSERT_TRUE(memcmp(same, "\1\0\2", 3) == 0);
	EQUAL_TEXT(arena_text(arena, ""), "");
	CU_ASSERT_PTR_NOT_NULL(arena_copy(arena, NULL, 0));
	/* So long that its end lies where the next piece would begin. */
	kept = arena_text(arena, "of 16 characters");
	arena_text(arena, "behind");
	EQUAL_TEXT(kept, "of 16 characters");
	arena_free(arena);
}

static size_t size_of(size_t piece)
{
	return piece % 500 == 7 ? LARGE : piece * 7 % 300;
}

/* Pieces of all sizes, over many blocks and larger than one, lie apart and where any type may. */
static void test_pieces(void)
{
	static unsigned char *pieces[PIECES];
	struct arena *arena = arena_new(0);

	for (size_t i = 0; i < PIECES; i++) {
		pieces[i] = arena_alloc(arena, size_of(i));
		if ((uintptr_t)pieces[i] % alignof(max_align_t) != 0)
			FAIL("piece %zu lies askew", i);
		memset(pieces[i], (int)(i % 251), size_of(i));
	}
	for (size_t i = 0; i < PIECES; i++)
		for (size_t at = 0; at < size_of(i); at++)
			if (pieces[i][at] != i % 251) {
				FAIL("piece %zu was overwritten at %zu", i, at);
				break;
			}
	CU_PASS("went through");
	arena_free(arena);
}

/* Blocks are taken in steps, so that the last bytes below a limit may be refused. */
static void test_limit(void)
{
	struct arena *arena = arena_new(100000);
	size_t given = 0;

	CU_ASSERT_PTR_NULL(arena_alloc(arena, 100001));
	CU_ASSERT_TRUE(arena_is_full(arena));
	while (arena_alloc(arena, 1000))
		given += 1000;
	CU_ASSERT_TRUE(given > 50000 && given <= 100000);
	CU_ASSERT_TRUE(arena_is_full(arena));
	arena_free(arena);
}

/* An arena can be used again, its limit is whole again, and it keeps no more than it may. */
static void test_reset(void)
{
	struct arena *arena = arena_new(100000);

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 50; i++)
			memset(mem_checked(arena_alloc(arena, 1000)), 'x', 1000);
		CU_ASSERT_PTR_NULL(arena_alloc(arena, 100000));
		CU_ASSERT_TRUE(arena_is_full(arena));
		arena_reset(arena, round == 1 ? 1000 : 100000);
		CU_ASSERT_FALSE(arena_is_full(arena));
	}
	CU_ASSERT_PTR_NOT_NULL(arena_alloc(arena, 50000));
	arena_free(arena);
}

static const struct harness_test tests[] = {
    {"empty", test_empty},
    {"copies what it is given", test_copies},
    {"pieces lie apart", test_pieces},
    {"a limit", test_limit},
    {"used again", test_reset},
    {NULL, NULL},
};

const struct harness_suite arena_suite = {"arena", tests};
