/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_filter.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_field.h"

enum {
	MAX_TEXT = 4096,
	MAX_NODES = 256,
	MAX_DEPTH = 32,
	NO_NODE = -1,
};

enum compare {
	COMPARE_EQ,
	COMPARE_NE,
	COMPARE_LT,
	COMPARE_LE,
	COMPARE_GT,
	COMPARE_GE,
	COMPARES,
};

static const char *const compare_names[COMPARES] = {
    [COMPARE_EQ] = "eq", [COMPARE_NE] = "ne", [COMPARE_LT] = "lt",
    [COMPARE_LE] = "le", [COMPARE_GT] = "gt", [COMPARE_GE] = "ge",
};

enum node_kind {
	NODE_COMPARE,
	NODE_AND,
	NODE_OR,
};

struct node {
	enum node_kind kind;
	int left;
	int right;
	enum sim_field field;
	enum compare compare;
	int64_t number;
	const char *text;
};

struct sim_filter {
	int root;
	int count;
	struct node nodes[MAX_NODES];
	char strings[MAX_TEXT + 1]; /* the quoted strings, without their quotes */
	size_t strings_size;
};

struct parser {
	struct sim_filter *filter;
	const char *start;
	const char *at;
	int depth;
	char *message;
};

/* The first complaint is the one nearest to the cause. */
__attribute__((format(printf, 2, 3))) static int complain(struct parser *parser, const char *format,
							  ...)
{
	va_list args;
	int size;

	if (parser->message[0])
		return NO_NODE;
	size = snprintf(parser->message, SIM_FILTER_MESSAGE_SIZE,
			"filter, character %td: ", parser->at - parser->start + 1);
	va_start(args, format);
	vsnprintf(parser->message + size, SIM_FILTER_MESSAGE_SIZE - (size_t)size, format, args);
	va_end(args);
	return NO_NODE;
}

static void skip_spaces(struct parser *parser)
{
	while (*parser->at == ' ')
		parser->at++;
}

static size_t word_size(const char *at)
{
	size_t size = 0;

	while (isalnum((unsigned char)at[size]) || at[size] == '_')
		size++;
	return size;
}

static bool is_word(const char *at, size_t size, const char *word)
{
	return strlen(word) == size && memcmp(at, word, size) == 0;
}

static bool take_word(struct parser *parser, const char *word)
{
	skip_spaces(parser);
	if (!is_word(parser->at, word_size(parser->at), word))
		return false;
	parser->at += strlen(word);
	return true;
}

static int add_node(struct parser *parser, struct node node)
{
	struct sim_filter *filter = parser->filter;

	if (filter->count == MAX_NODES)
		return complain(parser, "too many terms");
	filter->nodes[filter->count] = node;
	return filter->count++;
}

static bool read_string(struct parser *parser, struct node *node)
{
	struct sim_filter *filter = parser->filter;

	if (*parser->at != '\'') {
		complain(parser, "a string in single quotes is wanted");
		return false;
	}
	node->text = filter->strings + filter->strings_size;
	for (parser->at++;; parser->at++) {
		if (!*parser->at) {
			complain(parser, "the string does not end");
			return false;
		}
		if (*parser->at == '\'' && *++parser->at != '\'')
			break;
		filter->strings[filter->strings_size++] = *parser->at;
	}
	filter->strings[filter->strings_size++] = '\0';
	return true;
}

static bool to_number(const char *text, int64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoll(text, &end, 10);
	return end != text && !*end && !errno;
}

static bool read_scalar(struct parser *parser, struct node *node)
{
	static const char allowed[] = "0123456789TZ:.-";
	size_t size = strspn(parser->at, allowed);
	bool is_time = sim_field_kind(node->field) == SIM_KIND_TIME;
	char text[SIM_TIME_SIZE];

	if (size && size < sizeof(text)) {
		memcpy(text, parser->at, size);
		text[size] = '\0';
		if (is_time ? sim_time_parse(text, &node->number)
			    : to_number(text, &node->number)) {
			parser->at += size;
			return true;
		}
	}
	complain(parser, is_time ? "an unquoted instant is wanted, such as 2026-07-01T10:00:00.000Z"
				 : "a whole number is wanted");
	return false;
}

static bool read_compare(struct parser *parser, enum compare *compare)
{
	size_t size;
	int i;

	skip_spaces(parser);
	size = word_size(parser->at);
	for (i = 0; i < COMPARES; i++)
		if (is_word(parser->at, size, compare_names[i]))
			break;
	if (i == COMPARES) {
		complain(parser, "one of eq ne lt le gt ge is wanted");
		return false;
	}
	parser->at += size;
	*compare = (enum compare)i;
	return true;
}

static int read_comparison(struct parser *parser)
{
	struct node node = {.kind = NODE_COMPARE};
	size_t size = word_size(parser->at);
	bool is_text;

	node.field = sim_field_find(parser->at, size);
	if (node.field == SIM_FIELDS)
		return complain(parser, "unknown field '%.*s'", (int)size, parser->at);
	is_text = sim_field_kind(node.field) == SIM_KIND_TEXT;
	parser->at += size;
	if (!read_compare(parser, &node.compare))
		return NO_NODE;
	if (is_text && node.compare != COMPARE_EQ && node.compare != COMPARE_NE)
		return complain(parser, "only eq and ne go with this field");
	if (*parser->at != ' ')
		return complain(parser, "a space is wanted");
	skip_spaces(parser);
	if (!(is_text ? read_string(parser, &node) : read_scalar(parser, &node)))
		return NO_NODE;
	if (*parser->at && *parser->at != ' ' && *parser->at != ')')
		return complain(parser, "a space is wanted after the value");
	return add_node(parser, node);
}

static int read_or(struct parser *parser);

static int read_primary(struct parser *parser)
{
	int inner;

	skip_spaces(parser);
	if (*parser->at != '(')
		return read_comparison(parser);
	if (++parser->depth > MAX_DEPTH)
		return complain(parser, "nested too deeply");
	parser->at++;
	inner = read_or(parser);
	skip_spaces(parser);
	if (inner == NO_NODE)
		return NO_NODE;
	if (*parser->at != ')')
		return complain(parser, "a closing parenthesis is wanted");
	parser->at++;
	parser->depth--;
	return inner;
}

/* Reads one or more operands that `word` joins. */
static int read_joined(struct parser *parser, const char *word, enum node_kind kind,
		       int (*read_operand)(struct parser *parser))
{
	int left = read_operand(parser);

	while (left != NO_NODE && take_word(parser, word)) {
		int right = read_operand(parser);

		if (right == NO_NODE)
			return NO_NODE;
		left = add_node(parser, (struct node){.kind = kind, .left = left, .right = right});
	}
	return left;
}

static int read_and(struct parser *parser)
{
	return read_joined(parser, "and", NODE_AND, read_primary);
}

static int read_or(struct parser *parser)
{
	return read_joined(parser, "or", NODE_OR, read_and);
}

static int read_filter(struct parser *parser)
{
	int root;

	if (strlen(parser->start) > MAX_TEXT)
		return complain(parser, "longer than %d bytes", MAX_TEXT);
	if (strstr(parser->start, "%20") || strstr(parser->start, "%25"))
		return complain(parser, "still percent-encoded");
	root = read_or(parser);
	skip_spaces(parser);
	if (root != NO_NODE && *parser->at)
		return complain(parser, "'and', 'or' or the end is wanted");
	return root;
}

struct sim_filter *sim_filter_parse(const char *text, char message[SIM_FILTER_MESSAGE_SIZE])
{
	struct parser parser = {.start = text, .at = text, .message = message};

	message[0] = '\0';
	parser.filter = calloc(1, sizeof(*parser.filter));
	if (!parser.filter) {
		snprintf(message, SIM_FILTER_MESSAGE_SIZE, "out of memory");
		return NULL;
	}
	parser.filter->root = read_filter(&parser);
	if (parser.filter->root == NO_NODE) {
		free(parser.filter);
		return NULL;
	}
	return parser.filter;
}

void sim_filter_free(struct sim_filter *filter)
{
	free(filter);
}

static bool holds(enum compare compare, int order)
{
	switch (compare) {
	case COMPARE_EQ:
		return order == 0;
	case COMPARE_NE:
		return order != 0;
	case COMPARE_LT:
		return order < 0;
	case COMPARE_LE:
		return order <= 0;
	case COMPARE_GT:
		return order > 0;
	default:
		return order >= 0;
	}
}

/* An absent value differs from every literal and has no order. */
static bool match_comparison(const struct node *node, const struct sim_job *job)
{
	char room[SIM_NAME_SIZE];
	int64_t number;

	if (sim_field_kind(node->field) == SIM_KIND_TEXT) {
		const char *text = sim_field_text(job, node->field, room);

		return text ? holds(node->compare, strcmp(text, node->text))
			    : node->compare == COMPARE_NE;
	}
	if (!sim_field_number(job, node->field, &number))
		return node->compare == COMPARE_NE;
	return holds(node->compare, (number > node->number) - (number < node->number));
}

static bool match_node(const struct sim_filter *filter, int index, const struct sim_job *job)
{
	const struct node *node = &filter->nodes[index];

	switch (node->kind) {
	case NODE_AND:
		return match_node(filter, node->left, job) && match_node(filter, node->right, job);
	case NODE_OR:
		return match_node(filter, node->left, job) || match_node(filter, node->right, job);
	default:
		return match_comparison(node, job);
	}
}

bool sim_filter_match(const struct sim_filter *filter, const struct sim_job *job)
{
	return !filter || match_node(filter, filter->root, job);
}

static void raise_to(int64_t *bound, int64_t value)
{
	if (*bound < value)
		*bound = value;
}

static void bound_id(struct sim_bounds *bounds, const struct node *node)
{
	bool below = node->compare == COMPARE_LT || node->compare == COMPARE_LE;
	bool above = node->compare == COMPARE_GT || node->compare == COMPARE_GE;

	/* A bound may be too wide by one, as every job within is still compared. */
	if (above || node->compare == COMPARE_EQ)
		raise_to(&bounds->min_id, node->number);
	if ((below || node->compare == COMPARE_EQ) && node->number < bounds->max_id)
		bounds->max_id = node->number;
}

static void bound_time(struct sim_bounds *bounds, const struct node *node, bool done)
{
	if (node->compare != COMPARE_GE && node->compare != COMPARE_GT &&
	    node->compare != COMPARE_EQ)
		return;
	if (node->field == SIM_FIELD_START_TIME)
		raise_to(&bounds->min_start_ms, node->number);
	/* Only what has ended has an end time. Unfinished jobs are updated for ever. */
	if (node->field == SIM_FIELD_END_TIME ||
	    (node->field == SIM_FIELD_LAST_UPDATE_TIME && done))
		raise_to(&bounds->min_change_ms, node->number);
}

/* Whether all matches have ended, or with `unfinished` whether none has. */
static bool demands(const struct sim_filter *filter, int index, bool unfinished)
{
	const struct node *node = &filter->nodes[index];
	bool equal = node->compare == COMPARE_EQ;
	bool done;

	if (node->kind == NODE_AND)
		return demands(filter, node->left, unfinished) ||
		       demands(filter, node->right, unfinished);
	if (node->kind != NODE_COMPARE || node->field != SIM_FIELD_STATE)
		return false;
	done = strcmp(node->text, "DONE") == 0;
	return unfinished ? equal != done : equal && done;
}

static void bound_node(struct sim_bounds *bounds, const struct sim_filter *filter, int index,
		       bool done)
{
	const struct node *node = &filter->nodes[index];

	if (node->kind == NODE_AND) {
		bound_node(bounds, filter, node->left, done);
		bound_node(bounds, filter, node->right, done);
	} else if (node->kind == NODE_COMPARE && node->field == SIM_FIELD_JOB_ID) {
		bound_id(bounds, node);
	} else if (node->kind == NODE_COMPARE) {
		bound_time(bounds, node, done);
	}
}

struct sim_bounds sim_filter_bounds(const struct sim_filter *filter)
{
	struct sim_bounds bounds = {.max_id = INT64_MAX};

	if (!filter)
		return bounds;
	bounds.unfinished = demands(filter, filter->root, true);
	bound_node(&bounds, filter, filter->root, demands(filter, filter->root, false));
	return bounds;
}

uint32_t sim_filter_fields(const struct sim_filter *filter)
{
	uint32_t fields = 0;

	for (int i = 0; filter && i < filter->count; i++)
		if (filter->nodes[i].kind == NODE_COMPARE)
			fields |= 1U << filter->nodes[i].field;
	return fields;
}
