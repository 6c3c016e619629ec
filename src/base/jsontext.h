/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JSONTEXT_H
#define JSONTEXT_H

#include <stdio.h>

/* Prints TEXT, which is well-formed UTF-8, as a string of JSON (RFC 8259, 7); NULL as null. */
void jsontext_string(FILE *out, const char *text);

#endif
