/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef QUERY_H
#define QUERY_H

/* The query of a URL (RFC 3986, 3.4): parameters such as page[limit]=100, percent-encoded. */

/* NAME=VALUE with both encoded, to be freed. */
char *query_pair(const char *name, const char *value);

/*
 * The value of the parameter NAME in URL, decoded, to be freed; NULL when it has none. Brackets may
 * be encoded or not. Nothing else of URL is looked at.
 */
char *query_find(const char *url, const char *name);

#endif
