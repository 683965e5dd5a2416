/* SPDX-License-Identifier: MIT */
#include "image/archive/layer_store.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/archive/erofs.h"
#include "image/archive/layer_index.h"
#include "image/archive/unpack.h"
#include "image/image.h"
#include "image/layer_mount.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define IDENTITY_SIZE 16
#define COPY_SIZE (256 << 10)

void layer_store_release(struct layer_store *store)
{
	cleanup_close(&store->folder);
	cleanup_close(&store->tar);
	layer_tree_release(&store->tree);
	*store = LAYER_STORE_INIT;
}

static int make_file(const struct layer_store *store, const char *name, int *ret_fd)
{
	*ret_fd = openat(store->folder, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	return *ret_fd < 0
		       ? fail_sys(store->err, CONTAINR_E_IO, "cannot create the layer's '%s'", name)
		       : 0;
}

int layer_store_open(struct layer_store *store, int folder)
{
	int r;

	store->folder = folder;
	if (store->storage == CONTAINR_STORAGE_OVERLAY && !store->blob_name)
		return 0;
	r = make_file(store, LAYER_TAR, &store->tar);
	return r < 0 ? r : layer_tree_init(&store->tree, store->err);
}

/* The next bytes of the tar; kept, if it is to be. */
static ssize_t next_bytes(void *data, const unsigned char **ret_bytes)
{
	struct layer_store *store = data;
	ssize_t len = store->read(store->data, ret_bytes);

	if (len <= 0 || store->tar < 0)
		return len;
	if (fs_write_all(store->tar, *ret_bytes, (size_t)len) < 0) {
		error_ignore(fail_sys(store->err, CONTAINR_E_IO, "cannot write the layer's tar"));
		return -1;
	}
	store->tar_size += len;
	return len;
}

/* A root folder that the archive does not describe is an ordinary one. */
static int open_files(const struct layer_store *store, int *ret_fd)
{
	int r = 0;

	if (mkdirat(store->folder, LAYER_FILES, 0755) < 0)
		return fail_sys(store->err, CONTAINR_E_IO, "cannot create the layer's folder");
	r = fs_open_dir(store->folder, LAYER_FILES, ret_fd, store->err);
	if (r == 0 && fchmod(*ret_fd, 0755) < 0)
		r = fail_sys(store->err, CONTAINR_E_IO,
			     "cannot set the mode of the layer's folder");
	return r;
}

static int unpack(const struct layer_store *store, tar_read_function *read, void *data)
{
	autoclose int files = -1;
	int r = open_files(store, &files);

	return r < 0 ? r : unpack_tar(read, data, files, UNPACK_LAYER, store->err);
}

int layer_store_take(struct layer_store *store)
{
	const unsigned char *bytes;
	ssize_t len;
	int r = 0;

	if (store->tar < 0)
		r = unpack(store, next_bytes, store);
	else if (store->storage != CONTAINR_STORAGE_OVERLAY)
		r = layer_index_read(next_bytes, store, &store->tree, store->err);

	/* what follows the end mark belongs to the bytes the diff_id is of */
	do
		len = r < 0 ? 0 : next_bytes(store, &bytes);
	while (len > 0);
	if (len < 0 && store->err->code == CONTAINR_E_OK)
		return fail(store->err, CONTAINR_E_IO, "the archive cannot be read");
	return len < 0 ? -store->err->code : r;
}

/* The tar that was kept, read again. */
struct kept_tar {
	int fd;
	unsigned char bytes[COPY_SIZE];
};

static ssize_t read_kept(void *data, const unsigned char **ret_bytes)
{
	struct kept_tar *kept = data;
	ssize_t len;

	do
		len = read(kept->fd, kept->bytes, sizeof(kept->bytes));
	while (len < 0 && errno == EINTR);
	*ret_bytes = kept->bytes;
	return len;
}

static int drop_tar(const struct layer_store *store)
{
	(void)unlinkat(store->folder, LAYER_INDEX, 0);
	if (unlinkat(store->folder, LAYER_TAR, 0) < 0)
		return fail_sys(store->err, CONTAINR_E_IO, "cannot remove the layer's tar");
	return 0;
}

static bool is_there(const struct layer_store *store, const char *diff_id)
{
	char path[sizeof(LAYERS_DIR) + 1 + DIGEST_HEX_LEN];

	(void)snprintf(path, sizeof(path), LAYERS_DIR "/%s", digest_hex(diff_id));
	return store->engine && faccessat(store->engine->root_fd, path, F_OK, 0) == 0;
}

static int unpack_after_all(struct layer_store *store)
{
	autofree struct kept_tar *kept = malloc(sizeof(*kept));
	int r;

	if (!kept)
		return fail_oom(store->err);
	kept->fd = store->tar;
	if (lseek(store->tar, 0, SEEK_SET) < 0)
		return fail_sys(store->err, CONTAINR_E_IO, "cannot read the layer's tar");
	r = unpack(store, read_kept, kept);
	return r == 0 ? drop_tar(store) : r;
}

int layer_store_write_index(const struct layer_tree *tree, int64_t tar_size, const char *diff_id,
			    int fd, struct containr_error *err)
{
	unsigned char identity[IDENTITY_SIZE];

	for (size_t i = 0; i < sizeof(identity); i++) {
		const char digits[3] = { digest_hex(diff_id)[2 * i], digest_hex(diff_id)[2 * i + 1],
					 '\0' };

		identity[i] = (unsigned char)strtoul(digits, NULL, 16);
	}
	return erofs_write(tree, tar_size, identity, fd, err);
}

static int write_index(const struct layer_store *store, const char *diff_id)
{
	autoclose int fd = -1;
	int r = make_file(store, LAYER_INDEX, &fd);

	return r < 0 ? r
		     : layer_store_write_index(&store->tree, store->tar_size, diff_id, fd,
					       store->err);
}

int layer_store_finish(struct layer_store *store, const char *diff_id)
{
	autoclose int tree = -1;
	char folder[40];
	int r;

	if (store->tar < 0)
		return 0;
	if (store->blob_name &&
	    linkat(store->folder, LAYER_TAR, store->blob_dir, store->blob_name, 0) < 0)
		return fail_sys(store->err, CONTAINR_E_IO, "cannot create blob");
	if (is_there(store, diff_id))
		return drop_tar(store);
	if (store->storage == CONTAINR_STORAGE_OVERLAY || store->tree.has_holes)
		return unpack_after_all(store);
	r = write_index(store, diff_id);
	if (r < 0)
		return r;
	(void)snprintf(folder, sizeof(folder), "/proc/self/fd/%d", store->folder);
	tree = layer_mount_open(folder);
	if (tree < 0)
		return unpack_after_all(store);
	if (mkdirat(store->folder, LAYER_MOUNT, 0755) < 0)
		return fail_sys(store->err, CONTAINR_E_IO, "cannot create the layer's folder");
	return 0;
}
