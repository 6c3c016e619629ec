/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/config.h"

#include <confuse.h>
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
#include "base/timefmt.h"
#include "base/utf8.h"

#define DAY 86400
#define KEY_SIZE 4096
#define PATTERN_MAX 255
#define TITLED (CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES)

/* Where errors of the parse at hand go: libconfuse's callbacks take no argument of ours. */
static char *error_text;

/*
 * Not libconfuse's own integers: those take 010 for eight, nothing for zero, and refuse what is
 * right when errno happens to be ERANGE. A number too large for an int becomes the largest.
 */
static bool parse_number(const char *text, int *value)
{
	unsigned long number;

	if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0')
		return false;
	number = strtoul(text, NULL, 10);
	*value = number < INT_MAX ? (int)number : INT_MAX;
	return true;
}

/* How quantities are written. */
struct notation {
	bool (*parse)(const char *text, int *value);
	const char *form;
	const char *unit;
};
static const struct notation durations = {
    timefmt_parse_duration, "a number and a unit, s, m, h or d, like \"60s\" or \"24h\"",
    " seconds"};
static const struct notation numbers = {parse_number, "a whole number", ""};

/* What a quantity is a member of. */
enum home { HOME_SITE, HOME_WATCH, HOME_NOTIFY };
#define OF_SITE(member) HOME_SITE, offsetof(struct config_site, member)
#define OF_WATCH(member) HOME_WATCH, offsetof(struct config_watch, member)
#define OF_NOTIFY(member) HOME_NOTIFY, offsetof(struct config_notify, member)

/* The quantities there are, where they go, and what they may be. */
static const struct quantity {
	const char *name;
	const char *fallback;
	const struct notation *notation;
	enum home home;
	size_t offset;
	bool shared; /* may also stand outside of its section, for all of them */
	int min, max;
} quantities[] = {
    {"refresh", "60s", &durations, OF_SITE(refresh), true, 1, DAY},
    {"full-refresh", "6h", &durations, OF_SITE(full_refresh), true, 60, 31 * DAY},
    {"window", "24h", &durations, OF_SITE(window), true, 60, 31 * DAY},
    {"row-hold", "7d", &durations, OF_SITE(row_retention), true, 0, 366 * DAY},
    {"timeout", "30s", &durations, OF_SITE(timeout), false, 1, 600},
    {"deadline", "30m", &durations, OF_SITE(deadline), false, 1, DAY},
    {"client-limit", "2000", &numbers, OF_SITE(client_limit), true, 0, 100000},
    {"down-after", "2", &numbers, OF_SITE(down_after), true, 1, 1000},
    {"max-age", "0s", &durations, OF_WATCH(max_age), false, 0, 366 * DAY},
    {"notify-limit", "20", &numbers, OF_NOTIFY(limit), false, 1, 1000},
};
#define QUANTITIES (sizeof quantities / sizeof quantities[0])

/* The words that notify may hold, and what each switches on. */
static const struct notify_word {
	const char *word;
	size_t offset;
} notify_words[] = {
    {"site", offsetof(struct config_notify, site)},
    {"job-failed", offsetof(struct config_notify, job_failed)},
    {"policy-overdue", offsetof(struct config_notify, policy_overdue)},
};

static const char *const target_words[] = {
    [LOG_TARGET_STDERR] = "stderr", [LOG_TARGET_SYSLOG] = "syslog", NULL};
static const char *const level_words[] = {[LOG_LEVEL_ERROR] = "error",
					  [LOG_LEVEL_WARNING] = "warning",
					  [LOG_LEVEL_INFO] = "info",
					  [LOG_LEVEL_DEBUG] = "debug",
					  NULL};

/* The first error is the one that matters. */
__attribute__((format(printf, 3, 0))) static void set_error(const char *file, int line,
							    const char *format, va_list arguments)
{
	int length;

	if (error_text[0] != '\0')
		return;
	length = line > 0 ? snprintf(error_text, CONFIG_ERROR_SIZE, "%s:%d: ", file, line)
			  : snprintf(error_text, CONFIG_ERROR_SIZE, "%s: ", file);
	if (length < CONFIG_ERROR_SIZE)
		vsnprintf(error_text + length, CONFIG_ERROR_SIZE - (size_t)length, format,
			  arguments);
	/* It may repeat anything that stands in the file. */
	utf8_clean(error_text);
}

__attribute__((format(printf, 2, 0))) static void on_error(cfg_t *cfg, const char *format,
							   va_list arguments)
{
	set_error(cfg->filename, cfg->line, format, arguments);
}

__attribute__((format(printf, 3, 4))) static void fail(const char *file, int line,
						       const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	set_error(file, line, format, arguments);
	va_end(arguments);
}

/* The value that has just been read into OPT. */
static const char *value_of(cfg_opt_t *opt)
{
	return cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1);
}

static const struct quantity *find_quantity(const char *name)
{
	for (size_t i = 0; i < QUANTITIES; i++)
		if (strcmp(quantities[i].name, name) == 0)
			return &quantities[i];
	return NULL;
}

static int check_quantity(cfg_t *cfg, cfg_opt_t *opt)
{
	const struct quantity *quantity = find_quantity(opt->name);
	const struct notation *notation = quantity->notation;
	int value;

	if (!notation->parse(value_of(opt), &value)) {
		cfg_error(cfg, "%s is \"%s\", but must be %s", opt->name, value_of(opt),
			  notation->form);
		return -1;
	}
	if (value < quantity->min || value > quantity->max) {
		cfg_error(cfg, "%s is \"%s\", but must be from %d to %d%s", opt->name,
			  value_of(opt), quantity->min, quantity->max, notation->unit);
		return -1;
	}
	return 0;
}

static int find_word(const char *const *words, const char *word)
{
	for (int i = 0; words[i]; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return -1;
}

static int check_log_target(cfg_t *cfg, cfg_opt_t *opt)
{
	if (find_word(target_words, value_of(opt)) >= 0)
		return 0;
	cfg_error(cfg, "log-target is \"%s\", but must be stderr or syslog", value_of(opt));
	return -1;
}

static int check_log_level(cfg_t *cfg, cfg_opt_t *opt)
{
	if (find_word(level_words, value_of(opt)) >= 0)
		return 0;
	cfg_error(cfg, "log-level is \"%s\", but must be error, warning, info or debug",
		  value_of(opt));
	return -1;
}

static int check_socket(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *value = value_of(opt);

	if (value[0] == '/' || (strncmp(value, "tcp:", 4) == 0 && strchr(value + 4, ':')))
		return 0;
	cfg_error(cfg, "agentx-socket is \"%s\", but must be an absolute path or tcp:HOST:PORT",
		  value);
	return -1;
}

static int check_state_dir(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *value = value_of(opt);

	if (value[0] == '/' || strcmp(value, ":memory:") == 0)
		return 0;
	cfg_error(cfg, "state-dir is \"%s\", but must be an absolute path or \":memory:\"", value);
	return -1;
}

/* Reads dotted numbers into OID; returns how many, or 0. */
static size_t parse_oid(const char *text, uint32_t oid[CONFIG_BASE_OID_MAX])
{
	size_t length = 0;

	if (*text == '.')
		text++;
	while (isdigit((unsigned char)*text) && length < CONFIG_BASE_OID_MAX) {
		char *end;
		unsigned long long number = strtoull(text, &end, 10);

		if (number > UINT32_MAX || (*end != '.' && *end != '\0'))
			return 0;
		oid[length++] = (uint32_t)number;
		if (*end == '\0')
			return length;
		text = end + 1;
	}
	return 0;
}

static int check_base_oid(cfg_t *cfg, cfg_opt_t *opt)
{
	uint32_t oid[CONFIG_BASE_OID_MAX];

	/* X.660: below 0 and 1 there are 40 arcs at most, and no other begins but 2. */
	if (parse_oid(value_of(opt), oid) >= 4 && (oid[0] == 2 || (oid[0] < 2 && oid[1] < 40)))
		return 0;
	cfg_error(cfg,
		  "base-oid is \"%s\", but must be an OID of 4 to %d numbers with dots between "
		  "them",
		  value_of(opt), CONFIG_BASE_OID_MAX);
	return -1;
}

static int check_api_version(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *value = value_of(opt);
	size_t major = strspn(value, "0123456789");
	size_t minor = value[major] == '.' ? strspn(value + major + 1, "0123456789") : 0;

	if (strcmp(value, "auto") == 0)
		return 0;
	if (major >= 1 && major <= 3 && minor >= 1 && minor <= 3 &&
	    value[major + 1 + minor] == '\0')
		return 0;
	cfg_error(cfg, "api-version is \"%s\", but must be auto or a version like 13.0", value);
	return -1;
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

static int check_url(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *value = value_of(opt), *host;
	size_t length;

	if (strncmp(value, "https://", 8) != 0 && strncmp(value, "http://", 7) != 0) {
		cfg_error(cfg, "url is \"%s\", but must begin with https:// (or http://)", value);
		return -1;
	}
	host = strstr(value, "://") + 3;
	length = strcspn(host, "/");
	if (memchr(host, '@', length)) {
		/* Not repeated here: it may hold a password. */
		cfg_error(cfg, "url must not hold a user name or password; use api-key-file");
		return -1;
	}
	if (!authority_fits(host, length)) {
		cfg_error(cfg, "url is \"%s\", which names no host, or no port from 1 to 65535",
			  value);
		return -1;
	}
	for (const char *at = value; *at; at++) {
		if ((unsigned char)*at <= ' ' || strchr("?#\"<>\\^`{|}\177", *at)) {
			cfg_error(cfg,
				  "url is \"%s\", but must be like "
				  "https://primary.example.com:1556/netbackup",
				  value);
			return -1;
		}
	}
	return 0;
}

static int check_ca_file(cfg_t *cfg, cfg_opt_t *opt)
{
	if (access(value_of(opt), R_OK) == 0)
		return 0;
	cfg_error(cfg, "ca-file %s cannot be read: %s", value_of(opt), strerror(errno));
	return -1;
}

/* What a key may look like: it goes into a header line as it is. */
static const char *key_complaint(const char *key)
{
	if (key[0] == '\0')
		return "is empty";
	for (; *key; key++)
		if (!isgraph((unsigned char)*key))
			return "holds a space or a character that no key has";
	return NULL;
}

/* Reads the key in FILE into KEY. Returns NULL, or what is wrong. */
static const char *read_key(const char *file, char key[KEY_SIZE])
{
	const char *complaint = NULL;
	struct stat status;
	ssize_t got = -1;
	size_t length;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return strerror(errno);
	if (fstat(fd, &status) < 0)
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
	return key_complaint(key);
}

static int check_key_file(cfg_t *cfg, cfg_opt_t *opt)
{
	char key[KEY_SIZE];
	const char *complaint = read_key(value_of(opt), key);

	explicit_bzero(key, sizeof key);
	if (!complaint)
		return 0;
	cfg_error(cfg, "api-key-file %s: %s", value_of(opt), complaint);
	return -1;
}

static int check_key(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *complaint = key_complaint(value_of(opt));

	if (!complaint)
		return 0;
	cfg_error(cfg, "api-key %s%s", complaint,
		  value_of(opt)[0] ? "" : "; is the environment variable that it names set?");
	return -1;
}

static const struct notify_word *find_notify_word(const char *word)
{
	for (size_t i = 0; i < sizeof notify_words / sizeof notify_words[0]; i++)
		if (strcmp(notify_words[i].word, word) == 0)
			return &notify_words[i];
	return NULL;
}

/* Runs for each word of the list. */
static int check_notify(cfg_t *cfg, cfg_opt_t *opt)
{
	if (find_notify_word(value_of(opt)))
		return 0;
	cfg_error(cfg,
		  "notify holds \"%s\", but may only hold \"site\", \"job-failed\" and "
		  "\"policy-overdue\"",
		  value_of(opt));
	return -1;
}

/* What a name may look like that is shown: of well-formed characters, and no line break in it. */
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

/* Runs when a whole policy or client section has been read. */
static int check_watch(cfg_t *cfg, cfg_opt_t *opt)
{
	const char *pattern = cfg_title(cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1));

	if (pattern_fits(pattern))
		return 0;
	cfg_error(cfg,
		  "%s \"%.40s\": a pattern has 1 to %d octets of UTF-8 and no control characters",
		  opt->name, pattern, PATTERN_MAX);
	return -1;
}

static bool site_name_fits(const char *name)
{
	size_t length = strlen(name);

	return length >= 1 && length <= CONFIG_SITE_NAME_MAX &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
		   length;
}

/* Runs when a whole site section has been read. */
static int check_site(cfg_t *cfg, cfg_opt_t *opt)
{
	cfg_t *site = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);
	const char *name = cfg_title(site);

	if (!site_name_fits(name)) {
		cfg_error(cfg,
			  "site \"%s\": a name has 1 to %d letters, digits, dots, dashes and "
			  "underscores",
			  name, CONFIG_SITE_NAME_MAX);
		return -1;
	}
	if (!cfg_getstr(site, "url")) {
		cfg_error(cfg, "site \"%s\" has no url", name);
		return -1;
	}
	if (!cfg_getstr(site, "api-key") == !cfg_getstr(site, "api-key-file")) {
		cfg_error(cfg, "site \"%s\" needs either api-key-file or api-key", name);
		return -1;
	}
	return 0;
}

static const struct check {
	const char *option;
	cfg_validate_callback_t function;
} checks[] = {
    {"agentx-socket", check_socket},
    {"base-oid", check_base_oid},
    {"state-dir", check_state_dir},
    {"log-target", check_log_target},
    {"log-level", check_log_level},
    {"refresh", check_quantity},
    {"full-refresh", check_quantity},
    {"window", check_quantity},
    {"row-hold", check_quantity},
    {"client-limit", check_quantity},
    {"down-after", check_quantity},
    {"notify", check_notify},
    {"notify-limit", check_quantity},
    {"policy", check_watch},
    {"policy|max-age", check_quantity},
    {"client", check_watch},
    {"client|max-age", check_quantity},
    {"site", check_site},
    {"site|url", check_url},
    {"site|api-key", check_key},
    {"site|api-key-file", check_key_file},
    {"site|ca-file", check_ca_file},
    {"site|api-version", check_api_version},
    {"site|refresh", check_quantity},
    {"site|full-refresh", check_quantity},
    {"site|window", check_quantity},
    {"site|row-hold", check_quantity},
    {"site|timeout", check_quantity},
    {"site|deadline", check_quantity},
    {"site|client-limit", check_quantity},
    {"site|down-after", check_quantity},
    {"site|policy", check_watch},
    {"site|policy|max-age", check_quantity},
    {"site|client", check_watch},
    {"site|client|max-age", check_quantity},
};

/* The parser copies these. */
static cfg_opt_t watch_options[] = {
    CFG_STR("max-age", NULL, CFGF_NONE),
    CFG_END(),
};
static cfg_opt_t site_options[] = {
    CFG_STR("url", NULL, CFGF_NONE),
    CFG_STR("api-key", NULL, CFGF_NONE),
    CFG_STR("api-key-file", NULL, CFGF_NONE),
    CFG_STR("ca-file", NULL, CFGF_NONE),
    CFG_BOOL("tls-verify", cfg_true, CFGF_NONE),
    CFG_STR("api-version", "auto", CFGF_NONE),
    CFG_STR("refresh", NULL, CFGF_NONE),
    CFG_STR("full-refresh", NULL, CFGF_NONE),
    CFG_STR("window", NULL, CFGF_NONE),
    CFG_STR("row-hold", NULL, CFGF_NONE),
    CFG_STR("timeout", NULL, CFGF_NONE),
    CFG_STR("deadline", NULL, CFGF_NONE),
    CFG_STR("client-limit", NULL, CFGF_NONE),
    CFG_STR("down-after", NULL, CFGF_NONE),
    CFG_SEC("policy", watch_options, TITLED),
    CFG_SEC("client", watch_options, TITLED),
    CFG_END(),
};
static cfg_opt_t options[] = {
    CFG_STR("agentx-socket", "/var/agentx/master", CFGF_NONE),
    CFG_BOOL("direct-answers", cfg_true, CFGF_NONE),
    CFG_STR("base-oid", "1.3.6.1.4.1.8072.9999.9999.1556", CFGF_NONE),
    CFG_STR("state-dir", "/var/lib/nbu-agentx", CFGF_NONE),
    CFG_STR("log-target", "stderr", CFGF_NONE),
    CFG_STR("log-level", "info", CFGF_NONE),
    CFG_STR("refresh", NULL, CFGF_NONE),
    CFG_STR("full-refresh", NULL, CFGF_NONE),
    CFG_STR("window", NULL, CFGF_NONE),
    CFG_STR("row-hold", NULL, CFGF_NONE),
    CFG_STR("client-limit", NULL, CFGF_NONE),
    CFG_STR("down-after", NULL, CFGF_NONE),
    CFG_STR_LIST("notify", NULL, CFGF_NONE),
    CFG_STR("notify-limit", NULL, CFGF_NONE),
    CFG_SEC("policy", watch_options, TITLED),
    CFG_SEC("client", watch_options, TITLED),
    CFG_SEC("site", site_options, TITLED),
    CFG_END(),
};

static cfg_t *new_parser(void)
{
	cfg_t *cfg = cfg_init(options, CFGF_NONE);

	cfg_set_error_function(cfg, on_error);
	for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
		cfg_set_validate_func(cfg, checks[i].option, checks[i].function);
	return cfg;
}

/*
 * Sets all quantities of OBJECT, which is what HOME says: to the value in SECTION, else for those
 * that are shared to that of the whole file, CFG, else to ours.
 */
static void set_quantities(void *object, enum home home, cfg_t *section, cfg_t *cfg)
{
	for (size_t i = 0; i < QUANTITIES; i++) {
		const struct quantity *quantity = &quantities[i];
		const char *text;

		if (quantity->home != home)
			continue;
		text = cfg_getstr(section, quantity->name);
		if (!text && quantity->shared)
			text = cfg_getstr(cfg, quantity->name);
		quantity->notation->parse(text ? text : quantity->fallback,
					  (int *)((char *)object + quantity->offset));
	}
}

/* Adds the sections of KEY in SCOPE, a site or the whole file, to LIST. */
static void add_watches(struct config_watch_list *list, const char *key, cfg_t *scope, cfg_t *cfg)
{
	size_t more = cfg_size(scope, key);

	list->watches = mem_resize(list->watches, list->count + more, sizeof *list->watches);
	for (size_t i = 0; i < more; i++) {
		cfg_t *section = cfg_getnsec(scope, key, (unsigned)i);
		struct config_watch *watch = &list->watches[list->count++];

		watch->pattern = mem_strdup(cfg_title(section));
		watch->expected = scope != cfg && !strpbrk(watch->pattern, "*?[\\");
		set_quantities(watch, HOME_WATCH, section, cfg);
	}
}

/* The parser has checked all values; only a key file may have changed since. */
static struct config_site *make_site(cfg_t *section, cfg_t *cfg)
{
	struct config_site *site = mem_zalloc(1, sizeof *site);
	char key[KEY_SIZE] = "";
	const char *file = cfg_getstr(section, "api-key-file"), *complaint;

	site->name = mem_strdup(cfg_title(section));
	site->url = mem_strdup(cfg_getstr(section, "url"));
	for (size_t last = strlen(site->url); last > 0 && site->url[last - 1] == '/'; last--)
		site->url[last - 1] = '\0';
	site->ca_file = mem_strdup(cfg_getstr(section, "ca-file"));
	site->tls_verify = cfg_getbool(section, "tls-verify");
	if (strcmp(cfg_getstr(section, "api-version"), "auto") != 0)
		site->api_version = mem_strdup(cfg_getstr(section, "api-version"));
	set_quantities(site, HOME_SITE, section, cfg);
	add_watches(&site->policies, "policy", section, cfg);
	add_watches(&site->policies, "policy", cfg, cfg);
	add_watches(&site->clients, "client", section, cfg);
	add_watches(&site->clients, "client", cfg, cfg);
	if (file) {
		complaint = read_key(file, key);
		if (complaint)
			fail(cfg->filename, 0, "api-key-file %s: %s", file, complaint);
	}
	site->api_key = mem_strdup(file ? key : cfg_getstr(section, "api-key"));
	explicit_bzero(key, sizeof key);
	return site;
}

static void set_notify(struct config_notify *notify, cfg_t *cfg)
{
	set_quantities(notify, HOME_NOTIFY, cfg, cfg);
	for (unsigned i = 0; i < cfg_size(cfg, "notify"); i++)
		*(bool *)((char *)notify +
			  find_notify_word(cfg_getnstr(cfg, "notify", i))->offset) = true;
}

static struct config *make_config(cfg_t *cfg)
{
	struct config *config = mem_zalloc(1, sizeof *config);

	config->agentx_socket = mem_strdup(cfg_getstr(cfg, "agentx-socket"));
	config->fastpath = cfg_getbool(cfg, "direct-answers");
	config->state_dir = mem_strdup(cfg_getstr(cfg, "state-dir"));
	config->base_oid_length = parse_oid(cfg_getstr(cfg, "base-oid"), config->base_oid);
	config->log_target =
	    (enum log_target)find_word(target_words, cfg_getstr(cfg, "log-target"));
	config->log_level = (enum log_level)find_word(level_words, cfg_getstr(cfg, "log-level"));
	config->site_count = cfg_size(cfg, "site");
	config->sites = mem_zalloc(config->site_count, sizeof *config->sites);
	for (size_t i = 0; i < config->site_count; i++)
		config->sites[i] = make_site(cfg_getnsec(cfg, "site", (unsigned)i), cfg);
	set_notify(&config->notify, cfg);
	config->read_at = timefmt_now();
	if (config->site_count == 0)
		fail(cfg->filename, cfg->line, "there is no site; add site \"NAME\" { url = ... }");
	return config;
}

/* The length of the comment at TEXT, or 0. FRESH: no unquoted word reaches up to TEXT. */
static size_t comment_length(const char *text, bool fresh)
{
	const char *end;

	if (text[0] == '#' || (fresh && text[0] == '/' && text[1] == '/'))
		return strcspn(text, "\n");
	if (text[0] != '/' || text[1] != '*')
		return 0;
	end = strstr(text + 2, "*/");
	return end ? (size_t)(end - text) + 2 : strlen(text);
}

/* The length of the quoted string at TEXT, or 0. */
static size_t quoted_length(const char *text)
{
	size_t length = 1;

	if (text[0] != '"' && text[0] != '\'')
		return 0;
	while (text[length] != '\0' && text[length] != text[0])
		length += text[length] == '\\' && text[length + 1] != '\0' ? 2 : 1;
	return text[length] ? length + 1 : length;
}

/*
 * Overwrites all comments in TEXT with spaces. libconfuse 3.3 counts lines wrong behind comments,
 * and then every error would name the wrong line. Returns how many braces are open at the end,
 * which it does not mind either.
 */
static int blank_comments(char *text)
{
	bool fresh = true;
	int open = 0;

	while (*text) {
		size_t comment = comment_length(text, fresh), quoted = quoted_length(text);

		for (size_t i = 0; i < comment; i++)
			if (text[i] != '\n')
				text[i] = ' ';
		if (comment == 0 && quoted == 0)
			open += (*text == '{') - (*text == '}');
		fresh = comment > 0 || quoted > 0 || strchr(" \t\r\n={}()+,", *text) != NULL;
		text += comment > 0 ? comment : quoted > 0 ? quoted : 1;
	}
	return open;
}

/* Whether "${NAME}" stands at TEXT, with or without quotes, and nothing but that. */
static bool names_variable(const char *text)
{
	size_t quote = *text == '"', length;

	if (strncmp(text + quote, "${", 2) != 0)
		return false;
	text += quote + 2;
	length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
	return length > 0 && strncmp(text + length, "}\"", 1 + quote) == 0;
}

static int line_of(const char *text, const char *at)
{
	int line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

/*
 * A key written out in a file that everybody can read is as bad as a key file like that; there, the
 * value of api-key must be the name of a variable. TEXT is without comments.
 */
static void check_exposed_keys(const char *file, const char *text)
{
	size_t quoted;

	for (const char *at = text; *at; at += quoted ? quoted : 1) {
		quoted = quoted_length(at);
		if (quoted || strncmp(at, "api-key", 7) != 0 || strchr("-_", at[7]))
			continue;
		if (!names_variable(at + 7 + strspn(at + 7, " \t\r\n=")))
			fail(file, line_of(text, at),
			     "an API key stands here, but others can read the file; "
			     "set its mode to 0640 with chmod, or use api-key-file");
	}
}

/*
 * libconfuse drops these in silence where they stand outside of quotes, so that gold-* would mean
 * gold-. TEXT is without comments.
 */
static void check_dropped(const char *file, const char *text)
{
	size_t quoted;

	for (const char *at = text; *at; at += quoted ? quoted : 1) {
		quoted = quoted_length(at);
		if (*at != '*' && (*at != '+' || at[1] == '='))
			continue;
		fail(file, line_of(text, at),
		     "a %c outside of quotes has no meaning; write patterns as \"gold-*\"", *at);
		return;
	}
}

/* The whole of FILE as a string to be freed, and its mode. NULL with an error. */
static char *read_text(const char *file, mode_t *mode)
{
	FILE *stream = fopen(file, "re");
	struct stat status;
	char *text = NULL;
	size_t size = 0;
	ssize_t length = 0;

	if (!stream) {
		fail(file, 0, "cannot be read: %s", strerror(errno));
		return NULL;
	}
	if (fstat(fileno(stream), &status) < 0 || !S_ISREG(status.st_mode))
		fail(file, 0, "cannot be read: it is not a plain file");
	else if ((length = getdelim(&text, &size, '\0', stream)) < 0 && ferror(stream))
		fail(file, 0, "cannot be read: %s", strerror(errno));
	else if (length > 0 && text[length - 1] == '\0')
		fail(file, 0, "holds a NUL character; it is no text file");
	else
		*mode = status.st_mode;
	fclose(stream);
	if (error_text[0] == '\0' && length > 0)
		return text;
	free(text);
	/* fmemopen takes nothing empty. */
	return error_text[0] == '\0' ? mem_strdup(" ") : NULL;
}

static struct config *parse_text(const char *file, char *text)
{
	struct config *config = NULL;
	cfg_t *cfg = new_parser();
	int open = blank_comments(text);
	FILE *stream;

	check_dropped(file, text);
	stream = mem_checked(fmemopen(text, strlen(text), "r"));
	free(cfg->filename);
	cfg->filename = mem_strdup(file);
	if (cfg_parse_fp(cfg, stream) == CFG_SUCCESS && open == 0)
		config = make_config(cfg);
	else if (open > 0)
		fail(file, cfg->line, "the file ends within a section; a } is missing");
	else
		fail(file, cfg->line, "this is not the syntax of a configuration file");
	cfg_free(cfg);
	fclose(stream);
	return config;
}

struct config *config_load(const char *file, char error[CONFIG_ERROR_SIZE])
{
	struct config *config = NULL;
	mode_t mode = 0;
	char *text;

	error_text = error;
	error[0] = '\0';
	text = read_text(file, &mode);
	if (text)
		config = parse_text(file, text);
	if (config && (mode & S_IROTH))
		check_exposed_keys(file, text);
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
	if (error[0] != '\0') {
		config_free(config);
		config = NULL;
	}
	return config;
}

const struct config_site *config_find_site(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->site_count; i++)
		if (strcmp(config->sites[i]->name, name) == 0)
			return config->sites[i];
	return NULL;
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool same_watches(const struct config_watch_list *a, const struct config_watch_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!same_text(a->watches[i].pattern, b->watches[i].pattern) ||
		    a->watches[i].max_age != b->watches[i].max_age ||
		    a->watches[i].expected != b->watches[i].expected)
			return false;
	return true;
}

bool config_site_equal(const struct config_site *a, const struct config_site *b)
{
	for (size_t i = 0; i < QUANTITIES; i++) {
		size_t offset = quantities[i].offset;

		if (quantities[i].home == HOME_SITE && *(const int *)((const char *)a + offset) !=
							   *(const int *)((const char *)b + offset))
			return false;
	}
	return same_text(a->name, b->name) && same_text(a->url, b->url) &&
	       same_text(a->api_key, b->api_key) && same_text(a->ca_file, b->ca_file) &&
	       same_text(a->api_version, b->api_version) && a->tls_verify == b->tls_verify &&
	       same_watches(&a->policies, &b->policies) && same_watches(&a->clients, &b->clients);
}

void config_keep_unchanged(struct config *new, struct config *old)
{
	for (size_t i = 0; i < new->site_count; i++) {
		for (size_t j = 0; j < old->site_count; j++) {
			struct config_site *site = old->sites[j];

			if (!config_site_equal(new->sites[i], site))
				continue;
			old->sites[j] = new->sites[i];
			new->sites[i] = site;
			break;
		}
	}
}

static void free_watches(struct config_watch_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->watches[i].pattern);
	free(list->watches);
}

static void free_site(struct config_site *site)
{
	explicit_bzero(site->api_key, strlen(site->api_key));
	free(site->api_key);
	free(site->name);
	free(site->url);
	free(site->ca_file);
	free(site->api_version);
	free_watches(&site->policies);
	free_watches(&site->clients);
	free(site);
}

void config_free(struct config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->site_count; i++)
		free_site(config->sites[i]);
	free(config->sites);
	free(config->agentx_socket);
	free(config->state_dir);
	free(config);
}
