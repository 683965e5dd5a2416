/* SPDX-License-Identifier: MIT */
#include "image/snapshot.h"

#include "base/cleanup.h"
#include "image/image.h"
#include "image/layer_mount.h"

#include <string.h>

static size_t count_layers(const struct containr_snapshot *snapshot)
{
	size_t count = 0;

	while (snapshot->layers[count])
		count++;
	return count;
}

const char *snapshot_layer(const struct containr_snapshot *snapshot)
{
	return snapshot->layers[count_layers(snapshot) - 1];
}

int snapshot_prepare(const struct containr *engine, const struct containr_snapshot *snapshot,
		     struct strv *dirs, struct containr_error *err)
{
	autoimage *image = NULL;
	int r = image_load(engine, snapshot->image_id, &image, err);

	for (size_t i = count_layers(snapshot); r == 0 && i-- > 0;)
		r = image_push_layer(engine, snapshot->layers[i], dirs, err);
	if (r == 0)
		r = image_lower_dirs(engine, image, dirs, err);
	return r < 0 ? fail_prefix(err, "snapshot '%s'", snapshot->name) : 0;
}

int snapshot_usage(const struct containr *engine, const struct containr_snapshot *snapshot,
		   int64_t *ret_own, int64_t *ret_shared, struct containr_error *err)
{
	autostrv dirs = { 0 };
	int64_t sum = 0;
	int64_t own = 0;
	int r = snapshot_prepare(engine, snapshot, &dirs, err);

	/* the first is its own */
	for (size_t i = 0; r == 0 && i < dirs.len; i++) {
		int64_t bytes = 0;

		r = layer_mount_size(engine, dirs.items[i], &bytes, err);
		if (i == 0)
			own = bytes;
		else if (__builtin_add_overflow(sum, bytes, &sum))
			sum = INT64_MAX;
	}
	if (r < 0)
		return r;
	*ret_own = own;
	*ret_shared = sum;
	return 0;
}

/* The best of those that were looked at. */
struct nearest {
	const struct containr_snapshot *child;
	const char *except;
	size_t depth;
	char name[SNAPSHOT_NAME_MAX + 1];
};

static bool is_below(const struct containr_snapshot *below, const struct containr_snapshot *child,
		     size_t depth)
{
	if (depth >= count_layers(child) || strcmp(below->image_id, child->image_id) != 0)
		return false;
	for (size_t i = 0; i < depth; i++)
		if (strcmp(below->layers[i], child->layers[i]) != 0)
			return false;
	return true;
}

static int compare(const struct containr_snapshot *snapshot, void *context,
		   struct containr_error *err)
{
	struct nearest *nearest = context;
	const size_t depth = count_layers(snapshot);

	(void)err;
	if (strcmp(snapshot->name, nearest->child->name) == 0 || depth <= nearest->depth ||
	    (nearest->except && strcmp(snapshot->name, nearest->except) == 0) ||
	    !is_below(snapshot, nearest->child, depth))
		return 0;
	nearest->depth = depth;
	(void)snprintf(nearest->name, sizeof(nearest->name), "%s", snapshot->name);
	return 0;
}

int snapshot_find_parent(const struct containr *engine, struct containr_snapshot *snapshot,
			 const char *except, struct containr_error *err)
{
	struct nearest nearest = { .child = snapshot, .except = except };
	char *name;
	int r = snapshot_walk(engine, compare, &nearest, err);

	if (r < 0)
		return r;
	name = strdup(nearest.name);
	if (!name)
		return fail_oom(err);
	free(snapshot->parent);
	snapshot->parent = name;
	return 0;
}
