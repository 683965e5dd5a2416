/* SPDX-License-Identifier: MIT */
#include "image/archive/image_check.h"

#include "base/cleanup.h"
#include "image/archive/layer_rebuild.h"
#include "image/archive/sha256.h"
#include "image/config.h"
#include "image/layer_mount.h"
#include "image/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#define PART (256 << 10)

void image_check_release(struct image_check *check)
{
	strv_release(&check->sound);
	strv_release(&check->blobs);
	strv_release(&check->layers);
	strv_release(&check->problems);
}

static int hash_file(int fd, char ret_digest[DIGEST_SIZE], struct containr_error *err)
{
	autosha256 hash = { 0 };
	autofree unsigned char *bytes = malloc(PART);
	ssize_t got;
	int r = bytes ? sha256_init(&hash, err) : fail_oom(err);

	while (r == 0 && (got = read(fd, bytes, PART)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		r = got < 0 ? fail_sys(err, CONTAINR_E_IO, "cannot read a blob")
			    : sha256_update(&hash, bytes, (size_t)got, err);
	}
	return r == 0 ? sha256_finish(&hash, ret_digest, err) : r;
}

/* A file that cannot be read to its end is damaged as well: the disk says so. */
static const char *problem_of(int fd, const char *digest, struct containr_error *err)
{
	char found[DIGEST_SIZE];

	if (fd < 0)
		return "is not there";
	if (hash_file(fd, found, err) < 0)
		return err->code == CONTAINR_E_IO ? "cannot be read" : NULL;
	return strcmp(found, digest) == 0 ? "" : "is not what it was";
}

/* Looks at a file once; @bad keeps what was wrong. */
static int check_file(struct image_check *check, const char *path, const char *digest,
		      const char *what, struct strv *bad, struct containr_error *err)
{
	autoclose int fd = -1;
	const char *problem;

	if (strv_contains(&check->sound, path))
		return 0;
	fd = openat(check->engine->root_fd, path, O_RDONLY | O_CLOEXEC);
	problem = problem_of(fd, digest, err);
	if (!problem)
		return -err->code;
	error_clear(err);
	if (!*problem) {
		strv_push(&check->sound, path);
		return check->sound.failed ? fail_oom(err) : 0;
	}
	if (!strv_contains(bad, digest))
		strv_push(bad, digest);
	strv_pushf(&check->problems, "%s %.19s %s", what, digest, problem);
	return bad->failed || check->problems.failed ? fail_oom(err) : 0;
}

static int check_blob(struct image_check *check, const struct descriptor *blob, const char *what,
		      struct containr_error *err)
{
	char path[CONTENT_PATH_SIZE];

	content_blob_path(blob->digest, path);
	return check_file(check, path, blob->digest, what, &check->blobs, err);
}

static int check_index(struct image_check *check, const char *digest, struct containr_error *err)
{
	int r = layer_check_index(check->engine, digest, err);

	if (r != -CONTAINR_E_IMAGE_CORRUPT && r != -CONTAINR_E_INVALID_ARCHIVE)
		return r;
	strv_push(&check->problems, err->message);
	strv_push(&check->layers, digest);
	error_clear(err);
	return check->problems.failed || check->layers.failed ? fail_oom(err) : 0;
}

static int check_layer(struct image_check *check, const char *digest, struct containr_error *err)
{
	autostrv dirs = { 0 };
	char path[sizeof(LAYERS_DIR) + DIGEST_HEX_LEN + 8];
	size_t before = check->layers.len;
	int r;

	(void)snprintf(path, sizeof(path), LAYERS_DIR "/%s/" LAYER_TAR, digest_hex(digest));
	if (strv_contains(&check->sound, path))
		return 0;
	if (faccessat(check->engine->root_fd, path, F_OK, 0) == 0) {
		r = check_file(check, path, digest, "layer", &check->layers, err);
		return r == 0 && check->layers.len == before ? check_index(check, digest, err) : r;
	}
	if (image_push_layer(check->engine, digest, &dirs, err) == 0)
		return 0;
	error_clear(err);
	strv_push(&check->layers, digest);
	strv_pushf(&check->problems, "layer %.19s is not unpacked", digest);
	return check->layers.failed || check->problems.failed ? fail_oom(err) : 0;
}

static int check_config(struct image_check *check, const struct descriptor *blob,
			struct containr_error *err)
{
	autoimage *image = calloc(1, sizeof(*image));
	autojson doc = { 0 };
	int r = image ? content_read_json(check->engine, blob, "configuration", CONTENT_CONFIG_MAX,
					  &doc, err)
		      : fail_oom(err);

	if (r == 0)
		r = config_read(doc.root, image, err);
	for (size_t i = 0; r == 0 && image->layers[i]; i++)
		r = check_layer(check, image->layers[i], err);
	return r;
}

/* What is damaged was told already; what it says is not worth more than that. */
static int tolerate(int r, struct image_check *check, struct containr_error *err)
{
	if (r != -CONTAINR_E_IMAGE_CORRUPT && r != -CONTAINR_E_UNSUPPORTED)
		return r;
	if (check->problems.len == 0)
		strv_push(&check->problems, err->message);
	error_clear(err);
	return check->problems.failed ? fail_oom(err) : 0;
}

static int check_manifest(struct image_check *check, const struct descriptor *blob,
			  struct containr_error *err)
{
	automanifest manifest = { 0 };
	int r = manifest_load(check->engine, blob, &manifest, err);

	for (size_t i = 0; r == 0 && i < manifest.layer_count; i++)
		r = check_blob(check, &manifest.layers[i], "blob", err);
	if (r == 0)
		r = check_blob(check, &manifest.config, "configuration", err);
	if (r == 0)
		r = check_config(check, &manifest.config, err);
	return tolerate(r, check, err);
}

int image_check_entry(struct image_check *check, const struct index_entry *entry,
		      struct containr_error *err)
{
	size_t before = check->blobs.len;
	int r;

	strv_release(&check->problems);
	r = check_blob(check, &entry->manifest, "manifest", err);
	/* of a list of images no one is here as a whole: its own digest is all that can be held to */
	if (r < 0 || check->blobs.len > before || manifest_is_list(entry->manifest.media_type))
		return r;
	return check_manifest(check, &entry->manifest, err);
}

int image_check_rebuild(struct image_check *check, struct strv *repairs, struct containr_error *err)
{
	autoclose int lock = -1;
	int r = store_lock(check->engine, CONTENT_LOCK, &lock, err);

	for (size_t i = 0; r == 0 && i < check->layers.len; i++) {
		r = layer_rebuild_from_blob(check->engine, check->layers.items[i], err);
		if (r == 0)
			strv_pushf(repairs, "layer %.19s was made again", check->layers.items[i]);
		/* it is told as it was found */
		if (r == -CONTAINR_E_IMAGE_NOT_FOUND) {
			error_clear(err);
			r = 0;
		}
	}
	strv_release(&check->layers);
	strv_release(&check->sound);
	return r == 0 && repairs->failed ? fail_oom(err) : r;
}

/* A damaged document is worth nothing: a pull brings all that the image consists of. */
int image_check_drop_blobs(struct image_check *check, struct containr_error *err)
{
	autoclose int lock = -1;
	int r = store_lock(check->engine, CONTENT_LOCK, &lock, err);

	for (size_t i = 0; r == 0 && i < check->blobs.len; i++) {
		char path[CONTENT_PATH_SIZE];

		content_blob_path(check->blobs.items[i], path);
		if (unlinkat(check->engine->root_fd, path, 0) < 0 && errno != ENOENT)
			r = fail_sys(err, CONTAINR_E_IO, "cannot remove '%s/%s'",
				     check->engine->root, path);
	}
	strv_release(&check->blobs);
	strv_release(&check->sound);
	return r;
}

int image_check_drop_name(const struct containr *engine, const char *name,
			  struct containr_error *err)
{
	autoindex index = { 0 };
	autoclose int lock = -1;
	const struct index_entry *entry;
	int r = store_lock(engine, CONTENT_LOCK, &lock, err);

	if (r == 0)
		r = index_load(engine, &index, err);
	entry = r == 0 ? index_find(&index, name) : NULL;
	if (!entry)
		return r;
	index_remove(&index, (size_t)(entry - index.entries));
	return index_save(engine, &index, err);
}
