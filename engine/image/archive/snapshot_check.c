/* SPDX-License-Identifier: MIT */
#include "image/archive/snapshot_check.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/archive/layer_rebuild.h"
#include "image/archive/pack.h"
#include "image/archive/sha256.h"
#include "image/image.h"
#include "image/layer_mount.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define COPY_SIZE (256 << 10)
#define LAYER_PATH_SIZE (sizeof(LAYERS_DIR) + DIGEST_HEX_LEN + 8)

static int fail_layer(struct containr_error *err, const char *digest, const char *problem)
{
	return fail(err, CONTAINR_E_IMAGE_CORRUPT, "layer %.19s %s", digest, problem);
}

static int copy_tar(int tar, folder_write_function *write, void *data, struct containr_error *err)
{
	autofree char *bytes = malloc(COPY_SIZE);
	ssize_t got;
	int r = bytes ? 0 : fail_oom(err);

	while (r == 0 && (got = read(tar, bytes, COPY_SIZE)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		r = got < 0 ? fail_sys(err, CONTAINR_E_IO, "cannot read the layer's tar")
			    : write(data, bytes, (size_t)got, err);
	}
	return r;
}

int snapshot_write_layer(const struct containr *engine, const char *digest,
			 folder_write_function *write, void *data, struct containr_error *err)
{
	const struct pack_options options = { .one_filesystem = true, .whiteouts = true };
	char path[LAYER_PATH_SIZE];
	autoclose int files = -1;
	autoclose int tar = -1;

	(void)snprintf(path, sizeof(path), LAYERS_DIR "/%s/" LAYER_TAR, digest_hex(digest));
	tar = openat(engine->root_fd, path, O_RDONLY | O_CLOEXEC);
	if (tar >= 0)
		return copy_tar(tar, write, data, err);
	(void)snprintf(path, sizeof(path), LAYERS_DIR "/%s/" LAYER_FILES, digest_hex(digest));
	files = openat(engine->root_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (files < 0)
		return fail_layer(err, digest, "is not there");
	return pack_write_tar(files, &options, write, data, err);
}

static int hash_bytes(void *data, const void *bytes, size_t len, struct containr_error *err)
{
	return sha256_update(data, bytes, len, err);
}

int snapshot_check_layer(const struct containr *engine, const char *digest,
			 struct containr_error *err)
{
	autosha256 hash = { 0 };
	char found[DIGEST_SIZE];
	int r = sha256_init(&hash, err);

	if (r == 0)
		r = snapshot_write_layer(engine, digest, hash_bytes, &hash, err);
	if (r == 0)
		r = sha256_finish(&hash, found, err);
	if (r < 0)
		return r;
	return strcmp(found, digest) == 0 ? 0 : fail_layer(err, digest, "is not what it was");
}

/* A fault that was looked for is a problem to tell; any other ends the looking. */
static int note(int r, struct strv *problems, struct containr_error *err)
{
	if (r != -CONTAINR_E_IMAGE_CORRUPT && r != -CONTAINR_E_IMAGE_NOT_FOUND)
		return r;
	strv_push(problems, err->message);
	error_clear(err);
	return problems->failed ? fail_oom(err) : 0;
}

static int check_image(const struct containr *engine, const struct containr_snapshot *snapshot,
		       struct containr_error *err)
{
	autoimage *image = NULL;
	autostrv dirs = { 0 };
	int r = image_load(engine, snapshot->image_id, &image, err);

	return r < 0 ? r : image_lower_dirs(engine, image, &dirs, err);
}

static bool has_parent(const struct containr *engine, const struct containr_snapshot *snapshot)
{
	autosnapshot *parent = NULL;
	struct containr_error ignored;

	return !*snapshot->parent ||
	       snapshot_stat(engine, snapshot->parent, &parent, &ignored) == 0;
}

int snapshot_verify(const struct containr *engine, const struct containr_snapshot *snapshot,
		    struct strv *problems, struct containr_error *err)
{
	int r = note(check_image(engine, snapshot, err), problems, err);

	if (r == 0 && !has_parent(engine, snapshot))
		strv_pushf(problems, "its parent '%s' is not there", snapshot->parent);
	for (size_t i = 0; r == 0 && snapshot->layers[i]; i++) {
		r = note(snapshot_check_layer(engine, snapshot->layers[i], err), problems, err);
		if (r == 0)
			r = note(layer_check_index(engine, snapshot->layers[i], err), problems,
				 err);
	}
	return r == 0 && problems->failed ? fail_oom(err) : r;
}

static int repair_parent(const struct containr *engine, struct containr_snapshot *snapshot,
			 struct strv *repairs, struct containr_error *err)
{
	int r;

	if (has_parent(engine, snapshot))
		return 0;
	r = snapshot_find_parent(engine, snapshot, NULL, err);
	if (r == 0)
		r = snapshot_save(engine, snapshot, err);
	if (r == 0)
		strv_pushf(repairs, "its parent is now %s%s%s", *snapshot->parent ? "'" : "",
			   *snapshot->parent ? snapshot->parent : "its image",
			   *snapshot->parent ? "'" : "");
	return r;
}

static int repair_layer(const struct containr *engine, const char *digest, struct strv *repairs,
			struct containr_error *err)
{
	int r = snapshot_check_layer(engine, digest, err);

	if (r == 0 && layer_check_index(engine, digest, err) == 0)
		return 0;
	if (r == 0) {
		error_clear(err);
		r = layer_rebuild_index(engine, digest, err);
	} else if (r == -CONTAINR_E_IMAGE_CORRUPT) {
		error_clear(err);
		r = layer_rebuild_from_blob(engine, digest, err);
		/* no image has it: verify tells what is wrong with it */
		if (r == -CONTAINR_E_IMAGE_NOT_FOUND) {
			error_clear(err);
			return 0;
		}
	}
	if (r == 0)
		strv_pushf(repairs, "layer %.19s was made again", digest);
	return r;
}

int snapshot_repair(const struct containr *engine, const char *name, struct strv *repairs,
		    struct containr_error *err)
{
	autosnapshot *snapshot = NULL;
	autoclose int lock = -1;
	int r = store_lock(engine, CONTENT_LOCK, &lock, err);

	if (r == 0)
		r = snapshot_stat(engine, name, &snapshot, err);
	if (r == 0)
		r = repair_parent(engine, snapshot, repairs, err);
	for (size_t i = 0; r == 0 && snapshot->layers[i]; i++)
		r = repair_layer(engine, snapshot->layers[i], repairs, err);
	return r == 0 && repairs->failed ? fail_oom(err) : r;
}
