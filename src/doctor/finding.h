/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FINDING_H
#define FINDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What the steps of the way from the configuration to a row have found. */

enum finding_result { FINDING_OK, FINDING_WARNING, FINDING_FAILED, FINDING_SKIPPED };

/* Exit statuses of --doctor: that of the first step that fails. The man page lists them. */
enum finding_exit {
	FINDING_EXIT_CONFIGURATION = 2,
	FINDING_EXIT_KEY = 10,
	FINDING_EXIT_NAME,
	FINDING_EXIT_CONNECTION,
	FINDING_EXIT_TLS,
	FINDING_EXIT_VERSION,
	FINDING_EXIT_ROLE,
	FINDING_EXIT_CLOCK,
	FINDING_EXIT_STATE,
	FINDING_EXIT_MASTER,
	FINDING_EXIT_REGISTRATION,
	FINDING_EXIT_WALK
};

struct finding {
	char *part; /* a site, or what else the step is about */
	const char *step;
	enum finding_result result;
	char *found;
	char *remedy; /* NULL = none is needed */
};

/* A step. TAKE sets the result and the texts of FINDING; see finding_set. */
struct finding_step {
	const char *name;
	enum finding_exit exit_status;
	bool soft; /* when it fails, those behind it are taken all the same */
	void (*take)(void *subject, struct finding *finding);
};

struct finding_list {
	struct finding *findings;
	size_t count;
	int exit_status; /* 0 = no step has failed */
	FILE *live; /* where each is printed for people as soon as it is there; NULL = nowhere */
};

/* Sets the result of FINDING and what was found. */
void finding_set(struct finding *finding, enum finding_result result, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Sets what to do. */
void finding_remedy(struct finding *finding, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds WORD to the list in TEXT, which has room for SIZE octets, with a comma between. */
void finding_add_word(char *text, size_t size, const char *word);

/*
 * Takes STEPS, COUNT of them, about PART one after the other and adds what each finds to LIST. When
 * one has failed that is not soft, those behind it are skipped.
 */
void finding_take(struct finding_list *list, const char *part, const struct finding_step *steps,
		  size_t count, void *subject);

/* Prints the findings as an object of JSON. */
void finding_print_json(const struct finding_list *list, FILE *out);

/* Frees what LIST holds. */
void finding_clear(struct finding_list *list);

#endif
