/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef VALUE_H
#define VALUE_H

#include <stdbool.h>

#include "config/settings.h"

/*
 * The values of keys: how they are written, what is wrong with them, and what they become. Strings
 * become a char *, which is NULL at first and is freed by value_clear.
 */

enum value_kind {
	VALUE_DURATION,	  /* like "60s" or "24h"; int, seconds */
	VALUE_NUMBER,	  /* int */
	VALUE_SWITCH,	  /* true or false; bool */
	VALUE_SOCKET,	  /* path or tcp:HOST:PORT; char * */
	VALUE_STATE_DIR,  /* path or ":memory:"; char * */
	VALUE_OID,	  /* struct config_oid */
	VALUE_LOG_TARGET, /* enum log_target */
	VALUE_LOG_LEVEL,  /* enum log_level */
	VALUE_NOTIFY,	  /* each word of a list by itself; struct config_notify */
	VALUE_COLLECT,	  /* each word of a list by itself; struct config_collects */
	VALUE_PARENTS,	  /* enum config_parents */
	VALUE_JOB_TYPES,  /* each word of a list by itself; char *, all of them, a space between */
	VALUE_URL,	  /* becomes one without a slash at its end; char * */
	VALUE_API_KEY,	  /* char * */
	VALUE_API_KEY_FILE, /* becomes the key in it; char * */
	VALUE_FILE_NAME,    /* of a file whose content is another member; char * */
	VALUE_CA_FILE,	    /* char * */
	VALUE_API_VERSION,  /* char *; "auto" = NULL */
	VALUE_SITE_NAME,    /* the title of a site; char * */
	VALUE_PATTERN	    /* the title of a policy or client; char * */
};

/* A value that is being read. */
struct value {
	const char *key;  /* the name of the key, or of the section that has the title */
	const char *text; /* as it stands in the file */
	int min, max;	  /* of a duration or a number */
	char complaint[CONFIG_ERROR_SIZE];
};

/*
 * Checks VALUE and sets MEMBER, whose type KIND says. False: MEMBER is not changed, and the
 * complaint of VALUE says what is wrong. A complaint never repeats an API key.
 */
bool value_read(enum value_kind kind, struct value *value, void *member);

/* True when A and B, members of KIND, are equal. */
bool value_equal(enum value_kind kind, const void *a, const void *b);

/* Frees a string, overwritten first, for it may be a secret. Does nothing for other types. */
void value_clear(enum value_kind kind, void *member);

/* Whether values of KIND are lists. */
bool value_is_list(enum value_kind kind);

/* The words of the key collect, by enum config_collect. */
extern const char *const value_collect_words[];

/* True when TEXT is a version of the API, like "13.0". */
bool value_is_version(const char *text);

#endif
