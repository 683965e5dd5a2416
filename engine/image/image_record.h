/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_IMAGE_RECORD_H
#define IMAGE_IMAGE_RECORD_H

#include "image/index.h"

/*
 * What index.json and the manifest say about a name, in one line: every start of a container needs
 * it, and with a hundred images parsing index.json alone takes 150 microseconds.
 *
 * The lines are in root/images.names, written after index.json by whoever changes it. They hold
 * good as long as index.json is the very file they were made from; after that, and for what they
 * do not have, index.json is read. So they can be lost, late or deleted at any time.
 */

#define RECORD_FILE "images.names"

struct image_record {
	char manifest[DIGEST_SIZE];
	char config[DIGEST_SIZE]; /* the image's id */
	int64_t config_size;
	int64_t total_size; /* of manifest, configuration and layers */
	size_t layers;
};

/** Reads the record of an index entry from its manifest. Errors: IMAGE_CORRUPT, UNSUPPORTED. */
int image_record_read(const struct containr *engine, const struct index_entry *entry,
		      struct image_record *ret_record, struct containr_error *err) MUST_CHECK;

/** Finds the record of a full name; false where index.json has to be asked. */
bool image_record_find(const struct containr *engine, const char *name,
		       struct image_record *ret_record);

/* The records of all names at once, for whoever goes through the index. */
struct image_records {
	struct str text;
	size_t at; /* where the next line begins; 0: there are none, or no more */
};

#define autoimagerecords __attribute__((cleanup(image_records_release))) struct image_records

/** Reads the file; what cannot be read, or is of another index.json, gives no records. */
void image_records_load(const struct containr *engine, struct image_records *ret_records);

void image_records_release(struct image_records *records);

/**
 * Finds the record of the next entry that has a name; they have to be asked for in the order of index.json.
 * Where there is none, the manifest has to be read: image_record_read().
 */
bool image_records_next(struct image_records *records, const struct index_entry *entry,
			struct image_record *ret_record);

/** Writes the records of all names; the caller holds CONTENT_LOCK. A failure costs speed only. */
void image_record_save(const struct containr *engine, const struct index *index);

#endif
