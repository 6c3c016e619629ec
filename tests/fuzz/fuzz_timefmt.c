/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "tables/index.h"
#include "base/timefmt.h"
#include "base/utf8.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* An instant that could be read can be written, and read again as the same. */
static void check_instant(const char *text)
{
	char written[TIMEFMT_INSTANT_SIZE];
	int64_t instant, again = 0;

	if (!timefmt_parse_instant(text, &instant))
		return;
	timefmt_format_instant(instant, written);
	if (instant >= 0 && instant < INT64_C(253402300800000))
		assert(timefmt_parse_instant(written, &again) && again == instant);
}

static void check_name(char *text)
{
	char name[INDEX_TYPE_MAX + 1];

	utf8_clean(text);
	assert(utf8_valid(text));
	index_name(text, INDEX_TYPE_MAX, name);
	assert(strlen(name) <= INDEX_TYPE_MAX && utf8_valid(name));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	char *text = malloc(size + 1);
	int64_t instant;
	int seconds;

	memcpy(text, data, size);
	text[size] = '\0';
	check_instant(text);
	if (timefmt_parse_duration(text, &seconds))
		assert(seconds >= 0);
	timefmt_parse_http_date(text, &instant);
	seconds = timefmt_parse_retry_after(text, INT64_C(1782900000000));
	assert(seconds >= 0 && seconds <= 86400);
	check_name(text);
	free(text);
	return 0;
}
