/* SPDX-License-Identifier: MIT */
#include "image/archive/snapshot_commit.h"

#include "base/cleanup.h"
#include "base/time.h"
#include "image/archive/layer.h"
#include "image/archive/publish.h"
#include "image/layer_mount.h"

#include <fcntl.h>
#include <string.h>

static bool is_same_list(const struct strv *list, char *const *items)
{
	size_t i = 0;

	while (i < list->len && items && items[i] && strcmp(list->items[i], items[i]) == 0)
		i++;
	return i == list->len && items && !items[i];
}

/* Those of the snapshot that the container was made of, if it is still that one. */
static bool take_parent(const struct containr *engine, const struct snapshot_spec *spec,
			struct strv *layers)
{
	autosnapshot *parent = NULL;
	autostrv dirs = { 0 };
	struct containr_error ignored;

	if (!*spec->parent || snapshot_stat(engine, spec->parent, &parent, &ignored) < 0 ||
	    snapshot_prepare(engine, parent, &dirs, &ignored) < 0 ||
	    !is_same_list(&dirs, spec->lower))
		return false;
	strv_extend(layers, parent->layers);
	return true;
}

/* The layers of a container that are not its image's, lowest first. */
static int take_layers(const struct containr *engine, const struct snapshot_spec *spec,
		       struct strv *layers, struct containr_error *err)
{
	autoimage *image = NULL;
	autostrv of_image = { 0 };
	size_t count = 0;
	int r;

	if (take_parent(engine, spec, layers))
		return layers->failed ? fail_oom(err) : 0;
	r = image_load(engine, spec->image_id, &image, err);

	if (r == 0)
		r = image_lower_dirs(engine, image, &of_image, err);
	if (r < 0)
		return r;
	while (spec->lower && spec->lower[count])
		count++;
	for (size_t i = count; i-- > 0;)
		if (!strv_contains(&of_image, spec->lower[i]))
			strv_pushf(layers, "sha256:%.*s", DIGEST_HEX_LEN,
				   spec->lower[i] + sizeof(LAYERS_DIR));
	return layers->failed ? fail_oom(err) : 0;
}

static char **copy_list(char *const *items)
{
	struct strv list = { 0 };

	strv_extend(&list, items);
	if (list.failed)
		strv_release(&list);
	else if (!list.items)
		return calloc(1, sizeof(char *));
	return list.items;
}

static int describe(const struct snapshot_spec *spec, struct strv *layers,
		    struct containr_snapshot *snapshot, struct containr_error *err)
{
	snapshot->name = strdup(spec->name);
	snapshot->parent = strdup(spec->parent);
	snapshot->image = strdup(spec->image);
	snapshot->image_id = strdup(spec->image_id);
	snapshot->layers = copy_list(layers->items);
	snapshot->labels = copy_list(spec->labels);
	snapshot->created_ns = time_now_ns();
	return snapshot->name && snapshot->parent && snapshot->image && snapshot->image_id &&
			       snapshot->layers && snapshot->labels
		       ? 0
		       : fail_oom(err);
}

/* What can be told only of a layer that is in its place. */
static int measure(const struct containr *engine, struct containr_snapshot *snapshot,
		   struct containr_error *err)
{
	autostrv dirs = { 0 };
	int r = image_push_layer(engine, snapshot_layer(snapshot), &dirs, err);

	if (r == 0)
		r = snapshot_usage(engine, snapshot, &snapshot->size_bytes, &snapshot->shared_bytes,
				   err);
	if (r < 0)
		return r;
	free(snapshot->driver);
	snapshot->driver = strdup(layer_mount_is_needed(dirs.items[0]) ? "erofs" : "overlay");
	return snapshot->driver ? 0 : fail_oom(err);
}

static int move_and_save(const struct containr *engine, const struct workdir *dir,
			 struct containr_snapshot *snapshot, char *const *files,
			 struct containr_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && snapshot->layers[i]; i++) {
		const struct new_layer layer = { .diff_id = snapshot->layers[i],
						 .folder = files[i] };

		r = publish_layer(engine, dir, &layer, err);
	}
	if (r == 0)
		r = publish_sync_layers(engine, err);
	if (r == 0)
		r = measure(engine, snapshot, err);
	return r == 0 ? snapshot_save(engine, snapshot, err) : r;
}

int snapshot_publish(const struct containr *engine, const struct workdir *dir,
		     struct containr_snapshot *snapshot, char *const *files, const char *action,
		     int *pin, struct containr_error *err)
{
	autoclose int lock = -1;
	int r;

	/* without it a power failure could leave the record on the disk, and the layer's files empty */
	if (syncfs(dir->fd) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot write to the disk");
	r = store_lock(engine, CONTENT_LOCK, &lock, err);
	if (r == 0)
		r = snapshot_check_free(engine, snapshot->name, err);
	if (r == 0)
		r = content_create(engine, err);
	if (r < 0)
		return r;
	r = move_and_save(engine, dir, snapshot, files, err);
	if (r < 0) {
		cleanup_close(pin);
		*pin = -1;
		publish_undo(engine);
		return r;
	}
	snapshot_event(engine, action, snapshot);
	return 0;
}

static int make_layer(const struct containr *engine, const struct snapshot_spec *spec,
		      const struct workdir *dir, struct layer *ret_layer,
		      struct containr_error *err)
{
	autoclose int upper =
		openat(engine->root_fd, spec->upper, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct layer_place place = { .dir = dir->fd,
					   .has_blob = true,
					   .storage = engine->storage };

	if (upper < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot open '%s/%s'", engine->root,
				spec->upper);
	return layer_from_changes(upper, &place, ret_layer, err);
}

static int commit(const struct containr *engine, const struct snapshot_spec *spec,
		  const struct workdir *dir, struct strv *layers, int *pin,
		  struct containr_error *err)
{
	static char folder[] = LAYER_FOLDER;
	autosnapshot *snapshot = calloc(1, sizeof(*snapshot));
	autofree char **files = NULL;
	struct layer layer;
	int r = snapshot ? make_layer(engine, spec, dir, &layer, err) : fail_oom(err);

	if (r < 0)
		return r;
	strv_push(layers, layer.diff_id);
	files = calloc(layers->len + 1, sizeof(*files));
	if (!files || layers->failed)
		return fail_oom(err);
	files[layers->len - 1] = folder;
	r = describe(spec, layers, snapshot, err);
	return r == 0 ? snapshot_publish(engine, dir, snapshot, files, "create", pin, err) : r;
}

int snapshot_commit(const struct containr *engine, const struct snapshot_spec *spec,
		    struct containr_error *err)
{
	autoworkdir dir = WORKDIR_INIT;
	autostrv layers = { 0 };
	autoclose int pin = -1;
	int r = snapshot_check_free(engine, spec->name, err);

	if (r == 0)
		r = image_pin(engine, &pin, err);
	if (r == 0)
		r = take_layers(engine, spec, &layers, err);
	if (r < 0)
		return r;
	workdir_sweep(engine);
	r = workdir_create(engine, &dir, err);
	return r == 0 ? commit(engine, spec, &dir, &layers, &pin, err) : r;
}
