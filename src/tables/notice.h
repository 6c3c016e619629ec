/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef NOTICE_H
#define NOTICE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * What people should know of a site although it is no error: nbuSiteNotice. Pure.
 */

/* An SnmpAdminString holds 255 octets. */
#define NOTICE_SIZE 256

/* So many days before its end a server's certificate is worth a notice. */
#define NOTICE_CERTIFICATE_DAYS 30

/* What stands between two notices. No notice has it in itself. */
#define NOTICE_BETWEEN "; "

/* The facts; all that is 0 or NULL is well. */
struct notice_facts {
	const char *lost_file; /* the store's file, which is not where it was */
	bool waits;	       /* for file descriptors, which other sites have */
	bool no_jobs;	       /* the server lists no job, and none is held */
	int64_t certificate;   /* when that of the server ends */
	const char *skipped;   /* how many jobs cannot be used, and why */
	int64_t skew;	       /* seconds, server's clock less local clock */
	int64_t listed;	       /* seconds: the server's list goes back for so long only */
	int64_t window;	       /* seconds */
	uint32_t clients_left_out;
};

/*
 * Writes the notices of FACTS, the most important first. "" = all is well. NOW is an instant of the
 * local clock. What does not fit is cut between two characters of UTF-8.
 */
void notice_write(const struct notice_facts *facts, int64_t now, char text[NOTICE_SIZE]);

#endif
