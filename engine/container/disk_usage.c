/* SPDX-License-Identifier: MIT */
#include <containr/container.h>
#include <containr/image.h>
#include <containr/prune.h>
#include <containr/snapshot.h>
#include <containr/volume.h>

#include "base/cleanup.h"
#include "base/fs_size.h"
#include "base/str.h"
#include "image/digest.h"
#include "store/store.h"

#include <stdlib.h>
#include <string.h>

int containr_volume_size(struct containr *engine, const char *name, int64_t *ret_bytes,
			 struct containr_error *err)
{
	struct containr_volume *volume = NULL;
	autofree char *path = NULL;
	int r = containr_volume_inspect(engine, name, &volume, err);

	containr_volume_free(volume);
	if (r < 0)
		return r;
	if (asprintf(&path, "volumes/%s/_data", name) < 0) {
		path = NULL;
		return fail_oom(err);
	}
	return fs_size(engine->root_fd, path, ret_bytes, err);
}

static int count_containers(struct containr *engine, struct containr_usage *usage,
			    struct strv *images, struct containr_error *err)
{
	struct containr_container **list;
	struct containr_error ignored;
	size_t count;
	int r = containr_container_list(engine, true, &list, &count, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++) {
		bool runs = strcmp(list[i]->status, "created") != 0 &&
			    strcmp(list[i]->status, "exited") != 0;
		int64_t written = 0;
		int64_t total;

		error_ignore(
			containr_container_size(engine, list[i]->id, &written, &total, &ignored));
		usage->total++;
		usage->active += runs;
		usage->size_bytes += written;
		usage->reclaimable += runs ? 0 : written;
		if (!strv_contains(images, list[i]->image_id))
			strv_push(images, list[i]->image_id);
	}
	containr_container_list_free(list, count);
	return images->failed ? fail_oom(err) : 0;
}

/* Of layers that something in use stands on, each but once. */
static int64_t layers_size(const struct containr *engine, char *const *layers, struct strv *seen)
{
	struct containr_error ignored;
	int64_t sum = 0;

	for (size_t i = 0; layers && layers[i]; i++) {
		char path[sizeof("layers/") + DIGEST_SIZE];
		int64_t bytes = 0;

		if (strv_contains(seen, layers[i]))
			continue;
		strv_push(seen, layers[i]);
		(void)snprintf(path, sizeof(path), "layers/%s", digest_hex(layers[i]));
		if (fs_size(engine->root_fd, path, &bytes, &ignored) == 0)
			sum += bytes;
	}
	return sum;
}

/* Snapshots are there because somebody wanted them: what they have, and their images, is in use. */
static int count_snapshots(struct containr *engine, struct strv *images, struct strv *seen,
			   int64_t *ret_bytes, struct containr_error *err)
{
	struct containr_snapshot **list;
	size_t count;
	int r = containr_snapshot_list(engine, &list, &count, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++) {
		*ret_bytes += layers_size(engine, list[i]->layers, seen);
		if (!strv_contains(images, list[i]->image_id))
			strv_push(images, list[i]->image_id);
	}
	containr_snapshot_list_free(list, count);
	return images->failed ? fail_oom(err) : 0;
}

static int count_images(struct containr *engine, struct containr_usage *usage, struct strv *used,
			struct containr_error *err)
{
	autostrv seen = { 0 };
	autostrv layers = { 0 };
	struct containr_image **list;
	struct containr_error ignored;
	int64_t blobs = 0;
	int64_t files = 0;
	int64_t needed = 0;
	size_t count;
	int r = count_snapshots(engine, used, &layers, &needed, err);

	if (r == 0)
		r = containr_image_list(engine, &list, &count, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++) {
		if (strv_contains(&seen, list[i]->id))
			continue;
		strv_push(&seen, list[i]->id);
		usage->total++;
		if (!strv_contains(used, list[i]->id))
			continue;
		usage->active++;
		needed += list[i]->size_bytes + layers_size(engine, list[i]->layers, &layers);
	}
	containr_image_list_free(list, count);
	error_ignore(fs_size(engine->root_fd, "images", &blobs, &ignored));
	error_ignore(fs_size(engine->root_fd, "layers", &files, &ignored));
	usage->size_bytes = blobs + files;
	if (usage->active < usage->total && needed < usage->size_bytes)
		usage->reclaimable = usage->size_bytes - needed;
	return seen.failed || layers.failed ? fail_oom(err) : 0;
}

static int count_volumes(struct containr *engine, struct containr_usage *usage,
			 struct containr_error *err)
{
	struct containr_volume **list;
	struct containr_error ignored;
	size_t count;
	int r = containr_volume_list(engine, &list, &count, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < count && r == 0; i++) {
		autofree char *user = NULL;
		int64_t bytes = 0;

		error_ignore(containr_volume_size(engine, list[i]->name, &bytes, &ignored));
		r = containr_volume_user(engine, list[i]->name, &user, err);
		usage->total++;
		usage->active += user != NULL;
		usage->size_bytes += bytes;
		usage->reclaimable += user ? 0 : bytes;
	}
	containr_volume_list_free(list, count);
	return r;
}

int containr_disk_usage_read(struct containr *engine, struct containr_disk_usage *ret_usage,
			     struct containr_error *err)
{
	struct containr_disk_usage usage = { 0 };
	autostrv used = { 0 };
	int r = count_containers(engine, &usage.containers, &used, err);

	if (r == 0)
		r = count_images(engine, &usage.images, &used, err);
	if (r == 0)
		r = count_volumes(engine, &usage.volumes, err);
	if (r == 0)
		*ret_usage = usage;
	return r;
}
