/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef HASH_H
#define HASH_H

#include <stdint.h>

/* Where FNV-1a starts. A hash from there is the same on every host. */
#define HASH_START 2166136261u

/* FNV-1a of TEXT in 32 bits, from START on. */
uint32_t hash_text(const char *text, uint32_t start);

#endif
