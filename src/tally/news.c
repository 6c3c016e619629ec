/* SPDX-License-Identifier: BSD-2-Clause */
#include "tally/news.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const size_t texts[] = {
    offsetof(struct news, site),     offsetof(struct news, error_text),
    offsetof(struct news, job_type), offsetof(struct news, policy_type),
    offsetof(struct news, client),   offsetof(struct news, policy),
};
#define TEXTS (sizeof texts / sizeof texts[0])

static const char **text_at(struct news *news, size_t index)
{
	return (const char **)(void *)((char *)news + texts[index]);
}

/* Struct and strings in one block. */
static struct news *copy(const struct news *news)
{
	struct news original = *news, *made;
	size_t sizes[TEXTS], size = sizeof *news;
	char *at;

	for (size_t i = 0; i < TEXTS; i++) {
		const char *text = *text_at(&original, i);

		sizes[i] = text ? strlen(text) + 1 : 0;
		size += sizes[i];
	}
	made = mem_zalloc(1, size);
	*made = original;
	made->next = NULL;
	at = (char *)(made + 1);
	for (size_t i = 0; i < TEXTS; i++) {
		if (sizes[i] > 0)
			*text_at(made, i) = memcpy(at, *text_at(&original, i), sizes[i]);
		at += sizes[i];
	}
	return made;
}

static bool fits(const struct news_list *list, const struct news *news)
{
	return news->kind == NEWS_SITE_DOWN || news->kind == NEWS_SITE_UP || list->count < NEWS_MAX;
}

static void append(struct news_list *list, struct news *news)
{
	if (list->last)
		list->last->next = news;
	else
		list->first = news;
	list->last = news;
	list->count++;
}

void news_add(struct news_list *list, const struct news *news)
{
	if (fits(list, news))
		append(list, copy(news));
	else
		list->left_out[news->kind]++;
}

void news_move(struct news_list *list, struct news_list *from)
{
	struct news *news;

	for (size_t i = 0; i < NEWS_KINDS; i++)
		list->left_out[i] += from->left_out[i];
	while ((news = news_take(from)) != NULL) {
		if (fits(list, news)) {
			append(list, news);
		} else {
			list->left_out[news->kind]++;
			free(news);
		}
	}
	news_clear(from);
}

struct news *news_take(struct news_list *list)
{
	struct news *news = list->first;

	if (news) {
		list->first = news->next;
		if (!list->first)
			list->last = NULL;
		list->count--;
		news->next = NULL;
	}
	return news;
}

void news_clear(struct news_list *list)
{
	struct news *news;

	while ((news = news_take(list)) != NULL)
		free(news);
	memset(list, 0, sizeof *list);
}
