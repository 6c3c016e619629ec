/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_TROUBLE_H
#define SIM_TROUBLE_H

#include <stdbool.h>
#include <stdint.h>

/* What goes wrong with the lists of resources. Faults of the list of jobs are in sim_fault. */
enum sim_trouble {
	SIM_TROUBLE_401,
	SIM_TROUBLE_403,
	SIM_TROUBLE_404,
	SIM_TROUBLE_406,
	SIM_TROUBLE_429,
	SIM_TROUBLE_500,
	SIM_TROUBLE_503,
	SIM_TROUBLE_RESET,
	SIM_TROUBLE_HTML,
	SIM_TROUBLE_BARE_OBJECT,
	SIM_TROUBLE_ERROR_200,
	SIM_TROUBLE_TRUNCATE,
	SIM_TROUBLE_EMPTY,
	SIM_TROUBLE_IGNORE_OFFSET,
	SIM_TROUBLE_SHORT_PAGES,
	SIM_TROUBLE_NO_META,
	SIM_TROUBLE_NEXT_NUMBER,
	SIM_TROUBLE_NEXT_TEXT,
	SIM_TROUBLE_NEXT_LINK,
	SIM_TROUBLES,
};

enum {
	SIM_TROUBLE_MOST = 64,
	SIM_TROUBLE_PATH_SIZE = 64,
};

struct sim_troubles {
	int count;
	struct {
		char path[SIM_TROUBLE_PATH_SIZE]; /* of a list, or of a folder of lists */
		enum sim_trouble trouble;
		int64_t left; /* how often it still strikes, -1 for ever */
	} list[SIM_TROUBLE_MOST];
};

/* The trouble of that name, SIM_TROUBLES for none. */
enum sim_trouble sim_trouble_find(const char *name);

/* Whether `path` is `folder` or is in it. */
bool sim_trouble_reaches(const char *folder, const char *path);

/* `times` -1 is for ever. False when there are too many, or the path is too long. */
bool sim_trouble_add(struct sim_troubles *troubles, const char *path, enum sim_trouble trouble,
		     int64_t times);

/* What strikes a request for that list: a bit for each. Uses it up. */
uint32_t sim_trouble_take(struct sim_troubles *troubles, const char *path);

/* The status of the answer that a trouble is, 0 when it is another thing. */
int sim_trouble_status(enum sim_trouble trouble);

static inline bool sim_trouble_hit(uint32_t hits, enum sim_trouble trouble)
{
	return hits >> trouble & 1;
}

#endif
