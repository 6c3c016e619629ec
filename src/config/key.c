/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/key.h"

#include <string.h>

#define DAY 86400

#define OF_FILE(member) KEY_OF_FILE, offsetof(struct config, member), false
#define OF_SITE(member) KEY_OF_SITE, offsetof(struct config_site, member), false
#define SHARED(member) KEY_OF_SITE, offsetof(struct config_site, member), true
#define OF_WATCH(member) KEY_OF_WATCH, offsetof(struct config_watch, member), false

const struct key key_table[] = {
    {"agentx-socket", OF_FILE(agentx_socket), VALUE_SOCKET, "/var/agentx/master", 0, 0},
    {"direct-answers", OF_FILE(fastpath), VALUE_SWITCH, "true", 0, 0},
    {"base-oid", OF_FILE(base_oid), VALUE_OID, "1.3.6.1.4.1.8072.9999.9999.1556", 0, 0},
    {"state-dir", OF_FILE(state_dir), VALUE_STATE_DIR, "/var/lib/nbu-agentx", 0, 0},
    {"log-target", OF_FILE(log_target), VALUE_LOG_TARGET, "stderr", 0, 0},
    {"log-level", OF_FILE(log_level), VALUE_LOG_LEVEL, "info", 0, 0},
    {"notify", OF_FILE(notify), VALUE_NOTIFY, NULL, 0, 0},
    {"notify-limit", OF_FILE(notify.limit), VALUE_NUMBER, "20", 1, 1000},
    {NULL, OF_SITE(name), VALUE_SITE_NAME, NULL, 0, 0},
    {"url", OF_SITE(url), VALUE_URL, NULL, 0, 0},
    {"api-key", OF_SITE(api_key), VALUE_API_KEY, NULL, 0, 0},
    {"api-key-file", OF_SITE(api_key), VALUE_API_KEY_FILE, NULL, 0, 0},
    {"api-key-file", OF_SITE(api_key_file), VALUE_FILE_NAME, NULL, 0, 0},
    {"ca-file", OF_SITE(ca_file), VALUE_CA_FILE, NULL, 0, 0},
    {"tls-verify", OF_SITE(tls_verify), VALUE_SWITCH, "true", 0, 0},
    {"api-version", OF_SITE(api_version), VALUE_API_VERSION, "auto", 0, 0},
    {"refresh", SHARED(refresh), VALUE_DURATION, "60s", 1, DAY},
    {"full-refresh", SHARED(full_refresh), VALUE_DURATION, "6h", 60, 31 * DAY},
    {"sweep-connections", SHARED(sweep_connections), VALUE_NUMBER, "4", 1, 8},
    {"full-refresh-limit", SHARED(full_refresh_limit), VALUE_DURATION, "24h", 0, 31 * DAY},
    {"unfinished-refresh", SHARED(unfinished_refresh), VALUE_DURATION, "10m", 0, DAY},
    {"window", SHARED(window), VALUE_DURATION, "24h", 60, 31 * DAY},
    {"row-hold", SHARED(row_retention), VALUE_DURATION, "7d", 0, 366 * DAY},
    {"timeout", OF_SITE(timeout), VALUE_DURATION, "30s", 1, 600},
    {"deadline", OF_SITE(deadline), VALUE_DURATION, "30m", 1, DAY},
    {"client-limit", SHARED(client_limit), VALUE_NUMBER, "2000", 0, 100000},
    {"down-after", SHARED(down_after), VALUE_NUMBER, "2", 1, 1000},
    {"parents", SHARED(parents), VALUE_PARENTS, "leave-out", 0, 0},
    {"protecting-jobs", SHARED(protecting_jobs), VALUE_JOB_TYPES, "BACKUP DBBACKUP SNAPSHOT", 0, 0},
    {"failures-kept", SHARED(failures_kept), VALUE_NUMBER, "50", 0, 1000},
    {"vanish-hold", SHARED(vanish_hold), VALUE_DURATION, "1h", 0, 31 * DAY},
    {"collect", SHARED(collect), VALUE_COLLECT, "storage", 0, 0},
    {"storage-refresh", SHARED(collect_interval[CONFIG_COLLECT_STORAGE]), VALUE_DURATION, "5m", 1,
     DAY},
    {"tape-refresh", SHARED(collect_interval[CONFIG_COLLECT_TAPE]), VALUE_DURATION, "5m", 1, DAY},
    {"media-refresh", SHARED(collect_interval[CONFIG_COLLECT_MEDIA]), VALUE_DURATION, "1h", 1, DAY},
    {"security-refresh", SHARED(collect_interval[CONFIG_COLLECT_SECURITY]), VALUE_DURATION, "15m",
     1, DAY},
    {NULL, OF_WATCH(pattern), VALUE_PATTERN, NULL, 0, 0},
    {"max-age", OF_WATCH(max_age), VALUE_DURATION, "0s", 0, 366 * DAY},
};
const size_t key_count = sizeof key_table / sizeof key_table[0];

const struct key *key_find(const char *name)
{
	const struct key *key = key_table;

	while (!key->name || strcmp(key->name, name) != 0)
		key++;
	return key;
}

const struct key *key_title(enum key_home home)
{
	const struct key *key = key_table;

	while (key->name || key->home != home)
		key++;
	return key;
}

bool key_read(const struct key *key, struct value *value, void *object)
{
	value->min = key->min;
	value->max = key->max;
	return value_read(key->kind, value, (char *)object + key->offset);
}

bool key_all_equal(enum key_home home, const void *a, const void *b)
{
	for (const struct key *key = key_table; key < key_table + key_count; key++)
		if (key->home == home && !value_equal(key->kind, (const char *)a + key->offset,
						      (const char *)b + key->offset))
			return false;
	return true;
}

void key_clear_all(enum key_home home, void *object)
{
	for (const struct key *key = key_table; key < key_table + key_count; key++)
		if (key->home == home)
			value_clear(key->kind, (char *)object + key->offset);
}
