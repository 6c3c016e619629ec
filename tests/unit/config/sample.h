/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <sys/types.h>

#include "config/config.h"

/* Configuration files for tests, and what must come of them. */

#define SAMPLE_KEY "A-secret_KEY.0123456789"
#define SAMPLE_SITE "url = \"https://paris:1556/netbackup\"\napi-key-file = \"%/key\"\n"

/*
 * Makes a scratch folder with the files that the texts of the tests name: key and ca.pem. To be
 * removed with scratch_remove. % in a text stands for the folder.
 */
void sample_begin(void);

/* Writes TEXT to the file NAME; the path is of scratch_write. */
const char *sample_write(const char *name, mode_t mode, const char *text);

/* The configuration of TEXT, which has to be right. */
struct config *sample_load(const char *text);

/* A site with OF_SITE in its section, behind OF_FILE. */
struct config *sample_load_site(const char *of_file, const char *of_site);

/* A text that is wrong. */
struct sample_wrong {
	const char *text;
	int line;	  /* of the error; 0 = it names none */
	const char *part; /* of the error, behind "FILE:LINE: " */
};

/* Checks that the text is refused with that error, on one line, which tells no secret. */
void sample_check_wrong(const struct sample_wrong *wrong);

/* EXPECTED is a line for each: the pattern, its age and '!' where it is expected. */
void sample_check_watches(const struct config_watch_list *list, const char *expected);

void sample_check_notify(const struct config *config, bool site, bool job_failed,
			 bool policy_overdue);

#endif
