/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_match.h"

#include <stdio.h>
#include <string.h>

#include "sim_time.h"

/* A bit for what a comparison may come to. */
enum {
	LESS = 1,
	EQUAL = 2,
	MORE = 4,
};

enum {
	TEXTS = 1 << EQUAL,
	TEXTS_BOTH = TEXTS | 1 << (LESS | MORE),
	SPANS = 1 << (MORE | EQUAL) | 1 << (LESS | EQUAL),
	TIMES = SPANS | 1 << MORE | 1 << LESS,
};

static const struct {
	const char *name;
	unsigned comparison;
} words[] = {
    {"eq", EQUAL}, {"ne", LESS | MORE},	 {"gt", MORE},
    {"lt", LESS},  {"ge", MORE | EQUAL}, {"le", LESS | EQUAL},
};

/* What the vendor's server filters by, of what is of use to a client that watches. */
static const struct {
	enum sim_resource resource;
	const char *name;
	unsigned comparisons; /* a bit for each that is allowed */
	bool is_time;
} fields[] = {
    {SIM_STORAGE_UNITS, "name", TEXTS_BOTH, false},
    {SIM_STORAGE_UNITS, "storageCategory", TEXTS, false},
    {SIM_DISK_POOLS, "name", TEXTS_BOTH, false},
    {SIM_DISK_POOLS, "storageCategory", TEXTS, false},
    {SIM_STORAGE_SERVERS, "name", TEXTS_BOTH, false},
    {SIM_STORAGE_SERVERS, "storageCategory", TEXTS, false},
    {SIM_DRIVES, "driveStatus", TEXTS_BOTH, false},
    {SIM_TAPE_MEDIA, "volumePool", TEXTS_BOTH, false},
    {SIM_TAPE_MEDIA, "mediaStatus", TEXTS_BOTH, false},
    {SIM_TAPE_MEDIA, "mediaType", TEXTS_BOTH, false},
    {SIM_VOLUME_POOLS, "volumePoolName", TEXTS_BOTH, false},
    {SIM_VOLUME_POOLS, "poolType", TEXTS_BOTH, false},
    {SIM_ANOMALIES, "id", TEXTS, false},
    {SIM_ANOMALIES, "anomalyStatus", TEXTS, false},
    {SIM_ANOMALIES, "anomalySeverity", TEXTS_BOTH, false},
    {SIM_ANOMALIES, "clientName", TEXTS, false},
    {SIM_ANOMALIES, "policyName", TEXTS, false},
    {SIM_ANOMALIES, "createdDateTime", TIMES, true},
    {SIM_API_KEYS, "userName", TEXTS, false},
    {SIM_API_KEYS, "createdDateTime", SPANS, true},
    {SIM_API_KEYS, "expiryDateTime", SPANS, true},
    {SIM_SCANS, "client", TEXTS, false},
    {SIM_SCANS, "scanResult", TEXTS, false},
};

static bool take_word(const char **at, char *word, size_t room)
{
	size_t size;

	*at += strspn(*at, " ");
	size = strcspn(*at, " ");
	if (!size || size >= room)
		return false;
	memcpy(word, *at, size);
	word[size] = '\0';
	*at += size;
	return true;
}

static bool take_field(const char **at, enum sim_resource resource, struct sim_term *term,
		       unsigned *allowed)
{
	char word[40];

	if (!take_word(at, word, sizeof(word)))
		return false;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		if (fields[i].resource != resource || strcmp(fields[i].name, word) != 0)
			continue;
		term->field = fields[i].name;
		term->is_time = fields[i].is_time;
		*allowed = fields[i].comparisons;
		return true;
	}
	return false;
}

static bool take_comparison(const char **at, struct sim_term *term, unsigned allowed)
{
	char word[4];

	if (!take_word(at, word, sizeof(word)))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].name, word) == 0)
			term->comparison = words[i].comparison;
	return allowed >> term->comparison & 1 && term->comparison;
}

static bool take_value(const char **at, struct sim_term *term)
{
	const char *end;

	if (term->is_time)
		return take_word(at, term->json, sizeof(term->json)) &&
		       sim_time_parse(term->json, &term->ms);
	*at += strspn(*at, " ");
	if (**at != '\'')
		return false;
	end = strchr(*at + 1, '\'');
	if (!end || (size_t)(end - *at) >= sizeof(term->json) - 2)
		return false;
	snprintf(term->json, sizeof(term->json), "\"%.*s\"", (int)(end - *at - 1), *at + 1);
	*at = end + 1;
	return !**at || **at == ' ';
}

bool sim_match_parse(struct sim_match *match, enum sim_resource resource, const char *text)
{
	char word[4] = "and";

	*match = (struct sim_match){0};
	do {
		struct sim_term *term = &match->terms[match->count];
		unsigned allowed;

		if (match->count == SIM_MATCH_TERMS || strcmp(word, "and") != 0 ||
		    !take_field(&text, resource, term, &allowed) ||
		    !take_comparison(&text, term, allowed) || !take_value(&text, term))
			return false;
		match->count++;
	} while (take_word(&text, word, sizeof(word)));
	return !*text;
}

bool sim_match_fits(const struct sim_term *term, const char *json, size_t size)
{
	char text[SIM_TIME_SIZE];
	int64_t ms;

	if (!term->is_time)
		return term->comparison ==
		       (size == strlen(term->json) && memcmp(term->json, json, size) == 0
			    ? EQUAL
			    : LESS | MORE);
	if (size < 2 || size > sizeof(text))
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)size - 2, json + 1);
	if (!sim_time_parse(text, &ms))
		return false;
	if (ms == term->ms)
		return term->comparison & EQUAL;
	return term->comparison & (ms < term->ms ? LESS : MORE);
}
