/* SPDX-License-Identifier: BSD-2-Clause */
#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

const char *const fault_class_names[] = {
    [FAULT_NONE] = "none",	   [FAULT_DNS] = "dns",
    [FAULT_CONNECT] = "connect",   [FAULT_TLS] = "tls",
    [FAULT_TIMEOUT] = "timeout",   [FAULT_AUTH] = "auth",
    [FAULT_VERSION] = "version",   [FAULT_REQUEST] = "request",
    [FAULT_SERVER] = "server",	   [FAULT_PROTOCOL] = "protocol",
    [FAULT_STORAGE] = "storage",   [FAULT_OTHER] = "other",
    [FAULT_VANISHED] = "vanished", NULL,
};

void fault_clear(struct fault *fault)
{
	memset(fault, 0, sizeof *fault);
	fault->class = FAULT_NONE;
}

void fault_set(struct fault *fault, enum fault_class class, const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	fault_clear(fault);
	fault->class = class;
	utf8_clean(text);
	memcpy(fault->text, text, utf8_cut(text, sizeof fault->text - 1));
}

const char *fault_class_name(enum fault_class class)
{
	return fault_class_names[class];
}
