/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef SIM_JSON_H
#define SIM_JSON_H

#include "sim_buf.h"
#include "sim_job.h"
#include "sim_page.h"

/* How the end of a list is shown. */
enum sim_next {
	SIM_NEXT_ABSENT,
	SIM_NEXT_EMPTY,
	SIM_NEXT_NULL,
};

/* How the data of an empty page are shown. */
enum sim_data {
	SIM_DATA_EMPTY,
	SIM_DATA_NULL,
	SIM_DATA_ABSENT,
};

/* A page and everything around it that the document shows. */
struct sim_list {
	const struct sim_page *page;
	const struct sim_query *query;
	int64_t now_ms;
	const char *base; /* https://HOST/netbackup */
	const char *self; /* path and query as they were asked for, from /admin on */
	const char *filter_text;
	const char *sort_text;
	const char *next; /* cursor, NULL at the end of the list */
	const char *prev; /* cursor or NULL */
	bool next_is_number;
	bool without_meta;  /* the last page has none */
	bool next_in_links; /* and not in meta; the link has another host */
	bool without_next;  /* no page has meta or links */
	bool is_old;	    /* as before API 9.0: offsets, and fewer attributes */
	enum sim_next end_form;
	enum sim_data empty_form;
};

void sim_json_list(struct sim_buf *buf, const struct sim_list *list);

/* The document of one job. */
void sim_json_one(struct sim_buf *buf, const char *base, bool is_old, const struct sim_job *job,
		  int64_t now_ms);

/* The document of an error. */
void sim_json_error(struct sim_buf *buf, int code, const char *message);

#endif
