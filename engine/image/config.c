/* SPDX-License-Identifier: MIT */
#include "image/config.h"

#include "base/time.h"
#include "image/content.h"
#include "image/healthcheck.h"

#include <stdlib.h>
#include <string.h>

/* Copies an optional string member; "" where it is absent. */
static int copy_string(const struct json *parent, const char *path, const char *key,
		       char **ret_text, struct containr_error *err)
{
	const char *text = "";
	int r = json_read_string(parent, path, key, &text, err);

	if (r < 0)
		return r;
	*ret_text = strdup(text);
	return *ret_text ? 0 : fail_oom(err);
}

/* Hands the items of @list over as a vector that is never NULL. */
static int steal_items(struct strv *list, char ***ret_items, struct containr_error *err)
{
	if (!list->failed && !list->items)
		list->items = calloc(1, sizeof(*list->items));
	if (list->failed || !list->items) {
		strv_release(list);
		return fail_oom(err);
	}
	*ret_items = list->items;
	*list = (struct strv) { 0 };
	return 0;
}

static int copy_strings(const struct json *parent, const char *path, const char *key,
			char ***ret_items, struct containr_error *err)
{
	struct strv list = { 0 };
	int r = json_read_strings(parent, path, key, &list, err);

	if (r < 0) {
		strv_release(&list);
		return r;
	}
	return steal_items(&list, ret_items, err);
}

static int copy_labels(const struct json *parent, char ***ret_items, struct containr_error *err)
{
	autostrv list = { 0 };
	const struct json *labels;
	int r = json_read_child(parent, "config", "Labels", JSON_OBJECT, &labels, err);

	for (const struct json *item = r < 0 ? NULL : json_first(labels); item; item = item->next) {
		const char *value = "";

		r = json_read_string(labels, "config.Labels", item->key, &value, err);
		if (r < 0)
			return r;
		strv_pushf(&list, "%s=%s", item->key, value);
	}
	return r < 0 ? r : steal_items(&list, ret_items, err);
}

/* The paths are the keys of an object whose values mean nothing. */
static int copy_volumes(const struct json *parent, char ***ret_items, struct containr_error *err)
{
	autostrv list = { 0 };
	const struct json *volumes;
	int r = json_read_child(parent, "config", "Volumes", JSON_OBJECT, &volumes, err);

	for (const struct json *item = r < 0 ? NULL : json_first(volumes); item; item = item->next)
		if (item->key[0] == '/')
			strv_push(&list, item->key);
	return r < 0 ? r : steal_items(&list, ret_items, err);
}

static int read_container_config(const struct json *root, struct containr_image_config *config,
				 struct containr_error *err)
{
	const struct json *object;
	int r = json_read_child(root, "", "config", JSON_OBJECT, &object, err);

	if (r == 0)
		r = copy_string(object, "config", "User", &config->user, err);
	if (r == 0)
		r = copy_string(object, "config", "WorkingDir", &config->working_dir, err);
	if (r == 0)
		r = copy_string(object, "config", "StopSignal", &config->stop_signal, err);
	if (r == 0)
		r = copy_strings(object, "config", "Env", &config->env, err);
	if (r == 0)
		r = copy_strings(object, "config", "Entrypoint", &config->entrypoint, err);
	if (r == 0)
		r = copy_strings(object, "config", "Cmd", &config->cmd, err);
	if (r == 0)
		r = copy_labels(object, &config->labels, err);
	if (r == 0)
		r = copy_volumes(object, &config->volumes, err);
	return r < 0 ? r
		     : healthcheck_read(object, "config", "Healthcheck", &config->healthcheck, err);
}

/* The diff_ids become names of folders: each is checked here, and nowhere later. */
static int read_layers(const struct json *root, char ***ret_layers, struct containr_error *err)
{
	const struct json *rootfs;
	const char *type = "layers";
	int r = json_read_child(root, "", "rootfs", JSON_OBJECT, &rootfs, err);

	if (r == 0)
		r = json_read_string(rootfs, "rootfs", "type", &type, err);
	if (r == 0)
		r = copy_strings(rootfs, "rootfs", "diff_ids", ret_layers, err);
	if (r < 0)
		return r;
	if (strcmp(type, "layers") != 0)
		return fail(err, CONTAINR_E_IMAGE_CORRUPT, "rootfs.type: '%.100s' is not 'layers'",
			    type);
	for (char **layer = *ret_layers; *layer; layer++)
		if (!digest_is_valid(*layer))
			return fail(err, CONTAINR_E_IMAGE_CORRUPT,
				    "rootfs.diff_ids: '%.100s' is no digest", *layer);
	return 0;
}

static int read_created(const struct json *root, int64_t *ret_created_ns,
			struct containr_error *err)
{
	const char *created = NULL;
	int r = json_read_string(root, "", "created", &created, err);

	if (r < 0 || !created)
		return r;
	/* "1 day ago" is no time of creation: only RFC 3339 begins with a year and a dash */
	if (strlen(created) > 4 && created[4] == '-' &&
	    time_parse(created, "created", 0, ret_created_ns, err) == 0)
		return 0;
	return fail(err, CONTAINR_E_IMAGE_CORRUPT, "created: '%.100s' is no time (RFC 3339)",
		    created);
}

int config_read(const struct json *root, struct containr_image *image, struct containr_error *err)
{
	int r = copy_string(root, "", "os", &image->os, err);

	if (r == 0)
		r = copy_string(root, "", "architecture", &image->architecture, err);
	if (r == 0)
		r = read_created(root, &image->created_ns, err);
	if (r == 0)
		r = read_layers(root, &image->layers, err);
	if (r == 0)
		r = read_container_config(root, &image->config, err);
	return r < 0 ? content_fail_corrupt(err) : 0;
}
