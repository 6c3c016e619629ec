/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"

extern const struct harness_suite rows_suite, protocol_suite, faults_suite, life_suite;
extern const struct harness_suite command_suite, delta_suite, keep_suite, tables_suite;
extern const struct harness_suite notify_suite, fastpath_suite, sites_suite, collect_suite;
extern const struct harness_suite doctor_suite;

const struct harness_suite *const harness_suites[] = {
    &rows_suite,     &protocol_suite, &command_suite, &life_suite,  &faults_suite,
    &delta_suite,    &keep_suite,     &tables_suite,  &sites_suite, &notify_suite,
    &fastpath_suite, &collect_suite,  &doctor_suite,  NULL};
extern const struct harness_suite terminal_suite;
    &rows_suite,     &protocol_suite, &command_suite,  &life_suite,  &faults_suite,
    &delta_suite,    &keep_suite,     &tables_suite,   &sites_suite, &notify_suite,
    &fastpath_suite, &collect_suite,  &terminal_suite, NULL};
