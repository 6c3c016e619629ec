/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_MATCH_H
#define SIM_MATCH_H

#include <stdbool.h>

#include "sim_resource.h"

enum {
	SIM_MATCH_TERMS = 4,
	SIM_MATCH_VALUE_SIZE = 100,
};

/* A filter of a list of resources: terms such as anomalyStatus eq 'X', joined by 'and'. */
struct sim_match {
	int count;
	struct sim_term {
		const char *field; /* one of the table's */
		unsigned comparison;
		bool is_time;
		int64_t ms;
		char json[SIM_MATCH_VALUE_SIZE]; /* what a value that is equal looks like */
	} terms[SIM_MATCH_TERMS];
};

/* False when the text is not a filter of that list. */
bool sim_match_parse(struct sim_match *match, enum sim_resource resource, const char *text);

/* Whether the field's value, as it is sent, fits the term. */
bool sim_match_fits(const struct sim_term *term, const char *json, size_t size);

#endif
