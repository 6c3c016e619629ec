/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/config.h"

#include <stdlib.h>
#include <string.h>

#include "config/key.h"
#include "config/parse.h"
#include "config/text.h"

struct config *config_load(const char *file, char error[CONFIG_ERROR_SIZE])
{
	struct config *config = NULL;
	struct text text;

	error[0] = '\0';
	if (text_read(&text, file, error))
		config = parse_config(&text, error);
	if (config)
		text_check_exposed_keys(&text, error);
	text_clear(&text);
	if (error[0] != '\0') {
		config_free(config);
		config = NULL;
	}
	return config;
}

const struct config_site *config_find_site(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->site_count; i++)
		if (strcmp(config->sites[i]->name, name) == 0)
			return config->sites[i];
	return NULL;
}

static bool same_watches(const struct config_watch_list *a, const struct config_watch_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!key_all_equal(KEY_OF_WATCH, &a->watches[i], &b->watches[i]) ||
		    a->watches[i].expected != b->watches[i].expected)
			return false;
	return true;
}

bool config_site_equal(const struct config_site *a, const struct config_site *b)
{
	return key_all_equal(KEY_OF_SITE, a, b) && same_watches(&a->policies, &b->policies) &&
	       same_watches(&a->clients, &b->clients);
}

void config_keep_unchanged(struct config *new, struct config *old)
{
	for (size_t i = 0; i < new->site_count; i++) {
		for (size_t j = 0; j < old->site_count; j++) {
			struct config_site *site = old->sites[j];

			if (!config_site_equal(new->sites[i], site))
				continue;
			old->sites[j] = new->sites[i];
			new->sites[i] = site;
			break;
		}
	}
}

static void clear_watches(struct config_watch_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		key_clear_all(KEY_OF_WATCH, &list->watches[i]);
	free(list->watches);
}

void config_free(struct config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->site_count; i++) {
		clear_watches(&config->sites[i]->policies);
		clear_watches(&config->sites[i]->clients);
		key_clear_all(KEY_OF_SITE, config->sites[i]);
		free(config->sites[i]);
	}
	free(config->sites);
	key_clear_all(KEY_OF_FILE, config);
	free(config);
}
