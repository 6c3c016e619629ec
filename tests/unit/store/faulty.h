/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef FAULTY_H
#define FAULTY_H

#include <stdbool.h>

/*
 * A disk that fails when a test wants it to: SQLite's own access to files, with a fault at the n-th
 * call of a kind. What is written and not synced yet is remembered, so that it can be lost as in a
 * power cut. Nothing is really synced, as that takes time and proves nothing here.
 */

enum faulty_call {
	FAULTY_READ,
	FAULTY_WRITE,
	FAULTY_SYNC,
	FAULTY_TRUNCATE,
	FAULTY_SIZE,
	FAULTY_LOCK,
	FAULTY_OPEN,
	FAULTY_DELETE,
	FAULTY_ACCESS,
	FAULTY_MAP, /* shared memory */
	FAULTY_ANY, /* any of these */
	FAULTY_CALLS
};

struct faulty {
	const char *name;
	enum faulty_call call;
	int code;     /* of SQLite; 0 = the computer stops: all later calls fail, too */
	int error;    /* errno */
	bool partial; /* half of it is written or read nevertheless */
};

/* From now on SQLite uses this disk, which is well. */
void faulty_begin(void);

/* FAULT comes at its call number AT, counted from 1 and from now; with EVER also at all later ones.
 */
void faulty_arm(const struct faulty *fault, unsigned at, bool ever);

/* The disk is well again. Counting starts again. */
void faulty_disarm(void);

/* How many calls of a kind there were since the disk was armed or disarmed. */
unsigned faulty_count(enum faulty_call call);

/* How many calls have failed since the disk was armed. */
unsigned faulty_hits(void);

/* The power fails: what has not been synced is lost. All files must be closed. */
void faulty_lose(void);

/* Forgets what has not been synced: it stays in the files. */
void faulty_keep(void);

#endif
