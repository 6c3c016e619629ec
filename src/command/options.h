/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

#include "command/terminal.h"
#include "config/config.h"

/* Exit codes of the program. */
enum { OPTIONS_EXIT_FINE = 0, OPTIONS_EXIT_FAILED = 1, OPTIONS_EXIT_USAGE = 2 };

/* What the command line asks for. */
struct options {
	const char *file; /* the configuration file */
	bool check;
	bool once;
	const char *site; /* of --once; NULL = all */
	bool json;	  /* of --once, like the next */
	unsigned tables;  /* see report.h */
	enum terminal_colour colour;
	bool watch;
	int watch_seconds; /* 0 = as the configuration says */
	bool detach;
	int verbosity;
	bool doctor;	  /* site and json are also of it */
	const char *user; /* of --doctor, like the next two; see doctor.h */
	const char *snmpd;
	const char *community;
	const char *fetch_ca;	 /* a url; NULL = it is not asked for */
	const char *fingerprint; /* of --fetch-ca, like the next; NULL = none */
	const char *output;
};

/*
 * Reads the command line into OPTIONS. Ends the program after --help and --version, and with
 * OPTIONS_EXIT_USAGE after an error.
 */
void options_read(struct options *options, int argc, char **argv);

/*
 * Opens the log with the target and the level that follow from OPTIONS and CONFIG; NULL = there is
 * no configuration, and the log goes to standard error.
 */
void options_open_log(const struct options *options, const struct config *config);

#endif
