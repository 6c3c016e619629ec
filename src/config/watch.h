/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef WATCH_H
#define WATCH_H

#include "config/settings.h"

/*
 * What the first of LIST's patterns that NAME matches says, or NULL when none does. NAME is whole,
 * not cut for an index. Case counts; '*' and '?' take slashes and leading dots as well, and '?'
 * takes one octet. No pattern makes it slow: glibc goes back to the last '*' only.
 */
const struct config_watch *watch_find(const struct config_watch_list *list, const char *name);

#endif
