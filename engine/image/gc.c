/* SPDX-License-Identifier: MIT */
#include "image/gc.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/config.h"
#include "image/image.h"
#include "image/layer_mount.h"
#include "image/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What is needed, as hexadecimal digits; sorted before it is searched. */
struct marks {
	struct strv blobs;
	struct strv layers;
};

/* The descriptors that are still to be followed: a list of manifests may hold further lists. */
struct pending {
	struct descriptor *items;
	size_t len;
	size_t cap;
	struct strv strings; /* holds the items' strings */
};

static void marks_release(struct marks *marks)
{
	strv_release(&marks->blobs);
	strv_release(&marks->layers);
}

static void pending_release(struct pending *pending)
{
	free(pending->items);
	strv_release(&pending->strings);
}

#define automarks __attribute__((cleanup(marks_release))) struct marks
#define autopending __attribute__((cleanup(pending_release))) struct pending

int gc_lock(const struct containr *engine, int *ret_fd, struct containr_error *err)
{
	return store_lock(engine, GC_LOCK, ret_fd, err);
}

int image_pin(const struct containr *engine, int *ret_fd, struct containr_error *err)
{
	struct flock lock = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	autoclose int fd = openat(engine->root_fd, GC_LOCK, O_RDONLY | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot open '%s/%s'", engine->root, GC_LOCK);
	while (fcntl(fd, F_OFD_SETLKW, &lock) < 0)
		if (errno != EINTR)
			return fail_sys(err, CONTAINR_E_LOCKED, "cannot lock '%s/%s'", engine->root,
					GC_LOCK);
	*ret_fd = steal_fd(&fd);
	return 0;
}

static int pending_push(struct pending *pending, const struct descriptor *descriptor,
			struct containr_error *err)
{
	struct descriptor copy = { .size = descriptor->size };

	if (pending->len == pending->cap) {
		size_t cap = pending->cap ? pending->cap * 2 : 16;
		struct descriptor *items =
			reallocarray(pending->items, cap, sizeof(*pending->items));

		if (!items)
			return fail_oom(err);
		pending->items = items;
		pending->cap = cap;
	}
	strv_push(&pending->strings, descriptor->media_type);
	strv_push(&pending->strings, descriptor->digest);
	if (pending->strings.failed)
		return fail_oom(err);
	copy.media_type = pending->strings.items[pending->strings.len - 2];
	copy.digest = pending->strings.items[pending->strings.len - 1];
	pending->items[pending->len++] = copy;
	return 0;
}

/* What cannot be read needs nothing: nobody could use it. Other errors stop the deletion. */
static int tolerate_damage(int result, struct containr_error *err)
{
	if (result != -CONTAINR_E_IMAGE_CORRUPT && result != -CONTAINR_E_UNSUPPORTED)
		return result;
	error_clear(err);
	return 0;
}

static int mark_config(const struct containr *engine, const struct descriptor *blob,
		       struct marks *marks, struct containr_error *err)
{
	autoimage *image = calloc(1, sizeof(*image));
	autojson doc = { 0 };
	int r;

	if (!image)
		return fail_oom(err);
	strv_push(&marks->blobs, digest_hex(blob->digest));
	r = content_read_json(engine, blob, "configuration", CONTENT_CONFIG_MAX, &doc, err);
	if (r == 0)
		r = config_read(doc.root, image, err);
	for (size_t i = 0; r == 0 && image->layers[i]; i++)
		strv_push(&marks->layers, digest_hex(image->layers[i]));
	return tolerate_damage(r, err);
}

static int mark_manifest(const struct containr *engine, const struct descriptor *blob,
			 struct marks *marks, struct containr_error *err)
{
	automanifest manifest = { 0 };
	int r = manifest_load(engine, blob, &manifest, err);

	if (r < 0)
		return tolerate_damage(r, err);
	for (size_t i = 0; i < manifest.layer_count; i++)
		strv_push(&marks->blobs, digest_hex(manifest.layers[i].digest));
	return mark_config(engine, &manifest.config, marks, err);
}

static int mark_list(const struct containr *engine, const struct descriptor *blob,
		     struct pending *pending, struct containr_error *err)
{
	autojson doc = { 0 };
	const struct json *manifests = NULL;
	int r = content_read_json(engine, blob, "index", CONTENT_MANIFEST_MAX, &doc, err);

	if (r == 0)
		manifests = json_get(doc.root, "manifests");
	for (const struct json *item = json_first(manifests); r == 0 && item; item = item->next) {
		struct descriptor child;

		r = descriptor_read(item, "manifests[]", &child, err);
		if (r == 0)
			r = pending_push(pending, &child, err);
	}
	return tolerate_damage(r, err);
}

/* Follows everything that the index holds. A digest cannot contain itself: this ends. */
static int mark_index(const struct containr *engine, const struct index *index, struct marks *marks,
		      struct containr_error *err)
{
	autopending pending = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < index->count; i++)
		r = pending_push(&pending, &index->entries[i].manifest, err);
	while (r == 0 && pending.len > 0) {
		struct descriptor blob = pending.items[--pending.len];

		strv_push(&marks->blobs, digest_hex(blob.digest));
		if (manifest_is_list(blob.media_type))
			r = mark_list(engine, &blob, &pending, err);
		else
			r = mark_manifest(engine, &blob, marks, err);
	}
	return r;
}

static int mark_users(const struct containr *engine, const struct users *users, struct marks *marks,
		      struct containr_error *err)
{
	for (size_t i = 0; i < users->ids.len; i++) {
		struct descriptor blob = { .media_type = MEDIA_CONFIG,
					   .digest = users->ids.items[i] };
		char path[CONTENT_PATH_SIZE];
		struct stat info;
		int r;

		content_blob_path(blob.digest, path);
		if (fstatat(engine->root_fd, path, &info, 0) < 0)
			continue;
		blob.size = info.st_size;
		r = mark_config(engine, &blob, marks, err);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < users->layers.len; i++)
		strv_push(&marks->layers, users->layers.items[i]);
	return 0;
}

static int compare_text(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static bool is_marked(const struct strv *marks, const char *hex)
{
	return marks->len > 0 &&
	       bsearch(&hex, marks->items, marks->len, sizeof(*marks->items), compare_text);
}

static int delete_one(const struct containr *engine, const char *folder, const char *name,
		      bool is_layer, struct containr_error *err)
{
	char path[CONTENT_PATH_SIZE];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	if (is_layer) {
		layer_mount_drop(engine, name);
		return store_trash(engine, path, err);
	}
	if (unlinkat(engine->root_fd, path, 0) < 0 && errno != ENOENT)
		return fail_sys(err, CONTAINR_E_IO, "cannot remove '%s/%s'", engine->root, path);
	return 0;
}

/* Deletes the entries of @folder that have a digest's name and no mark. */
static int delete_unmarked(const struct containr *engine, const char *folder, bool are_layers,
			   const struct strv *marks, struct containr_error *err)
{
	autoclosedir DIR *dir = NULL;
	autoclose int fd = -1;
	const struct dirent *entry;
	int r = fs_open_dir(engine->root_fd, folder, &fd, err);

	if (r < 0 && err->sys_errno == ENOENT) { /* notes that were never needed */
		error_clear(err);
		return 0;
	}
	if (r < 0)
		return r;
	dir = fdopendir(fd);
	if (!dir)
		return fail_sys(err, CONTAINR_E_IO, "cannot read '%s'", folder);
	(void)steal_fd(&fd);
	while ((errno = 0, entry = readdir(dir))) {
		if (strlen(entry->d_name) != DIGEST_HEX_LEN ||
		    !digest_is_hex(entry->d_name, DIGEST_HEX_LEN) ||
		    is_marked(marks, entry->d_name))
			continue;
		r = delete_one(engine, folder, entry->d_name, are_layers, err);
		if (r < 0)
			return r;
	}
	return errno ? fail_sys(err, CONTAINR_E_IO, "cannot read '%s'", folder) : 0;
}

static void sort(struct strv *list)
{
	if (list->len > 0)
		qsort(list->items, list->len, sizeof(*list->items), compare_text);
}

int gc_sweep(const struct containr *engine, const struct index *index, const struct users *users,
	     struct containr_error *err)
{
	automarks marks = { 0 };
	int r = mark_index(engine, index, &marks, err);

	if (r == 0)
		r = mark_users(engine, users, &marks, err);
	if (r < 0)
		return r;
	if (marks.blobs.failed || marks.layers.failed)
		return fail_oom(err);
	sort(&marks.blobs);
	sort(&marks.layers);
	r = delete_unmarked(engine, CONTENT_BLOBS, false, &marks.blobs, err);
	if (r == 0)
		r = delete_unmarked(engine, LAYERS_DIR, true, &marks.layers, err);
	if (r == 0)
		r = delete_unmarked(engine, CONTENT_GZIP, false, &marks.layers, err);
	if (r == 0)
		r = delete_unmarked(engine, CONTENT_ZSTD, false, &marks.layers, err);
	return r;
}
