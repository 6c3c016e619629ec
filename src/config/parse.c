/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/parse.h"

#include <assert.h>
#include <confuse.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/timefmt.h"
#include "config/key.h"

#define SECTIONS_MAX 3 /* kinds of sections that may stand in one place */

/* Where errors of the present parse go: the callbacks of libconfuse take no argument of ours. */
static char *error_text;

__attribute__((format(printf, 2, 0))) static void on_error(cfg_t *cfg, const char *format,
							   va_list arguments)
{
	char message[CONFIG_ERROR_SIZE];

	vsnprintf(message, sizeof message, format, arguments);
	text_complain(error_text, cfg->filename, cfg->line, "%s", message);
}

/*
 * Checks TEXT, the value of the key NAME or the title of a section NAME. Returns 0 when it is good,
 * as libconfuse has it.
 */
static int check(cfg_t *cfg, const struct key *key, const char *name, const char *text)
{
	union {
		struct config file;
		struct config_site site;
		struct config_watch watch;
	} scratch;
	struct value value = {.key = name, .text = text};

	memset(&scratch, 0, sizeof scratch);
	if (key_read(key, &value, &scratch)) {
		key_clear_all(key->home, &scratch);
		return 0;
	}
	cfg_error(cfg, "%s", value.complaint);
	return -1;
}

/* Runs for each value that has been read; of a list for each word. */
static int check_value(cfg_t *cfg, cfg_opt_t *opt)
{
	return check(cfg, key_find(opt->name), opt->name,
		     cfg_opt_getnstr(opt, cfg_opt_size(opt) - 1));
}

/* Runs when a whole policy or client section has been read. */
static int check_watch(cfg_t *cfg, cfg_opt_t *opt)
{
	cfg_t *watch = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);

	return check(cfg, key_title(KEY_OF_WATCH), opt->name, cfg_title(watch));
}

/* Runs when a whole site section has been read. */
static int check_site(cfg_t *cfg, cfg_opt_t *opt)
{
	cfg_t *site = cfg_opt_getnsec(opt, cfg_opt_size(opt) - 1);

	if (check(cfg, key_title(KEY_OF_SITE), opt->name, cfg_title(site)) != 0)
		return -1;
	if (!cfg_getstr(site, "url")) {
		cfg_error(cfg, "site \"%s\" has no url", cfg_title(site));
		return -1;
	}
	if (!cfg_getstr(site, "api-key") == !cfg_getstr(site, "api-key-file")) {
		cfg_error(cfg, "site \"%s\" needs either api-key-file or api-key", cfg_title(site));
		return -1;
	}
	return 0;
}

/*
 * The keys that may stand in a section about PLACE, or, for KEY_OF_FILE, outside of all sections.
 * There is room for sections behind them. To be freed.
 */
static cfg_opt_t *new_options(enum key_home place)
{
	cfg_opt_t *options = mem_zalloc(key_count + SECTIONS_MAX + 1, sizeof *options);
	size_t count = 0;

	for (size_t i = 0; i < key_count; i++) {
		const struct key *key = &key_table[i];
		cfg_flag_t flags = value_is_list(key->kind) ? CFGF_LIST : CFGF_NONE;

		if (!key->name || key_find(key->name) != key ||
		    (key->home != place && !(key->shared && place == KEY_OF_FILE)))
			continue;
		options[count] = (cfg_opt_t)CFG_STR(key->name, NULL, flags);
		options[count++].validcb = check_value;
	}
	return options;
}

static void add_section(cfg_opt_t *options, const char *name, cfg_opt_t *members,
			cfg_validate_callback_t check_section)
{
	while (options->name)
		options++;
	*options = (cfg_opt_t)CFG_SEC(name, members, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES);
	options->validcb = check_section;
}

static cfg_t *new_parser(const char *file)
{
	cfg_opt_t *of_watch = new_options(KEY_OF_WATCH);
	cfg_opt_t *of_site = new_options(KEY_OF_SITE);
	cfg_opt_t *of_file = new_options(KEY_OF_FILE);
	cfg_t *cfg;

	add_section(of_site, "policy", of_watch, check_watch);
	add_section(of_site, "client", of_watch, check_watch);
	add_section(of_file, "policy", of_watch, check_watch);
	add_section(of_file, "client", of_watch, check_watch);
	add_section(of_file, "site", of_site, check_site);
	/* The parser copies all of them. */
	cfg = mem_checked(cfg_init(of_file, CFGF_NONE));
	free(of_file);
	free(of_site);
	free(of_watch);
	cfg_set_error_function(cfg, on_error);
	free(cfg->filename);
	cfg->filename = mem_strdup(file);
	return cfg;
}

/* All values have been checked, so this fails only where a key file has changed meanwhile. */
static void set_member(const struct key *key, const char *text, void *object, const cfg_t *cfg)
{
	struct value value = {.key = key->name, .text = text};

	if (text && !key_read(key, &value, object))
		text_complain(error_text, cfg->filename, 0, "%s", value.complaint);
}

/* Whether NAME stands in SECTION, be it with an empty list. */
static bool stands_in(cfg_t *section, const char *name)
{
	return cfg_getopt(section, name)->flags & CFGF_MODIFIED;
}

/*
 * Sets the member of OBJECT that KEY fills: to the value in SECTION, else, where the key is shared,
 * to the one outside of all sections, in CFG, else to the fallback. An empty list leaves it 0.
 */
static void set_by_key(const struct key *key, void *object, cfg_t *section, cfg_t *cfg)
{
	cfg_t *scope = key->shared && !stands_in(section, key->name) ? cfg : section;

	if (!stands_in(scope, key->name))
		set_member(key, key->fallback, object, cfg);
	for (unsigned i = 0; i < cfg_size(scope, key->name); i++)
		set_member(key, cfg_getnstr(scope, key->name, i), object, cfg);
}

/* Sets all members of OBJECT, which is what HOME says. */
static void set_members(enum key_home home, void *object, cfg_t *section, cfg_t *cfg)
{
	for (size_t i = 0; i < key_count; i++) {
		if (key_table[i].home != home)
			continue;
		if (key_table[i].name)
			set_by_key(&key_table[i], object, section, cfg);
		else
			set_member(&key_table[i], cfg_title(section), object, cfg);
	}
}

/* Adds the sections NAME in SCOPE, a site or the whole file CFG, to LIST. */
static void add_watches(struct config_watch_list *list, const char *name, cfg_t *scope, cfg_t *cfg)
{
	size_t more = cfg_size(scope, name);

	list->watches = mem_resize(list->watches, list->count + more, sizeof *list->watches);
	for (size_t i = 0; i < more; i++) {
		struct config_watch *watch = &list->watches[list->count++];

		*watch = (struct config_watch){.pattern = NULL};
		set_members(KEY_OF_WATCH, watch, cfg_getnsec(scope, name, (unsigned)i), cfg);
		assert(watch->pattern); /* the title that a section must have */
		watch->expected = scope != cfg && !strpbrk(watch->pattern, "*?[\\");
	}
}

static struct config_site *make_site(cfg_t *section, cfg_t *cfg)
{
	struct config_site *site = mem_zalloc(1, sizeof *site);

	set_members(KEY_OF_SITE, site, section, cfg);
	add_watches(&site->policies, "policy", section, cfg);
	add_watches(&site->policies, "policy", cfg, cfg);
	add_watches(&site->clients, "client", section, cfg);
	add_watches(&site->clients, "client", cfg, cfg);
	return site;
}

static struct config *make_config(cfg_t *cfg)
{
	struct config *config = mem_zalloc(1, sizeof *config);

	set_members(KEY_OF_FILE, config, cfg, cfg);
	config->site_count = cfg_size(cfg, "site");
	config->sites = mem_zalloc(config->site_count, sizeof *config->sites);
	for (size_t i = 0; i < config->site_count; i++)
		config->sites[i] = make_site(cfg_getnsec(cfg, "site", (unsigned)i), cfg);
	config->read_at = timefmt_now();
	if (config->site_count == 0)
		text_complain(error_text, cfg->filename, cfg->line,
			      "there is no site; add site \"NAME\" { url = ... }");
	return config;
}

struct config *parse_config(const struct text *text, char error[CONFIG_ERROR_SIZE])
{
	struct config *config = NULL;
	cfg_t *cfg = new_parser(text->file);
	FILE *stream = mem_checked(fmemopen(text->content, strlen(text->content), "r"));
	bool fine;

	error_text = error;
	errno = 0;
	fine = cfg_parse_fp(cfg, stream) == CFG_SUCCESS;
	/* Without memory libconfuse complains of the syntax, and cannot free what it has made. */
	if (!fine)
		mem_check_errno();
	if (fine && text->open == 0)
		config = make_config(cfg);
	else if (text->open > 0)
		text_complain(error, text->file, cfg->line,
			      "the file ends within a section; a } is missing");
	else
		text_complain(error, text->file, cfg->line,
			      "this is not the syntax of a configuration file");
	cfg_free(cfg);
	fclose(stream);
	return config;
}
