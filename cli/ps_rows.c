/* SPDX-License-Identifier: MIT */
#include "cli/ps_rows.h"

#include "base/cleanup.h"
#include "base/time.h"
#include "cli/filter.h"
#include "cli/human.h"
#include "cli/image_name.h"

#include <stdio.h>
#include <string.h>

/* Refuses a value of @key that is none of its words. */
static int check_words(const struct strv *filters, const char *key, const char *const *words,
		       const char *hint, struct containr_error *err)
{
	size_t len = strlen(key);

	for (size_t i = 0; i < filters->len; i++) {
		const char *item = filters->items[i];
		size_t k = 0;

		if (strncmp(item, key, len) != 0 || item[len] != '=')
			continue;
		item += len + 1;
		while (words[k] && strcmp(item, words[k]) != 0)
			k++;
		if (words[k])
			continue;
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
			   "--filter: '%s' is no %s of a container", item, key);
		return fail_hint(err, "%s", hint);
	}
	return 0;
}

int ps_filter_check(const struct strv *filters, struct containr_error *err)
{
	static const char *const keys[] = {
		"ancestor",
		"before",
		"exited",
		"health",
		"id",
		"label",
		"name",
		"network",
		"restart-policy",
		"should-start-on-boot",
		"since",
		"status",
		"volume",
		NULL,
	};
	static const char *const statuses[] = { "created", "exited",   "paused", "restarting",
						"running", "removing", "dead",	 NULL };
	static const char *const healths[] = { "starting", "healthy", "unhealthy", "none", NULL };
	int r = filter_check(filters, keys, err);

	if (r == 0)
		r = check_words(filters, "status", statuses,
				"a status is created, running, paused, restarting or exited", err);
	if (r == 0)
		r = check_words(filters, "health", healths,
				"health is starting, healthy, unhealthy or none", err);
	for (size_t i = 0; i < filters->len && r == 0; i++) {
		const char *item = filters->items[i];
		int64_t number;

		if (str_starts_with(item, "exited="))
			r = parse_int64(item + strlen("exited="), "--filter exited", 0, 255,
					&number, err);
	}
	return r;
}

bool ps_filter_means_all(const struct strv *filters)
{
	return filter_has(filters, "status") || filter_has(filters, "exited") ||
	       filter_has(filters, "before") || filter_has(filters, "since") ||
	       filter_has(filters, "should-start-on-boot");
}

static int created_of(struct containr *engine, const char *name, int64_t *ret_ns,
		      struct containr_error *err)
{
	struct containr_container *container = NULL;
	int r = containr_container_find(engine, name, &container, err);

	if (r == 0)
		*ret_ns = container->created_ns;
	containr_container_free(container);
	return r;
}

int ps_filter_prepare(struct containr *engine, const struct strv *filters,
		      struct ps_filter *ret_filter, struct containr_error *err)
{
	int r = 0;

	*ret_filter =
		(struct ps_filter) { .engine = engine, .filters = filters, .before_ns = INT64_MAX };
	for (size_t i = 0; i < filters->len && r == 0; i++) {
		const char *item = filters->items[i];

		if (str_starts_with(item, "before="))
			r = created_of(engine, item + strlen("before="), &ret_filter->before_ns,
				       err);
		else if (str_starts_with(item, "since="))
			r = created_of(engine, item + strlen("since="), &ret_filter->since_ns, err);
	}
	return r;
}

/* Everything about a container, for what the list does not tell; doc->root is NULL without it. */
static void look_up(struct containr *engine, const char *id, struct json_doc *doc)
{
	autofree char *text = NULL;
	struct containr_error ignored;

	if (containr_container_inspect(engine, id, &text, &ignored) < 0 ||
	    json_parse(text, strlen(text), id, doc, &ignored) < 0)
		doc->root = NULL;
}

static const char *string_of(const struct json *object, const char *key)
{
	const struct json *value = json_get(object, key);

	return value && value->type == JSON_STRING ? value->string : "";
}

static bool passes_mounts(const struct strv *filters, const struct json *root)
{
	const struct json *mount = json_first(json_get(root, "Mounts"));

	for (; mount; mount = mount->next)
		if (filter_passes(filters, "volume", string_of(mount, "Name"), filter_is_equal) ||
		    filter_passes(filters, "volume", string_of(mount, "Source"), filter_is_equal) ||
		    filter_passes(filters, "volume", string_of(mount, "Destination"),
				  filter_is_equal))
			return true;
	return false;
}

static bool passes_details(const struct ps_filter *filter, const char *id)
{
	const struct strv *filters = filter->filters;
	bool by_volume = filter_has(filters, "volume");
	autojson doc = { 0 };

	if (!by_volume && !filter_has(filters, "network"))
		return true;
	look_up(filter->engine, id, &doc);
	if (!doc.root || (by_volume && !passes_mounts(filters, doc.root)))
		return false;
	return filter_passes(filters, "network",
			     string_of(json_get(doc.root, "HostConfig"), "NetworkMode"),
			     filter_is_equal);
}

static bool passes_exit(const struct strv *filters, const struct containr_container *container)
{
	char code[16];

	if (!filter_has(filters, "exited"))
		return true;
	(void)snprintf(code, sizeof(code), "%d", container->exit_code);
	return strcmp(container->status, "exited") == 0 && container->exit_known &&
	       filter_passes(filters, "exited", code, filter_is_equal);
}

/* By any name of the image, or by its id, with or without the algorithm. */
static bool passes_image(const struct strv *filters, const struct containr_container *container)
{
	const char *colon = strchr(container->image_id, ':');

	return filter_passes(filters, "ancestor", container->image, image_name_is_same) ||
	       filter_passes(filters, "ancestor", container->image_id, filter_begins_with) ||
	       filter_passes(filters, "ancestor", colon ? colon + 1 : "", filter_begins_with);
}

/* As podman has them. */
static bool passes_policy(const struct strv *filters, const struct containr_container *container)
{
	bool at_boot = strcmp(container->restart_policy, "always") == 0 ||
		       (strcmp(container->restart_policy, "unless-stopped") == 0 &&
			!container->was_stopped);

	return filter_passes(filters, "restart-policy", container->restart_policy,
			     filter_is_equal) &&
	       filter_passes(filters, "should-start-on-boot", at_boot ? "true" : "false",
			     filter_is_equal);
}

bool ps_filter_passes(const struct ps_filter *filter, const struct containr_container *container)
{
	const struct strv *filters = filter->filters;

	return container->created_ns < filter->before_ns &&
	       container->created_ns > filter->since_ns &&
	       filter_passes(filters, "id", container->id, filter_begins_with) &&
	       filter_passes(filters, "name", container->name, filter_contains) &&
	       filter_passes(filters, "status", container->status, filter_is_equal) &&
	       filter_passes(filters, "health", container->health[0] ? container->health : "none",
			     filter_is_equal) &&
	       filter_passes_labels(filters, container->labels) &&
	       passes_policy(filters, container) && passes_exit(filters, container) &&
	       passes_image(filters, container) && passes_details(filter, container->id);
}

/* Docker's lists in one text, "a,b". */
static void write_joined(struct json_writer *writer, const char *key, char *const *items)
{
	autostr text = STR_INIT;

	for (char *const *item = items; *item; item++)
		str_appendf(&text, "%s%s", item == items ? "" : ",", *item);
	json_string(writer, key, text.data ? text.data : "");
}

static void write_mounts(struct json_writer *writer, const struct json *root)
{
	autostr text = STR_INIT;
	int64_t volumes = 0;

	for (const struct json *mount = json_first(json_get(root, "Mounts")); mount;
	     mount = mount->next) {
		bool is_volume = strcmp(string_of(mount, "Type"), "volume") == 0;

		str_appendf(&text, "%s%s", text.len ? "," : "",
			    string_of(mount, is_volume ? "Name" : "Source"));
		volumes += is_volume;
	}
	json_string(writer, "Mounts", text.data ? text.data : "");
	json_int(writer, "LocalVolumes", volumes);
}

void ps_row_write(struct json_writer *writer, struct containr *engine,
		  const struct containr_container *container, const char *format)
{
	char created[TIME_TEXT_SIZE];
	autojson doc = { 0 };

	time_format_utc(container->created_ns, created);
	json_string(writer, "Image", container->image);
	json_string(writer, "CreatedAt", created);
	json_string(writer, "State", container->status);
	json_string(writer, "Names", container->name);
	json_string(writer, "Ports", "");
	write_joined(writer, "Labels", container->labels);
	if (strstr(format, "Mounts") || strstr(format, "Volumes") || strstr(format, "Networks") ||
	    strstr(format, "json"))
		look_up(engine, container->id, &doc);
	write_mounts(writer, doc.root);
	json_string(writer, "Networks", string_of(json_get(doc.root, "HostConfig"), "NetworkMode"));
}

void ps_size_text(struct containr *engine, const char *id, char ret_text[PS_SIZE_TEXT])
{
	char own[HUMAN_TEXT_SIZE];
	char all[HUMAN_TEXT_SIZE];
	struct containr_error ignored;
	int64_t written = 0;
	int64_t total = 0;

	ret_text[0] = '\0';
	if (containr_container_size(engine, id, &written, &total, &ignored) < 0)
		return;
	human_size(written, 3, own);
	human_size(total, 3, all);
	(void)snprintf(ret_text, PS_SIZE_TEXT, "%s (virtual %s)", own, all);
}
