/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * resweep CONFIGURATION: sweeps the first site of the configuration twice into a store in memory,
 * by the modules of the agent, and prints what the second time cost, when nothing had changed: jobs
 * received, rows of jobs written, and nanoseconds of CPU.
 */

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "cells.h"
#include "config/config.h"
#include "site/fetch.h"
#include "api/http.h"
#include "api/netbackup.h"
#include "store/store.h"
#include "base/timefmt.h"

static uint64_t cpu(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

int main(int argc, char **argv)
{
	struct fetch fetch = {.report = NULL};
	char error[CONFIG_ERROR_SIZE];
	struct config *config;
	struct netbackup *netbackup;
	struct store *store;
	struct fault fault = {.text = "nothing"};
	uint64_t written = 0, began = 0;

	if (argc != 2)
		cells_fail("usage: resweep CONFIGURATION");
	config = config_load(argv[1], error);
	if (config == NULL)
		cells_fail("%s", error);
	http_global_init();
	netbackup = netbackup_open(config->sites[0]);
	store = store_open(STORE_MEMORY, config->sites[0], &fault);
	for (int i = 0; i < 2; i++) {
		began = cpu();
		written = store ? store_written(store) : 0;
		if (store == NULL ||
		    !fetch_run(&fetch, netbackup, store, config->sites[0], timefmt_now(), &fault))
			cells_fail("%s", fault.text);
		/* As if the server could not tell what has changed: all is fetched again. */
		snprintf(fetch.blind, sizeof fetch.blind, "%s", netbackup_version(netbackup));
	}
	printf("%" PRIu64 " %" PRIu64 " %" PRIu64 "\n", fetch.jobs, store_written(store) - written,
	       cpu() - began);
	fetch_clear(&fetch);
	store_close(store);
	netbackup_close(netbackup);
	http_global_cleanup();
	config_free(config);
	return 0;
}
