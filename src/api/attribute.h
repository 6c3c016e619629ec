/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ATTRIBUTE_H
#define ATTRIBUTE_H

#include <stdint.h>

#include "api/json.h"

/*
 * The attributes of what the API lists. Any of them may be absent, null or of another type, so each
 * function says what it returns then. Texts live as long as the document.
 */

/* An amount. Absent and negative ones are 0. One beyond MAX is MAX, so that it spoils no sum. */
uint64_t attribute_amount(const struct json *value, double max);

/* A percentage in 1/100 %, from 0 to 10000; 0 when there is none. */
uint32_t attribute_percent(const struct json *value);

/* A status code or the like, or -1. */
int64_t attribute_code(const struct json *value);

/* An instant, or 0. The server writes 1970 where there is none. */
int64_t attribute_instant(const struct json *value);

/* A name, fit to be shown; empty when there is none. */
const char *attribute_name(const struct json *value);

#endif
