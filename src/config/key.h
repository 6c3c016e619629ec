/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KEY_H
#define KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "config/settings.h"
#include "config/value.h"

/*
 * The keys of the configuration file, in one table: where each may stand, how its value is written,
 * and which member it becomes. Reading, comparing and freeing follow from it. A key that becomes
 * two members has two entries, one behind the other; the first checks the value.
 */

/* What a key is about: a struct config, config_site or config_watch. */
enum key_home { KEY_OF_FILE, KEY_OF_SITE, KEY_OF_WATCH };

struct key {
	const char *name; /* NULL = no key, but the title of the section */
	enum key_home home;
	size_t offset;	      /* of the member in that struct */
	bool shared;	      /* a key of a site that may also stand outside, for all sites */
	enum value_kind kind; /* also says the type of the member */
	const char *fallback; /* the value where the file has none; NULL = the member stays 0 */
	int min, max;	      /* of a duration or a number */
};

extern const struct key key_table[];
extern const size_t key_count;

/* The key called NAME. There must be one. */
const struct key *key_find(const char *name);

/* The title of a section about HOME. */
const struct key *key_title(enum key_home home);

/*
 * Checks VALUE, of which key and text are set, and puts it into the member of OBJECT, to be freed
 * with key_clear_all. False: OBJECT is not changed, and VALUE has a complaint.
 */
bool key_read(const struct key *key, struct value *value, void *object);

/* True when all members of A and B that are filled by keys are equal; both are what HOME says. */
bool key_all_equal(enum key_home home, const void *a, const void *b);

/* Frees what keys have put into OBJECT, with secrets overwritten first. */
void key_clear_all(enum key_home home, void *object);

#endif
