/* SPDX-License-Identifier: MIT */
#include "image/index.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/image_record.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void index_release(struct index *index)
{
	json_doc_release(&index->doc);
	free(index->entries);
	strv_release(&index->strings);
	*index = (struct index) { 0 };
}

/* Keeps a copy of @text as long as the index lives; NULL without memory. */
static const char *keep(struct index *index, const char *text)
{
	strv_push(&index->strings, text);
	return index->strings.failed ? NULL : index->strings.items[index->strings.len - 1];
}

static int push_entry(struct index *index, const struct index_entry *entry,
		      struct containr_error *err)
{
	if (index->count == index->cap) {
		size_t cap = index->cap ? index->cap * 2 : 8;
		struct index_entry *entries =
			reallocarray(index->entries, cap, sizeof(*index->entries));

		if (!entries)
			return fail_oom(err);
		index->entries = entries;
		index->cap = cap;
	}
	index->entries[index->count++] = *entry;
	return 0;
}

/*
 * A name that another tool wrote may be in the shown form, or no name at all ("v1.2" is a tag of
 * nothing we know). Our own and containerd's are full already, and not parsed again: this runs at
 * every start of a container.
 */
static int read_name(struct index *index, const struct json *object, const char **ret_name,
		     const char **ret_source, struct containr_error *err)
{
	const struct json *annotations;
	const char *shown = NULL;
	char full[REFERENCE_TEXT_SIZE];
	struct reference reference;

	if (json_read_child(object, "manifests[]", "annotations", JSON_OBJECT, &annotations, err) <
		    0 ||
	    json_read_string(annotations, "annotations", ANNOTATION_NAME, ret_name, err) < 0 ||
	    json_read_string(annotations, "annotations", ANNOTATION_REF, &shown, err) < 0 ||
	    json_read_string(annotations, "annotations", ANNOTATION_SOURCE, ret_source, err) < 0)
		return content_fail_corrupt(err);
	if (*ret_name || !shown)
		return 0;
	if (reference_parse(shown, &reference, err) < 0) {
		error_clear(err);
		return 0;
	}
	reference_format(&reference, full);
	*ret_name = keep(index, full);
	return *ret_name ? 0 : fail_oom(err);
}

static int read_entry(struct index *index, const struct json *object, struct containr_error *err)
{
	struct index_entry entry = { .json = object };
	int r = descriptor_read(object, "manifests[]", &entry.manifest, err);

	if (r == 0)
		r = read_name(index, object, &entry.name, &entry.source, err);
	return r < 0 ? r : push_entry(index, &entry, err);
}

int index_parse(const char *text, size_t len, struct index *ret_index, struct containr_error *err)
{
	autoindex index = { 0 };
	const struct json *manifests = NULL;
	int r = json_parse(text, len, CONTENT_INDEX, &index.doc, err);

	if (r == 0)
		r = json_read_child(index.doc.root, "", "manifests", JSON_ARRAY, &manifests, err);
	if (r < 0)
		return content_fail_corrupt(err);
	if (!manifests)
		return fail(err, CONTAINR_E_IMAGE_CORRUPT, "%s: it has no manifests",
			    CONTENT_INDEX);
	for (const struct json *item = json_first(manifests); item; item = item->next) {
		r = read_entry(&index, item, err);
		if (r < 0)
			return fail_prefix(err, "%s", CONTENT_INDEX);
	}
	*ret_index = index;
	index = (struct index) { 0 };
	return 0;
}

int index_load(const struct containr *engine, struct index *ret_index, struct containr_error *err)
{
	autostr text = STR_INIT;
	int r = fs_read_file(engine->root_fd, CONTENT_INDEX, CONTENT_INDEX_MAX, &text, err);

	if (r < 0 && err->sys_errno == ENOENT) {
		error_clear(err);
		*ret_index = (struct index) { 0 };
		return 0;
	}
	return r < 0 ? r : index_parse(text.data, text.len, ret_index, err);
}

static void write_annotations(struct json_writer *writer, const struct index_entry *entry)
{
	char shown[REFERENCE_TEXT_SIZE];
	struct reference reference;
	struct containr_error ignored;
	const struct json *old = json_get(entry->json, "annotations");

	json_open_object(writer, "annotations");
	for (const struct json *item = json_first(old); item; item = item->next)
		if (strcmp(item->key, ANNOTATION_NAME) != 0 &&
		    strcmp(item->key, ANNOTATION_REF) != 0 &&
		    strcmp(item->key, ANNOTATION_SOURCE) != 0)
			json_copy(writer, item->key, item);
	if (entry->source)
		json_string(writer, ANNOTATION_SOURCE, entry->source);
	if (entry->name) {
		json_string(writer, ANNOTATION_NAME, entry->name);
		if (reference_parse(entry->name, &reference, &ignored) == 0) {
			reference_format_familiar(&reference, shown);
			json_string(writer, ANNOTATION_REF, shown);
		}
	}
	json_close_object(writer);
}

static void write_entry(struct json_writer *writer, const struct index_entry *entry)
{
	static const char *const written[] = { "mediaType", "digest", "size", "annotations" };

	if (entry->json && !entry->renamed) {
		json_copy(writer, NULL, entry->json);
		return;
	}
	json_open_object(writer, NULL);
	descriptor_write(writer, &entry->manifest);
	for (const struct json *item = json_first(entry->json); item; item = item->next) {
		bool is_written = false;

		for (size_t i = 0; i < ARRAY_LEN(written); i++)
			is_written = is_written || strcmp(item->key, written[i]) == 0;
		if (!is_written)
			json_copy(writer, item->key, item);
	}
	write_annotations(writer, entry);
	json_close_object(writer);
}

void index_format(const struct index *index, struct str *out)
{
	struct json_writer writer = JSON_WRITER(out);

	json_open_object(&writer, NULL);
	if (!index->doc.root) {
		json_int(&writer, "schemaVersion", 2);
		json_string(&writer, "mediaType", MEDIA_INDEX);
	}
	for (const struct json *item = json_first(index->doc.root); item; item = item->next)
		if (strcmp(item->key, "manifests") != 0)
			json_copy(&writer, item->key, item);
	json_open_array(&writer, "manifests");
	for (size_t i = 0; i < index->count; i++)
		write_entry(&writer, &index->entries[i]);
	json_close_array(&writer);
	json_close_object(&writer);
}

int index_save(const struct containr *engine, const struct index *index, struct containr_error *err)
{
	autostr text = STR_INIT;
	int r;

	index_format(index, &text);
	if (text.failed)
		return fail_oom(err);
	r = fs_replace_file(engine->root_fd, CONTENT_INDEX, text.data, text.len, 0644, FS_DURABLE,
			    err);
	if (r == 0)
		image_record_save(engine, index);
	return r;
}

const struct index_entry *index_find(const struct index *index, const char *name)
{
	for (size_t i = 0; i < index->count; i++)
		if (index->entries[i].name && strcmp(index->entries[i].name, name) == 0)
			return &index->entries[i];
	return NULL;
}

int index_set_source(struct index *index, const char *name, const char *source,
		     struct containr_error *err)
{
	for (size_t i = 0; i < index->count; i++) {
		struct index_entry *entry = &index->entries[i];

		if (!entry->name || strcmp(entry->name, name) != 0)
			continue;
		entry->source = keep(index, source);
		entry->renamed = true;
		if (!entry->source)
			return fail_oom(err);
	}
	return 0;
}

size_t index_count_names(const struct index *index, const char *digest)
{
	size_t count = 0;

	for (size_t i = 0; i < index->count; i++)
		count += strcmp(index->entries[i].manifest.digest, digest) == 0;
	return count;
}

void index_remove(struct index *index, size_t at)
{
	memmove(&index->entries[at], &index->entries[at + 1],
		(index->count - at - 1) * sizeof(*index->entries));
	index->count--;
}

/* Takes @name from whoever has it; a manifest that had no other stays in the index without one. */
static void take_name(struct index *index, const char *name)
{
	for (size_t i = 0; i < index->count; i++) {
		struct index_entry *entry = &index->entries[i];

		if (!entry->name || strcmp(entry->name, name) != 0)
			continue;
		if (index_count_names(index, entry->manifest.digest) > 1) {
			index_remove(index, i--);
		} else {
			entry->name = NULL;
			entry->renamed = true;
		}
	}
}

int index_set_name(struct index *index, const char *name, const struct descriptor *manifest,
		   const struct json *json, struct containr_error *err)
{
	struct index_entry entry = {
		.manifest = { .media_type = keep(index, manifest->media_type),
			      .digest = keep(index, manifest->digest),
			      .size = manifest->size },
		.name = name ? keep(index, name) : NULL,
		.json = json,
		.renamed = true,
	};

	if (!entry.manifest.media_type || !entry.manifest.digest || (name && !entry.name))
		return fail_oom(err);
	if (!name && index_count_names(index, entry.manifest.digest) > 0)
		return 0;
	if (name)
		take_name(index, entry.name);
	for (size_t i = 0; i < index->count; i++) {
		struct index_entry *nameless = &index->entries[i];

		if (!nameless->name &&
		    strcmp(nameless->manifest.digest, entry.manifest.digest) == 0) {
			nameless->name = entry.name;
			nameless->renamed = true;
			return 0;
		}
	}
	return push_entry(index, &entry, err);
}
