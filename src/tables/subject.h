/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SUBJECT_H
#define SUBJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "tables/drawing.h"
#include "tables/table.h"
#include "tally/tally.h"

/* The columns that nbuPolicyTable and nbuClientTable share: the backups of a policy or client. */

/* overdue_at if there is no max-age. */
#define SUBJECT_NEVER INT64_MAX

struct subject_row {
	struct index index;
	const char *site;
	const char *name;	 /* never cut */
	const char *policy_type; /* of the last completion; "" = none yet */
	uint32_t succeeded;	 /* within the window, like the next two */
	uint32_t partial;
	uint32_t failed;
	int32_t last_status;  /* of the last completion; -1 = none yet */
	int64_t last_success; /* ever; instant of the local clock, 0 = never */
	int64_t last_failure;
	uint32_t failure_streak;
	uint32_t max_age; /* seconds; 0 = there is none */
	uint64_t bytes;
	/* Of a policy. */
	int32_t last_run_status; /* -1 = none yet */
	uint32_t runs_active;
	int64_t last_run; /* instant of the local clock, 0 = never */
	/* Of both. */
	int64_t overdue_at; /* overdue from this instant of the local clock on */
};

/* The columns, numbered from FIRST on. Their names begin with PREFIX. */
#define SUBJECT_COLUMNS(first, prefix)                                                             \
	COLUMN(first, prefix "Succeeded", NUMBER, subject_row, succeeded, .sum = true,             \
	       .rank = COLUMN_USEFUL),                                                             \
	    COLUMN((first) + 1, prefix "Partial", NUMBER, subject_row, partial, .sum = true,       \
		   .tones = COLUMN_ODD, .rank = COLUMN_MINOR),                                     \
	    COLUMN((first) + 2, prefix "Failed", NUMBER, subject_row, failed, .sum = true,         \
		   .tones = COLUMN_BAD),                                                           \
	    COLUMN((first) + 3, prefix "LastStatus", TOLD, subject_row, last_status,               \
		   .tones = COLUMN_STATUS),                                                        \
	    COLUMN((first) + 4, prefix "LastSuccessAge", AGE, subject_row, last_success),          \
	    COLUMN((first) + 5, prefix "LastFailureAge", AGE, subject_row, last_failure,           \
		   .rank = COLUMN_MINOR),                                                          \
	    COLUMN((first) + 6, prefix "FailureStreak", NUMBER, subject_row, failure_streak,       \
		   .heading = "STREAK", .tones = COLUMN_BAD, .rank = COLUMN_USEFUL),               \
	    COLUMN((first) + 7, prefix "Bytes", BYTES, subject_row, bytes, .sum = true,            \
		   .rank = COLUMN_MINOR),                                                          \
	    COLUMN((first) + 8, prefix "Mebibytes", MEBIBYTES, subject_row, bytes,                 \
		   .place = COLUMN_NOT_ON_PAPER),                                                  \
	    COLUMN((first) + 9, prefix "MaxAge", LIMIT, subject_row, max_age,                      \
		   .rank = COLUMN_MINOR),                                                          \
	    COLUMN((first) + 10, prefix "Overdue", REACHED, subject_row, overdue_at,               \
		   .tones = COLUMN_ALARM)

/* The index behind the site: the name. */
#define SUBJECT_KEY                                                                                \
	{                                                                                          \
		TABLE_KEY_NAME, offsetof(struct subject_row, name)                                 \
	}

/* Whether SUBJECT has a row. WATCH is its entry in the configuration, or NULL. */
bool subject_is_shown(const struct drawing *drawing, const struct tally_subject *subject,
		      const struct config_watch *watch);

/* The row of SUBJECT. Its texts belong to SUBJECT. */
struct subject_row subject_row(const struct drawing *drawing, const struct tally_subject *subject,
			       const struct config_watch *watch);

#endif
