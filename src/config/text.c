/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "config/link.h"

void text_complain(char error[CONFIG_ERROR_SIZE], const char *file, int line, const char *format,
		   ...)
{
	va_list arguments;
	int length;

	if (error[0] != '\0')
		return;
	length = line > 0 ? snprintf(error, CONFIG_ERROR_SIZE, "%s:%d: ", file, line)
			  : snprintf(error, CONFIG_ERROR_SIZE, "%s: ", file);
	if (length < CONFIG_ERROR_SIZE) {
		va_start(arguments, format);
		vsnprintf(error + length, CONFIG_ERROR_SIZE - (size_t)length, format, arguments);
		va_end(arguments);
	}
	/* It may repeat anything that stands in the file. */
	utf8_clean(error);
}

/* The length of the comment at TEXT, or 0. FRESH: no unquoted word ends right before TEXT. */
static size_t comment_length(const char *text, bool fresh)
{
	const char *end;

	if (text[0] == '#' || (fresh && text[0] == '/' && text[1] == '/'))
		return strcspn(text, "\n");
	if (text[0] != '/' || text[1] != '*')
		return 0;
	end = strstr(text + 2, "*/");
	return end ? (size_t)(end - text) + 2 : strlen(text);
}

/* The length of the quoted string at TEXT, or 0. */
static size_t quoted_length(const char *text)
{
	size_t length = 1;

	if (text[0] != '"' && text[0] != '\'')
		return 0;
	while (text[length] != '\0' && text[length] != text[0])
		length += text[length] == '\\' && text[length + 1] != '\0' ? 2 : 1;
	return text[length] ? length + 1 : length;
}

/*
 * Overwrites all comments in TEXT with spaces. libconfuse 3.3 counts lines wrong behind comments,
 * and then every error would name the wrong line. Returns how many braces are open at the end;
 * libconfuse does not complain of those.
 */
static int blank_comments(char *text)
{
	bool fresh = true;
	int open = 0;

	while (*text) {
		size_t comment = comment_length(text, fresh), quoted = quoted_length(text);

		for (size_t i = 0; i < comment; i++)
			if (text[i] != '\n')
				text[i] = ' ';
		if (comment == 0 && quoted == 0)
			open += (*text == '{') - (*text == '}');
		fresh = comment > 0 || quoted > 0 || strchr(" \t\r\n={}()+,", *text) != NULL;
		text += comment > 0 ? comment : quoted > 0 ? quoted : 1;
	}
	return open;
}

/* Whether "${NAME}" stands at TEXT, with or without quotes, and nothing but that. */
static bool names_variable(const char *text)
{
	size_t quote = *text == '"', length;

	if (strncmp(text + quote, "${", 2) != 0)
		return false;
	text += quote + 2;
	length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
	return length > 0 && strncmp(text + length, "}\"", 1 + quote) == 0;
}

static int line_of(const char *text, const char *at)
{
	int line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

void text_check_exposed_keys(const struct text *text, char error[CONFIG_ERROR_SIZE])
{
	size_t quoted;

	if (!(text->mode & S_IROTH))
		return;
	for (const char *at = text->content; *at; at += quoted ? quoted : 1) {
		quoted = quoted_length(at);
		if (quoted || strncmp(at, "api-key", 7) != 0 || strchr("-_", at[7]))
			continue;
		if (!names_variable(at + 7 + strspn(at + 7, " \t\r\n=")))
			text_complain(error, text->file, line_of(text->content, at),
				      "an API key stands here, but others can read the file; "
				      "set its mode to 0640 with chmod, or use api-key-file");
	}
}

/*
 * Complains of characters that libconfuse drops without a word where they stand outside of quotes:
 * gold-* would become gold-.
 */
static void check_dropped(const struct text *text, char error[CONFIG_ERROR_SIZE])
{
	size_t quoted;

	for (const char *at = text->content; *at; at += quoted ? quoted : 1) {
		quoted = quoted_length(at);
		if (*at != '*' && (*at != '+' || at[1] == '='))
			continue;
		text_complain(error, text->file, line_of(text->content, at),
			      "a %c outside of quotes has no meaning; write patterns as "
			      "\"gold-*\"",
			      *at);
	}
}

/* Reads all of STREAM into TEXT, or sets ERROR. */
static void read_content(struct text *text, FILE *stream, char error[CONFIG_ERROR_SIZE])
{
	struct stat status = {0};
	size_t size = 0;
	ssize_t length = 0;

	errno = 0;
	if (fstat(fileno(stream), &status) < 0 || !S_ISREG(status.st_mode))
		text_complain(error, text->file, 0, "cannot be read: it is not a plain file");
	else if ((length = getdelim(&text->content, &size, '\0', stream)) < 0 && ferror(stream))
		text_complain(error, text->file, 0, "cannot be read: %s", strerror(errno));
	else if (length > 0 && text->content[length - 1] == '\0')
		text_complain(error, text->file, 0, "holds a NUL character; it is no text file");
	if (length < 0)
		mem_check_errno();
	if (length <= 0) {
		/* fmemopen takes nothing empty. */
		free(text->content);
		text->content = mem_strdup(" ");
	}
	text->mode = status.st_mode;
}

bool text_read(struct text *text, const char *file, char error[CONFIG_ERROR_SIZE])
{
	int fd = link_open(file, O_RDONLY);
	FILE *stream;

	*text = (struct text){.file = file};
	if (fd < 0) {
		text_complain(error, file, 0, "cannot be read: %s%s", errno == EPERM ? "it " : "",
			      link_error(errno));
		return false;
	}
	stream = mem_checked(fdopen(fd, "r"));
	read_content(text, stream, error);
	fclose(stream);
	if (error[0] == '\0') {
		text->open = blank_comments(text->content);
		check_dropped(text, error);
	}
	return error[0] == '\0';
}

void text_clear(struct text *text)
{
	if (text->content)
		explicit_bzero(text->content, strlen(text->content));
	free(text->content);
}
