/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdlib.h>
#include <string.h>

#include "api/authority.h"
#include "api/http.h"
#include "harness.h"
#include "unit/api/samples.h"
#include "unit/site/scripted.h"

/* What a server tells of its own authorities, in each form that there is, and what is none. */

#define TIMEOUT 10
#define CACERT "/security/cacert "
#define ASKED_FOR(version) CACERT "\nversion=" version "\r"
#define TOO_NEW "406 Not Acceptable"

/* Asks a server that answers with ANSWERS. *REQUESTS is how many it got. */
static bool ask(const struct answer *answers, struct authorities *authorities, struct fault *fault,
		unsigned *requests)
{
	struct world world;
	bool fine;

	scripted_open(&world, ":memory:");
	scripted_answer(&world, answers);
	fine = authorities_fetch(world.url, TIMEOUT, authorities, fault);
	scripted_close(&world);
	*requests = world.server.requests;
	return fine;
}

static void check_sample(const struct answer *answers, unsigned expected_requests)
{
	struct authorities authorities;
	struct fault fault;
	unsigned requests;

	CU_ASSERT_TRUE_FATAL(ask(answers, &authorities, &fault, &requests));
	EQUAL_NUMBER(requests, expected_requests);
	EQUAL_NUMBER(authorities.count, 1);
	EQUAL_TEXT(authorities.list[0].pem, SAMPLE("\n"));
	EQUAL_TEXT(authorities.list[0].certificate.sha256, SAMPLE_SHA256);
	authorities_free(&authorities);
}

/* The certificates are texts or objects, and not each server knows each version of the answer. */
static void test_forms(void)
{
	static const struct answer plain[] = {
	    {ASKED_FOR("2.0"), "200 OK", "{\"cacert\":[\"" SAMPLE("\\n") "\"]}"}, END};
	static const struct answer object[] = {
	    {ASKED_FOR("10.0"), "200 OK", "{\"webRootCert\":\"" SAMPLE("\\n") "\",\"more\":7}"},
	    {CACERT, TOO_NEW, ""},
	    END};
	static const struct answer newest[] = {
	    {ASKED_FOR("12.0"), "200 OK",
	     "{\"data\":{\"cacert\":[{\"pem\":\"" SAMPLE("\\n") "\"}]}}"},
	    {CACERT, TOO_NEW, ""},
	    END};

	check_sample(plain, 1);
	check_sample(object, 2);
	check_sample(newest, 3);
}

/* Several in one text, one of them twice; who may not sign for others is no authority. */
static void test_several(void)
{
	static const struct answer answers[] = {
	    {CACERT, "200 OK",
	     "{\"webRootCert\":\"" SAMPLE_LEAF("\\n") SAMPLE("\\n")
		 SAMPLE_SECOND("\\n") "\",\"cacert\":[\"" SAMPLE(
		     "\\n") "\","
			    "\"-----BEGIN CERTIFICATE-----\\nbroken\"]}"},
	    END};
	struct authorities authorities;
	struct fault fault;
	unsigned requests;

	CU_ASSERT_TRUE_FATAL(ask(answers, &authorities, &fault, &requests));
	EQUAL_NUMBER(authorities.count, 2);
	EQUAL_TEXT(authorities.list[0].pem, SAMPLE("\n"));
	EQUAL_TEXT(authorities.list[1].pem, SAMPLE_SECOND("\n"));
	authorities_free(&authorities);
}

/* What is said to who gets none: what to change, and only where that is it. */
static void test_none(void)
{
	static const struct {
		struct answer answers[2];
		unsigned requests;
		enum fault_class class;
		const char *part;
	} cases[] = {
	    /* Where there is no such page, another form of it is not asked for. */
	    {{END}, 1, FAULT_REQUEST, "HTTP 404: the server does not tell its CA at http://127"},
	    {{END}, 1, FAULT_REQUEST, "/netbackup/security/cacert; url should end in /netbackup"},
	    {{{CACERT, TOO_NEW, ""}, END}, 3, FAULT_REQUEST, "HTTP 406: the server does not"},
	    {{{CACERT, "500 Oh", "[]"}, END}, 3, FAULT_REQUEST, "HTTP 500: the server does not"},
	    {{{CACERT, "200 OK", "<html>"}, END}, 1, FAULT_PROTOCOL, "; check url"},
	    {{{CACERT, "200 OK", "{\"cacert\":[\"none\",1]}"}, END},
	     1,
	     FAULT_PROTOCOL,
	     "no certificate of a CA"},
	    {{{CACERT, "200 OK", "{\"a\":\"" SAMPLE_LEAF("\\n") "\"}"}, END},
	     1,
	     FAULT_PROTOCOL,
	     "no certificate of a CA"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct authorities authorities;
		struct fault fault;
		unsigned requests;

		if (ask(cases[i].answers, &authorities, &fault, &requests))
			FAIL("case %zu is taken", i);
		if (!strstr(fault.text, cases[i].part))
			FAIL("case %zu: %s", i, fault.text);
		EQUAL_NUMBER(fault.class, cases[i].class);
		EQUAL_NUMBER(requests, cases[i].requests);
		if (strstr(fault.text, "should end") && !strstr(fault.text, "404"))
			FAIL("case %zu blames the url: %s", i, fault.text);
	}
}

static void test_nobody(void)
{
	struct authorities authorities;
	struct fault fault;
	struct world world;

	scripted_open(&world, ":memory:");
	scripted_close(&world);
	http_global_init();
	CU_ASSERT_FALSE(authorities_fetch(world.url, TIMEOUT, &authorities, &fault));
	EQUAL_NUMBER(fault.class, FAULT_CONNECT);
	EQUAL_NUMBER(authorities.count, 0);
	http_global_cleanup();
}

static const struct harness_test tests[] = {
    {"each form", test_forms},
    {"several", test_several},
    {"none", test_none},
    {"nobody there", test_nobody},
    {NULL, NULL},
};

const struct harness_suite authority_suite = {"authority", tests};
