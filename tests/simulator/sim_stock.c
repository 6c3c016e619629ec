/* SPDX-License-Identifier: BSD-2-Clause */
#include "sim_stock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIELD_MOST = 150 };

void sim_stock_init(struct sim_stock *stock)
{
	pthread_mutex_init(&stock->mutex, NULL);
}

static void clear(struct sim_stock *stock)
{
	for (int i = 0; i < SIM_RESOURCES; i++) {
		sim_edit_clear(&stock->edits[i]);
		sim_buf_free(&stock->removed[i]);
	}
	stock->additions = 0;
	stock->troubles.count = 0;
}

void sim_stock_free(struct sim_stock *stock)
{
	clear(stock);
	sim_stock_clear_history(stock);
	pthread_mutex_destroy(&stock->mutex);
}

struct sim_scene sim_stock_scene(const struct sim_stock *stock, const struct sim_world *world,
				 const struct sim_resource_options *options, int64_t now_ms,
				 int version)
{
	struct sim_scene scene = {
	    .world = world, .options = options, .now_ms = now_ms, .version = version};

	memcpy(scene.counts, options->counts, sizeof(scene.counts));
	for (int i = 0; i < stock->additions; i++)
		scene.counts[stock->addition[i].resource] += stock->addition[i].count;
	return scene;
}

/* One command and what it is about. */
struct command {
	struct sim_stock *stock;
	struct sim_scene scene;
	enum sim_resource resource;
	int64_t number; /* SIM_EDIT_ALL for '*' */
	char *at;	/* what has not been read */
	const char *wrong;
};

static bool fail(struct command *command, const char *wrong)
{
	command->wrong = wrong;
	return false;
}

/* The next word, "" at the end. */
static char *take_word(struct command *command)
{
	char *word = command->at + strspn(command->at, " ");
	size_t size = strcspn(word, " ");

	command->at = word + size + (word[size] != '\0');
	word[size] = '\0';
	return word;
}

static bool take_number(struct command *command, int64_t *number)
{
	char *word = take_word(command);
	char *end;

	errno = 0;
	*number = strtoll(word, &end, 10);
	return !errno && *word && !*end && *number > 0;
}

static bool take_path(struct command *command)
{
	command->resource = sim_resource_find(take_word(command));
	return command->resource < SIM_RESOURCES || fail(command, "no such path");
}

static bool take_element(struct command *command)
{
	const char *id;

	if (!take_path(command))
		return false;
	id = take_word(command);
	command->number = SIM_EDIT_ALL;
	if (strcmp(id, "*") != 0)
		command->number = sim_resource_lookup(&command->scene, command->resource, id);
	return command->number >= 0 || strcmp(id, "*") == 0 || fail(command, "no such element");
}

static bool take_field(struct command *command, const char **field)
{
	*field = take_word(command);
	return (**field && strlen(*field) < FIELD_MOST) || fail(command, "no field");
}

static bool do_set(struct command *command)
{
	const char *field;

	if (!take_element(command) || !take_field(command, &field))
		return false;
	if (!command->at[strspn(command->at, " ")])
		return fail(command, "no value");
	sim_edit_add(&command->stock->edits[command->resource], command->number, field,
		     command->at);
	return true;
}

static bool do_drop(struct command *command)
{
	const char *field;

	if (!take_element(command) || !take_field(command, &field))
		return false;
	sim_edit_add(&command->stock->edits[command->resource], command->number, field, NULL);
	return true;
}

static bool is_removed(const struct sim_stock *stock, enum sim_resource resource, int64_t number)
{
	const struct sim_buf *removed = &stock->removed[resource];

	return (size_t)number < removed->size && removed->data[number];
}

static void mark_removed(struct command *command, bool is_gone)
{
	struct sim_buf *removed = &command->stock->removed[command->resource];
	size_t count = (size_t)command->scene.counts[command->resource];

	while (removed->size < count)
		sim_buf_add(removed, "", 1);
	if (command->number >= 0)
		removed->data[command->number] = (char)is_gone;
	else if (count)
		memset(removed->data, is_gone, count);
}

static bool do_remove(struct command *command)
{
	if (!take_element(command))
		return false;
	mark_removed(command, true);
	return true;
}

static bool do_restore(struct command *command)
{
	if (!take_element(command))
		return false;
	mark_removed(command, false);
	return true;
}

static bool do_add(struct command *command)
{
	struct sim_stock *stock = command->stock;
	int i = stock->additions;
	int64_t count;
	int64_t has;

	if (!take_path(command))
		return false;
	has = command->scene.counts[command->resource];
	if (!take_number(command, &count) || i == SIM_STOCK_ADDITIONS ||
	    count > sim_resource_most(command->resource) - has)
		return fail(command, "not a number of elements that can be added");
	stock->addition[i].resource = command->resource;
	stock->addition[i].first = has;
	stock->addition[i].count = count;
	stock->addition[i].ms = command->scene.now_ms;
	stock->additions++;
	command->scene.counts[command->resource] += count;
	return true;
}

static bool is_folder(const char *path)
{
	for (int i = 0; i < SIM_RESOURCES; i++)
		if (sim_trouble_reaches(path, sim_resource_path((enum sim_resource)i)))
			return *path == '/';
	return false;
}

static bool do_fault(struct command *command)
{
	const char *path = take_word(command);
	enum sim_trouble trouble = sim_trouble_find(take_word(command));
	int64_t times = -1;

	if (!is_folder(path))
		return fail(command, "no such path");
	if (trouble == SIM_TROUBLES)
		return fail(command, "no such fault");
	if (command->at[strspn(command->at, " ")] && !take_number(command, &times))
		return fail(command, "not a number of times");
	return sim_trouble_add(&command->stock->troubles, path, trouble, times) ||
	       fail(command, "too many faults");
}

static bool do_clear(struct command *command)
{
	clear(command->stock);
	memcpy(command->scene.counts, command->scene.options->counts,
	       sizeof(command->scene.counts));
	return true;
}

static const struct {
	const char *name;
	bool takes_rest; /* of the line, whatever it is */
	bool (*run)(struct command *command);
} commands[] = {
    {"set", true, do_set},	    {"drop", false, do_drop}, {"remove", false, do_remove},
    {"restore", false, do_restore}, {"add", false, do_add},   {"fault", false, do_fault},
    {"clear", false, do_clear},
};

static bool run(struct command *command, char *line)
{
	const char *name;

	command->at = line;
	name = take_word(command);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, name) != 0)
			continue;
		if (!commands[i].run(command))
			return false;
		return commands[i].takes_rest || !*take_word(command) ||
		       fail(command, "something is left over");
	}
	return !*name || fail(command, "no such command");
}

bool sim_stock_command(struct sim_stock *stock, const struct sim_scene *scene, const char *lines,
		       char message[SIM_STOCK_MESSAGE_SIZE])
{
	struct command command = {.stock = stock, .scene = *scene};
	bool good = true;

	for (int number = 1; *lines && good; number++) {
		size_t size = strcspn(lines, "\n");
		size_t cut = size && lines[size - 1] == '\r' ? size - 1 : size;
		char *line = strndup(lines, cut);

		good = line && run(&command, line);
		if (!good)
			snprintf(message, SIM_STOCK_MESSAGE_SIZE, "line %d: %s: %.*s", number,
				 command.wrong, (int)(cut < 100 ? cut : 100), lines);
		free(line);
		lines += size + (lines[size] != '\0');
	}
	return good;
}

/* Half of the visitors are there, others at each request. */
static bool is_visiting(const struct sim_stock *stock, const struct sim_scene *scene,
			enum sim_resource resource, int64_t number)
{
	int64_t requests = stock->requests[resource];

	return sim_resource_has_visitor(resource, number) &&
	       sim_draw(scene->world->seed + (uint64_t)requests, number, SIM_STREAM_VISIT) & 1;
}

int64_t *sim_stock_rows(const struct sim_stock *stock, const struct sim_scene *scene,
			enum sim_resource resource, bool visitors, int64_t *count)
{
	int64_t numbers = scene->counts[resource];
	int64_t *rows = calloc((size_t)numbers * 2 + 1, sizeof(*rows));

	*count = 0;
	for (int64_t i = 0; rows && i < numbers; i++) {
		if (!is_removed(stock, resource, i))
			rows[(*count)++] = i * 2;
		if (visitors && is_visiting(stock, scene, resource, i))
			rows[(*count)++] = i * 2 + 1;
	}
	return rows;
}

void sim_stock_element(const struct sim_stock *stock, const struct sim_scene *scene,
		       enum sim_resource resource, int64_t row, struct sim_element *element)
{
	int64_t number = row / 2;

	sim_resource_element(element, scene, resource, number, row % 2);
	for (int i = 0; i < stock->additions; i++)
		if (stock->addition[i].resource == resource && number >= stock->addition[i].first)
			element->added_ms = stock->addition[i].ms;
}

void sim_stock_write(struct sim_stock *stock, const struct sim_element *element,
		     struct sim_writer *writer, struct sim_buf *buf)
{
	sim_resource_write(writer, buf, &stock->edits[element->resource], element);
}

void sim_stock_write_all(struct sim_stock *stock, const struct sim_scene *scene,
			 enum sim_resource resource, struct sim_buf *buf)
{
	struct sim_writer writer = {0};
	struct sim_element element;
	int64_t count;
	int64_t *rows = sim_stock_rows(stock, scene, resource, false, &count);

	for (int64_t i = 0; i < count; i++) {
		sim_stock_element(stock, scene, resource, rows[i], &element);
		sim_stock_write(stock, &element, &writer, buf);
		sim_buf_text(buf, "\n");
	}
	free(rows);
}

static void add_text(struct sim_buf *buf, const char *text)
{
	sim_buf_text(buf, "\t");
	for (text = text && *text ? text : "-"; *text; text++)
		sim_buf_add(buf, (unsigned char)*text < ' ' ? "?" : text, 1);
}

void sim_stock_note(struct sim_stock *stock, enum sim_resource resource, int status,
		    const char *limit, const char *place, int rows)
{
	char **slot = &stock->line[stock->lines++ % SIM_STOCK_HISTORY];
	struct sim_buf line = {0};

	sim_buf_printf(&line, "%lld\t%s\t%d", (long long)stock->lines, sim_resource_path(resource),
		       status);
	add_text(&line, limit);
	add_text(&line, place);
	sim_buf_printf(&line, "\t%d\n", rows);
	free(*slot);
	*slot = line.data;
}

void sim_stock_write_history(const struct sim_stock *stock, struct sim_buf *buf)
{
	int64_t first = stock->lines > SIM_STOCK_HISTORY ? stock->lines - SIM_STOCK_HISTORY : 0;

	for (int64_t i = first; i < stock->lines; i++)
		sim_buf_text(buf, stock->line[i % SIM_STOCK_HISTORY]);
}

void sim_stock_clear_history(struct sim_stock *stock)
{
	for (int64_t i = 0; i < stock->lines && i < SIM_STOCK_HISTORY; i++) {
		free(stock->line[i]);
		stock->line[i] = NULL;
	}
	stock->lines = 0;
}
