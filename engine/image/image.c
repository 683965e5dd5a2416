/* SPDX-License-Identifier: MIT */
#include "image/image.h"

#include "base/cleanup.h"
#include "image/config.h"
#include "image/healthcheck.h"
#include "image/gc.h"
#include "image/image_record.h"
#include "image/layer_mount.h"
#include "store/event.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

void containr_strings_free(char **strings)
{
	for (size_t i = 0; strings && strings[i]; i++)
		free(strings[i]);
	free(strings);
}

void containr_image_free(struct containr_image *image)
{
	if (!image)
		return;
	free(image->id);
	free(image->manifest_digest);
	free(image->name);
	free(image->repository);
	free(image->tag);
	free(image->os);
	free(image->architecture);
	containr_strings_free(image->layers);
	free(image->config.user);
	free(image->config.working_dir);
	free(image->config.stop_signal);
	containr_strings_free(image->config.env);
	containr_strings_free(image->config.entrypoint);
	containr_strings_free(image->config.cmd);
	containr_strings_free(image->config.labels);
	containr_strings_free(image->config.volumes);
	healthcheck_release(&image->config.healthcheck);
	free(image);
}

void containr_image_list_free(struct containr_image **images, size_t count)
{
	for (size_t i = 0; i < count; i++)
		containr_image_free(images[i]);
	free(images);
}

/* A name of another tool that is none for us is shown as it is: so it can be seen and removed. */
static int set_names(struct containr_image *image, const char *name, struct containr_error *err)
{
	char repository[REFERENCE_TEXT_SIZE];
	struct reference reference = { 0 };
	struct containr_error ignored;
	bool is_name;

	if (!name)
		return 0;
	is_name = reference_parse(name, &reference, &ignored) == 0;
	if (is_name)
		reference_format_repository(&reference, repository);
	image->name = strdup(name);
	image->repository = strdup(is_name ? repository : name);
	image->tag = strdup(reference.tag);
	return image->name && image->repository && image->tag ? 0 : fail_oom(err);
}

/* Creates an image of what the index alone knows. */
static int image_new(const char *manifest, const char *name, const char *id,
		     struct containr_image **ret_image, struct containr_error *err)
{
	autoimage *image = calloc(1, sizeof(*image));
	int r;

	if (!image)
		return fail_oom(err);
	image->manifest_digest = strdup(manifest);
	image->id = strdup(id);
	if (!image->manifest_digest || !image->id)
		return fail_oom(err);
	r = set_names(image, name, err);
	if (r < 0)
		return r;
	*ret_image = steal_ptr(&image);
	return 0;
}

static int read_config(const struct containr *engine, const struct image_record *record,
		       struct containr_image *image, struct containr_error *err)
{
	const struct descriptor blob = { .digest = record->config, .size = record->config_size };
	autojson doc = { 0 };
	size_t layers = 0;
	int r = content_read_json(engine, &blob, "configuration", CONTENT_CONFIG_MAX, &doc, err);

	if (r < 0)
		return r;
	r = config_read(doc.root, image, err);
	if (r < 0)
		return fail_prefix(err, "configuration %s", record->config);
	while (image->layers[layers])
		layers++;
	if (layers != record->layers)
		return fail(err, CONTAINR_E_IMAGE_CORRUPT,
			    "manifest %s has %zu layers, its configuration %zu", record->manifest,
			    record->layers, layers);
	return 0;
}

static int load_record(const struct containr *engine, const struct image_record *record,
		       const char *name, struct containr_image **ret_image,
		       struct containr_error *err)
{
	autoimage *image = NULL;
	int r = image_new(record->manifest, name, record->config, &image, err);

	if (r < 0)
		return r;
	image->size_bytes = record->total_size;
	r = read_config(engine, record, image, err);
	if (r < 0)
		return r;
	*ret_image = steal_ptr(&image);
	return 0;
}

static int load_entry(const struct containr *engine, const struct index_entry *entry,
		      struct containr_image **ret_image, struct containr_error *err)
{
	struct image_record record;
	int r = image_record_read(engine, entry, &record, err);

	return r < 0 ? r : load_record(engine, &record, entry->name, ret_image, err);
}

int image_load(const struct containr *engine, const char *id, struct containr_image **ret_image,
	       struct containr_error *err)
{
	autoimage *image = NULL;
	struct descriptor blob = { .media_type = MEDIA_CONFIG, .digest = id };
	autojson doc = { 0 };
	char path[CONTENT_PATH_SIZE];
	struct stat info;
	int r = image_new("", NULL, id, &image, err);

	if (r < 0)
		return r;
	content_blob_path(id, path);
	if (fstatat(engine->root_fd, path, &info, 0) < 0)
		return fail(err, CONTAINR_E_IMAGE_NOT_FOUND, "no such image: %s", id);
	blob.size = info.st_size;
	r = content_read_json(engine, &blob, "configuration", CONTENT_CONFIG_MAX, &doc, err);
	if (r == 0)
		r = config_read(doc.root, image, err);
	if (r < 0)
		return fail_prefix(err, "configuration %s", id);
	*ret_image = steal_ptr(&image);
	return 0;
}

/* The short way, for what is a name and nothing else; false where the index has to be asked. */
static bool find_record(const struct containr *engine, const char *text,
			char ret_name[REFERENCE_TEXT_SIZE], struct image_record *ret_record)
{
	struct reference reference;
	struct containr_error ignored;

	if (reference_parse(text, &reference, &ignored) < 0 || *reference.digest)
		return false;
	reference_format(&reference, ret_name);
	return image_record_find(engine, ret_name, ret_record);
}

int containr_image_inspect(struct containr *engine, const char *reference,
			   struct containr_image **ret_image, struct containr_error *err)
{
	autoindex index = { 0 };
	const struct index_entry *entry;
	struct image_record record;
	char name[REFERENCE_TEXT_SIZE];
	int r;

	if (find_record(engine, reference, name, &record))
		return load_record(engine, &record, name, ret_image, err);
	r = index_load(engine, &index, err);
	if (r == 0)
		r = image_find(engine, &index, reference, &entry, NULL, err);
	if (r == 0)
		r = load_entry(engine, entry, ret_image, err);
	return r;
}

/* Of an image that is damaged the list keeps what is known, so that it can be seen and removed. */
static int load_for_list(const struct containr *engine, const struct index_entry *entry,
			 struct image_records *records, struct containr_image **ret_image,
			 struct containr_error *err)
{
	autoimage *image = NULL;
	struct image_record record;
	int r = image_records_next(records, entry, &record)
			? load_record(engine, &record, entry->name, ret_image, err)
			: load_entry(engine, entry, ret_image, err);

	if (r != -CONTAINR_E_IMAGE_CORRUPT && r != -CONTAINR_E_UNSUPPORTED)
		return r;
	error_clear(err);
	r = image_new(entry->manifest.digest, entry->name, entry->manifest.digest, &image, err);
	if (r < 0)
		return r;
	image->damaged = 1;
	*ret_image = steal_ptr(&image);
	return 0;
}

static int compare_age(const void *left, const void *right)
{
	const struct containr_image *a = *(struct containr_image *const *)left;
	const struct containr_image *b = *(struct containr_image *const *)right;

	if (a->created_ns != b->created_ns)
		return a->created_ns > b->created_ns ? -1 : 1;
	return strcmp(a->name ? a->name : "", b->name ? b->name : "");
}

int containr_image_list(struct containr *engine, struct containr_image ***ret_images,
			size_t *ret_count, struct containr_error *err)
{
	autoindex index = { 0 };
	autoimagerecords records = { 0 };
	struct containr_image **images;
	size_t count = 0;
	int r;

	image_records_load(engine, &records);
	r = index_load(engine, &index, err);
	if (r < 0)
		return r;
	images = calloc(index.count + 1, sizeof(struct containr_image *));
	if (!images)
		return fail_oom(err);
	while (r == 0 && count < index.count) {
		r = load_for_list(engine, &index.entries[count], &records, &images[count], err);
		if (r == 0)
			count++;
	}
	if (r < 0) {
		containr_image_list_free(images, count);
		return r;
	}
	qsort(images, count, sizeof(struct containr_image *), compare_age);
	*ret_images = images;
	*ret_count = count;
	return 0;
}

/* A layer is unpacked or has an index (image/layer_mount.h). */
int image_push_layer(const struct containr *engine, const char *digest, struct strv *dirs,
		     struct containr_error *err)
{
	const char *hex = digest_hex(digest);
	static const char *const forms[] = { LAYER_FILES, LAYER_MOUNT };

	for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
		char path[sizeof(LAYERS_DIR) + DIGEST_HEX_LEN + 8];

		(void)snprintf(path, sizeof(path), LAYERS_DIR "/%s/%s", hex, forms[i]);
		if (faccessat(engine->root_fd, path, F_OK, 0) < 0)
			continue;
		if (!strv_contains(dirs, path))
			strv_push(dirs, path);
		return dirs->failed ? fail_oom(err) : 0;
	}
	return fail_sys(err, CONTAINR_E_IMAGE_CORRUPT,
			"layer '%s/" LAYERS_DIR "/%s' is not unpacked", engine->root, hex);
}

int image_lower_dirs(const struct containr *engine, const struct containr_image *image,
		     struct strv *dirs, struct containr_error *err)
{
	size_t count = 0;

	while (image->layers[count])
		count++;
	while (count-- > 0)
		if (image_push_layer(engine, image->layers[count], dirs, err) < 0)
			return fail_prefix(err, "image '%s'",
					   image->name ? image->name : image->id);
	return 0;
}

void image_event(const struct containr *engine, const char *action, const char *id,
		 const char *name)
{
	char attributes[REFERENCE_TEXT_SIZE + 16] = "";
	char shown[REFERENCE_TEXT_SIZE];
	struct reference reference;
	struct containr_error ignored;

	if (name && reference_parse(name, &reference, &ignored) == 0) {
		reference_format_familiar(&reference, shown);
		(void)snprintf(attributes, sizeof(attributes), "\"name\":\"%s\"", shown);
	}
	event_write(engine->root_fd, &(struct event) { .type = "image",
						       .action = action,
						       .id = id,
						       .attributes = attributes });
}
