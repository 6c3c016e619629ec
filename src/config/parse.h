/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef PARSE_H
#define PARSE_H

#include "config/settings.h"
#include "config/text.h"

/*
 * Parses TEXT and makes a configuration of it, to be freed with config_free. Where something is
 * wrong ERROR is set, and the result may be NULL or a configuration that is of no use. For the main
 * thread only.
 */
struct config *parse_config(const struct text *text, char error[CONFIG_ERROR_SIZE]);

#endif
