/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_job.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

enum {
	FIRST_ID = 10001,
	ID_STEP = 3,
	FAMILY_SIZE = 6,
	UNFINISHED_EVERY = 51, /* one after each 50 finished ones */
	OLDER_PART = 20,
	ODD_EVERY = 8,
	ACTIVE_STEP_MS = 10 * SIM_SECOND_MS,
	LATEST_START_MS = 5 * SIM_SECOND_MS,
	BIG_JOB_EVERY = 500,
};

static const int64_t big_job_kilobytes = 5LL << 30; /* 5 TiB */

/* Every property draws from its own stream, so that no two are correlated. */
enum stream {
	STREAM_ID,
	STREAM_START,
	STREAM_TYPE,
	STREAM_POLICY,
	STREAM_STATUS,
	STREAM_STATE,
	STREAM_DURATION,
	STREAM_QUEUE,
	STREAM_END,
	STREAM_UPDATE,
	STREAM_VOLUME,
	STREAM_BIG,
	STREAM_FILES,
	STREAM_FAMILY,
	STREAM_NOISE,
};

static const struct type {
	const char *name;
	const char *sub_type;
	int weight;
	int operation;
	bool has_policy;
	bool moves_data;
	int seconds; /* the longest duration */
} types[] = {
    {"BACKUP", "SCHEDULED", 600, 3, true, true, 7200},
    {"DUPLICATE", "IMMEDIATE", 80, 11, true, true, 7200},
    {"IMAGEDELETE", "IMMEDIATE", 70, 0, false, false, 60},
    {"SNAPSHOT", "SCHEDULED", 60, 22, true, false, 600},
    {"RESTORE", "IMMEDIATE", 40, 14, true, true, 5400},
    {"REPLICATE", "IMMEDIATE", 40, 29, true, true, 3600},
    {"REPLICA_IMPORT", "IMMEDIATE", 25, 12, true, true, 300},
    {"DBBACKUP", "DBBACKUP_STAGING", 25, 15, true, true, 900},
    {"INDEXING", "SCHEDULED", 20, 28, true, false, 900},
    {"VERIFY", "IMMEDIATE", 12, 13, true, true, 1800},
    {"TPCLEAN", "IMMEDIATE", 10, 0, false, false, 240},
    {"GENERIC", "IMMEDIATE", 10, 30, false, false, 120},
    {"ERASE", "ERASETYPE_QUICK", 8, 18, false, false, 300},
};

static const char *const policy_types[] = {
    "VMWARE", "STANDARD",    "WINDOWS_NT", "SQL_SERVER", "NDMP",    "EXCHANGE",	       "SAP",
    "HYPERV", "NBU_CATALOG", "BIGDATA",	   "CLOUD",	 "OBACKUP", "UNIVERSAL_SHARE",
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

static const char *const client_forms[] = {
    "esx-%02u.sim.test", "db-%02u.sim.test",	"file%02u.sim.test", "web%02u.sim.test",
    "büro-%02u",	 "サーバ%02u.sim.test", "o'neil-%02u",	     "mail%02u.sim.test",
};

static const enum sim_job_state unfinished_states[] = {
    SIM_ACTIVE, SIM_ACTIVE,   SIM_ACTIVE,    SIM_QUEUED,
    SIM_QUEUED, SIM_REQUEUED, SIM_SUSPENDED, SIM_INCOMPLETE,
};

static const struct field {
	const char *name;
	enum sim_kind kind;
} fields[SIM_FIELDS] = {
    [SIM_FIELD_JOB_ID] = {"jobId", SIM_KIND_NUMBER},
    [SIM_FIELD_PARENT_JOB_ID] = {"parentJobId", SIM_KIND_NUMBER},
    [SIM_FIELD_START_TIME] = {"startTime", SIM_KIND_TIME},
    [SIM_FIELD_END_TIME] = {"endTime", SIM_KIND_TIME},
    [SIM_FIELD_LAST_UPDATE_TIME] = {"lastUpdateTime", SIM_KIND_TIME},
    [SIM_FIELD_STATUS] = {"status", SIM_KIND_NUMBER},
    [SIM_FIELD_KILOBYTES_TRANSFERRED] = {"kilobytesTransferred", SIM_KIND_NUMBER},
    [SIM_FIELD_NUMBER_OF_FILES] = {"numberOfFiles", SIM_KIND_NUMBER},
    [SIM_FIELD_STATE] = {"state", SIM_KIND_TEXT},
    [SIM_FIELD_JOB_TYPE] = {"jobType", SIM_KIND_TEXT},
    [SIM_FIELD_POLICY_TYPE] = {"policyType", SIM_KIND_TEXT},
    [SIM_FIELD_CLIENT_NAME] = {"clientName", SIM_KIND_TEXT},
};

/* The finaliser of splitmix64: every bit of the input moves about half of the output. */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15U;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
	return x ^ (x >> 31);
}

static uint64_t draw(const struct sim_world *world, int64_t ordinal, enum stream stream)
{
	return mix(mix(world->seed * 64 + stream) ^ (uint64_t)ordinal);
}

static int64_t draw_below(const struct sim_world *world, int64_t ordinal, enum stream stream,
			  int64_t limit)
{
	return (int64_t)(draw(world, ordinal, stream) % (uint64_t)limit);
}

/* Walks a table of weights; `weight_at` is the first weight, `stride` the size of an entry. */
static int pick(const int *weight_at, size_t stride, int entries, uint64_t noise)
{
	const char *at = (const char *)weight_at;
	int total = 0;
	int left;
	int i;

	for (i = 0; i < entries; i++)
		total += *(const int *)(const void *)(at + (size_t)i * stride);
	left = (int)(noise % (uint64_t)total);
	for (i = 0; i < entries - 1; i++) {
		left -= *(const int *)(const void *)(at + (size_t)i * stride);
		if (left < 0)
			break;
	}
	return i;
}

#define PICK(table, noise) pick(&(table)[0].weight, sizeof((table)[0]), COUNT(table), noise)

static int64_t older_count(const struct sim_world *world)
{
	return world->jobs / OLDER_PART;
}

static int64_t main_count(const struct sim_world *world)
{
	return world->jobs + world->jobs / (UNFINISHED_EVERY - 1);
}

static int64_t arrival_ms(const struct sim_world *world, int64_t arrival)
{
	return world->start_ms + (int64_t)ceil((double)(arrival + 1) * SIM_MINUTE_MS / world->rate);
}

static int64_t arrived_count(const struct sim_world *world, int64_t now_ms)
{
	int64_t count;

	if (world->rate <= 0 || now_ms <= world->start_ms)
		return 0;
	count = (int64_t)((double)(now_ms - world->start_ms) * world->rate / SIM_MINUTE_MS);
	/* The division and the rounding of arrival_ms may disagree by one. */
	while (count > 0 && arrival_ms(world, count - 1) > now_ms)
		count--;
	while (arrival_ms(world, count) <= now_ms)
		count++;
	return count;
}

int64_t sim_job_count(const struct sim_world *world, int64_t now_ms)
{
	return older_count(world) + main_count(world) + arrived_count(world, now_ms);
}

/* A stretch of time over which `count` jobs start, one in each of as many equal slots. */
struct stretch {
	int64_t first; /* ordinal */
	int64_t count;
	int64_t from_ms;
	int64_t to_ms; /* all have ended a second before */
};

static struct stretch older_stretch(const struct sim_world *world)
{
	return (struct stretch){
	    .first = 0,
	    .count = older_count(world),
	    .from_ms = world->start_ms - 48 * (int64_t)SIM_HOUR_MS,
	    .to_ms = world->start_ms - 25 * (int64_t)SIM_HOUR_MS,
	};
}

static struct stretch main_stretch(const struct sim_world *world)
{
	return (struct stretch){
	    .first = older_count(world),
	    .count = main_count(world),
	    .from_ms = world->start_ms - 22 * (int64_t)SIM_HOUR_MS - 55 * SIM_MINUTE_MS,
	    .to_ms = world->start_ms,
	};
}

static int64_t stretch_start(const struct sim_world *world, const struct stretch *stretch,
			     int64_t ordinal)
{
	int64_t span = stretch->to_ms - LATEST_START_MS - stretch->from_ms;
	int64_t i = ordinal - stretch->first;
	int64_t from = span * i / stretch->count;
	int64_t width = span * (i + 1) / stretch->count - from;

	if (width > 1)
		from += draw_below(world, ordinal, STREAM_START, width);
	return stretch->from_ms + from;
}

static int64_t start_ms(const struct sim_world *world, int64_t ordinal)
{
	struct stretch stretch = older_stretch(world);

	if (ordinal < stretch.count)
		return stretch_start(world, &stretch, ordinal);
	stretch = main_stretch(world);
	if (ordinal < stretch.first + stretch.count)
		return stretch_start(world, &stretch, ordinal);
	return arrival_ms(world, ordinal - stretch.first - stretch.count);
}

static int64_t id_at(const struct sim_world *world, int64_t ordinal)
{
	return FIRST_ID + ordinal * ID_STEP + draw_below(world, ordinal, STREAM_ID, ID_STEP);
}

int64_t sim_job_first_id(const struct sim_world *world, int64_t id)
{
	int64_t ordinal;

	if (id <= FIRST_ID)
		return 0;
	ordinal = (id - FIRST_ID) / ID_STEP;
	return id_at(world, ordinal) < id ? ordinal + 1 : ordinal;
}

int64_t sim_job_first_start(const struct sim_world *world, int64_t count, int64_t wanted_ms)
{
	int64_t low = 0;
	int64_t high = count;

	while (low < high) {
		int64_t middle = low + (high - low) / 2;

		if (start_ms(world, middle) < wanted_ms)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool in_family(const struct sim_world *world, int64_t ordinal)
{
	return draw_below(world, ordinal / FAMILY_SIZE, STREAM_FAMILY, 4) == 0;
}

static void set_kinship(const struct sim_world *world, struct sim_job *job, int64_t now_ms)
{
	int64_t head = job->ordinal - job->ordinal % FAMILY_SIZE;
	bool family = in_family(world, job->ordinal);

	if (family && head != job->ordinal) {
		job->parent_id = id_at(world, head);
		return;
	}
	job->parent_id = job->noise & 1 ? job->id : 0;
	if (family) {
		int64_t left = sim_job_count(world, now_ms) - head - 1;

		job->children = left < FAMILY_SIZE - 1 ? left : FAMILY_SIZE - 1;
	}
}

/* A family are backups by one policy. */
static void set_kind(const struct sim_world *world, struct sim_job *job)
{
	bool family = in_family(world, job->ordinal);
	int64_t decider = family ? job->ordinal - job->ordinal % FAMILY_SIZE : job->ordinal;

	job->policy = -1;
	job->policy_type = -1;
	job->type = family ? 0 : PICK(types, draw(world, job->ordinal, STREAM_TYPE));
	if (types[job->type].has_policy) {
		job->policy = PICK(policies, draw(world, decider, STREAM_POLICY));
		job->policy_type = policies[job->policy].type;
	}
	job->status = PICK(statuses, draw(world, job->ordinal, STREAM_STATUS));
}

static void set_volume(const struct sim_world *world, struct sim_job *job)
{
	uint64_t noise = draw(world, job->ordinal, STREAM_VOLUME);

	if (!types[job->type].moves_data)
		return;
	/* Sizes spread evenly over the orders of magnitude, from 1 MiB to 512 GiB. */
	job->kilobytes = (int64_t)((1024 + noise % 1024) << (noise >> 32) % 19);
	if (draw_below(world, job->ordinal, STREAM_BIG, BIG_JOB_EVERY) == 0)
		job->kilobytes = big_job_kilobytes;
	job->files = draw_below(world, job->ordinal, STREAM_FILES, 500000);
}

/* The cube of an even draw: most jobs are short, some as long as their type allows. */
static int64_t duration_ms(const struct sim_world *world, const struct sim_job *job)
{
	uint64_t part = draw(world, job->ordinal, STREAM_DURATION) & 0xffff;
	uint64_t cube = ((part * part >> 16) * part) >> 16;

	return (int64_t)(((uint64_t)types[job->type].seconds * 1000 * cube) >> 16);
}

static void finish(const struct sim_world *world, struct sim_job *job, int64_t end_ms)
{
	job->state = SIM_DONE;
	job->end_form = SIM_END_TIME;
	job->end_ms = end_ms;
	/* Every other end is a whole second, as real servers write them. */
	if (draw(world, job->ordinal, STREAM_END) & 1 && end_ms - end_ms % 1000 >= job->active_ms)
		job->end_ms -= end_ms % 1000;
	job->update_ms = job->end_ms + draw_below(world, job->ordinal, STREAM_UPDATE, 900);
}

static void leave_unfinished(const struct sim_world *world, struct sim_job *job,
			     enum sim_job_state state, int64_t now_ms)
{
	static const enum sim_end forms[] = {
	    SIM_END_ABSENT,
	    SIM_END_EPOCH,
	    SIM_END_NULL,
	    SIM_END_EMPTY,
	};
	int64_t choices = world->odd_ends || world->odd_jobs ? COUNT(forms) : 2;

	job->state = state;
	job->end_ms = -1;
	job->end_form = forms[draw_below(world, job->ordinal, STREAM_END, choices)];
	job->update_ms = job->active_ms;
	if (state == SIM_ACTIVE)
		job->update_ms += (now_ms - job->active_ms) / ACTIVE_STEP_MS * ACTIVE_STEP_MS;
}

/* A job that was there at the start. */
static void settle(const struct sim_world *world, struct sim_job *job,
		   const struct stretch *stretch, bool unfinished, int64_t now_ms)
{
	int64_t last_end = stretch->to_ms - SIM_SECOND_MS;
	int64_t end;

	if (unfinished) {
		int64_t choice =
		    draw_below(world, job->ordinal, STREAM_STATE, COUNT(unfinished_states));

		job->active_ms = job->start_ms;
		leave_unfinished(world, job, unfinished_states[choice], now_ms);
		return;
	}
	end = job->start_ms + duration_ms(world, job);
	if (end > last_end)
		end = last_end;
	job->active_ms = job->start_ms;
	if (end > job->start_ms)
		job->active_ms +=
		    draw_below(world, job->ordinal, STREAM_QUEUE, (end - job->start_ms) / 8 + 1);
	finish(world, job, end);
}

/* A job that arrived after the start and lives its life while one looks. */
static void advance(const struct sim_world *world, struct sim_job *job, int64_t now_ms)
{
	int64_t runs_ms = 2000 + draw_below(world, job->ordinal, STREAM_DURATION, 178000);
	int64_t waits_ms = 2000 + draw_below(world, job->ordinal, STREAM_QUEUE, 6000);

	job->active_ms = job->start_ms + waits_ms;
	if (now_ms < job->active_ms) {
		leave_unfinished(world, job, SIM_QUEUED, now_ms);
		job->update_ms = job->start_ms;
		return;
	}
	finish(world, job, job->active_ms + runs_ms);
	/* It shows as finished from its last update on, which therefore never lies ahead. */
	if (now_ms < job->update_ms)
		leave_unfinished(world, job, SIM_ACTIVE, now_ms);
}

static void make_odd(const struct sim_world *world, struct sim_job *job, int64_t place)
{
	if (!world->odd_jobs || job->state != SIM_DONE || place % ODD_EVERY != 5)
		return;
	job->odd = (enum sim_odd)(1 + place / ODD_EVERY % (SIM_ODD_KINDS - 1));
	if (job->odd == SIM_ODD_END_BEFORE_START)
		job->end_ms = job->start_ms - 5 * SIM_SECOND_MS;
}

/* The first job of the main stretch is always the same: it makes a row that tests can name. */
static void make_landmark(struct sim_job *job)
{
	job->type = 0;
	job->policy = 0;
	job->policy_type = policies[0].type;
	job->status = 0;
	job->kilobytes = big_job_kilobytes;
	job->files = 418233;
}

struct sim_job sim_job_at(const struct sim_world *world, int64_t ordinal, int64_t now_ms)
{
	struct sim_job job = {
	    .ordinal = ordinal,
	    .id = id_at(world, ordinal),
	    .start_ms = start_ms(world, ordinal),
	    .noise = draw(world, ordinal, STREAM_NOISE),
	};
	struct stretch older = older_stretch(world);
	struct stretch recent = main_stretch(world);
	int64_t place = ordinal - recent.first;

	set_kind(world, &job);
	set_volume(world, &job);
	set_kinship(world, &job, now_ms);
	if (place == 0 && recent.count)
		make_landmark(&job);
	if (place < 0) {
		settle(world, &job, &older, false, now_ms);
	} else if (place < recent.count) {
		bool unfinished = place % UNFINISHED_EVERY == UNFINISHED_EVERY - 1;

		settle(world, &job, &recent, unfinished, now_ms);
		make_odd(world, &job, place);
	} else {
		advance(world, &job, now_ms);
	}
	return job;
}

int sim_job_types(void)
{
	return COUNT(types);
}

int sim_job_policy_types(void)
{
	return COUNT(policy_types);
}

int sim_job_statuses(void)
{
	return COUNT(statuses);
}

const char *sim_job_type_name(int type)
{
	return types[type].name;
}

const char *sim_job_sub_type_name(int type)
{
	return types[type].sub_type;
}

int sim_job_operation(int type)
{
	return types[type].operation;
}

const char *sim_job_policy_type_name(int policy_type)
{
	return policy_types[policy_type];
}

const char *sim_job_policy_name(int policy)
{
	return policies[policy].name;
}

int sim_job_status_code(int status)
{
	return statuses[status].code;
}

const char *sim_job_state_name(enum sim_job_state state)
{
	static const char *const names[] = {
	    [SIM_QUEUED] = "QUEUED",	     [SIM_ACTIVE] = "ACTIVE",
	    [SIM_REQUEUED] = "REQUEUED",     [SIM_SUSPENDED] = "SUSPENDED",
	    [SIM_INCOMPLETE] = "INCOMPLETE", [SIM_DONE] = "DONE",
	};

	return names[state];
}

void sim_job_client(const struct sim_job *job, char client[SIM_CLIENT_SIZE])
{
	unsigned int number = (unsigned int)(job->noise >> 8) % 40;
	const char *form = client_forms[(job->noise >> 16) % COUNT(client_forms)];

	client[0] = '\0';
	if (types[job->type].has_policy) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(client, SIM_CLIENT_SIZE, form, number);
#pragma GCC diagnostic pop
	}
}

enum sim_field sim_field_find(const char *name, size_t size)
{
	int i;

	for (i = 0; i < SIM_FIELDS; i++)
		if (strlen(fields[i].name) == size && memcmp(fields[i].name, name, size) == 0)
			break;
	return (enum sim_field)i;
}

enum sim_kind sim_field_kind(enum sim_field field)
{
	return fields[field].kind;
}

bool sim_field_number(const struct sim_job *job, enum sim_field field, int64_t *value)
{
	const int64_t values[SIM_FIELDS] = {
	    [SIM_FIELD_JOB_ID] = job->id,
	    [SIM_FIELD_PARENT_JOB_ID] = job->parent_id,
	    [SIM_FIELD_START_TIME] = job->start_ms,
	    [SIM_FIELD_END_TIME] = job->end_ms,
	    [SIM_FIELD_LAST_UPDATE_TIME] = job->update_ms,
	    [SIM_FIELD_STATUS] = statuses[job->status].code,
	    [SIM_FIELD_KILOBYTES_TRANSFERRED] = job->kilobytes,
	    [SIM_FIELD_NUMBER_OF_FILES] = job->files,
	};

	*value = values[field];
	if (field == SIM_FIELD_END_TIME || field == SIM_FIELD_STATUS)
		return job->state == SIM_DONE;
	return true;
}

const char *sim_field_text(const struct sim_job *job, enum sim_field field,
			   char room[SIM_CLIENT_SIZE])
{
	switch (field) {
	case SIM_FIELD_STATE:
		return sim_job_state_name(job->state);
	case SIM_FIELD_JOB_TYPE:
		return sim_job_type_name(job->type);
	case SIM_FIELD_POLICY_TYPE:
		return job->policy_type < 0 ? NULL : sim_job_policy_type_name(job->policy_type);
	case SIM_FIELD_CLIENT_NAME:
		sim_job_client(job, room);
		return room;
	default:
		return NULL;
	}
}
