/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/attribute.h"

#include "base/timefmt.h"

uint64_t attribute_amount(const struct json *value, double max)
{
	double number = json_amount(value);

	if (!(number > 0))
		return 0;
	return number < max ? (uint64_t)number : (uint64_t)max;
}

uint32_t attribute_percent(const struct json *value)
{
	double number = json_amount(value);

	if (!(number > 0))
		return 0;
	return (uint32_t)((number < 100 ? number : 100) * 100 + 0.5);
}

int64_t attribute_code(const struct json *value)
{
	int64_t code = json_whole(value);

	return code <= UINT32_MAX ? code : -1;
}

int64_t attribute_instant(const struct json *value)
{
	const char *text = json_string(value);
	int64_t instant;

	if (!text || !timefmt_parse_instant(text, &instant))
		instant = timefmt_instant_of(json_amount(value));
	return instant > 0 ? instant : 0;
}

const char *attribute_name(const struct json *value)
{
	const char *name = json_clean_string(value);

	return name ? name : "";
}
