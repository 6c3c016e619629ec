/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/subject.h"
#include "tally/overdue.h"

/* There is no policy type: a client has jobs of many policies. */
static const struct column columns[] = {
    COLUMN(2, "nbuClientSiteLabel", SITE, subject_row, site),
    COLUMN(3, "nbuClientLabel", TEXT, subject_row, name),
    SUBJECT_COLUMNS(4, "nbuClient"),
};

static const struct table_key keys[] = {SUBJECT_KEY};

/*
 * Clients beyond the limit are left out. They come in the order of the table, but by their whole
 * names. So it is always the same ones.
 */
static void add_client(struct tally_subject *client, void *arg)
{
	struct drawing *drawing = arg;
	const struct config_watch *watch = overdue_watch(client, &drawing->site->clients);
	struct snapshot_rows *rows = &drawing->snapshot->tables[TABLE_CLIENTS];
	struct subject_row row;

	if (!watch || !subject_is_shown(drawing, client, watch))
		return;
	row = subject_row(drawing, client, watch);
	drawing_note_overdue(drawing, TALLY_CLIENT, row.overdue_at);
	if (rows->count >= (size_t)drawing->site->client_limit) {
		rows->left_out++;
		return;
	}
	row.policy_type = NULL;
	snapshot_add_pooled(drawing->snapshot, TABLE_CLIENTS, &row);
}

static void draw(struct drawing *drawing)
{
	tally_each_subject(drawing->tally, TALLY_CLIENT, add_client, drawing);
}

const struct table clients_table = {
    .name = "clients",
    .object = "nbuClientTable",
    .title = "Clients: their backups",
    TABLE_AT(6, 1),
    TABLE_COLUMNS(columns),
    TABLE_KEYS(keys),
    .row_size = sizeof(struct subject_row),
    .draw = draw,
};
