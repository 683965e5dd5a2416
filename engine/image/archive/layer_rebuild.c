/* SPDX-License-Identifier: MIT */
#include "image/archive/layer_rebuild.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/archive/layer.h"
#include "image/archive/layer_index.h"
#include "image/archive/layer_store.h"
#include "image/image.h"
#include "image/layer_mount.h"
#include "image/manifest.h"
#include "image/workdir.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define PATH_SIZE (sizeof(LAYERS_DIR) + DIGEST_HEX_LEN + 16)
#define INDEX_MAX (1U << 30)

static void path_of(const char *digest, const char *file, char ret_path[PATH_SIZE])
{
	(void)snprintf(ret_path, PATH_SIZE, LAYERS_DIR "/%s/%s", digest_hex(digest), file);
}

static int open_tar(const struct containr *engine, const char *digest)
{
	char path[PATH_SIZE];

	path_of(digest, LAYER_TAR, path);
	return openat(engine->root_fd, path, O_RDONLY | O_CLOEXEC);
}

struct source {
	int fd;
	unsigned char bytes[256 << 10];
};

static ssize_t read_source(void *data, const unsigned char **ret_bytes)
{
	struct source *source = data;
	ssize_t got;

	do
		got = read(source->fd, source->bytes, sizeof(source->bytes));
	while (got < 0 && errno == EINTR);
	*ret_bytes = source->bytes;
	return got;
}

/* Writes what the index of a tar has to be. */
static int write_index(int tar, const char *digest, int to, struct containr_error *err)
{
	autofree struct source *source = malloc(sizeof(*source));
	autolayertree tree = { 0 };
	struct stat info;
	int r;

	if (!source)
		return fail_oom(err);
	source->fd = tar;
	if (fstat(tar, &info) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot read the layer's tar");
	r = layer_tree_init(&tree, err);
	if (r == 0)
		r = layer_index_read(read_source, source, &tree, err);
	return r < 0 ? r : layer_store_write_index(&tree, info.st_size, digest, to, err);
}

static int read_fd(int fd, struct str *out, struct containr_error *err)
{
	char path[40];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return fs_read_file(AT_FDCWD, path, INDEX_MAX, out, err);
}

int layer_check_index(const struct containr *engine, const char *digest, struct containr_error *err)
{
	autoclose int tar = open_tar(engine, digest);
	autoclose int wanted = -1;
	autoclose int found = -1;
	autostr left = STR_INIT;
	autostr right = STR_INIT;
	char path[PATH_SIZE];
	int r;

	if (tar < 0)
		return 0;
	path_of(digest, LAYER_INDEX, path);
	found = openat(engine->root_fd, path, O_RDONLY | O_CLOEXEC);
	if (found < 0)
		return fail(err, CONTAINR_E_IMAGE_CORRUPT, "layer %.19s has no index", digest);
	wanted = memfd_create("index", MFD_CLOEXEC);
	if (wanted < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot create a file in memory");
	r = write_index(tar, digest, wanted, err);
	if (r == 0)
		r = read_fd(wanted, &left, err);
	if (r == 0)
		r = read_fd(found, &right, err);
	if (r < 0)
		return r;
	if (left.data && right.data && left.len == right.len &&
	    memcmp(left.data, right.data, left.len) == 0)
		return 0;
	return fail(err, CONTAINR_E_IMAGE_CORRUPT,
		    "the index of layer %.19s is not that of its tar", digest);
}

static int place_index(const struct containr *engine, const struct workdir *dir, const char *digest,
		       struct containr_error *err)
{
	char path[PATH_SIZE];

	path_of(digest, LAYER_MOUNT, path);
	if (mkdirat(engine->root_fd, path, 0755) < 0 && errno != EEXIST)
		return fail_sys(err, CONTAINR_E_IO, "cannot create '%s/%s'", engine->root, path);
	path_of(digest, LAYER_INDEX, path);
	if (syncfs(dir->fd) < 0 || renameat(dir->fd, LAYER_INDEX, engine->root_fd, path) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot create '%s/%s'", engine->root, path);
	return 0;
}

int layer_rebuild_index(const struct containr *engine, const char *digest,
			struct containr_error *err)
{
	autoworkdir dir = WORKDIR_INIT;
	autoclose int tar = open_tar(engine, digest);
	autoclose int index = -1;
	int r = tar < 0 ? fail_sys(err, CONTAINR_E_IMAGE_CORRUPT, "layer %.19s has no tar", digest)
			: workdir_create(engine, &dir, err);

	if (r < 0)
		return r;
	index = openat(dir.fd, LAYER_INDEX, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (index < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot create the layer's index");
	r = write_index(tar, digest, index, err);
	return r == 0 ? place_index(engine, &dir, digest, err) : r;
}

/* The new folder takes the place of the old one in one step, and that goes with the workdir. */
static int place_layer(const struct containr *engine, const struct workdir *dir, const char *digest,
		       struct containr_error *err)
{
	char path[PATH_SIZE];

	(void)snprintf(path, sizeof(path), LAYERS_DIR "/%s", digest_hex(digest));
	if (syncfs(dir->fd) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot write to the disk");
	layer_mount_sweep(engine, NULL);
	if (renameat2(dir->fd, LAYER_FOLDER, engine->root_fd, path, RENAME_EXCHANGE) == 0 ||
	    (errno == ENOENT && renameat(dir->fd, LAYER_FOLDER, engine->root_fd, path) == 0))
		return 0;
	return fail_sys(err, CONTAINR_E_IO, "cannot create '%s/%s'", engine->root, path);
}

/* Unpacks one blob; 1 if it was the layer and lies in its place. */
static int try_blob(const struct containr *engine, const struct descriptor *blob,
		    const char *digest, struct containr_error *err)
{
	autoworkdir dir = WORKDIR_INIT;
	autoclose int fd = -1;
	struct layer_place place = { .has_blob = true, .storage = engine->storage };
	struct input_source source = { .what = "the blob of the layer" };
	struct layer layer;
	char path[CONTENT_PATH_SIZE];
	int r;

	content_blob_path(blob->digest, path);
	fd = openat(engine->root_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	r = workdir_create(engine, &dir, err);
	if (r < 0)
		return r;
	place.dir = dir.fd;
	source.fd = fd;
	r = layer_from_archive(&source, &place, &layer, err);
	if (r == -CONTAINR_E_INVALID_ARCHIVE || (r == 0 && strcmp(layer.diff_id, digest) != 0)) {
		error_clear(err);
		return 0;
	}
	if (r == 0)
		r = place_layer(engine, &dir, digest, err);
	return r == 0 ? 1 : r;
}

/* The blob of a layer is that at the same place in the manifest as its digest in the configuration. */
static int try_image(const struct containr *engine, const struct descriptor *entry,
		     const char *digest, struct containr_error *err)
{
	automanifest manifest = { 0 };
	autojson config = { 0 };
	const struct json *item;
	size_t i = 0;
	int r = 0;

	if (manifest_is_list(entry->media_type) ||
	    manifest_load(engine, entry, &manifest, err) < 0 ||
	    content_read_json(engine, &manifest.config, "configuration", CONTENT_CONFIG_MAX,
			      &config, err) < 0) {
		error_clear(err);
		return 0;
	}
	item = json_first(json_get(json_get(config.root, "rootfs"), "diff_ids"));
	for (; r == 0 && item && i < manifest.layer_count; item = item->next, i++)
		if (item->type == JSON_STRING && strcmp(item->string, digest) == 0)
			r = try_blob(engine, &manifest.layers[i], digest, err);
	return r;
}

int layer_rebuild_from_blob(const struct containr *engine, const char *digest,
			    struct containr_error *err)
{
	autoindex index = { 0 };
	int r = index_load(engine, &index, err);

	for (size_t i = 0; r == 0 && i < index.count; i++)
		r = try_image(engine, &index.entries[i].manifest, digest, err);
	if (r == 0)
		return fail(err, CONTAINR_E_IMAGE_NOT_FOUND, "no image has layer %s whole", digest);
	return r < 0 ? r : 0;
}
