/* SPDX-License-Identifier: MIT */
#include "image/archive/commit.h"

#include "base/cleanup.h"
#include "base/time.h"
#include "image/archive/document.h"
#include "image/archive/layer.h"
#include "image/image.h"
#include "image/manifest.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* An image on its way. */
struct commit {
	const struct commit_spec *spec;
	struct workdir dir;
	struct index index;
	struct manifest manifest; /* of the base */
	struct json_doc config;	  /* of the base */
	char name[REFERENCE_TEXT_SIZE];
	struct layer layer;
	struct new_layer new_layer;
	struct str text; /* of the document that is being written */
	struct new_image image;
};

static void commit_release(struct commit *commit)
{
	workdir_remove(&commit->dir);
	index_release(&commit->index);
	manifest_release(&commit->manifest);
	json_doc_release(&commit->config);
	str_release(&commit->text);
}

static int check_name(struct commit *commit, struct containr_error *err)
{
	struct reference reference;
	int r;

	if (!commit->spec->name)
		return 0;
	r = reference_parse(commit->spec->name, &reference, err);
	if (r < 0)
		return r;
	if (*reference.digest) {
		(void)fail(err, CONTAINR_E_INVALID_REFERENCE,
			   "a new name cannot hold a digest: '%.300s'", commit->spec->name);
		return fail_hint(err, "give NAME[:TAG]");
	}
	reference_format(&reference, commit->name);
	commit->image.name = commit->name;
	return 0;
}

static int load_base(const struct containr *engine, struct commit *commit,
		     struct containr_error *err)
{
	const struct index_entry *entry;
	int r = index_load(engine, &commit->index, err);

	if (r == 0)
		r = image_find(engine, &commit->index, commit->spec->base, &entry, NULL, err);
	if (r == 0)
		r = manifest_load(engine, &entry->manifest, &commit->manifest, err);
	return r < 0 ? r
		     : content_read_json(engine, &commit->manifest.config, "configuration",
					 CONTENT_CONFIG_MAX, &commit->config, err);
}

static int keep_ports(const struct commit *commit, struct containr_error *err)
{
	const struct json *ports =
		json_get(json_get(commit->config.root, "config"), "ExposedPorts");
	struct strv *into = &commit->spec->changes->ports;

	for (const struct json *port = json_first(ports); port; port = port->next)
		if (port->key && !strv_contains(into, port->key))
			strv_push(into, port->key);
	return into->failed ? fail_oom(err) : 0;
}

static int make_layer(const struct containr *engine, struct commit *commit,
		      struct containr_error *err)
{
	autoclose int upper =
		openat(engine->root_fd, commit->spec->upper, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct layer_place place = { .dir = commit->dir.fd,
					   .storage = engine->storage,
					   .engine = engine };

	if (upper < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot open '%s/%s'", engine->root,
				commit->spec->upper);
	return layer_from_changes(upper, &place, &commit->layer, err);
}

static void write_history(const struct commit *commit, struct json_writer *w, const char *created)
{
	const struct json *before = json_get(commit->config.root, "history");

	json_open_array(w, "history");
	for (const struct json *item = json_first(before); item; item = item->next)
		json_copy(w, NULL, item);
	json_open_object(w, NULL);
	json_string(w, "created", created);
	if (commit->spec->created_by)
		json_string(w, "created_by", commit->spec->created_by);
	if (commit->spec->author)
		json_string(w, "author", commit->spec->author);
	if (commit->spec->message)
		json_string(w, "comment", commit->spec->message);
	json_close_object(w);
	json_close_array(w);
}

static void write_layers(const struct commit *commit, struct json_writer *w)
{
	const struct json *below = json_get(json_get(commit->config.root, "rootfs"), "diff_ids");

	json_open_object(w, "rootfs");
	json_string(w, "type", "layers");
	json_open_array(w, "diff_ids");
	for (const struct json *item = json_first(below); item; item = item->next)
		json_copy(w, NULL, item);
	json_string(w, NULL, commit->layer.diff_id);
	json_close_array(w);
	json_close_object(w);
}

static int write_config(struct commit *commit, struct containr_error *err)
{
	static const char *const kept[] = { "architecture", "variant", "os", "os.version" };
	const struct commit_spec *spec = commit->spec;
	struct json_writer w = JSON_WRITER(&commit->text);
	char created[TIME_TEXT_SIZE];

	time_format_utc(spec->created_ns ? spec->created_ns : time_now_ns(), created);
	json_open_object(&w, NULL);
	json_string(&w, "created", created);
	if (spec->author)
		json_string(&w, "author", spec->author);
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		if (json_get(commit->config.root, kept[i]))
			json_copy(&w, kept[i], json_get(commit->config.root, kept[i]));
	changes_write(spec->changes, &w);
	write_layers(commit, &w);
	write_history(commit, &w, created);
	json_close_object(&w);
	return document_write(&commit->text, &commit->dir, "config", &commit->image.config, err);
}

static void write_descriptor(struct json_writer *w, const char *key,
			     const struct descriptor *descriptor)
{
	json_open_object(w, key);
	descriptor_write(w, descriptor);
	json_close_object(w);
}

static int write_manifest(struct commit *commit, struct containr_error *err)
{
	struct json_writer w = JSON_WRITER(&commit->text);
	const struct layer *layer = &commit->layer;

	json_open_object(&w, NULL);
	json_int(&w, "schemaVersion", 2);
	json_string(&w, "mediaType", MEDIA_MANIFEST);
	write_descriptor(&w, "config",
			 &(struct descriptor) { .media_type = MEDIA_CONFIG,
						.digest = commit->image.config.digest,
						.size = commit->image.config.size });
	json_open_array(&w, "layers");
	for (size_t i = 0; i < commit->manifest.layer_count; i++)
		write_descriptor(&w, NULL, &commit->manifest.layers[i]);
	write_descriptor(&w, NULL,
			 &(struct descriptor) { .media_type = layer->media_type,
						.digest = layer->blob_digest,
						.size = layer->blob_size });
	json_close_array(&w);
	json_close_object(&w);
	return document_write(&commit->text, &commit->dir, "manifest", &commit->image.manifest,
			      err);
}

/* A blob that is there already need not be written to the disk: that is most of the time of a commit. */
static bool has_blob(const struct containr *engine, const struct layer *layer)
{
	char path[CONTENT_PATH_SIZE];
	struct stat info;

	content_blob_path(layer->blob_digest, path);
	return fstatat(engine->root_fd, path, &info, 0) == 0 && info.st_size == layer->blob_size;
}

static void describe_layer(const struct containr *engine, struct commit *commit)
{
	struct new_image *image = &commit->image;
	const bool is_there = has_blob(engine, &commit->layer);

	if (is_there)
		(void)unlinkat(commit->dir.fd, LAYER_BLOB, 0);

	image->event = "commit";
	image->media_type = MEDIA_MANIFEST;
	commit->new_layer = (struct new_layer) { .blob = { .file = is_there ? NULL : LAYER_BLOB,
							   .size = commit->layer.blob_size },
						 .diff_id = commit->layer.diff_id,
						 .folder = LAYER_FOLDER };
	memcpy(commit->new_layer.blob.digest, commit->layer.blob_digest, DIGEST_SIZE);
	image->layers = &commit->new_layer;
	image->layer_count = 1;
}

int image_commit(struct containr *engine, const struct commit_spec *spec, char ret_id[DIGEST_SIZE],
		 struct containr_error *err)
{
	__attribute__((cleanup(commit_release))) struct commit commit = { .spec = spec,
									  .dir = WORKDIR_INIT };
	autoclose int pin = -1;
	int r = check_name(&commit, err);

	/* nobody deletes the layers below while they are not those of the new image */
	if (r == 0)
		r = image_pin(engine, &pin, err);
	if (r == 0)
		r = load_base(engine, &commit, err);
	if (r == 0)
		r = keep_ports(&commit, err);
	if (r < 0)
		return r;
	workdir_sweep(engine);
	r = workdir_create(engine, &commit.dir, err);
	if (r == 0)
		r = make_layer(engine, &commit, err);
	if (r == 0)
		r = write_config(&commit, err);
	if (r == 0)
		r = write_manifest(&commit, err);
	if (r < 0)
		return r;
	describe_layer(engine, &commit);
	commit.image.pin = &pin;
	r = publish(engine, &commit.dir, &commit.image, err);
	if (r == 0)
		memcpy(ret_id, commit.image.config.digest, DIGEST_SIZE);
	return r;
}
