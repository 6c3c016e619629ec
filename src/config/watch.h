/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WATCH_H
#define WATCH_H

#include "config/settings.h"

/*
 * The first of LIST whose pattern matches NAME, or NULL when none does. NAME is the whole name, not
 * one that was cut for an index. Case counts. '*' and '?' also match slashes and leading dots; '?'
 * matches one octet. No pattern makes it slow: glibc goes back to the last '*' only.
 */
const struct config_watch *watch_find(const struct config_watch_list *list, const char *name);

#endif
