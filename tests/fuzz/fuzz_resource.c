/* SPDX-License-Identifier: BSD-2-Clause */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "resources/held.h"
#include "resources/resources.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static const struct field_clock now = {.now = INT64_C(1782871200000),
				       .window_start = INT64_C(1782784800000)};

/* What has been kept of a row is read again as the same. */
static void check_kept(const struct resource *resource, const void *row)
{
	char *text = resource_write(resource, row), *again = mem_strdup(text), *second;
	void *copy = mem_zalloc(1, resource->row_size);

	assert(utf8_valid(text));
	resource_parse(resource, again, copy);
	second = resource_write(resource, copy);
	assert(strcmp(text, second) == 0);
	free(second);
	free(copy);
	free(again);
	free(text);
}

static void check_row(const void *row, void *arg)
{
	check_kept(arg, row);
}

/* The page TEXT, taken for one of RESOURCE. */
static void read_page(const struct resource *resource, const char *text, size_t size)
{
	const char *complaint, *member = resource->list.member ? resource->list.member : "data";
	struct page *page = page_parse_member(text, size, member, &complaint);
	struct held *held = held_new(resource), *none = held_new(resource);
	struct event_list events = {.first = NULL};
	void *row = mem_zalloc(1, resource->row_size);
	const struct json *element;

	while (page && (element = page_next(page)) != NULL) {
		if (resource->is_end)
			resource->is_end(element, &now);
		if (resource_read(resource, element, &now, row))
			held_take(held, row);
	}
	held_watch(held, none, false, "paris", &events);
	held_each(held, check_row, (void *)(uintptr_t)resource);
	event_clear(&events);
	held_free(none);
	held_free(held);
	free(row);
	page_free(page);
}

/* The first byte says which resource; TEXT may be a page, or a row on disk. */
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	const struct resource *resource = resources_all[size ? data[0] % RESOURCE_COUNT : 0];
	char *text = malloc(size + 1);
	void *row = mem_zalloc(1, resource->row_size);

	memcpy(text, data, size);
	text[size] = '\0';
	if (size > 1)
		read_page(resource, text + 1, size - 1);
	resource_parse(resource, text, row);
	free(row);
	free(text);
	return 0;
}
