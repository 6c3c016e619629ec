/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_kind.h"

#include <stddef.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static const struct type {
	const char *name;
	const char *sub_type;
	int weight;
	int operation;
	bool has_policy;
	bool moves_data;
	bool protects;
	int seconds; /* the longest duration */
} types[] = {
    {"BACKUP", "SCHEDULED", 600, 3, true, true, true, 7200},
    {"DUPLICATE", "IMMEDIATE", 80, 11, true, true, false, 7200},
    {"IMAGEDELETE", "IMMEDIATE", 70, 0, false, false, false, 60},
    {"SNAPSHOT", "SCHEDULED", 60, 22, true, false, true, 600},
    {"RESTORE", "IMMEDIATE", 40, 14, true, true, false, 5400},
    {"REPLICATE", "IMMEDIATE", 40, 29, true, true, false, 3600},
    {"REPLICA_IMPORT", "IMMEDIATE", 25, 12, true, true, false, 300},
    {"DBBACKUP", "DBBACKUP_STAGING", 25, 15, true, true, true, 900},
    {"INDEXING", "SCHEDULED", 20, 28, true, false, false, 900},
    {"VERIFY", "IMMEDIATE", 12, 13, true, true, false, 1800},
    {"TPCLEAN", "IMMEDIATE", 10, 0, false, false, false, 240},
    {"GENERIC", "IMMEDIATE", 10, 30, false, false, false, 120},
    {"ERASE", "ERASETYPE_QUICK", 8, 18, false, false, false, 300},
};

enum policy_type {
	VMWARE,
	STANDARD,
	WINDOWS_NT,
	SQL_SERVER,
	NDMP,
	EXCHANGE,
	SAP,
	HYPERV,
	NBU_CATALOG,
	BIGDATA,
	CLOUD,
	OBACKUP,
	UNIVERSAL_SHARE,
};

static const struct {
	const char *name;
	enum sim_shape shape;
} policy_types[] = {
    [VMWARE] = {"VMWARE", SIM_SHAPE_MACHINES},
    [STANDARD] = {"STANDARD", SIM_SHAPE_STREAMS},
    [WINDOWS_NT] = {"WINDOWS_NT", SIM_SHAPE_STREAMS},
    [SQL_SERVER] = {"SQL_SERVER", SIM_SHAPE_DATABASE},
    [NDMP] = {"NDMP", SIM_SHAPE_STREAMS},
    [EXCHANGE] = {"EXCHANGE", SIM_SHAPE_STREAMS},
    [SAP] = {"SAP", SIM_SHAPE_DATABASE},
    [HYPERV] = {"HYPERV", SIM_SHAPE_MACHINES},
    [NBU_CATALOG] = {"NBU_CATALOG", SIM_SHAPE_STREAMS},
    [BIGDATA] = {"BIGDATA", SIM_SHAPE_STREAMS},
    [CLOUD] = {"CLOUD", SIM_SHAPE_STREAMS},
    [OBACKUP] = {"OBACKUP", SIM_SHAPE_DATABASE},
    [UNIVERSAL_SHARE] = {"UNIVERSAL_SHARE", SIM_SHAPE_STREAMS},
};

static const struct policy {
	const char *name;
	enum policy_type type;
	int weight;
} policies[] = {
    {"vm-gold-daily", VMWARE, 160}, {"vm-silver", VMWARE, 60},
    {"unix-files", STANDARD, 120},  {"Sauvegarde-été", STANDARD, 40},
    {"win-files", WINDOWS_NT, 100}, {"Daten Köln", WINDOWS_NT, 40},
    {"sql-log", SQL_SERVER, 90},    {"nas-ndmp", NDMP, 40},
    {"exchange-dag", EXCHANGE, 30}, {"sap-hana", SAP, 30},
    {"hyperv-lab", HYPERV, 40},	    {"catalog", NBU_CATALOG, 20},
    {"bigdata", BIGDATA, 15},	    {"クラウド-夜間", CLOUD, 30},
    {"oracle-rman", OBACKUP, 50},   {"share \"α\\β\"", UNIVERSAL_SHARE, 15},
};

static const struct status {
	int code;
	int weight;
} statuses[] = {
    {0, 870}, {1, 60},	{6, 8},	  {13, 6},  {23, 4},  {25, 4},	 {41, 4},   {50, 3},
    {58, 8},  {71, 2},	{84, 4},  {96, 6},  {129, 4}, {150, 4},	 {156, 6},  {191, 4},
    {196, 6}, {636, 1}, {800, 2}, {811, 1}, {830, 1}, {2074, 3}, {2106, 2}, {4207, 3},
};

/* Walks a table of weights; `weight_at` is the first weight, `stride` the size of an entry. */
static int pick(const int *weight_at, size_t stride, int entries, uint64_t noise)
{
	const char *at = (const char *)weight_at;
	int total = 0;
	int left;
	int i;

	for (i = 0; i < entries; i++)
		total += *(const int *)(const void *)(at + (size_t)i * stride);
	/* cppcheck-suppress zerodiv ; each table has entries */
	left = (int)(noise % (uint64_t)total);
	for (i = 0; i < entries - 1; i++) {
		left -= *(const int *)(const void *)(at + (size_t)i * stride);
		if (left < 0)
			break;
	}
	return i;
}

#define PICK(table, noise) pick(&(table)[0].weight, sizeof((table)[0]), COUNT(table), noise)

int sim_kind_pick_type(uint64_t noise)
{
	return PICK(types, noise);
}

int sim_kind_pick_policy(uint64_t noise)
{
	return PICK(policies, noise);
}

int sim_kind_pick_status(uint64_t noise)
{
	return PICK(statuses, noise);
}

int sim_kind_types(void)
{
	return COUNT(types);
}

int sim_kind_policies(void)
{
	return COUNT(policies);
}

int sim_kind_policy_types(void)
{
	return COUNT(policy_types);
}

int sim_kind_statuses(void)
{
	return COUNT(statuses);
}

const char *sim_kind_type_name(int type)
{
	return types[type].name;
}

const char *sim_kind_sub_type_name(int type)
{
	return types[type].sub_type;
}

int sim_kind_operation(int type)
{
	return types[type].operation;
}

const char *sim_kind_policy_type_name(int policy_type)
{
	return policy_types[policy_type].name;
}

enum sim_shape sim_kind_shape(int policy_type)
{
	return policy_types[policy_type].shape;
}

const char *sim_kind_policy_name(int policy)
{
	return policies[policy].name;
}

int sim_kind_status_code(int status)
{
	return statuses[status].code;
}

static const struct {
	const char *name, *type;
} schedules[] = {
    {"weekly-full", "FULL_BACKUP"},
    {"daily-diff", "DIFFERENTIAL_INCREMENTAL_BACKUP"},
    {"tägl. kumulativ", "CUMULATIVE_INCREMENTAL_BACKUP"},
};

int sim_kind_schedules(void)
{
	return (int)(sizeof(schedules) / sizeof(schedules[0]));
}

const char *sim_kind_schedule_name(int schedule)
{
	return schedules[schedule].name;
}

const char *sim_kind_schedule_type_name(int schedule)
{
	return schedules[schedule].type;
}

int sim_kind_policy_type(int policy)
{
	return policies[policy].type;
}

bool sim_kind_has_policy(int type)
{
	return types[type].has_policy;
}

bool sim_kind_protects(int type)
{
	return types[type].protects;
}

bool sim_kind_moves_data(int type)
{
	return types[type].moves_data;
}

int sim_kind_seconds(int type)
{
	return types[type].seconds;
}
