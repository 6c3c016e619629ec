/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef STOCK_H
#define STOCK_H

#include <sys/types.h>

#include "harness.h"
#include "resolve.h"
#include "store/store.h"

/*
 * Stores for tests, and what is put into them. All are of the site paris at STOCK_URL, in memory or
 * in the scratch folder, and began at STOCK_BEGAN.
 */
#define STOCK_BEGAN INT64_C(1780000000000)
#define STOCK_URL "https://primary.example.com:1556/netbackup"
#define STOCK_MINUTE INT64_C(60000)

/* The site; a test that changes it puts it right again. */
extern struct config_site stock_site;

/* CALL, which has &fault for its fault, must succeed. */
#define FINE(call)                                                                                 \
	do {                                                                                       \
		fault_clear(&fault);                                                               \
		if (!(call))                                                                       \
			FAIL("%s: %s", #call, fault.text);                                         \
	} while (0)

/* The store in DIRECTORY; in the scratch folder. */
struct store *stock_open(const char *directory);
struct store *stock_open_here(void);

/* A store in memory that has begun. */
struct store *stock_begun(void);

/* Makes the scratch folder, with a store in it that has come to the end of its first sweep. */
struct store *stock_swept(void);

/* Closes STORE, which is in the scratch folder, and opens it again: its file is fine. */
struct store *stock_reopen(struct store *store);

/* Closes STORE, whose file is fine, and removes the scratch folder. */
void stock_end(struct store *store);

/* A finished job of the cell BACKUP, STANDARD, 0. */
struct job stock_finished(int64_t id, int64_t ended);

/* The same with STATUS, ended MINUTE minutes after the store began. */
struct job stock_ended(int64_t id, int64_t minute, uint32_t status);

/* An active job; one that is queued for REASON. */
struct job stock_unfinished(int64_t id);
struct job stock_queued(int64_t id, uint32_t reason);

/* The functions of store.h, each in a transaction of its own. */
void stock_put(struct store *store, struct job job);
void stock_merge(struct store *store, int64_t after, int64_t upto, size_t count,
		 const int64_t *ids);
void stock_drop(struct store *store, size_t count, const int64_t *ids);
void stock_expire(struct store *store, int64_t start);
void stock_expire_until(struct store *store, int64_t minute);

/* Puts COUNT jobs from id FIRST on, of up to 5,000 policies, in one transaction. */
void stock_fill(struct store *store, int64_t first, int64_t count);

/* Makes the scratch folder with a file of 3,000 jobs, which is closed; returns its size. */
off_t stock_make_filled(void);

/* The cell of stock_finished. */
struct tally_cell *stock_cell(struct store *store);

/* A policy, a client, or a workload of STANDARD. */
struct tally_subject *stock_subject(struct store *store, enum tally_kind kind, const char *name);

struct tally_queue *stock_queue(struct store *store, uint32_t reason);

/* Checks how many jobs stock_cell has and has counted, and that the store verifies. */
void stock_expect(unsigned line, struct store *store, uint64_t count, uint64_t counted);
#define EXPECT(store, count, counted) stock_expect(__LINE__, store, count, counted)

/*
 * Checks the times of the latest success, failure and end, in minutes, and the streak; and that the
 * histories are the same when they are made again from the file.
 */
void stock_expect_history(unsigned line, struct store *store, const struct tally_subject *subject,
			  int64_t ok, int64_t failed, int64_t last, uint32_t streak);
#define EXPECT_POLICY(store, name, ok, failed, last, streak)                                       \
	stock_expect_history(__LINE__, store, stock_subject(store, TALLY_POLICY, name), ok,        \
			     failed, last, streak)
#define EXPECT_DAILY(store, ok, failed, last, streak)                                              \
	EXPECT_POLICY(store, "daily", ok, failed, last, streak)

/* How many files of the scratch folder have PART in their name. */
int stock_files(const char *part);

/* Changes the file in the scratch folder while it is closed. */
void stock_change(const char *sql);

/* A number that the file answers to SQL; -1 when it answers nothing. */
long long stock_ask(const char *sql);

#endif
