/* SPDX-License-Identifier: BSD-2-Clause */
#include "tables/agent.h"

#include "base/timefmt.h"
#include "tables/sites.h"

static const struct column columns[] = {
    COLUMN(1, "nbuAgentVersion", TEXT, agent_row, version),
    COLUMN(2, "nbuAgentStartTime", DATE, agent_row, started, .rank = COLUMN_MINOR),
    COLUMN(3, "nbuAgentUptime", AGE, agent_row, started),
    COLUMN(4, "nbuAgentSites", NUMBER, agent_row, sites),
    COLUMN(5, "nbuAgentSitesDown", NUMBER, agent_row, sites_down, .tones = COLUMN_BAD),
    COLUMN(6, "nbuAgentConfigAge", AGE, agent_row, config_read, .heading = "CONFIG AGE",
	   .rank = COLUMN_USEFUL),
    COLUMN(7, "nbuAgentNotificationsSent", AMOUNT, agent_row, notifications_sent,
	   .rank = COLUMN_USEFUL),
    COLUMN(8, "nbuAgentNotificationsSuppressed", AMOUNT, agent_row, notifications_suppressed,
	   .tones = COLUMN_ODD, .rank = COLUMN_USEFUL),
};

const struct table agent_table = {
    .name = "agent",
    .object = "nbuAgent",
    .title = "Agent: this program",
    TABLE_AT(1),
    TABLE_COLUMNS(columns),
    .row_size = sizeof(struct agent_row),
};

struct agent_row agent_new(void)
{
	int64_t now = timefmt_now();

	return (struct agent_row){.index = table_scalar_index,
				  .version = NBU_AGENTX_VERSION,
				  .started = now,
				  .config_read = now};
}

void agent_count_sites(struct agent_row *agent, struct snapshot *const *snapshots, size_t count)
{
	agent->sites = (uint32_t)count;
	agent->sites_down = 0;
	for (size_t i = 0; i < count; i++)
		agent->sites_down += sites_row(snapshots[i])->status == SITE_DOWN;
}
