/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HARNESS_H
#define HARNESS_H

#include <CUnit/CUnit.h>
#include <stdbool.h>

/*
 * How tests are given to CUnit: as data. A test that makes no assertion counts as failed.
 */
struct harness_test {
	const char *name; /* NULL ends the array */
	void (*run)(void);
};

struct harness_suite {
	const char *name;
	const struct harness_test *tests;
};

/* Each test program defines its suites; NULL ends the array. */
extern const struct harness_suite *const harness_suites[];

/* argv[0] of the test program: the programs under test lie beside its folder. */
extern const char *harness_program;

/* True in a build with a sanitizer, in which everything takes several times as long. */
bool harness_sanitized(void);

/*
 * What a randomised test begins with: NBU_TEST_SEED of the environment, else another each time. It
 * is printed, for a test that fails.
 */
unsigned harness_seed(void);

/*
 * Has HOOK called when the running test has ended, with whether it failed. What it prints goes with
 * the test's output; a result above zero makes the test fail.
 */
void harness_at_end(int (*hook)(bool failed));

/*
 * The test cannot show here what it is for; WHY is printed beside its name. It then counts neither
 * as passed nor as failed. To be followed by return.
 */
void harness_skip(const char *why);

/* Assertions that say what was found: the test goes on after a failed one. */
void harness_fail(const char *file, unsigned line, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void harness_equal_text(const char *file, unsigned line, const char *expression, const char *actual,
			const char *expected);
void harness_equal_number(const char *file, unsigned line, const char *expression, long long actual,
			  long long expected);

/* CUnit does not tell those who read the code that these return only when it is so. */
#ifdef __clang_analyzer__
#undef CU_ASSERT_FATAL
#undef CU_ASSERT_PTR_NOT_NULL_FATAL
#define CU_ASSERT_FATAL(value) ((value) ? (void)0 : __builtin_unreachable())
#define CU_ASSERT_PTR_NOT_NULL_FATAL(value) CU_ASSERT_FATAL((value) != NULL)
#endif

#define FAIL(...) harness_fail(__FILE__, __LINE__, __VA_ARGS__)
#define EQUAL_TEXT(actual, expected)                                                               \
	harness_equal_text(__FILE__, __LINE__, #actual, actual, expected)
#define EQUAL_NUMBER(actual, expected)                                                             \
	harness_equal_number(__FILE__, __LINE__, #actual, (long long)(actual),                     \
			     (long long)(expected))

#endif
