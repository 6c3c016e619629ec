/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/subject.h"
#include "tally/overdue.h"

static const struct column columns[] = {
    COLUMN(2, "nbuPolicySiteLabel", SITE, subject_row, site),
    COLUMN(3, "nbuPolicyLabel", TEXT, subject_row, name),
    COLUMN(4, "nbuPolicyPolicyTypeLabel", TEXT, subject_row, policy_type, .rank = COLUMN_MINOR),
    SUBJECT_COLUMNS(5, "nbuPolicy"),
    COLUMN(16, "nbuPolicyLastRunStatus", TOLD, subject_row, last_run_status, .tones = COLUMN_STATUS,
	   .rank = COLUMN_DETAIL),
    COLUMN(17, "nbuPolicyLastRunAge", AGE, subject_row, last_run, .rank = COLUMN_DETAIL),
    COLUMN(18, "nbuPolicyRunsActive", NUMBER, subject_row, runs_active, .sum = true,
	   .rank = COLUMN_DETAIL),
};

static const struct table_key keys[] = {SUBJECT_KEY};

static void add_policy(struct tally_subject *policy, void *arg)
{
	struct drawing *drawing = arg;
	const struct config_watch *watch = overdue_watch(policy, &drawing->site->policies);
	struct subject_row row;

	if (!subject_is_shown(drawing, policy, watch))
		return;
	row = subject_row(drawing, policy, watch);
	drawing_note_overdue(drawing, TALLY_POLICY, row.overdue_at);
	snapshot_add_pooled(drawing->snapshot, TABLE_POLICIES, &row);
}

static void draw(struct drawing *drawing)
{
	tally_each_subject(drawing->tally, TALLY_POLICY, add_policy, drawing);
}

const struct table policies_table = {
    .name = "policies",
    .object = "nbuPolicyTable",
    .title = "Policies: their backups",
    TABLE_AT(5, 1),
    TABLE_COLUMNS(columns),
    TABLE_KEYS(keys),
    .row_size = sizeof(struct subject_row),
    .draw = draw,
};
