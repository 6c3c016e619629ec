/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_farm.h"

#include <stdlib.h>
#include <sys/resource.h>

/* The socket and what wakes its thread; two connections. And what the process has besides. */
enum {
	DESCRIPTORS_EACH = 4,
	DESCRIPTORS_MORE = 32,
};

struct sim_farm {
	int count;
	struct member {
		struct sim_options options;
		struct sim_server *server; /* NULL behind the first that could not be opened */
	} members[];
};

static bool raise_limit(int count)
{
	rlim_t need = (rlim_t)count * DESCRIPTORS_EACH + DESCRIPTORS_MORE;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= need)
		return true;
	fprintf(stderr,
		"nbu-sim: %d primaries need %llu descriptors, and no more than %llu are "
		"allowed (ulimit -Hn)\n",
		count, (unsigned long long)need, (unsigned long long)limit.rlim_cur);
	return false;
}

struct sim_farm *sim_farm_open(const struct sim_options *options, int count)
{
	struct sim_farm *farm = NULL;

	if (count == 1 || raise_limit(count))
		farm = calloc(1, sizeof(*farm) + (size_t)count * sizeof(farm->members[0]));
	if (!farm)
		return NULL;
	farm->count = count;
	for (int i = 0; i < count; i++) {
		struct member *member = &farm->members[i];

		member->options = *options;
		member->options.world.seed += (uint64_t)i;
		member->server = sim_server_open(&member->options);
		if (!member->server) {
			sim_farm_close(farm);
			return NULL;
		}
	}
	return farm;
}

bool sim_farm_start(struct sim_farm *farm)
{
	for (int i = 0; i < farm->count; i++)
		if (!sim_server_start(farm->members[i].server))
			return false;
	return true;
}

struct sim_server *sim_farm_server(struct sim_farm *farm, int i)
{
	return i < farm->count ? farm->members[i].server : NULL;
}

void sim_farm_close(struct sim_farm *farm)
{
	for (int i = 0; i < farm->count && farm->members[i].server; i++)
		sim_server_close(farm->members[i].server);
	free(farm);
}
