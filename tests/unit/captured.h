/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef CAPTURED_H
#define CAPTURED_H

/* What a function prints on standard output and on standard error. */

/* From now on both go to PATH; NULL = they are kept for captured_end. */
void captured_begin(const char *path);

/* Both are what they were before. Returns what was kept, to be freed; "" where it went to a path.
 */
char *captured_end(void);

#endif
