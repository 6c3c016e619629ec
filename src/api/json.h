/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * JSON documents from a server that is not trusted. A value may be absent or of any type, so each
 * function below also takes NULL, an absent value, and says what it returns for a value of another
 * type. Values and their strings live as long as their document.
 */

/* A parsed document; its root is an object. */
struct json_document;

/* A value in a document. */
struct json;

/* Doubles hold whole numbers exactly up to here. */
#define JSON_EXACT_MAX 9007199254740992.0

/*
 * Parses TEXT, which must be one object and nothing else. On failure NULL, and *COMPLAINT says in a
 * few words what is wrong (static). A document that takes much more memory than a page of a list
 * needs is refused.
 */
struct json_document *json_parse(const char *text, size_t length, const char **complaint);

/* NULL is fine. The thread keeps the memory for its next document, until json_forget. */
void json_free(struct json_document *document);

/* Frees what the thread keeps: for when it parses nothing for a while, and before it ends. */
void json_forget(void);

const struct json *json_root(const struct json_document *document);

/* True when VALUE is absent or null. */
bool json_is_none(const struct json *value);

bool json_is_list(const struct json *value);

/* The first element of a list, and the one behind ELEMENT; NULL where there is none. */
const struct json *json_first(const struct json *list);
const struct json *json_next(const struct json *element);

/* The first member of OBJECT that is called NAME, or NULL. */
const struct json *json_member(const struct json *object, const char *name);

/*
 * Finds the members of OBJECT that are called NAMES, COUNT of them, in one pass: member NAMES[i]
 * becomes VALUES[i], as json_member would find it.
 */
void json_members(const struct json *object, const char *const *names, size_t count,
		  const struct json **values);

/* Calls VISIT with each string in VALUE, be it that string itself, or in lists and objects. */
void json_each_string(const struct json *value, void (*visit)(const char *text, void *arg),
		      void *arg);

/* True when VALUE is true, also where it is written as a string. */
bool json_is_true(const struct json *value);

/* A string, or NULL. */
const char *json_string(const struct json *value);

/* The same, made fit to be shown: utf8_clean changes the string in the document. */
const char *json_clean_string(const struct json *value);

/* The same of a word of an enumeration: its letters become capitals. */
const char *json_word(const struct json *value);

/* A number, or NAN. It may be infinite. */
double json_number(const struct json *value);

/* The same, also where it is written as a string. */
double json_amount(const struct json *value);

/* A whole number from 0 to JSON_EXACT_MAX, also where it is written as a string; or -1. */
int64_t json_whole(const struct json *value);

#endif
