/* SPDX-License-Identifier: BSD-2-Clause */
#include "api/job.h"

#include <cjson/cJSON.h>
#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "base/timefmt.h"
#include "base/utf8.h"

/* Doubles hold whole numbers exactly up to here; more kilobytes or files than that is not real. */
#define EXACT_MAX 9007199254740992.0
#define KILOBYTES_MAX (EXACT_MAX / 1024)

/* The cursor stands in the last part of a page, behind all jobs. */
#define PEEK_SIZE 4096

/* More than this for a page of 100 jobs, some 10 KiB each, is an attack or a mistake. */
#define PAGE_MEMORY_MAX ((size_t)64 * 1024 * 1024)

/* Sanitizers are to see each block by itself. */
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

/* A parsed document; all its memory is in the arena, unless that is NULL. */
struct document {
	cJSON *root;
	struct arena *arena;
};

struct job_page {
	struct document document;
	const cJSON *next; /* the job that job_page_read reads next */
	char *cursor;
};

/* Whether nothing but white space is left between AT and END. */
static bool only_space(const char *at, const char *end)
{
	for (; at < end; at++)
		if (!strchr(" \t\r\n", *at) || *at == '\0')
			return false;
	return true;
}

/* What cJSON takes its memory from; NULL = malloc. A document is thousands of blocks. */
static _Thread_local struct arena *parsing;

static void *take(size_t size)
{
	return parsing ? arena_alloc(parsing, size) : malloc(size);
}

static void give_back(void *memory)
{
	if (!parsing)
		free(memory);
}

static void set_hooks(void)
{
	cJSON_InitHooks(&(cJSON_Hooks){take, give_back});
}

static void free_document(struct document *document)
{
	if (document->arena)
		arena_free(document->arena);
	else
		cJSON_Delete(document->root);
	document->root = NULL;
	document->arena = NULL;
}

/* Parses TEXT into DOCUMENT, to be freed with free_document; false with COMPLAINT. */
static bool parse_object(struct document *document, const char *text, size_t length,
			 const char **complaint)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	const char *end = text;

	pthread_once(&once, set_hooks);
	document->arena = PLAIN ? NULL : arena_new(PAGE_MEMORY_MAX);
	parsing = document->arena;
	document->root = cJSON_ParseWithLengthOpts(text, length, &end, 0);
	parsing = NULL;
	if (!document->root && document->arena && arena_is_full(document->arena))
		*complaint = "takes more memory than a page of jobs can need";
	else if (!document->root)
		*complaint = "is not valid JSON, or was cut short";
	else if (!cJSON_IsObject(document->root))
		*complaint = "is JSON, but not an object";
	else if (!only_space(end, text + length))
		*complaint = "has something behind the JSON document";
	else
		return true;
	free_document(document);
	return false;
}

static const cJSON *member(const cJSON *object, const char *name)
{
	return cJSON_GetObjectItemCaseSensitive(object, name);
}

/*
 * The cursor is declared as a string; other scalars are taken by their text. An absent, null or
 * empty one ends the list. False when it is something that cannot be a cursor.
 */
static bool read_cursor(const cJSON *document, char **cursor)
{
	const cJSON *next = member(member(member(document, "meta"), "pagination"), "next");

	*cursor = NULL;
	if (!next || cJSON_IsNull(next))
		return true;
	if (cJSON_IsString(next) && next->valuestring[0] != '\0')
		*cursor = mem_strdup(next->valuestring);
	else if (cJSON_IsNumber(next) && isfinite(next->valuedouble))
		*cursor = mem_printf("%.0f", next->valuedouble);
	else
		return cJSON_IsString(next);
	return true;
}

struct job_page *job_page_parse(const char *text, size_t length, const char **complaint)
{
	struct document document;
	struct job_page *page;
	const cJSON *data;
	char *cursor = NULL;

	if (!parse_object(&document, text, length, complaint))
		return NULL;
	data = member(document.root, "data");
	if (data && !cJSON_IsArray(data) && !cJSON_IsNull(data))
		*complaint = "has data that is not a list";
	else if (!read_cursor(document.root, &cursor))
		*complaint = "has a cursor (meta.pagination.next) that is not a string";
	else {
		page = mem_zalloc(1, sizeof *page);
		page->document = document;
		page->next = cJSON_IsArray(data) ? data->child : NULL;
		/* The list ends with a page without jobs, whatever its cursor says. */
		if (page->next)
			page->cursor = cursor;
		else
			free(cursor);
		return page;
	}
	free_document(&document);
	return NULL;
}

/* The whole number in ITEM, written as a number or as a string of digits, or -1. */
static int64_t whole_number(const cJSON *item)
{
	double value = NAN;
	char *end;

	if (cJSON_IsNumber(item)) {
		value = item->valuedouble;
	} else if (cJSON_IsString(item) && item->valuestring[0] != '\0') {
		value = strtod(item->valuestring, &end);
		if (*end != '\0')
			value = NAN;
	}
	if (!isfinite(value) || value < 0 || value > EXACT_MAX || floor(value) != value)
		return -1;
	return (int64_t)value;
}

/* The attributes of a job that count. */
enum attribute {
	CLIENT_NAME,
	DEDUP_RATIO,
	END_TIME,
	JOB_ID,
	JOB_QUEUE_REASON,
	JOB_TYPE,
	KILOBYTES_TRANSFERRED,
	LAST_UPDATE_TIME,
	NUMBER_OF_FILES,
	POLICY_NAME,
	POLICY_TYPE,
	START_TIME,
	STATE,
	STATUS,
	ATTRIBUTE_COUNT
};

static const char *const attribute_names[ATTRIBUTE_COUNT] = {
    [CLIENT_NAME] = "clientName",
    [DEDUP_RATIO] = "dedupRatio",
    [END_TIME] = "endTime",
    [JOB_ID] = "jobId",
    [JOB_QUEUE_REASON] = "jobQueueReason",
    [JOB_TYPE] = "jobType",
    [KILOBYTES_TRANSFERRED] = "kilobytesTransferred",
    [LAST_UPDATE_TIME] = "lastUpdateTime",
    [NUMBER_OF_FILES] = "numberOfFiles",
    [POLICY_NAME] = "policyName",
    [POLICY_TYPE] = "policyType",
    [START_TIME] = "startTime",
    [STATE] = "state",
    [STATUS] = "status",
};

/* What a job has of them; NULL where it has none. */
struct attributes {
	const cJSON *of[ATTRIBUTE_COUNT];
};

/* ATTRIBUTE_COUNT when NAME does not count. */
static enum attribute find_attribute(const char *name)
{
	enum attribute i = 0;

	/* Most do not, which their first letter tells. */
	while (i < ATTRIBUTE_COUNT &&
	       (*name != *attribute_names[i] || strcmp(name, attribute_names[i]) != 0))
		i++;
	return i;
}

/*
 * A job has some 80 attributes: all that count are found in one pass. Should one come twice, the
 * first is taken.
 */
static void find_attributes(const cJSON *object, struct attributes *attributes)
{
	const cJSON *item;
	enum attribute attribute;

	memset(attributes, 0, sizeof *attributes);
	cJSON_ArrayForEach(item, object)
	{
		attribute = item->string ? find_attribute(item->string) : ATTRIBUTE_COUNT;
		if (attribute < ATTRIBUTE_COUNT && !attributes->of[attribute])
			attributes->of[attribute] = item;
	}
}

/* A counter of the job; absent, negative and absurd values are 0, so that they spoil no sum. */
static uint64_t read_amount(const cJSON *item, double max)
{
	if (!cJSON_IsNumber(item) || !(item->valuedouble > 0 && item->valuedouble <= max))
		return 0;
	return (uint64_t)item->valuedouble;
}

/* A percentage, from 0 to 100. */
static double read_ratio(const cJSON *item)
{
	if (!cJSON_IsNumber(item) || !(item->valuedouble > 0))
		return 0;
	return item->valuedouble < 100 ? item->valuedouble : 100;
}

/* The status code, or -1: it is a number and nothing else. */
static int64_t read_status(const cJSON *item)
{
	int64_t status = cJSON_IsNumber(item) ? whole_number(item) : -1;

	return status <= UINT32_MAX ? status : -1;
}

/* An instant, or 0; finished or not, 1970 means that there is none. */
static int64_t read_instant(const cJSON *item)
{
	int64_t instant;

	if (!cJSON_IsString(item) || !timefmt_parse_instant(item->valuestring, &instant))
		return 0;
	return instant > 0 ? instant : 0;
}

/* A name, in the page's own copy, which is made fit to be shown; FALLBACK when there is none. */
static const char *read_name(const cJSON *item, const char *fallback)
{
	if (!cJSON_IsString(item) || item->valuestring[0] == '\0')
		return fallback;
	utf8_clean(item->valuestring);
	return item->valuestring;
}

static enum job_state read_state(const cJSON *item)
{
	static const char *const states[] = {
	    [JOB_DONE] = "DONE",	   [JOB_QUEUED] = "QUEUED",
	    [JOB_ACTIVE] = "ACTIVE",	   [JOB_REQUEUED] = "REQUEUED",
	    [JOB_SUSPENDED] = "SUSPENDED", [JOB_INCOMPLETE] = "INCOMPLETE",
	};

	for (size_t i = 0; i < sizeof states / sizeof states[0]; i++)
		if (cJSON_IsString(item) && strcmp(item->valuestring, states[i]) == 0)
			return (enum job_state)i;
	return JOB_OTHER;
}

static void read_attributes(const struct attributes *attributes, struct job *job)
{
	const cJSON *const *of = attributes->of;

	job->id = whole_number(of[JOB_ID]);
	job->state = read_state(of[STATE]);
	job->type = read_name(of[JOB_TYPE], JOB_NONE);
	job->policy_type = read_name(of[POLICY_TYPE], JOB_NONE);
	job->policy = read_name(of[POLICY_NAME], "");
	job->client = read_name(of[CLIENT_NAME], "");
	job->started = read_instant(of[START_TIME]);
	job->ended = read_instant(of[END_TIME]);
	job->updated = read_instant(of[LAST_UPDATE_TIME]);
	job->bytes = read_amount(of[KILOBYTES_TRANSFERRED], KILOBYTES_MAX) * 1024;
	job->files = read_amount(of[NUMBER_OF_FILES], EXACT_MAX);
	job->dedup = (uint32_t)(read_ratio(of[DEDUP_RATIO]) * 100 + 0.5);
	job->queue_reason = (uint32_t)read_amount(of[JOB_QUEUE_REASON], UINT32_MAX);
}

enum job_result job_page_read(struct job_page *page, struct job *job)
{
	const cJSON *item = page->next;
	struct attributes attributes;
	int64_t status;

	if (!item)
		return JOB_END;
	page->next = item->next;
	find_attributes(member(item, "attributes"), &attributes);
	read_attributes(&attributes, job);
	if (job->id <= 0)
		job->id = whole_number(member(item, "id"));
	status = read_status(attributes.of[STATUS]);
	job->status = (uint32_t)status;
	if (job->state != JOB_DONE) {
		job->status = 0;
		job->ended = 0;
	}
	if (job->id <= 0 || (job->state == JOB_OTHER && status < 0) ||
	    (job->state == JOB_DONE && (status < 0 || job->ended == 0)))
		return JOB_SKIPPED;
	return JOB_READ;
}

const char *job_page_cursor(const struct job_page *page)
{
	return page->cursor;
}

void job_page_free(struct job_page *page)
{
	if (!page)
		return;
	free_document(&page->document);
	free(page->cursor);
	free(page);
}

char *job_peek_cursor(const char *text, size_t length)
{
	static const char before[] = "\"pagination\"", key[] = "\"next\"";
	const char *end = text + length, *at, *next, *close;

	if (length > PEEK_SIZE)
		text = end - PEEK_SIZE;
	at = memmem(text, (size_t)(end - text), before, sizeof before - 1);
	at = at ? memmem(at, (size_t)(end - at), key, sizeof key - 1) : NULL;
	if (!at)
		return NULL;
	for (next = at + sizeof key - 1; next < end && strchr(" \t\r\n:", *next) && *next; next++)
		;
	if (next == end || *next != '"')
		return NULL;
	next++;
	close = memchr(next, '"', (size_t)(end - next));
	/* An escaped character is left to the parser. */
	if (!close || close == next || memchr(next, '\\', (size_t)(close - next)))
		return NULL;
	return mem_printf("%.*s", (int)(close - next), next);
}

char *job_error_text(const char *text, size_t length)
{
	const char *complaint;
	const cJSON *code, *message, *detail;
	struct document document;
	char *result = NULL;

	if (!parse_object(&document, text, length, &complaint))
		return NULL;
	code = member(document.root, "errorCode");
	message = member(document.root, "errorMessage");
	detail = member(document.root, "errorDetails");
	detail = cJSON_IsArray(detail) ? detail->child : NULL;
	if (cJSON_IsString(message))
		result = mem_printf("%.0f %s%s%s", cJSON_IsNumber(code) ? code->valuedouble : 0,
				    message->valuestring, cJSON_IsString(detail) ? ": " : "",
				    cJSON_IsString(detail) ? detail->valuestring : "");
	free_document(&document);
	return result;
}
