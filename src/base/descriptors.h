/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef DESCRIPTORS_H
#define DESCRIPTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The file descriptors that the process may have, and how they are dealt out to the sites. What is
 * neither held nor taken is for SNMP, the log and a reload. Any thread may call these functions,
 * but descriptors_start. Before that, nothing is set aside.
 */

/* What a site holds as long as its store is open: the database, its write-ahead log, its lock. */
#define DESCRIPTORS_STORE 3

/*
 * What a site takes in addition while it is at work: two by which its wait is ended, and what a
 * connection needs while it comes about. A name that is looked up has two for its thread, and two
 * sockets or files; then an IPv4 and an IPv6 address are tried at once.
 */
#define DESCRIPTORS_WORK 6

/* What is said wherever there are too few. */
#define DESCRIPTORS_REMEDY "raise LimitNOFILE (systemd.exec(5))"

#define DESCRIPTORS_TEXT_SIZE 200

/*
 * Raises the limit of the process as far as it may, and sets aside what is open now and some more.
 * False with errno where too few are free for a start.
 */
bool descriptors_start(void);

/* How many the process may have now. */
int64_t descriptors_limit(void);

/*
 * There are SITES sites from now on. Those at work leave to the others what these hold. True where
 * all can be at work at the same time. Else TEXT is for the log: what it means, and the remedy.
 */
bool descriptors_plan(size_t sites, char text[DESCRIPTORS_TEXT_SIZE]);

/* Says why descriptors_hold was refused. */
void descriptors_explain(char text[DESCRIPTORS_TEXT_SIZE]);

/*
 * COUNT descriptors for as long as the site is there; false where they are not left. Some are
 * always kept for sites at work. To be given back with descriptors_release.
 */
bool descriptors_hold(unsigned count);
void descriptors_release(unsigned count);

/* Whether COUNT can be held when those at work have given back what they take. */
bool descriptors_will_be_left(unsigned count);

/*
 * COUNT descriptors for a while; false where others have them now. Who is alone always gets them.
 * To be given back with descriptors_give.
 */
bool descriptors_take(unsigned count);
void descriptors_give(unsigned count);

/* Says that somebody begins or ends to wait for his turn; and whether anybody does. */
void descriptors_wait(bool begins);
bool descriptors_wanted(void);

/* Whether ERROR, an error number of the system, means that there are none. */
bool descriptors_are_meant(int error);

/* What is to be said behind ERROR: the remedy where it means that there are none, else "". */
const char *descriptors_advice(int error);

/* Whether fewer are free than somebody at work may need. That may be why a library has failed. */
bool descriptors_are_scarce(void);

#endif
