/* SPDX-License-Identifier: MIT */
#include <containr/container.h>
#include <containr/image.h>
#include <containr/prune.h>
#include <containr/snapshot.h>
#include <containr/volume.h>

#include "base/cleanup.h"
#include "base/fs_size.h"
#include "base/str.h"
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

/* What is removed, and its bytes, while it is. */
struct pruning {
	struct containr *engine;
	const struct containr_prune_options *options;
	struct strv names;
	int64_t bytes;
	struct containr_error *err;
};

void containr_pruned_release(struct containr_pruned *pruned)
{
	containr_strings_free(pruned->names);
	*pruned = (struct containr_pruned) { 0 };
}

static int finish(struct pruning *pruning, int r, struct containr_pruned *ret_pruned)
{
	if (r == 0 && !pruning->names.items)
		pruning->names.items = calloc(1, sizeof(char *));
	if (r == 0 && (pruning->names.failed || !pruning->names.items))
		r = fail_oom(pruning->err);
	if (r < 0) {
		strv_release(&pruning->names);
		return r;
	}
	*ret_pruned = (struct containr_pruned) { pruning->names.items, pruning->bytes };
	return 0;
}

static bool has_label(char *const *labels, const char *wanted)
{
	size_t len = strlen(wanted);
	bool any_value = !strchr(wanted, '=');

	for (; labels && *labels; labels++)
		if (strcmp(*labels, wanted) == 0 ||
		    (any_value && strncmp(*labels, wanted, len) == 0 && (*labels)[len] == '='))
			return true;
	return false;
}

static bool is_meant(const struct containr_prune_options *options, int64_t created_ns,
		     char *const *labels)
{
	const char *const *wanted = options->labels;
	const char *const *unwanted = options->not_labels;

	if (options->until_ns && created_ns >= options->until_ns)
		return false;
	for (; wanted && *wanted; wanted++)
		if (!has_label(labels, *wanted))
			return false;
	for (; unwanted && *unwanted; unwanted++)
		if (has_label(labels, *unwanted))
			return false;
	return true;
}

static bool is_idle(const struct containr_container *container)
{
	return strcmp(container->status, "created") == 0 ||
	       strcmp(container->status, "exited") == 0;
}

static int prune_container(struct pruning *pruning, const struct containr_container *container)
{
	int64_t written = 0;
	int64_t total = 0;
	struct containr_error ignored;
	int r;

	if (!is_idle(container) ||
	    !is_meant(pruning->options, container->created_ns, container->labels))
		return 0;
	error_ignore(containr_container_size(pruning->engine, container->id, &written, &total,
					     &ignored));
	r = containr_remove(pruning->engine, container->id, 0, pruning->err);
	if (r == -CONTAINR_E_CONTAINER_RUNNING || r == -CONTAINR_E_CONTAINER_NOT_FOUND)
		return 0;
	if (r == 0) {
		strv_push(&pruning->names, container->id);
		pruning->bytes += written;
	}
	return r;
}

int containr_container_prune(struct containr *engine, const struct containr_prune_options *options,
			     struct containr_pruned *ret_pruned, struct containr_error *err)
{
	struct pruning pruning = { .engine = engine, .options = options, .err = err };
	struct containr_container **list = NULL;
	size_t count = 0;
	int r = containr_container_list(engine, true, &list, &count, err);

	for (size_t i = 0; i < count && r == 0; i++)
		r = prune_container(&pruning, list[i]);
	containr_container_list_free(list, count);
	return finish(&pruning, r, ret_pruned);
}

static int prune_image(struct pruning *pruning, const struct containr_image *image)
{
	char **deleted = NULL;
	int r;

	if ((image->name && !pruning->options->all) || image->damaged ||
	    !is_meant(pruning->options, image->created_ns, image->config.labels))
		return 0;
	r = containr_image_remove(pruning->engine, image->name ? image->name : image->id, 0,
				  &deleted, pruning->err);
	for (size_t i = 0; r == 0 && deleted && deleted[i]; i++)
		strv_push(&pruning->names, deleted[i]);
	containr_strings_free(deleted);
	return r == -CONTAINR_E_IMAGE_IN_USE || r == -CONTAINR_E_IMAGE_NOT_FOUND ? 0 : r;
}

/* The images of containers and of snapshots. */
static int list_used(struct containr *engine, struct strv *ids, struct containr_error *err)
{
	struct containr_container **containers = NULL;
	struct containr_snapshot **snapshots = NULL;
	size_t count = 0;
	int r = containr_container_list(engine, true, &containers, &count, err);

	for (size_t i = 0; i < count; i++)
		strv_push(ids, containers[i]->image_id);
	containr_container_list_free(containers, count);
	count = 0;
	if (r == 0)
		r = containr_snapshot_list(engine, &snapshots, &count, err);
	for (size_t i = 0; i < count; i++)
		strv_push(ids, snapshots[i]->image_id);
	containr_snapshot_list_free(snapshots, count);
	return r == 0 && ids->failed ? fail_oom(err) : r;
}

static int64_t image_bytes(const struct containr *engine)
{
	struct containr_error ignored;
	int64_t blobs = 0;
	int64_t layers = 0;

	error_ignore(fs_size(engine->root_fd, "images", &blobs, &ignored));
	error_ignore(fs_size(engine->root_fd, "layers", &layers, &ignored));
	return blobs + layers;
}

/* By its names an image goes one by one, and only the last of them asks who uses it: so that is asked
 * here first. */
int containr_image_prune(struct containr *engine, const struct containr_prune_options *options,
			 struct containr_pruned *ret_pruned, struct containr_error *err)
{
	struct pruning pruning = { .engine = engine, .options = options, .err = err };
	struct containr_image **images = NULL;
	autostrv used = { 0 };
	size_t image_count = 0;
	int64_t before = image_bytes(engine);
	int r = list_used(engine, &used, err);

	if (r == 0)
		r = containr_image_list(engine, &images, &image_count, err);
	for (size_t i = 0; i < image_count && r == 0; i++)
		if (!strv_contains(&used, images[i]->id))
			r = prune_image(&pruning, images[i]);
	containr_image_list_free(images, image_count);
	if (r == 0 && pruning.names.len > 0)
		pruning.bytes = before - image_bytes(engine);
	return finish(&pruning, r, ret_pruned);
}

static int prune_snapshot(struct pruning *pruning, const struct containr_snapshot *snapshot)
{
	int r;

	if (!is_meant(pruning->options, snapshot->created_ns, snapshot->labels))
		return 0;
	r = containr_snapshot_remove(pruning->engine, snapshot->name, 0, pruning->err);
	if (r == -CONTAINR_E_SNAPSHOT_IN_USE || r == -CONTAINR_E_SNAPSHOT_NOT_FOUND) {
		error_clear(pruning->err);
		return 0;
	}
	if (r == 0)
		strv_push(&pruning->names, snapshot->name);
	return r;
}

/* Again and again, as a snapshot can go when those that stood on it have gone. */
int containr_snapshot_prune(struct containr *engine, const struct containr_prune_options *options,
			    struct containr_pruned *ret_pruned, struct containr_error *err)
{
	struct pruning pruning = { .engine = engine, .options = options, .err = err };
	int64_t before = image_bytes(engine);
	size_t gone;
	int r = 0;

	do {
		struct containr_snapshot **list = NULL;
		size_t count = 0;

		gone = pruning.names.len;
		r = containr_snapshot_list(engine, &list, &count, err);
		for (size_t i = 0; i < count && r == 0; i++)
			r = prune_snapshot(&pruning, list[i]);
		containr_snapshot_list_free(list, count);
	} while (r == 0 && pruning.names.len > gone);
	if (r == 0 && pruning.names.len > 0)
		pruning.bytes = before - image_bytes(engine);
	return finish(&pruning, r, ret_pruned);
}

static int prune_volume(struct pruning *pruning, const struct containr_volume *volume)
{
	int64_t bytes = 0;
	struct containr_error ignored;
	int r;

	if ((!volume->is_anonymous && !pruning->options->all) ||
	    !is_meant(pruning->options, volume->created_ns, volume->labels))
		return 0;
	error_ignore(containr_volume_size(pruning->engine, volume->name, &bytes, &ignored));
	r = containr_volume_remove(pruning->engine, volume->name, pruning->err);
	if (r == -CONTAINR_E_VOLUME_IN_USE || r == -CONTAINR_E_VOLUME_NOT_FOUND)
		return 0;
	if (r == 0) {
		strv_push(&pruning->names, volume->name);
		pruning->bytes += bytes;
	}
	return r;
}

int containr_volume_prune(struct containr *engine, const struct containr_prune_options *options,
			  struct containr_pruned *ret_pruned, struct containr_error *err)
{
	struct pruning pruning = { .engine = engine, .options = options, .err = err };
	struct containr_volume **list = NULL;
	size_t count = 0;
	int r = containr_volume_list(engine, &list, &count, err);

	for (size_t i = 0; i < count && r == 0; i++)
		r = prune_volume(&pruning, list[i]);
	containr_volume_list_free(list, count);
	return finish(&pruning, r, ret_pruned);
}
