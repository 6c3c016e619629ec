/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_BUF_H
#define SIM_BUF_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that grow at the end. All zero is an empty buffer; running out of memory ends the process.
 */
struct sim_buf {
	char *data;
	size_t size;
	size_t room;
};

void sim_buf_free(struct sim_buf *buf);

/* Makes sure that `extra` more bytes fit, and returns where they start. */
char *sim_buf_reserve(struct sim_buf *buf, size_t extra);

void sim_buf_add(struct sim_buf *buf, const char *bytes, size_t size);
void sim_buf_text(struct sim_buf *buf, const char *text);
void sim_buf_number(struct sim_buf *buf, int64_t number);
void sim_buf_printf(struct sim_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds `text` as a JSON string with its quotes. Bytes above 0x7f pass as they are. */
void sim_buf_json(struct sim_buf *buf, const char *text);

/* Adds `text` percent-encoded: only the unreserved characters of RFC 3986 stay. */
void sim_buf_percent(struct sim_buf *buf, const char *text);

/* Replaces the content by its gzip form. */
void sim_buf_gzip(struct sim_buf *buf);

#endif
