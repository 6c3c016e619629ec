/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/json.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/utf8.h"

/* A page of 100 jobs, some 10 KiB each, needs far less. More is an attack or a mistake. */
#define MEMORY_MAX ((size_t)64 * 1024 * 1024)

/* Under a sanitizer each block comes from malloc, so that it is watched by itself. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define PLAIN true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define PLAIN true
#endif
#endif
#ifndef PLAIN
#define PLAIN false
#endif

struct json_document {
	cJSON *root;
	struct arena *arena; /* has all memory of ROOT; NULL = malloc was used */
};

/* More than this a thread does not keep from one page to the next. */
#define SPARE_MAX ((size_t)4 * 1024 * 1024)

/* The arena of the thread's last document. A page takes as much memory as the page before. */
static _Thread_local struct arena *spare;

/* What cJSON takes its memory from; NULL = malloc. A document is thousands of blocks. */
static _Thread_local struct arena *parsing;

static void *take(size_t size)
{
	return parsing ? arena_alloc(parsing, size) : mem_malloc(size);
}

static void give_back(void *memory)
{
	if (!parsing)
		free(memory);
}

/* NULL = malloc is to be used. */
static struct arena *take_arena(void)
{
	struct arena *arena = spare;

	spare = NULL;
	return arena || PLAIN ? arena : arena_new(MEMORY_MAX);
}

static void give_back_arena(struct arena *arena)
{
	json_forget();
	spare = arena;
	arena_reset(arena, SPARE_MAX);
}

static void set_hooks(void)
{
	cJSON_InitHooks(&(cJSON_Hooks){take, give_back});
}

/* A struct json is a cJSON under another name, so that the library's types stay in this file. */
static const cJSON *item_of(const struct json *value)
{
	return (const cJSON *)value;
}

static const struct json *value_of(const cJSON *item)
{
	return (const struct json *)item;
}

/* Whether nothing but white space is left between AT and END. */
static bool only_space(const char *at, const char *end)
{
	for (; at < end; at++)
		if (!strchr(" \t\r\n", *at) || *at == '\0')
			return false;
	return true;
}

struct json_document *json_parse(const char *text, size_t length, const char **complaint)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct json_document *document = mem_zalloc(1, sizeof *document);
	const char *end = text;

	pthread_once(&once, set_hooks);
	document->arena = take_arena();
	parsing = document->arena;
	document->root = cJSON_ParseWithLengthOpts(text, length, &end, 0);
	parsing = NULL;
	if (!document->root && document->arena && arena_is_full(document->arena))
		*complaint = "takes more memory than a page of a list can need";
	else if (!document->root)
		*complaint = "is not valid JSON, or was cut short";
	else if (!cJSON_IsObject(document->root))
		*complaint = "is JSON, but not an object";
	else if (!only_space(end, text + length))
		*complaint = "has something behind the JSON document";
	else
		return document;
	json_free(document);
	return NULL;
}

void json_free(struct json_document *document)
{
	if (!document)
		return;
	if (document->arena)
		give_back_arena(document->arena);
	else
		cJSON_Delete(document->root);
	free(document);
}

void json_forget(void)
{
	arena_free(spare);
	spare = NULL;
}

const struct json *json_root(const struct json_document *document)
{
	return value_of(document->root);
}

bool json_is_none(const struct json *value)
{
	return !value || cJSON_IsNull(item_of(value));
}

bool json_is_list(const struct json *value)
{
	return cJSON_IsArray(item_of(value));
}

const struct json *json_first(const struct json *list)
{
	return json_is_list(list) ? value_of(item_of(list)->child) : NULL;
}

const struct json *json_next(const struct json *element)
{
	return element ? value_of(item_of(element)->next) : NULL;
}

void json_each_string(const struct json *value, void (*visit)(const char *text, void *arg),
		      void *arg)
{
	const cJSON *item = item_of(value), *part;

	if (cJSON_IsString(item))
		visit(item->valuestring, arg);
	else
		/* The library limits how deep a document may be. */
		cJSON_ArrayForEach(part, item) json_each_string(value_of(part), visit, arg);
}

const struct json *json_member(const struct json *object, const char *name)
{
	return value_of(cJSON_GetObjectItemCaseSensitive(item_of(object), name));
}

/* The place of NAME in NAMES; COUNT when it is not there. */
static size_t find_name(const char *name, const char *const *names, size_t count)
{
	size_t i = 0;

	/* Most are not there, and mostly their first letter tells. */
	while (i < count && (*name != *names[i] || strcmp(name, names[i]) != 0))
		i++;
	return i;
}

void json_members(const struct json *object, const char *const *names, size_t count,
		  const struct json **values)
{
	const cJSON *item;

	memset(values, 0, count * sizeof *values);
	cJSON_ArrayForEach(item, item_of(object))
	{
		size_t i = item->string ? find_name(item->string, names, count) : count;

		if (i < count && !values[i])
			values[i] = value_of(item);
	}
}

bool json_is_true(const struct json *value)
{
	const char *text = json_string(value);

	return cJSON_IsTrue(item_of(value)) || (text && strcasecmp(text, "true") == 0);
}

const char *json_string(const struct json *value)
{
	return cJSON_IsString(item_of(value)) ? item_of(value)->valuestring : NULL;
}

const char *json_clean_string(const struct json *value)
{
	if (!json_string(value))
		return NULL;
	utf8_clean(item_of(value)->valuestring);
	return item_of(value)->valuestring;
}

const char *json_word(const struct json *value)
{
	char *word = (char *)json_clean_string(value);

	if (word)
		utf8_capitals(word);
	return word;
}

double json_number(const struct json *value)
{
	return cJSON_IsNumber(item_of(value)) ? item_of(value)->valuedouble : NAN;
}

double json_amount(const struct json *value)
{
	const char *text = json_string(value);
	double number;
	char *end;

	if (!text)
		return json_number(value);
	/* Neither hexadecimal nor the words for infinity and for what is no number. */
	if (text[0] == '\0' || text[strspn(text, "0123456789+-.eE")] != '\0')
		return NAN;
	number = strtod(text, &end);
	return *end == '\0' ? number : NAN;
}

int64_t json_whole(const struct json *value)
{
	double number = json_amount(value);

	if (!isfinite(number) || number < 0 || number > JSON_EXACT_MAX || floor(number) != number)
		return -1;
	return (int64_t)number;
}
