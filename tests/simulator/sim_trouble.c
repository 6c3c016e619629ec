/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_trouble.h"

#include <stdio.h>
#include <string.h>

static const struct {
	const char *name;
	int status;
	bool replaces; /* the whole answer, of which a request can have only one */
} forms[SIM_TROUBLES] = {
    [SIM_TROUBLE_401] = {"401", 401, true},
    [SIM_TROUBLE_403] = {"403", 403, true},
    [SIM_TROUBLE_404] = {"404", 404, true},
    [SIM_TROUBLE_406] = {"406", 406, true},
    [SIM_TROUBLE_429] = {"429", 429, true},
    [SIM_TROUBLE_500] = {"500", 500, true},
    [SIM_TROUBLE_503] = {"503", 503, true},
    [SIM_TROUBLE_RESET] = {"reset", 0, true},
    [SIM_TROUBLE_HTML] = {"html", 0, true},
    [SIM_TROUBLE_BARE_OBJECT] = {"bare-object", 0, true},
    [SIM_TROUBLE_ERROR_200] = {"error-200", 200, true},
    [SIM_TROUBLE_TRUNCATE] = {"truncate", 0, false},
    [SIM_TROUBLE_EMPTY] = {"empty", 0, false},
    [SIM_TROUBLE_IGNORE_OFFSET] = {"ignore-offset", 0, false},
    [SIM_TROUBLE_SHORT_PAGES] = {"short-pages", 0, false},
    [SIM_TROUBLE_NO_META] = {"no-meta", 0, false},
    [SIM_TROUBLE_NEXT_NUMBER] = {"next-number", 0, false},
    [SIM_TROUBLE_NEXT_TEXT] = {"next-text", 0, false},
    [SIM_TROUBLE_NEXT_LINK] = {"next-link", 0, false},
};

enum sim_trouble sim_trouble_find(const char *name)
{
	int i = 0;

	while (i < SIM_TROUBLES && strcmp(forms[i].name, name) != 0)
		i++;
	return (enum sim_trouble)i;
}

bool sim_trouble_reaches(const char *folder, const char *path)
{
	size_t size = strlen(folder);

	return strncmp(folder, path, size) == 0 && (!path[size] || path[size] == '/');
}

bool sim_trouble_add(struct sim_troubles *troubles, const char *path, enum sim_trouble trouble,
		     int64_t times)
{
	int i = troubles->count;

	if (i == SIM_TROUBLE_MOST || strlen(path) >= SIM_TROUBLE_PATH_SIZE)
		return false;
	snprintf(troubles->list[i].path, SIM_TROUBLE_PATH_SIZE, "%s", path);
	troubles->list[i].trouble = trouble;
	troubles->list[i].left = times;
	troubles->count++;
	return true;
}

uint32_t sim_trouble_take(struct sim_troubles *troubles, const char *path)
{
	bool replaced = false;
	uint32_t hits = 0;

	for (int i = 0; i < troubles->count; i++) {
		enum sim_trouble trouble = troubles->list[i].trouble;
		bool replaces = forms[trouble].replaces;

		if (!troubles->list[i].left || (replaces && replaced) ||
		    !sim_trouble_reaches(troubles->list[i].path, path))
			continue;
		replaced = replaced || replaces;
		hits |= 1U << trouble;
		if (troubles->list[i].left > 0)
			troubles->list[i].left--;
	}
	return hits;
}

int sim_trouble_status(enum sim_trouble trouble)
{
	return forms[trouble].status;
}
