/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_json.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "sim_kind.h"
#include "sim_name.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum {
	TEXT_SIZE = 80,
	NESTED_LEVELS = 64,
};

/* A number that is not shown. */
#define ABSENT INT64_MIN

/* What the attributes of a job are written from. */
struct detail {
	const char *job_type;
	const char *sub_type;
	const char *policy_type;
	const char *schedule_type;
	const char *schedule_name;
	const char *application;
	const char *movement;
	const char *encryption;
	const char *state;
	const char *queue_resource;
	const char *current_file;
	const char *storage_unit;
	const char *media_server;
	const char *source_unit;
	const char *source_server;
	char policy_name[SIM_NAME_SIZE];
	char client[SIM_NAME_SIZE];
	char asset[TEXT_SIZE];
	char path[TEXT_SIZE];
	char backup[SIM_NAME_SIZE + 32];
	int64_t id;
	int64_t parent;
	int64_t children;
	int64_t process;
	int64_t main_process;
	int64_t status;
	int64_t try;
	int64_t stream;
	int64_t copy;
	int64_t priority;
	int64_t retention;
	int64_t compression;
	int64_t percent;
	int64_t operation;
	int64_t queue_reason;
	int64_t can_restart;
	int64_t can_cancel;
	int64_t is_snapshot;
	int64_t kilobytes;
	int64_t kilobytes_sent;
	int64_t kilobytes_left;
	int64_t rate;
	int64_t files;
	int64_t files_expected;
	int64_t dedup;
	int64_t dedup_space;
	int64_t compression_space;
	int64_t accelerator;
	int64_t start_ms;
	int64_t end_ms;
	int64_t try_ms;
	int64_t update_ms;
	int64_t elapsed_ms;
	int64_t active_ms;
};

enum form {
	FORM_RAW,
	FORM_TEXT,  /* const char *, NULL for absent */
	FORM_CHARS, /* an array of characters */
	FORM_NUMBER,
	FORM_TENTHS,
	FORM_TIME,
	FORM_SPAN,
};

enum rank {
	RANK_PLAIN,
	RANK_CORE = 1, /* shown even for a job with few attributes */
	RANK_NEW = 2,  /* unknown before API 9.0 */
};

struct attribute {
	const char *name;
	enum form form;
	enum rank rank;
	size_t offset;
	const char *raw;
};

#define PLACED(form, rank, member) form, rank, offsetof(struct detail, member), NULL
#define AT(form, member) PLACED(form, RANK_PLAIN, member)
#define CORE(form, member) PLACED(form, RANK_CORE, member)
#define NEW_AT(form, member) PLACED(form, RANK_NEW, member)
#define NEW_CORE(form, member) PLACED(form, (enum rank)(RANK_NEW | RANK_CORE), member)
#define RAW(text) FORM_RAW, RANK_PLAIN, 0, text

static const struct attribute attributes[] = {
    {"jobId", CORE(FORM_NUMBER, id)},
    {"parentJobId", CORE(FORM_NUMBER, parent)},
    {"jobPath", NEW_CORE(FORM_CHARS, path)},
    {"childCount", NEW_CORE(FORM_NUMBER, children)},
    {"activeProcessId", AT(FORM_NUMBER, process)},
    {"mainProcessId", AT(FORM_NUMBER, main_process)},
    {"jobType", CORE(FORM_TEXT, job_type)},
    {"jobSubType", CORE(FORM_TEXT, sub_type)},
    {"policyType", CORE(FORM_TEXT, policy_type)},
    {"policyName", CORE(FORM_CHARS, policy_name)},
    {"scheduleType", AT(FORM_TEXT, schedule_type)},
    {"scheduleName", AT(FORM_TEXT, schedule_name)},
    {"clientName", CORE(FORM_CHARS, client)},
    {"workloadDisplayName", NEW_AT(FORM_CHARS, client)},
    {"assetID", AT(FORM_CHARS, asset)},
    {"assetDisplayableName", AT(FORM_CHARS, client)},
    {"applicationType", AT(FORM_TEXT, application)},
    {"controlHost", RAW("\"primary.sim.test\"")},
    {"jobOwner", RAW("\"root\"")},
    {"jobGroup", RAW("\"\"")},
    {"backupId", AT(FORM_CHARS, backup)},
    {"sourceMediaId", RAW("\"\"")},
    {"sourceStorageUnitName", AT(FORM_TEXT, source_unit)},
    {"sourceMediaServerName", AT(FORM_TEXT, source_server)},
    {"destinationMediaId", RAW("\"@aaaad\"")},
    {"destinationStorageUnitName", AT(FORM_TEXT, storage_unit)},
    {"destinationMediaServerName", AT(FORM_TEXT, media_server)},
    {"dataMovement", AT(FORM_TEXT, movement)},
    {"transportType", RAW("\"LAN\"")},
    {"offHostType", RAW("\"STANDARD\"")},
    {"dteMode", NEW_AT(FORM_TEXT, encryption)},
    {"streamNumber", AT(FORM_NUMBER, stream)},
    {"copyNumber", AT(FORM_NUMBER, copy)},
    {"priority", AT(FORM_NUMBER, priority)},
    {"retentionLevel", AT(FORM_NUMBER, retention)},
    {"compression", AT(FORM_NUMBER, compression)},
    {"status", CORE(FORM_NUMBER, status)},
    {"state", CORE(FORM_TEXT, state)},
    {"numberOfFiles", CORE(FORM_NUMBER, files)},
    {"estimatedFiles", AT(FORM_NUMBER, files_expected)},
    {"kilobytesTransferred", CORE(FORM_NUMBER, kilobytes)},
    {"kilobytesDataTransferred", AT(FORM_NUMBER, kilobytes_sent)},
    {"kilobytesToTransfer", AT(FORM_NUMBER, kilobytes_left)},
    {"transferRate", AT(FORM_NUMBER, rate)},
    {"percentComplete", AT(FORM_NUMBER, percent)},
    {"currentFile", AT(FORM_TEXT, current_file)},
    {"restartable", AT(FORM_NUMBER, can_restart)},
    {"suspendable", AT(FORM_NUMBER, can_cancel)},
    {"resumable", RAW("0")},
    {"cancellable", AT(FORM_NUMBER, can_cancel)},
    {"frozenImage", AT(FORM_NUMBER, is_snapshot)},
    {"dedupRatio", AT(FORM_TENTHS, dedup)},
    {"dedupSpaceRatio", NEW_AT(FORM_TENTHS, dedup_space)},
    {"compressionSpaceRatio", NEW_AT(FORM_TENTHS, compression_space)},
    {"acceleratorOptimization", AT(FORM_TENTHS, accelerator)},
    {"currentOperation", AT(FORM_NUMBER, operation)},
    {"jobQueueReason", AT(FORM_NUMBER, queue_reason)},
    {"jobQueueResource", AT(FORM_TEXT, queue_resource)},
    {"robotName", RAW("\"\"")},
    {"vaultName", RAW("\"\"")},
    {"profileName", RAW("\"\"")},
    {"sessionId", RAW("0")},
    {"numberOfTapeToEject", RAW("0")},
    {"submissionType", RAW("0")},
    {"dumpHost", RAW("\"\"")},
    {"instanceDatabaseName", RAW("\"\"")},
    {"auditUserName", RAW("\"\"")},
    {"auditDomainName", RAW("\"\"")},
    {"auditDomainType", RAW("0")},
    {"restoreBackupIDs", RAW("\"\"")},
    {"startTime", CORE(FORM_TIME, start_ms)},
    {"endTime", CORE(FORM_TIME, end_ms)},
    {"activeTryStartTime", AT(FORM_TIME, try_ms)},
    {"lastUpdateTime", CORE(FORM_TIME, update_ms)},
    {"elapsedTime", AT(FORM_SPAN, elapsed_ms)},
    {"activeElapsedTime", NEW_AT(FORM_SPAN, active_ms)},
    {"try", CORE(FORM_NUMBER, try)},
};

/* Attributes that an odd job shows otherwise; without a value they are left out. */
static const struct oddity {
	enum sim_odd odd;
	const char *name;
	const char *raw;
} oddities[] = {
    {SIM_ODD_STATUS_TEXT, "status", "\"abc\""},
    {SIM_ODD_STATUS_ABSENT, "status", NULL},
    {SIM_ODD_NO_ID, "jobId", NULL},
    {SIM_ODD_TOP_ID_ONLY, "jobId", NULL},
    {SIM_ODD_TOP_ID_NUMBER, "jobId", NULL},
    {SIM_ODD_VOLUME_NEGATIVE, "kilobytesTransferred", "-5"},
    {SIM_ODD_VOLUME_NEGATIVE, "numberOfFiles", "-1"},
    {SIM_ODD_VOLUME_HUGE, "kilobytesTransferred", "1e400"},
    {SIM_ODD_VOLUME_HUGE, "numberOfFiles", "-1e400"},
    {SIM_ODD_VOLUME_TEXT, "kilobytesTransferred", "\"4096\""},
    {SIM_ODD_VOLUME_TEXT, "numberOfFiles", "{\"count\":7}"},
    {SIM_ODD_POLICY_NUMBER, "policyType", "42"},
    {SIM_ODD_TYPES_EMPTY, "jobType", "\"\""},
    {SIM_ODD_TYPES_EMPTY, "policyType", "\"\""},
    {SIM_ODD_TYPES_NULL, "jobType", "null"},
    {SIM_ODD_TYPES_NULL, "policyType", "null"},
    {SIM_ODD_TYPES_UNKNOWN, "jobType", "\"FUTURE_JOB\""},
    {SIM_ODD_TYPES_UNKNOWN, "policyType", "\"FUTURE_POLICY\""},
    {SIM_ODD_INVALID_UTF8, "policyName", "\"caf\xe9 \xff\xc0\""},
    {SIM_ODD_START_ABSENT, "startTime", NULL},
};

static void set_names(struct detail *detail, const struct sim_job *job)
{
	static const char *const units[] = {"stu-msdp-1", "stu-msdp-2", "stu-cloud"};
	static const char *const servers[] = {"media1.sim.test", "media2.sim.test",
					      "media3.sim.test"};
	static const char *const resources[] = {"stu-msdp-1.drives", "stu-msdp-1",
						"media2.sim.test", "@aaaae", ""};
	int schedule = sim_job_schedule(job);
	int unit = (int)(job->noise >> 32 & 0xff) % 3;
	bool has_source = strstr(sim_kind_type_name(job->type), "PLICA") != NULL;

	detail->job_type = sim_kind_type_name(job->type);
	detail->sub_type = sim_kind_sub_type_name(job->type);
	if (job->policy >= 0)
		detail->policy_type = sim_kind_policy_type_name(job->policy_type);
	detail->schedule_type = sim_kind_schedule_type_name(schedule);
	detail->schedule_name = sim_job_schedule_name(job);
	detail->application = "NONE";
	if (detail->policy_type && strcmp(detail->policy_type, "VMWARE") == 0)
		detail->application = "VMWARE";
	detail->movement = job->type == SIM_TYPE_SNAPSHOT ? "SNAPSHOT" : "STANDARD";
	detail->encryption = job->noise >> 40 & 1 ? "ON" : "OFF";
	detail->state = sim_job_state_name(job->state);
	detail->storage_unit = units[unit];
	detail->media_server = servers[unit];
	detail->source_unit = has_source ? units[(unit + 1) % 3] : "";
	detail->source_server = has_source ? servers[(unit + 1) % 3] : "";
	detail->queue_resource =
	    job->state == SIM_QUEUED ? resources[(job->noise >> 36) % COUNT(resources)] : "";
	detail->current_file = job->state == SIM_ACTIVE ? "/srv/daten/große Datei \"1\"\\x" : "";
}

/* The ids of its root, of its parent and its own, without repeating one. */
static void set_path(struct detail *detail, const struct sim_job *job)
{
	char *path = detail->path;
	size_t size = sizeof(detail->path);
	bool is_root = job->root_id == job->id;
	bool is_low = !is_root && job->parent_id != job->root_id;
	int used = 0;

	if (!is_root)
		used = snprintf(path, size, "%lld.", (long long)job->root_id);
	if (is_low)
		used +=
		    snprintf(path + used, size - (size_t)used, "%lld.", (long long)job->parent_id);
	snprintf(path + used, size - (size_t)used, "%lld", (long long)job->id);
}

static void set_texts(struct detail *detail, const struct sim_job *job)
{
	sim_name_policy(job->policy, detail->policy_name);
	sim_name_client(job->client, detail->client);
	if (detail->client[0])
		snprintf(detail->backup, sizeof(detail->backup), "%s_%lld", detail->client,
			 (long long)(job->start_ms / 1000));
	snprintf(detail->asset, sizeof(detail->asset), "%08x-%04x-4%03x-8%03x-%012llx",
		 (unsigned int)(job->noise >> 32), (unsigned int)(job->noise >> 16 & 0xffff),
		 (unsigned int)(job->noise & 0xfff), (unsigned int)(job->noise >> 52),
		 (unsigned long long)(job->noise & 0xffffffffffff));
	set_path(detail, job);
}

static void set_volumes(struct detail *detail, const struct sim_job *job)
{
	detail->percent = sim_job_percent(job);
	detail->kilobytes = sim_job_so_far(job, job->kilobytes);
	detail->files = sim_job_so_far(job, job->files);
	detail->kilobytes_left = job->kilobytes - detail->kilobytes;
	detail->kilobytes_sent = detail->kilobytes / 16 * (int64_t)(1 + (job->noise >> 48 & 15));
	detail->files_expected = job->files + (int64_t)(job->noise >> 20 & 0x3ff);
	detail->rate = detail->kilobytes / (detail->active_ms / 1000 + 1);
	detail->dedup = sim_job_dedup_tenths(job);
	detail->dedup_space = detail->dedup * 2 / 3;
	detail->compression_space = detail->dedup / 3;
	detail->accelerator = job->noise >> 55 & 1 ? (int64_t)(job->noise >> 36) % 1000 : 0;
}

static void set_times(struct detail *detail, const struct sim_job *job, int64_t now_ms)
{
	bool done = job->state == SIM_DONE;
	int64_t last_ms = done ? job->end_ms : now_ms;

	detail->start_ms = job->start_ms;
	detail->end_ms = job->end_ms;
	if (job->end_form != SIM_END_TIME)
		detail->end_ms = job->end_form == SIM_END_EPOCH ? 0 : ABSENT;
	detail->try_ms = job->state == SIM_QUEUED ? ABSENT : job->active_ms;
	detail->update_ms = job->update_ms;
	if (last_ms > job->start_ms)
		detail->elapsed_ms = last_ms - job->start_ms;
	if (last_ms > job->active_ms)
		detail->active_ms = last_ms - job->active_ms;
}

static void set_numbers(struct detail *detail, const struct sim_job *job)
{
	bool done = job->state == SIM_DONE;

	detail->id = job->id;
	detail->parent = job->parent_id;
	detail->children = job->children;
	detail->process = done ? 0 : (int64_t)(1000 + job->noise % 60000);
	detail->main_process = detail->process;
	/* The status of a job under way is 0 or absent, and neither means success. */
	detail->status = sim_kind_status_code(job->status);
	if (!done)
		detail->status = job->noise >> 60 & 1 ? 0 : ABSENT;
	detail->try = job->noise >> 9 & 15 ? 1 : 2 + (int64_t)(job->noise & 1);
	if (job->tries)
		detail->try = job->tries;
	detail->stream = (int64_t)(job->noise >> 13 & 3);
	detail->copy = 1;
	detail->priority = (int64_t)(job->noise >> 5 & 1) * 90000;
	detail->retention = (int64_t)(job->noise >> 17 & 3);
	detail->compression = (int64_t)(job->noise >> 21 & 1);
	detail->operation = sim_kind_operation(job->type);
	detail->queue_reason = sim_job_queue_reason(job);
	detail->can_restart = done && detail->status > 1;
	detail->can_cancel = !done;
	detail->is_snapshot = job->type == SIM_TYPE_SNAPSHOT;
}

static void add_tenths(struct sim_buf *buf, int64_t tenths)
{
	char fraction[2] = {'.', (char)('0' + tenths % 10)};

	sim_buf_number(buf, tenths / 10);
	sim_buf_add(buf, fraction, sizeof(fraction));
}

static void add_quoted(struct sim_buf *buf, const char *text)
{
	sim_buf_text(buf, "\"");
	sim_buf_text(buf, text);
	sim_buf_text(buf, "\"");
}

static void add_name(struct sim_buf *buf, const char *name)
{
	if (buf->data[buf->size - 1] != '{')
		sim_buf_text(buf, ",");
	add_quoted(buf, name);
	sim_buf_text(buf, ":");
}

static void add_number(struct sim_buf *buf, const struct attribute *attribute, int64_t number)
{
	char text[SIM_TIME_SIZE];

	if (number == ABSENT)
		return;
	add_name(buf, attribute->name);
	switch (attribute->form) {
	case FORM_TENTHS:
		add_tenths(buf, number);
		break;
	case FORM_TIME:
		sim_time_format(number, text);
		add_quoted(buf, text);
		break;
	case FORM_SPAN:
		sim_time_format_span(number, text);
		add_quoted(buf, text);
		break;
	default:
		sim_buf_number(buf, number);
		break;
	}
}

static void add_raw(struct sim_buf *buf, const char *name, const char *raw)
{
	if (!raw)
		return;
	add_name(buf, name);
	sim_buf_text(buf, raw);
}

static void add_text(struct sim_buf *buf, const char *name, const char *text)
{
	if (!text)
		return;
	add_name(buf, name);
	sim_buf_json(buf, text);
}

static const struct oddity *find_oddity(const struct sim_job *job, const char *name)
{
	if (!job->odd)
		return NULL;
	for (size_t i = 0; i < COUNT(oddities); i++)
		if (oddities[i].odd == job->odd && strcmp(oddities[i].name, name) == 0)
			return &oddities[i];
	return NULL;
}

static void add_attribute(struct sim_buf *buf, const struct attribute *attribute,
			  const struct detail *detail)
{
	const char *at = (const char *)detail + attribute->offset;

	switch (attribute->form) {
	case FORM_RAW:
		add_raw(buf, attribute->name, attribute->raw);
		break;
	case FORM_TEXT:
		add_text(buf, attribute->name, *(const char *const *)(const void *)at);
		break;
	case FORM_CHARS:
		add_text(buf, attribute->name, at);
		break;
	default:
		add_number(buf, attribute, *(const int64_t *)(const void *)at);
		break;
	}
}

static void add_nested(struct sim_buf *buf)
{
	add_name(buf, "futureAttribute");
	for (int i = 0; i < NESTED_LEVELS; i++)
		sim_buf_text(buf, i & 1 ? "{\"deeper\":" : "[1,");
	sim_buf_text(buf, "null");
	for (int i = NESTED_LEVELS - 1; i >= 0; i--)
		sim_buf_text(buf, i & 1 ? "}" : "]");
}

static void add_attributes(struct sim_buf *buf, const struct sim_job *job, bool is_old,
			   int64_t now_ms)
{
	bool sparse = sim_job_is_sparse(job);
	struct detail detail = {0};

	set_names(&detail, job);
	set_texts(&detail, job);
	set_times(&detail, job, now_ms);
	set_volumes(&detail, job);
	set_numbers(&detail, job);
	sim_buf_text(buf, "{");
	for (size_t i = 0; i < COUNT(attributes); i++) {
		const struct oddity *oddity = find_oddity(job, attributes[i].name);
		enum rank rank = attributes[i].rank;

		if (oddity)
			add_raw(buf, oddity->name, oddity->raw);
		else if (!(is_old && rank & RANK_NEW) && (rank & RANK_CORE || !sparse))
			add_attribute(buf, &attributes[i], &detail);
	}
	if (job->end_form == SIM_END_NULL)
		add_raw(buf, "endTime", "null");
	if (job->end_form == SIM_END_EMPTY)
		add_raw(buf, "endTime", "\"\"");
	if (job->odd == SIM_ODD_NESTED)
		add_nested(buf);
	sim_buf_text(buf, "}");
}

/* SORT = NULL: without a cursor. */
static void add_job(struct sim_buf *buf, const char *base, const struct sim_sort *sort, bool is_old,
		    const struct sim_job *job, int64_t now_ms)
{
	long long id = job->id;

	if (job->odd == SIM_ODD_NOT_AN_OBJECT) {
		sim_buf_number(buf, job->id);
		return;
	}
	sim_buf_text(buf, "{\"type\":\"job\"");
	if (job->odd == SIM_ODD_TOP_ID_NUMBER)
		sim_buf_printf(buf, ",\"id\":%lld", id);
	else if (job->odd != SIM_ODD_NO_ID)
		sim_buf_printf(buf, ",\"id\":\"%lld\"", id);
	sim_buf_printf(buf,
		       ",\"links\":{\"self\":{\"href\":\"/admin/jobs/%lld\"},"
		       "\"file-lists\":{\"href\":\"%s/admin/jobs/%lld/file-lists\"},"
		       "\"try-logs\":{\"href\":\"%s/admin/jobs/%lld/try-logs\"}}",
		       id, base, id, base, id);
	if (sort) {
		sim_buf_text(buf, ",\"meta\":{\"page\":{\"cursor\":\"");
		sim_cursor_write(buf, sort, job);
		sim_buf_text(buf, "\"}}");
	}
	sim_buf_text(buf, ",\"attributes\":");
	if (job->odd == SIM_ODD_ATTRIBUTES_NULL)
		sim_buf_text(buf, "null");
	else
		add_attributes(buf, job, is_old, now_ms);
	sim_buf_text(buf, "}");
}

static void add_data(struct sim_buf *buf, const struct sim_list *list)
{
	if (list->page->count == 0 && list->empty_form == SIM_DATA_ABSENT)
		return;
	sim_buf_text(buf, "\"data\":");
	if (list->page->count == 0 && list->empty_form == SIM_DATA_NULL) {
		sim_buf_text(buf, "null,");
		return;
	}
	sim_buf_text(buf, "[");
	for (int i = 0; i < list->page->count; i++) {
		if (i)
			sim_buf_text(buf, ",");
		add_job(buf, list->base, list->is_old ? NULL : &list->query->sort, list->is_old,
			&list->page->rows[i], list->now_ms);
	}
	sim_buf_text(buf, "],");
}

/* A link to another page of the same list. */
static void add_link(struct sim_buf *buf, const struct sim_list *list, const char *name,
		     const char *parameter, const char *cursor)
{
	const char *base = list->next_in_links ? "https://other.sim.test/netbackup" : list->base;

	sim_buf_printf(buf, "\"%s\":{\"href\":\"%s/admin/jobs?page%%5Blimit%%5D=%d", name, base,
		       list->query->limit);
	if (list->filter_text) {
		sim_buf_text(buf, "&filter=");
		sim_buf_percent(buf, list->filter_text);
	}
	if (list->sort_text) {
		sim_buf_text(buf, "&sort=");
		sim_buf_percent(buf, list->sort_text);
	}
	if (parameter) {
		sim_buf_printf(buf, "&page%%5B%s%%5D=", parameter);
		sim_buf_percent(buf, cursor);
	}
	sim_buf_text(buf, "\"}");
}

static void add_links(struct sim_buf *buf, const struct sim_list *list)
{
	struct sim_buf self = {0};

	sim_buf_printf(&self, "%s%s", list->base, list->self);
	sim_buf_text(buf, "\"links\":{\"self\":{\"href\":");
	sim_buf_json(buf, self.data);
	sim_buf_text(buf, "},");
	sim_buf_free(&self);
	add_link(buf, list, "first", NULL, NULL);
	if (list->next) {
		sim_buf_text(buf, ",");
		add_link(buf, list, "next", list->is_old ? "offset" : "after", list->next);
	}
	if (list->prev) {
		sim_buf_text(buf, ",");
		add_link(buf, list, "prev", list->is_old ? "offset" : "before", list->prev);
	}
	sim_buf_text(buf, "}");
}

static void add_cursor(struct sim_buf *buf, const char *name, const char *cursor, bool as_number)
{
	sim_buf_printf(buf, as_number ? ",\"%s\":%s" : ",\"%s\":\"%s\"", name, cursor);
}

static void add_meta(struct sim_buf *buf, const struct sim_list *list)
{
	bool is_range = list->query->has_after && list->query->has_before;

	if (list->without_meta && !list->next)
		return;
	sim_buf_printf(buf, ",\"meta\":{\"pagination\":{\"limit\":%d", list->query->limit);
	if (list->is_old)
		sim_buf_printf(buf, ",\"offset\":%lld,\"first\":0", (long long)list->query->offset);
	if (list->next && !list->next_in_links)
		add_cursor(buf, "next", list->next, list->next_is_number || list->is_old);
	else if (list->end_form != SIM_NEXT_ABSENT)
		sim_buf_printf(buf, ",\"next\":%s",
			       list->end_form == SIM_NEXT_NULL ? "null" : "\"\"");
	if (list->prev)
		add_cursor(buf, "prev", list->prev, list->is_old);
	if (!list->is_old)
		sim_buf_printf(buf, ",\"rangeTruncated\":%s",
			       is_range && list->page->more_after ? "true" : "false");
	sim_buf_text(buf, "}}");
}

void sim_json_list(struct sim_buf *buf, const struct sim_list *list)
{
	sim_buf_text(buf, "{");
	add_data(buf, list);
	if (list->without_next) {
		sim_buf_text(buf, "\"serverVersion\":\"sim\"}");
		return;
	}
	add_links(buf, list);
	add_meta(buf, list);
	sim_buf_text(buf, "}");
}

void sim_json_one(struct sim_buf *buf, const char *base, bool is_old, const struct sim_job *job,
		  int64_t now_ms)
{
	sim_buf_text(buf, "{\"data\":");
	add_job(buf, base, NULL, is_old, job, now_ms);
	sim_buf_text(buf, "}");
}

void sim_json_error(struct sim_buf *buf, int code, const char *message)
{
	sim_buf_printf(buf, "{\"errorCode\":%d,\"errorMessage\":", code);
	sim_buf_json(buf, message);
	sim_buf_text(buf, ",\"attributeErrors\":{},\"fileUploadErrors\":[]}");
}
