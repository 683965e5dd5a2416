/* SPDX-License-Identifier: MIT */
#include "image/image.h"

#include "image/image_record.h"

#include <stdio.h>
#include <string.h>

#define ID_PREFIX_MIN 3

void image_id_of(const struct containr *engine, const struct index_entry *entry,
		 char ret_id[DIGEST_SIZE])
{
	struct image_record record;
	struct containr_error ignored;
	bool is_read = image_record_read(engine, entry, &record, &ignored) == 0;

	(void)snprintf(ret_id, DIGEST_SIZE, "%s", is_read ? record.config : entry->manifest.digest);
}

/* Finds by the digits an id, or a manifest's digest, begins with. */
static int find_by_id(const struct containr *engine, const struct index *index, const char *digits,
		      const struct index_entry **ret_entry, struct containr_error *err)
{
	char found_id[DIGEST_SIZE] = ""; /* "" until one is found */
	char id[DIGEST_SIZE];

	*ret_entry = NULL;
	for (size_t i = 0; i < index->count; i++) {
		const struct index_entry *entry = &index->entries[i];

		image_id_of(engine, entry, id);
		if (!str_starts_with(digest_hex(id), digits) &&
		    !str_starts_with(digest_hex(entry->manifest.digest), digits))
			continue;
		if (*found_id && strcmp(found_id, id) != 0) {
			(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
				   "several images have an id that begins with '%s'", digits);
			return fail_hint(err, "give more digits");
		}
		if (!*found_id)
			*ret_entry = entry;
		memcpy(found_id, id, sizeof(id));
	}
	return 0;
}

/* NAME@DIGEST: an image of that manifest, under any tag of the repository. */
static const struct index_entry *find_by_digest(const struct index *index,
						const struct reference *wanted)
{
	struct reference name;
	struct containr_error ignored;

	for (size_t i = 0; i < index->count; i++) {
		const struct index_entry *entry = &index->entries[i];

		if (strcmp(entry->manifest.digest, wanted->digest) == 0 && entry->name &&
		    reference_parse(entry->name, &name, &ignored) == 0 &&
		    strcmp(name.domain, wanted->domain) == 0 &&
		    strcmp(name.path, wanted->path) == 0)
			return entry;
	}
	return NULL;
}

/* Returns the digits of a text that may be an id or the beginning of one, or NULL. */
static const char *id_digits(const char *text)
{
	const char *digits = str_starts_with(text, DIGEST_PREFIX) ? digest_hex(text) : text;
	size_t len = strlen(digits);

	if (len < ID_PREFIX_MIN || len > DIGEST_HEX_LEN || !digest_is_hex(digits, len))
		return NULL;
	return digits;
}

int image_find(const struct containr *engine, const struct index *index, const char *text,
	       const struct index_entry **ret_entry, enum image_match *ret_match,
	       struct containr_error *err)
{
	const char *digits = id_digits(text);
	const struct index_entry *entry = NULL;
	enum image_match match = IMAGE_MATCH_NAME;
	char full[REFERENCE_TEXT_SIZE];
	struct reference reference;
	int r;

	if (!digits || strlen(digits) < DIGEST_HEX_LEN) {
		r = reference_parse(text, &reference, err);
		if (r < 0)
			return r;
		reference_format(&reference, full);
		match = *reference.digest ? IMAGE_MATCH_DIGEST : IMAGE_MATCH_NAME;
		entry = *reference.digest ? find_by_digest(index, &reference)
					  : index_find(index, full);
	}
	if (!entry && digits) {
		match = IMAGE_MATCH_ID;
		r = find_by_id(engine, index, digits, &entry, err);
		if (r < 0)
			return r;
	}
	if (!entry)
		return fail(err, CONTAINR_E_IMAGE_NOT_FOUND, "image '%.300s' not found", text);
	*ret_entry = entry;
	if (ret_match)
		*ret_match = match;
	return 0;
}

int image_list_names(const struct containr *engine, const char *id, struct strv *names,
		     struct containr_error *err)
{
	autoimagerecords records = { 0 };
	autoindex index = { 0 };
	int r;

	image_records_load(engine, &records);
	r = index_load(engine, &index, err);
	for (size_t i = 0; r == 0 && i < index.count; i++) {
		const struct index_entry *entry = &index.entries[i];
		struct image_record record;
		char own[DIGEST_SIZE];

		if (!entry->name)
			continue;
		if (image_records_next(&records, entry, &record))
			memcpy(own, record.config, DIGEST_SIZE);
		else
			image_id_of(engine, entry, own);
		if (strcmp(own, id) == 0)
			strv_push(names, entry->name);
	}
	return r == 0 && names->failed ? fail_oom(err) : r;
}
