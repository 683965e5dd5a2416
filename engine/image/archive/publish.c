/* SPDX-License-Identifier: MIT */
#include "image/archive/publish.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/gc.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail_gone(const struct containr *engine, const char *path, struct containr_error *err)
{
	return fail(err, CONTAINR_E_LOCKED, "'%s/%s' was removed meanwhile", engine->root, path);
}

/* A blob of the same name has the same bytes; replacing it repairs one that was damaged. */
static int move_blob(const struct containr *engine, const struct workdir *dir,
		     const struct new_blob *blob, struct containr_error *err)
{
	char path[CONTENT_PATH_SIZE];

	content_blob_path(blob->digest, path);
	if (!blob->file)
		return faccessat(engine->root_fd, path, F_OK, 0) < 0 ? fail_gone(engine, path, err)
								     : 0;
	if (renameat(dir->fd, blob->file, engine->root_fd, path) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot create '%s/%s'", engine->root, path);
	return 0;
}

/* A layer that is there may carry containers: it stays, and ours goes with the workdir. */
int publish_layer(const struct containr *engine, const struct workdir *dir,
		  const struct new_layer *layer, struct containr_error *err)
{
	char path[sizeof(LAYERS_DIR) + 1 + DIGEST_HEX_LEN];

	(void)snprintf(path, sizeof(path), "%s/%s", LAYERS_DIR, digest_hex(layer->diff_id));
	if (!layer->folder)
		return faccessat(engine->root_fd, path, F_OK, 0) < 0 ? fail_gone(engine, path, err)
								     : 0;
	if (renameat(dir->fd, layer->folder, engine->root_fd, path) < 0 && errno != EEXIST &&
	    errno != ENOTEMPTY)
		return fail_sys(err, CONTAINR_E_IO, "cannot create '%s/%s'", engine->root, path);
	return 0;
}

static int sync_folder(const struct containr *engine, const char *path, struct containr_error *err)
{
	autoclose int fd = -1;
	int r = fs_open_dir(engine->root_fd, path, &fd, err);

	if (r == 0 && fsync(fd) < 0)
		r = fail_sys(err, CONTAINR_E_IO, "cannot sync '%s/%s'", engine->root, path);
	return r;
}

int publish_sync_layers(const struct containr *engine, struct containr_error *err)
{
	return sync_folder(engine, LAYERS_DIR, err);
}

static int move_all(const struct containr *engine, const struct workdir *dir,
		    const struct new_image *image, struct containr_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < image->layer_count; i++) {
		r = publish_layer(engine, dir, &image->layers[i], err);
		if (r == 0)
			r = move_blob(engine, dir, &image->layers[i].blob, err);
	}
	if (r == 0)
		r = move_blob(engine, dir, &image->config, err);
	if (r == 0)
		r = move_blob(engine, dir, &image->manifest, err);
	if (r == 0)
		r = sync_folder(engine, LAYERS_DIR, err);
	return r == 0 ? sync_folder(engine, CONTENT_BLOBS, err) : r;
}

static int name_image(const struct containr *engine, const struct new_image *image,
		      struct containr_error *err)
{
	autoindex index = { 0 };
	const struct descriptor manifest = { .media_type = image->media_type,
					     .digest = image->manifest.digest,
					     .size = image->manifest.size };
	int r = index_load(engine, &index, err);

	if (r == 0)
		r = index_set_name(&index, image->name, &manifest, NULL, err);
	if (r == 0 && image->source)
		r = index_set_source(&index, image->name, image->source, err);
	return r == 0 ? index_save(engine, &index, err) : r;
}

void publish_undo(const struct containr *engine)
{
	autoclose int lock = -1;
	autoindex index = { 0 };
	autousers users = { 0 };
	struct containr_error ignored;

	if (gc_lock(engine, &lock, &ignored) == 0 && index_load(engine, &index, &ignored) == 0 &&
	    users_load(engine, &users, &ignored) == 0)
		error_ignore(gc_sweep(engine, &index, &users, &ignored));
	error_ignore(store_empty_trash(engine, &ignored));
}

int publish(const struct containr *engine, const struct workdir *dir, const struct new_image *image,
	    struct containr_error *err)
{
	autoclose int lock = -1;
	int r;

	/*
	 * Without this a power failure could leave the layer's name on the disk and its files
	 * empty. One call for all files: an fsync for each would take longer than unpacking.
	 */
	if (syncfs(dir->fd) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot write to the disk");
	r = store_lock(engine, CONTENT_LOCK, &lock, err);
	if (r == 0)
		r = content_create(engine, err);
	if (r < 0)
		return r;
	r = move_all(engine, dir, image, err);
	if (r == 0)
		r = name_image(engine, image, err);
	if (r < 0) {
		if (image->pin) {
			cleanup_close(image->pin);
			*image->pin = -1;
		}
		publish_undo(engine);
		return r;
	}
	image_event(engine, image->event, image->config.digest, image->name);
	return 0;
}
