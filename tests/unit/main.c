/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"

extern const struct harness_suite utf8_suite, fault_suite, timefmt_suite, index_suite;
extern const struct harness_suite snapshot_suite, mailbox_suite, config_suite, job_suite;
extern const struct harness_suite tally_suite, report_suite, refresh_suite, lookup_suite;
extern const struct harness_suite sim_suite, store_suite, arena_suite, event_suite;
extern const struct harness_suite reason_suite, notify_suite, columns_suite, watch_suite;
extern const struct harness_suite history_suite, overdue_suite;

const struct harness_suite *const harness_suites[] = {
    &utf8_suite,     &fault_suite,   &timefmt_suite, &index_suite,   &arena_suite,  &event_suite,
    &snapshot_suite, &mailbox_suite, &config_suite,  &watch_suite,   &job_suite,    &history_suite,
    &tally_suite,    &overdue_suite, &report_suite,  &refresh_suite, &lookup_suite, &reason_suite,
    &columns_suite,  &notify_suite,  &store_suite,   &sim_suite,     NULL,
};
