/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static void die(const char *what)
{
	fprintf(stderr, "nbu-sim: %s\n", what);
	abort();
}

void sim_buf_free(struct sim_buf *buf)
{
	free(buf->data);
	*buf = (struct sim_buf){0};
}

char *sim_buf_reserve(struct sim_buf *buf, size_t extra)
{
	if (buf->size + extra > buf->room) {
		size_t room = (buf->size + extra) * 2;
		char *data = realloc(buf->data, room);

		if (!data)
			die("out of memory");
		buf->data = data;
		buf->room = room;
	}
	return buf->data + buf->size;
}

void sim_buf_add(struct sim_buf *buf, const char *bytes, size_t size)
{
	memcpy(sim_buf_reserve(buf, size + 1), bytes, size);
	buf->size += size;
	buf->data[buf->size] = '\0';
}

void sim_buf_text(struct sim_buf *buf, const char *text)
{
	sim_buf_add(buf, text, strlen(text));
}

void sim_buf_number(struct sim_buf *buf, int64_t number)
{
	char digits[24];
	char *end = digits + sizeof(digits);
	char *at = end;
	uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

	do {
		*--at = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest);
	if (number < 0)
		*--at = '-';
	sim_buf_add(buf, at, (size_t)(end - at));
}

void sim_buf_printf(struct sim_buf *buf, const char *format, ...)
{
	va_list args;
	int size;

	va_start(args, format);
	size = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (size < 0)
		die("cannot format text");
	va_start(args, format);
	vsnprintf(sim_buf_reserve(buf, (size_t)size + 1), (size_t)size + 1, format, args);
	va_end(args);
	buf->size += (size_t)size;
}

void sim_buf_json(struct sim_buf *buf, const char *text)
{
	sim_buf_add(buf, "\"", 1);
	for (;;) {
		size_t plain = 0;

		while ((unsigned char)text[plain] >= 0x20 && text[plain] != '"' &&
		       text[plain] != '\\')
			plain++;
		sim_buf_add(buf, text, plain);
		text += plain;
		if (!*text)
			break;
		if (*text == '"' || *text == '\\')
			sim_buf_printf(buf, "\\%c", *text);
		else
			sim_buf_printf(buf, "\\u%04x", (unsigned char)*text);
		text++;
	}
	sim_buf_add(buf, "\"", 1);
}

void sim_buf_percent(struct sim_buf *buf, const char *text)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
					 "0123456789-._~";

	for (; *text; text++) {
		if (strchr(unreserved, *text))
			sim_buf_add(buf, text, 1);
		else
			sim_buf_printf(buf, "%%%02X", (unsigned char)*text);
	}
}

void sim_buf_gzip(struct sim_buf *buf)
{
	z_stream stream = {0};
	struct sim_buf packed = {0};
	size_t bound;

	/* 15 + 16 asks zlib for a gzip header around the usual window. */
	if (deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		die("cannot start zlib");
	bound = deflateBound(&stream, buf->size);
	stream.next_in = (unsigned char *)buf->data;
	stream.avail_in = (unsigned int)buf->size;
	stream.next_out = (unsigned char *)sim_buf_reserve(&packed, bound);
	stream.avail_out = (unsigned int)bound;
	if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
		die("zlib did not finish");
	packed.size = stream.total_out;
	deflateEnd(&stream);
	sim_buf_free(buf);
	*buf = packed;
}
