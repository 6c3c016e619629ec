/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SCREEN_H
#define SCREEN_H

#include <stdio.h>

#include "command/report.h"

/*
 * Prints the tables of REPORT as one of many that follow each other, for --watch. Above them is a
 * line with the time and the states of the sites, and a line for each site that is down.
 *
 * A terminal's screen is cleared before, and what does not fit is left out at the end.
 */
void screen_show(FILE *out, const struct report *report);

#endif
