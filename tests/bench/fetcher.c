/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * fetcher URL KEY CA-FILE PATH...: a loop that fetches all pages of the lists PATH, each with a
 * query, one after the other with curl (gzip, one connection) and parses each with cJSON and plain
 * malloc, and does nothing else. It follows cursors, not offsets. Peer of the agent in the
 * benchmark. Prints pages, elements and nanoseconds of CPU and of time.
 */

#include <cjson/cJSON.h>
#include <curl/curl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cells.h"

struct body {
	char *text;
	size_t length;
	size_t capacity;
};

static uint64_t nanoseconds(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
	struct body *body = arg;
	size_t more = size * count;

	if (body->length + more > body->capacity) {
		body->capacity = (body->length + more) * 2;
		body->text = realloc(body->text, body->capacity);
		if (body->text == NULL)
			cells_fail("out of memory");
	}
	memcpy(body->text + body->length, data, more);
	body->length += more;
	return more;
}

static CURL *open_curl(const char *key, const char *ca_file, struct body *body)
{
	CURL *curl = curl_easy_init();
	struct curl_slist *headers = NULL;
	char authorization[200];

	snprintf(authorization, sizeof(authorization), "Authorization: %s", key);
	headers = curl_slist_append(headers, "Accept: application/vnd.netbackup+json;version=13.0");
	headers = curl_slist_append(headers, authorization);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file);
	curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
	return curl;
}

/* Fetches and parses a page. CURSOR is that of the page and becomes that of the next, "" = none. */
static int fetch_page(CURL *curl, struct body *body, const char *base, char *cursor, size_t size)
{
	char url[2000];
	long status = 0;
	int elements;
	char *after = curl_easy_escape(curl, cursor, 0);
	cJSON *page;
	const cJSON *next;

	snprintf(url, sizeof(url), "%s%s%s", base, *cursor ? "&page%5Bafter%5D=" : "", after);
	curl_free(after);
	body->length = 0;
	curl_easy_setopt(curl, CURLOPT_URL, url);
	if (curl_easy_perform(curl) != CURLE_OK ||
	    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK || status != 200)
		cells_fail("cannot fetch %s: status %ld", url, status);
	page = cJSON_ParseWithLength(body->text, body->length);
	if (page == NULL)
		cells_fail("cannot parse what came from %s", url);
	elements = cJSON_GetArraySize(cJSON_GetObjectItem(page, "data"));
	next = cJSON_GetObjectItem(
	    cJSON_GetObjectItem(cJSON_GetObjectItem(page, "meta"), "pagination"), "next");
	snprintf(cursor, size, "%s", cJSON_IsString(next) ? next->valuestring : "");
	cJSON_Delete(page);
	return elements;
}

int main(int argc, char **argv)
{
	static char base[1000], cursor[500];
	struct body body = {NULL, 0, 0};
	uint64_t began = nanoseconds(CLOCK_MONOTONIC), pages = 0, elements = 0;
	CURL *curl;

	if (argc < 5)
		cells_fail("usage: fetcher URL KEY CA-FILE PATH...");
	curl_global_init(CURL_GLOBAL_DEFAULT);
	curl = open_curl(argv[2], argv[3], &body);
	for (int i = 4; i < argc; i++) {
		snprintf(base, sizeof(base), "%s%s", argv[1], argv[i]);
		do {
			elements += (uint64_t)fetch_page(curl, &body, base, cursor, sizeof(cursor));
			pages++;
		} while (*cursor);
	}
	printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", pages, elements,
	       nanoseconds(CLOCK_PROCESS_CPUTIME_ID), nanoseconds(CLOCK_MONOTONIC) - began);
	return 0;
}
