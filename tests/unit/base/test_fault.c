/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "base/fault.h"
#include "harness.h"
#include "base/utf8.h"

static void test_clear(void)
{
	struct fault fault;

	memset(&fault, 0xff, sizeof fault);
	fault_clear(&fault);
	EQUAL_NUMBER(fault.class, FAULT_NONE);
	EQUAL_NUMBER(fault.passing, false);
	EQUAL_NUMBER(fault.retry_after, 0);
	EQUAL_TEXT(fault.text, "");
}

static void test_set(void)
{
	struct fault fault = {.passing = true, .retry_after = 9, .text = "an older and longer one"};

	fault_set(&fault, FAULT_TLS, "%s:%d\nis odd", "host", 1556);
	EQUAL_NUMBER(fault.class, FAULT_TLS);
	EQUAL_NUMBER(fault.passing, false);
	EQUAL_NUMBER(fault.retry_after, 0);
	EQUAL_TEXT(fault.text, "host:1556 is odd");
	fault_set(&fault, FAULT_SERVER, "\xff");
	EQUAL_TEXT(fault.text, "?");
}

/* The text has to fit an SnmpAdminString and stay UTF-8, wherever the cut falls. */
static void test_long_text(void)
{
	char text[400] = "";
	struct fault fault;

	for (int lead = 0; lead < 3; lead++) {
		memset(text, 'x', (size_t)lead);
		text[lead] = '\0';
		while (strlen(text) < 390)
			strcat(text, "\xe2\x82\xac");
		fault_set(&fault, FAULT_OTHER, "%s", text);
		CU_ASSERT_TRUE(strlen(fault.text) <= 255);
		CU_ASSERT_TRUE(strlen(fault.text) >= 253);
		CU_ASSERT_TRUE(utf8_valid(fault.text));
		CU_ASSERT_TRUE(strncmp(text, fault.text, strlen(fault.text)) == 0);
	}
}

/* More than any buffer on the way holds. */
static void test_very_long_text(void)
{
	static char text[5000];
	struct fault fault;

	memset(text, 'y', sizeof text - 1);
	fault_set(&fault, FAULT_OTHER, "%s", text);
	EQUAL_NUMBER(strlen(fault.text), 255);
	for (size_t lead = 0; lead < 4; lead++) {
		memset(text, 'y', lead);
		for (size_t at = lead; at + 4 < sizeof text; at += 4)
			memcpy(text + at, "\xf0\x9f\x92\xbe", 5);
		fault_set(&fault, FAULT_OTHER, "%s", text);
		CU_ASSERT_TRUE(utf8_valid(fault.text));
		CU_ASSERT_PTR_NULL(strchr(fault.text, '?'));
	}
}

/* The numbers are on the wire; see nbuSiteErrorClass in the MIB. */
static void test_classes(void)
{
	static const char *const names[] = {"none",    "dns",	  "connect", "tls",    "timeout",
					    "auth",    "version", "request", "server", "protocol",
					    "storage", "other",	  "vanished"};

	for (int class = 1; class <= 12; class ++)
		EQUAL_TEXT(fault_class_name((enum fault_class) class), names[class - 1]);
}

static const struct harness_test tests[] = {
    {"cleared", test_clear},
    {"set", test_set},
    {"long text is cut between characters", test_long_text},
    {"very long text", test_very_long_text},
    {"numbers and names of the classes", test_classes},
    {NULL, NULL},
};

const struct harness_suite fault_suite = {"fault", tests};
