/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/value.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/secret.h"
#include "base/timefmt.h"
#include "base/utf8.h"
#include "config/link.h"

#define KEY_SIZE 4096
#define PATTERN_MAX 255

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Sets the complaint of VALUE; false. */
__attribute__((format(printf, 2, 3))) static bool refuse(struct value *value, const char *format,
							 ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(value->complaint, sizeof value->complaint, format, arguments);
	va_end(arguments);
	return false;
}

/* Complains that VALUE must have the form FORM; false. */
static bool must_be(struct value *value, const char *form)
{
	return refuse(value, "%s is \"%s\", but must be %s", value->key, value->text, form);
}

/* A copy of TEXT becomes MEMBER; true. */
static bool keep(void *member, const char *text)
{
	*(char **)member = mem_strdup(text);
	return true;
}

static bool keep_secret(void *member, const char *text)
{
	*(char **)member = secret_new(text, "");
	return true;
}

static bool keep_number(struct value *value, int number, const char *unit, void *member)
{
	if (number < value->min || number > value->max)
		return refuse(value, "%s is \"%s\", but must be from %d to %d%s", value->key,
			      value->text, value->min, value->max, unit);
	*(int *)member = number;
	return true;
}

static bool read_duration(struct value *value, void *member)
{
	int seconds;

	if (!timefmt_parse_duration(value->text, &seconds))
		return must_be(value, "a number and a unit, s, m, h or d, like \"60s\" or \"24h\"");
	return keep_number(value, seconds, " seconds", member);
}

/*
 * libconfuse's own integers are not used: it reads 010 as eight and an empty text as zero, and
 * refuses a good number when errno happens to be ERANGE. A number too large for an int becomes the
 * largest, which is out of any range.
 */
static bool read_number(struct value *value, void *member)
{
	unsigned long number;

	if (value->text[0] == '\0' || value->text[strspn(value->text, DIGITS)] != '\0')
		return must_be(value, "a whole number");
	number = strtoul(value->text, NULL, 10);
	return keep_number(value, number < INT_MAX ? (int)number : INT_MAX, "", member);
}

/* The words and the complaint of libconfuse's own booleans. */
static bool read_switch(struct value *value, void *member)
{
	static const char *const words[] = {"false", "no", "off", "true", "yes", "on"};

	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (strcasecmp(words[i], value->text) != 0)
			continue;
		*(bool *)member = i >= 3;
		return true;
	}
	return refuse(value, "invalid boolean value for option '%s'", value->key);
}

static bool read_socket(struct value *value, void *member)
{
	const char *text = value->text;

	if (text[0] == '/' || (strncmp(text, "tcp:", 4) == 0 && strchr(text + 4, ':')))
		return keep(member, text);
	return must_be(value, "an absolute path or tcp:HOST:PORT");
}

static bool read_state_dir(struct value *value, void *member)
{
	if (value->text[0] == '/' || strcmp(value->text, ":memory:") == 0)
		return keep(member, value->text);
	return must_be(value, "an absolute path or \":memory:\"");
}

/* Reads numbers with dots between them. False when TEXT is anything else. */
static bool parse_oid(const char *text, struct config_oid *oid)
{
	if (*text == '.')
		text++;
	while (isdigit((unsigned char)*text) && oid->length < CONFIG_BASE_OID_MAX) {
		char *end;
		unsigned long long number = strtoull(text, &end, 10);

		if (number > UINT32_MAX || (*end != '.' && *end != '\0'))
			return false;
		oid->numbers[oid->length++] = (uint32_t)number;
		if (*end == '\0')
			return true;
		text = end + 1;
	}
	return false;
}

static bool read_oid(struct value *value, void *member)
{
	struct config_oid oid = {.length = 0};

	/* X.660: the first number is at most 2, and below 0 and 1 there are only 40 arcs. */
	if (!parse_oid(value->text, &oid) || oid.length < 4 || oid.numbers[0] > 2 ||
	    (oid.numbers[0] < 2 && oid.numbers[1] >= 40))
		return refuse(
		    value,
		    "%s is \"%s\", but must be an OID of 4 to %d numbers with dots between "
		    "them",
		    value->key, value->text, CONFIG_BASE_OID_MAX);
	*(struct config_oid *)member = oid;
	return true;
}

/* The place of the text of VALUE in WORDS, which end with NULL; that of the NULL is none of them.
 */
static size_t find_word(const struct value *value, const char *const *words)
{
	size_t i = 0;

	while (words[i] && strcmp(words[i], value->text) != 0)
		i++;
	return i;
}

/* MEMBER becomes the place of VALUE in WORDS, which end with NULL and are told in FORM. */
static bool read_word(struct value *value, const char *const *words, const char *form, void *member)
{
	size_t word = find_word(value, words);

	if (!words[word])
		return must_be(value, form);
	*(unsigned *)member = (unsigned)word;
	return true;
}

static bool read_log_target(struct value *value, void *member)
{
	static const char *const words[] = {
	    [LOG_TARGET_STDERR] = "stderr", [LOG_TARGET_SYSLOG] = "syslog", NULL};

	return read_word(value, words, "stderr or syslog", member);
}

static bool read_log_level(struct value *value, void *member)
{
	static const char *const words[] = {[LOG_LEVEL_ERROR] = "error",
					    [LOG_LEVEL_WARNING] = "warning",
					    [LOG_LEVEL_INFO] = "info",
					    [LOG_LEVEL_DEBUG] = "debug",
					    NULL};

	return read_word(value, words, "error, warning, info or debug", member);
}

/* One word of the list. */
static bool read_notify(struct value *value, void *member)
{
	static const char *const words[] = {
	    "site", "job-failed", "policy-overdue", "storage", "tape", "security", NULL};
	struct config_notify *notify = member;
	bool *const flags[] = {&notify->site,	 &notify->job_failed, &notify->policy_overdue,
			       &notify->storage, &notify->tape,	      &notify->security};
	size_t word = find_word(value, words);

	if (!words[word])
		return refuse(value,
			      "%s holds \"%s\", but may only hold \"site\", \"job-failed\", "
			      "\"policy-overdue\", \"storage\", \"tape\" and \"security\"",
			      value->key, value->text);
	*flags[word] = true;
	return true;
}

const char *const value_collect_words[] = {[CONFIG_COLLECT_STORAGE] = "storage",
					   [CONFIG_COLLECT_TAPE] = "tape",
					   [CONFIG_COLLECT_MEDIA] = "media",
					   [CONFIG_COLLECT_SECURITY] = "security",
					   [CONFIG_COLLECT_COUNT] = NULL};

/* One word of the list. */
static bool read_collect(struct value *value, void *member)
{
	size_t word = find_word(value, value_collect_words);

	if (word == CONFIG_COLLECT_COUNT)
		return refuse(value,
			      "%s holds \"%s\", but may only hold \"storage\", \"tape\", \"media\" "
			      "and \"security\"",
			      value->key, value->text);
	((struct config_collects *)member)->wanted[word] = true;
	return true;
}

static bool read_parents(struct value *value, void *member)
{
	static const char *const words[] = {
	    [CONFIG_PARENTS_LEAVE_OUT] = "leave-out", [CONFIG_PARENTS_COUNT] = "count", NULL};

	return read_word(value, words, "leave-out or count", member);
}

/* One word of the list, or the fallback, which has several. */
static bool read_job_types(struct value *value, void *member)
{
	char **types = member, *before = *types;
	size_t length = strlen(value->text);

	if (length == 0 || strspn(value->text, LETTERS DIGITS "_ ") != length)
		return refuse(value, "%s holds \"%s\", but may only hold job types like \"BACKUP\"",
			      value->key, value->text);
	*types = before ? mem_printf("%s %s", before, value->text) : mem_strdup(value->text);
	free(before);
	/* As those of jobs are. */
	utf8_capitals(*types);
	return true;
}

/* Whether TEXT is HOST or HOST:PORT; an IPv6 address is in brackets. */
static bool authority_fits(const char *text, size_t length)
{
	const char *end = text + length, *port = text;
	long number = 0;

	if (*text == '[') {
		port = memchr(text, ']', length);
		if (!port || ++port == text + 2)
			return false;
	} else {
		while (port < end && *port != ':')
			port++;
	}
	if (port == text || (port < end && (*port != ':' || end - port > 6 || end - port < 2)))
		return false;
	if (port == end)
		return true;
	while (++port < end && isdigit((unsigned char)*port))
		number = number * 10 + (*port - '0');
	return port == end && number >= 1 && number <= 65535;
}

static bool read_url(struct value *value, void *member)
{
	const char *text = value->text, *host;
	size_t length;

	if (strncmp(text, "https://", 8) != 0 && strncmp(text, "http://", 7) != 0)
		return refuse(value, "%s is \"%s\", but must begin with https:// (or http://)",
			      value->key, text);
	host = strstr(text, "://") + 3;
	length = strcspn(host, "/");
	/* Not repeated here: it may hold a password. */
	if (memchr(host, '@', length))
		return refuse(value, "%s must not hold a user name or password; use api-key-file",
			      value->key);
	if (!authority_fits(host, length))
		return refuse(value,
			      "%s is \"%s\", which names no host, or no port from 1 to 65535",
			      value->key, text);
	for (const char *at = text; *at; at++)
		if ((unsigned char)*at <= ' ' || strchr("?#\"<>\\^`{|}\177", *at))
			return must_be(value, "like https://primary.example.com:1556/netbackup");
	length = strlen(text);
	while (text[length - 1] == '/')
		length--;
	*(char **)member = mem_printf("%.*s", (int)length, text);
	return true;
}

static bool read_file_name(struct value *value, void *member)
{
	return keep(member, value->text);
}

static bool read_ca_file(struct value *value, void *member)
{
	if (access(value->text, R_OK) == 0)
		return keep(member, value->text);
	return refuse(value, "%s %s cannot be read: %s", value->key, value->text, strerror(errno));
}

/* What is wrong with KEY, which goes into a header line as it is; or NULL. */
static const char *find_flaw(const char *key)
{
	if (key[0] == '\0')
		return "is empty";
	for (; *key; key++)
		if (!isgraph((unsigned char)*key))
			return "holds a space or a character that no key has";
	return NULL;
}

/* Reads the key in FILE into KEY. Returns NULL, or what is wrong. */
static const char *load_key(const char *file, char key[KEY_SIZE])
{
	const char *complaint = NULL;
	struct stat status;
	ssize_t got = -1;
	size_t length;
	int fd = link_open(file, O_RDONLY | O_NONBLOCK);

	if (fd < 0)
		return link_error(errno);
	if (fstat(fd, &status) < 0)
		/* NOLINTNEXTLINE(bugprone-branch-clone): the order matters */
		complaint = strerror(errno);
	else if (!S_ISREG(status.st_mode))
		complaint = "is not a plain file";
	else if (status.st_mode & S_IRWXO)
		complaint = "can be read by others; set its mode to 0640 or 0600 with chmod";
	else if ((got = read(fd, key, KEY_SIZE - 1)) < 0)
		complaint = strerror(errno);
	close(fd);
	if (complaint || got < 0)
		return complaint;
	length = (size_t)got;
	while (length > 0 && isspace((unsigned char)key[length - 1]))
		length--;
	key[length] = '\0';
	if (strlen(key) != length || length == KEY_SIZE - 1)
		return "does not hold an API key";
	return find_flaw(key);
}

static bool read_api_key_file(struct value *value, void *member)
{
	char key[KEY_SIZE] = "";
	const char *complaint = load_key(value->text, key);

	if (!complaint)
		keep_secret(member, key);
	explicit_bzero(key, sizeof key);
	return !complaint || refuse(value, "%s %s: %s", value->key, value->text, complaint);
}

static bool read_api_key(struct value *value, void *member)
{
	const char *flaw = find_flaw(value->text);

	if (!flaw)
		return keep_secret(member, value->text);
	return refuse(value, "%s %s%s", value->key, flaw,
		      value->text[0] ? "" : "; is the environment variable that it names set?");
}

bool value_is_version(const char *text)
{
	size_t major = strspn(text, DIGITS), minor;

	if (major < 1 || major > 3 || text[major] != '.')
		return false;
	minor = strspn(text + major + 1, DIGITS);
	return minor >= 1 && minor <= 3 && text[major + 1 + minor] == '\0';
}

static bool read_api_version(struct value *value, void *member)
{
	if (strcmp(value->text, "auto") == 0)
		return true;
	if (value_is_version(value->text))
		return keep(member, value->text);
	return must_be(value, "auto or a version like 13.0");
}

static bool read_site_name(struct value *value, void *member)
{
	size_t length = strlen(value->text);

	if (length >= 1 && length <= CONFIG_SITE_NAME_MAX &&
	    strspn(value->text, LETTERS DIGITS "._-") == length)
		return keep(member, value->text);
	return refuse(value,
		      "%s \"%s\": a name has 1 to %d letters, digits, dots, dashes and underscores",
		      value->key, value->text, CONFIG_SITE_NAME_MAX);
}

/* Names that match are shown, so a pattern is fit to be shown, too. */
static bool pattern_fits(const char *pattern)
{
	size_t length = strlen(pattern);

	if (length < 1 || length > PATTERN_MAX || !utf8_valid(pattern))
		return false;
	for (; *pattern; pattern++)
		if (iscntrl((unsigned char)*pattern))
			return false;
	return true;
}

static bool read_pattern(struct value *value, void *member)
{
	if (pattern_fits(value->text))
		return keep(member, value->text);
	return refuse(value,
		      "%s \"%.40s\": a pattern has 1 to %d octets of UTF-8 and no control "
		      "characters",
		      value->key, value->text, PATTERN_MAX);
}

static const struct kind {
	bool (*read)(struct value *value, void *member);
	size_t size; /* of the member; 0 = a char * to be freed */
	bool secret; /* by secret_free */
} kinds[] = {
    [VALUE_DURATION] = {read_duration, sizeof(int), false},
    [VALUE_NUMBER] = {read_number, sizeof(int), false},
    [VALUE_SWITCH] = {read_switch, sizeof(bool), false},
    [VALUE_SOCKET] = {read_socket, 0, false},
    [VALUE_STATE_DIR] = {read_state_dir, 0, false},
    [VALUE_OID] = {read_oid, sizeof(struct config_oid), false},
    [VALUE_LOG_TARGET] = {read_log_target, sizeof(enum log_target), false},
    [VALUE_LOG_LEVEL] = {read_log_level, sizeof(enum log_level), false},
    [VALUE_NOTIFY] = {read_notify, sizeof(struct config_notify), false},
    [VALUE_COLLECT] = {read_collect, sizeof(struct config_collects), false},
    [VALUE_PARENTS] = {read_parents, sizeof(enum config_parents), false},
    [VALUE_JOB_TYPES] = {read_job_types, 0, false},
    [VALUE_URL] = {read_url, 0, false},
    [VALUE_API_KEY] = {read_api_key, 0, true},
    [VALUE_API_KEY_FILE] = {read_api_key_file, 0, true},
    [VALUE_FILE_NAME] = {read_file_name, 0, false},
    [VALUE_CA_FILE] = {read_ca_file, 0, false},
    [VALUE_API_VERSION] = {read_api_version, 0, false},
    [VALUE_SITE_NAME] = {read_site_name, 0, false},
    [VALUE_PATTERN] = {read_pattern, 0, false},
};

bool value_read(enum value_kind kind, struct value *value, void *member)
{
	return kinds[kind].read(value, member);
}

bool value_is_list(enum value_kind kind)
{
	return kind == VALUE_NOTIFY || kind == VALUE_COLLECT || kind == VALUE_JOB_TYPES;
}

bool value_equal(enum value_kind kind, const void *a, const void *b)
{
	const char *first, *second;

	/* What was read from the file is compared, not where it stood. */
	if (kind == VALUE_FILE_NAME)
		return true;
	if (kinds[kind].size > 0)
		return memcmp(a, b, kinds[kind].size) == 0;
	first = *(char *const *)a;
	second = *(char *const *)b;
	return first && second ? strcmp(first, second) == 0 : first == second;
}

void value_clear(enum value_kind kind, void *member)
{
	char **text = member;

	if (kinds[kind].size > 0)
		return;
	if (kinds[kind].secret)
		secret_free(*text);
	else
		free(*text);
	*text = NULL;
}
