/* SPDX-License-Identifier: BSD-2-Clause */

#include "harness.h"
#include "unit/config/sample.h"
#include "unit/scratch.h"

static void test_equal(void)
{
	static const char *const changes[] = {
	    "refresh = \"61s\"\n",	"full-refresh = \"1h\"\n", "window = \"1h\"\n",
	    "row-hold = \"1h\"\n",	"timeout = \"1m\"\n",	   "deadline = \"1m\"\n",
	    "ca-file = \"%/ca.pem\"\n", "tls-verify = false\n",	   "api-version = \"10.0\"\n",
	    "url = \"https://lyon\"\n", "api-key = \"other\"\n",   "client-limit = 1999\n",
	    "down-after = 3\n",		"policy \"b\" {}\n",	   "client \"b\" {}\n",
	};
	struct config *first, *second;
	char text[1000];

	sample_begin();
	first =
	    sample_load("site paris {\nurl = \"https://paris\"\napi-key = \"" SAMPLE_KEY "\"\n}\n");
	second = sample_load("refresh = \"1m\"\nsite paris {\nurl = \"https://paris/\"\n"
			     "api-key-file = \"%/key\"\n}\n");
	CU_ASSERT_TRUE(config_site_equal(first->sites[0], second->sites[0]));
	config_free(second);
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		/* The last of two settings counts. */
		snprintf(text, sizeof text,
			 "site paris {\nurl = \"https://paris\"\napi-key = \"" SAMPLE_KEY
			 "\"\n%s}\n",
			 changes[i]);
		second = sample_load(text);
		if (config_site_equal(first->sites[0], second->sites[0]))
			FAIL("equal in spite of %s", changes[i]);
		config_free(second);
	}
	second =
	    sample_load("site lyon {\nurl = \"https://paris\"\napi-key = \"" SAMPLE_KEY "\"\n}\n");
	CU_ASSERT_FALSE(config_site_equal(first->sites[0], second->sites[0]));
	config_free(second);
	config_free(first);
	scratch_remove();
}

/* The lists are the same wherever they come from, as long as they say the same. */
static void test_equal_watches(void)
{
	static const char first[] = "policy \"a*\" { max-age = \"1h\" }\npolicy \"b\" {}\n"
				    "client \"c*\" { max-age = \"1h\" }\n";
	static const struct equal_case {
		const char *of_file, *of_site;
		bool equal;
	} cases[] = {
	    {"", first, true},
	    {"client \"c*\" { max-age = \"60m\" }\n",
	     "policy \"a*\" { max-age = \"60m\" }\npolicy \"b\" { max-age = 0s }\n", true},
	    {"policy \"a*\" { max-age = \"1h\" }\npolicy \"b\" {}\n", /* b is not expected */
	     "client \"c*\" { max-age = \"1h\" }\n", false},
	    {"",
	     "policy \"b\" {}\npolicy \"a*\" { max-age = 1h }\nclient \"c*\" { max-age = 1h }\n",
	     false},
	    {"",
	     "policy \"a*\" { max-age = 2h }\npolicy \"b\" {}\nclient \"c*\" { max-age = 1h }\n",
	     false},
	    {"", "policy \"a*\" { max-age = 1h }\npolicy \"b\" {}\nclient \"c*\" {}\n", false},
	    {"",
	     "policy \"a*\" { max-age = 1h }\npolicy \"b\" {}\nclient \"d*\" { max-age = 1h }\n",
	     false},
	    {"", "policy \"a*\" { max-age = 1h }\nclient \"c*\" { max-age = 1h }\n", false},
	    {"client \"d\" {}\n", first, false},
	    {"policy \"d\" {}\n", first, false},
	};
	struct config *old, *new;

	sample_begin();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct config_site *kept;

		old = sample_load_site("", first);
		kept = old->sites[0];
		new = sample_load_site(cases[i].of_file, cases[i].of_site);
		if (config_site_equal(old->sites[0], new->sites[0]) != cases[i].equal)
			FAIL("case %zu: %s", i, cases[i].equal ? "not equal" : "equal");
		config_keep_unchanged(new, old);
		EQUAL_NUMBER(new->sites[0] == kept, cases[i].equal);
		config_free(old);
		if (cases[i].equal)
			sample_check_watches(&new->sites[0]->policies, "a* 3600\nb 0 !\n");
		config_free(new);
	}
	scratch_remove();
}

/* Threads of unchanged sites go on with the object that they have. */
static void test_keep_unchanged(void)
{
	const struct config_site *paris, *lyon, *nice;
	struct config *old, *new;

	sample_begin();
	old = sample_load("site paris {\n" SAMPLE_SITE "}\nsite lyon {\n" SAMPLE_SITE
			  "}\nsite nice {\n" SAMPLE_SITE "}\n");
	new = sample_load("site brest {\n" SAMPLE_SITE "}\nsite lyon {\n" SAMPLE_SITE
			  "timeout = \"9s\"\n}\n"
			  "site paris {\n" SAMPLE_SITE "}\n");
	paris = config_find_site(old, "paris");
	lyon = config_find_site(old, "lyon");
	nice = config_find_site(old, "nice");
	config_keep_unchanged(new, old);
	EQUAL_NUMBER(new->site_count, 3);
	EQUAL_NUMBER(old->site_count, 3);
	CU_ASSERT_PTR_EQUAL(config_find_site(new, "paris"), paris);
	CU_ASSERT_PTR_NOT_EQUAL(config_find_site(new, "lyon"), lyon);
	EQUAL_NUMBER(config_find_site(new, "lyon")->timeout, 9);
	CU_ASSERT_PTR_EQUAL(config_find_site(old, "lyon"), lyon);
	CU_ASSERT_PTR_EQUAL(config_find_site(old, "nice"), nice);
	CU_ASSERT_PTR_NOT_NULL(config_find_site(new, "brest"));
	config_free(old);
	EQUAL_TEXT(paris->url, "https://paris:1556/netbackup");
	config_free(new);
	scratch_remove();
}

static const struct harness_test tests[] = {
    {"equal sites", test_equal},
    {"equal policies and clients", test_equal_watches},
    {"unchanged sites keep their object", test_keep_unchanged},
    {NULL, NULL},
};

const struct harness_suite config_suite = {"config", tests};
