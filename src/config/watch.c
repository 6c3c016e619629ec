/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/watch.h"

#include <fnmatch.h>

const struct config_watch *watch_find(const struct config_watch_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++)
		if (fnmatch(list->watches[i].pattern, name, 0) == 0)
			return &list->watches[i];
	return NULL;
}
