/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

#include "config/config.h"

/* What the program ends with. */
enum { OPTIONS_EXIT_FINE = 0, OPTIONS_EXIT_FAILED = 1, OPTIONS_EXIT_USAGE = 2 };

/* What the command line asks for. */
struct options {
	const char *file; /* of the configuration */
	bool check;
	bool once;
	const char *site; /* of --once; NULL = all */
	bool json;	  /* of --once, like the next */
	unsigned tables;  /* see report.h */
	bool detach;
	int verbosity;
};

/*
 * Reads the command line into OPTIONS. Ends the program where that is what it asks for (--help),
 * and with OPTIONS_EXIT_USAGE where it cannot be understood.
 */
void options_read(struct options *options, int argc, char **argv);

/* Opens the log as OPTIONS and CONFIG together say. */
void options_open_log(const struct options *options, const struct config *config);

#endif
