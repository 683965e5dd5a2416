/* SPDX-License-Identifier: MIT */
#include "image/archive/snapshot_import.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/archive/layer.h"
#include "image/archive/snapshot_commit.h"
#include "image/archive/snapshot_export.h"
#include "image/image.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define LAYERS_MAX 512

/* An archive that is being read. */
struct reading {
	const struct containr *engine;
	struct tar_reader *tar;
	struct workdir dir;
	struct containr_snapshot *snapshot; /* NULL until its record was read */
	struct strv digests;		    /* of the layers that came along, hexadecimal digits */
	struct containr_error *err;
};

static void reading_release(struct reading *reading)
{
	tar_close(reading->tar);
	workdir_remove(&reading->dir);
	containr_snapshot_free(reading->snapshot);
	strv_release(&reading->digests);
}

static int read_record(struct reading *reading, const struct tar_entry *entry)
{
	autostr text = STR_INIT;
	const unsigned char *bytes;
	size_t len;
	int r;

	if (reading->snapshot || entry->size > SNAPSHOT_RECORD_MAX)
		return fail(reading->err, CONTAINR_E_INVALID_ARCHIVE,
			    "the archive has no " SNAPSHOT_ARCHIVE_RECORD " that is one");
	while ((r = tar_read(reading->tar, SNAPSHOT_RECORD_MAX, &bytes, &len, reading->err)) == 0 &&
	       len > 0)
		str_append_len(&text, (const char *)bytes, len);
	if (text.failed)
		return fail_oom(reading->err);
	if (r == 0)
		r = snapshot_parse(text.data ? text.data : "", text.len, &reading->snapshot,
				   reading->err);
	if (r == -CONTAINR_E_INVALID_CONFIG) {
		reading->err->code = CONTAINR_E_INVALID_ARCHIVE;
		r = fail_hint(reading->err, "expected what 'containr snapshot export' writes");
	}
	return r;
}

static int copy_content(struct reading *reading, int to)
{
	const unsigned char *bytes;
	size_t len;
	int r;

	while ((r = tar_read(reading->tar, INT64_MAX, &bytes, &len, reading->err)) == 0 && len > 0)
		if (fs_write_all(to, bytes, len) < 0)
			return fail_sys(reading->err, CONTAINR_E_IO, "cannot write the layer");
	if (r == 0 && lseek(to, 0, SEEK_SET) < 0)
		r = fail_sys(reading->err, CONTAINR_E_IO, "cannot read the layer");
	return r;
}

/* In a folder of its own, HEX/layer in the workdir. */
static int unpack_layer(struct reading *reading, int tar, const char *hex)
{
	const struct input_source source = { .fd = tar, .what = "a layer in the archive" };
	struct layer_place place = { .has_blob = true, .storage = reading->engine->storage };
	struct layer layer;
	autoclose int folder = -1;
	int r;

	if (mkdirat(reading->dir.fd, hex, 0700) < 0)
		return fail_sys(reading->err, CONTAINR_E_INVALID_ARCHIVE,
				"layer %.12s is in the archive twice", hex);
	r = fs_open_dir(reading->dir.fd, hex, &folder, reading->err);
	place.dir = folder;
	if (r == 0)
		r = layer_from_archive(&source, &place, &layer, reading->err);
	if (r == 0 && strcmp(digest_hex(layer.diff_id), hex) != 0)
		r = fail(reading->err, CONTAINR_E_INVALID_ARCHIVE,
			 "layer %.12s of the archive has another digest, %.12s", hex,
			 digest_hex(layer.diff_id));
	return r;
}

static int read_layer(struct reading *reading, const char *hex)
{
	autoclose int tar =
		openat(reading->engine->root_fd, "tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);
	int r;

	if (strlen(hex) != DIGEST_HEX_LEN || !digest_is_hex(hex, DIGEST_HEX_LEN))
		return fail(reading->err, CONTAINR_E_INVALID_ARCHIVE, "'%.100s' is no digest", hex);
	if (reading->digests.len == LAYERS_MAX)
		return fail(reading->err, CONTAINR_E_INVALID_ARCHIVE,
			    "the archive has more than %d layers", LAYERS_MAX);
	if (tar < 0)
		return fail_sys(reading->err, CONTAINR_E_IO, "cannot create a file in '%s/tmp'",
				reading->engine->root);
	r = copy_content(reading, tar);
	if (r == 0)
		r = unpack_layer(reading, tar, hex);
	strv_push(&reading->digests, hex);
	return r == 0 && reading->digests.failed ? fail_oom(reading->err) : r;
}

static int read_entries(struct reading *reading)
{
	const struct tar_entry *entry;
	int r;

	while ((r = tar_next(reading->tar, &entry, reading->err)) == 1) {
		if (entry->type == TAR_FOLDER)
			continue;
		if (entry->type == TAR_FILE && strcmp(entry->name, SNAPSHOT_ARCHIVE_RECORD) == 0)
			r = read_record(reading, entry);
		else if (entry->type == TAR_FILE &&
			 str_starts_with(entry->name, SNAPSHOT_ARCHIVE_BLOBS))
			r = read_layer(reading, entry->name + strlen(SNAPSHOT_ARCHIVE_BLOBS));
		else
			r = fail(reading->err, CONTAINR_E_INVALID_ARCHIVE,
				 "'%.100s' is no part of a snapshot", entry->name);
		if (r < 0)
			return r;
	}
	if (r == 0 && !reading->snapshot)
		return fail(reading->err, CONTAINR_E_INVALID_ARCHIVE,
			    "the archive has no " SNAPSHOT_ARCHIVE_RECORD);
	return r;
}

static int check_image(const struct reading *reading)
{
	const struct containr_snapshot *snapshot = reading->snapshot;
	autoimage *image = NULL;
	autostrv dirs = { 0 };
	int r = image_load(reading->engine, snapshot->image_id, &image, reading->err);

	if (r != -CONTAINR_E_IMAGE_NOT_FOUND)
		return r < 0 ? r : image_lower_dirs(reading->engine, image, &dirs, reading->err);
	(void)fail(reading->err, CONTAINR_E_IMAGE_NOT_FOUND,
		   "the snapshot's image is not here: %s (%.300s)", snapshot->image_id,
		   snapshot->image);
	return fail_hint(reading->err, "pull or import that very image first");
}

static bool is_there_before(const struct containr_snapshot *snapshot, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(snapshot->layers[i], snapshot->layers[at]) == 0)
			return true;
	return false;
}

/* What did not come along has to be here. */
static int check_layers(const struct reading *reading, char **files)
{
	const struct containr_snapshot *snapshot = reading->snapshot;

	for (size_t i = 0; snapshot->layers[i]; i++) {
		const char *hex = digest_hex(snapshot->layers[i]);
		autostrv dirs = { 0 };

		if (is_there_before(snapshot, i))
			continue;
		if (strv_contains(&reading->digests, hex)) {
			if (asprintf(&files[i], "%s/" LAYER_FOLDER, hex) < 0) {
				files[i] = NULL;
				return fail_oom(reading->err);
			}
			continue;
		}
		if (image_push_layer(reading->engine, snapshot->layers[i], &dirs, reading->err) ==
		    0)
			continue;
		(void)fail(reading->err, CONTAINR_E_SNAPSHOT_NOT_FOUND,
			   "layer %.19s of the snapshot is neither in the archive nor here",
			   snapshot->layers[i]);
		return fail_hint(reading->err,
				 "import its parents first, or export it with --with-parents");
	}
	return 0;
}

static int set_name(struct reading *reading, const char *name)
{
	struct containr_snapshot *snapshot = reading->snapshot;
	int r = 0;

	if (name) {
		free(snapshot->name);
		snapshot->name = strdup(name);
		r = snapshot->name ? 0 : fail_oom(reading->err);
	}
	if (r == 0)
		r = snapshot_check_free(reading->engine, snapshot->name, reading->err);
	/* names mean something else on another machine: layers do not */
	return r == 0 ? snapshot_find_parent(reading->engine, snapshot, NULL, reading->err) : r;
}

static int publish(struct reading *reading, int *pin)
{
	size_t count = 0;
	char **files;
	int r;

	while (reading->snapshot->layers[count])
		count++;
	files = calloc(count + 1, sizeof(*files));
	if (!files)
		return fail_oom(reading->err);
	r = check_image(reading);
	if (r == 0)
		r = check_layers(reading, files);
	if (r == 0)
		r = snapshot_publish(reading->engine, &reading->dir, reading->snapshot, files,
				     "import", pin, reading->err);
	for (size_t i = 0; i < count; i++)
		free(files[i]);
	free(files);
	return r;
}

int snapshot_import(const struct containr *engine, tar_read_function *read, void *data,
		    const char *name, char ret_name[SNAPSHOT_NAME_MAX + 1],
		    struct containr_error *err)
{
	__attribute__((cleanup(reading_release))) struct reading reading = { .engine = engine,
									     .dir = WORKDIR_INIT,
									     .err = err };
	autoclose int pin = -1;
	int r = name ? snapshot_check_free(engine, name, err) : 0;

	if (r == 0)
		r = image_pin(engine, &pin, err);
	if (r < 0)
		return r;
	workdir_sweep(engine);
	r = workdir_create(engine, &reading.dir, err);
	if (r == 0)
		r = tar_open(read, data, &reading.tar, err);
	if (r == 0)
		r = read_entries(&reading);
	if (r == 0)
		r = set_name(&reading, name);
	if (r == 0)
		r = publish(&reading, &pin);
	if (r == 0)
		(void)snprintf(ret_name, SNAPSHOT_NAME_MAX + 1, "%s", reading.snapshot->name);
	return r;
}
