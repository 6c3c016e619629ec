/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"

/* The suites of this program, in the order of the folders of src/. */
/* clang-format off */
#define SUITES(SUITE) \
	SUITE(arena) SUITE(cpu) SUITE(descriptors) SUITE(fault) SUITE(log) SUITE(mem) SUITE(pool) SUITE(secret) SUITE(syslogger) SUITE(timefmt) SUITE(utf8) \
	SUITE(config) SUITE(key) SUITE(link) SUITE(parse) SUITE(text) SUITE(value) SUITE(watch) SUITE(authority) \
	SUITE(certificate) SUITE(chains) SUITE(http) SUITE(job) SUITE(json) SUITE(list) SUITE(pace) SUITE(page) SUITE(query) SUITE(stride) \
	SUITE(compare) SUITE(completions) SUITE(event) SUITE(family) SUITE(failures) SUITE(history) \
	SUITE(overdue) SUITE(tally) SUITE(totals) \
	SUITE(store_database) SUITE(store_failures) SUITE(store_families) SUITE(store_faulty) \
	SUITE(store_histories) SUITE(store_jobs) SUITE(store_names) SUITE(store_random) \
	SUITE(store_schema) SUITE(store_texts) SUITE(store) \
	SUITE(columns) SUITE(index) SUITE(notice) SUITE(reason) SUITE(rowtext) SUITE(sites) \
	SUITE(snapshot) \
	SUITE(resources) \
	SUITE(cases) SUITE(clocks) SUITE(collect) SUITE(lists) SUITE(mailbox) SUITE(rounds) SUITE(refresh) SUITE(skipped) SUITE(trees) \
	SUITE(versions) \
	SUITE(address) SUITE(lookup) SUITE(loop) SUITE(notify) SUITE(manager) SUITE(rehearsal) SUITE(host) SUITE(response) \
	SUITE(doctor) SUITE(owner) SUITE(fetch_ca) SUITE(primary) \
	SUITE(humane) SUITE(options) SUITE(report) SUITE(terminal) \
	SUITE(sim_ids) SUITE(sim_old) SUITE(sim_resource) SUITE(sim) SUITE(sim_server) SUITE(sim_tree)

/* clang-format on */

#define DECLARE(name) extern const struct harness_suite name##_suite;
SUITES(DECLARE)

#define ENTRY(name) &name##_suite,
const struct harness_suite *const harness_suites[] = {SUITES(ENTRY) NULL};
