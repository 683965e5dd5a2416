/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_INDEX_H
#define IMAGE_INDEX_H

#include "image/content.h"
#include "image/reference.h"

/*
 * index.json: which images there are, and their names. One entry stands for one name of a manifest;
 * a manifest without a name has one entry. A name is written twice: in full as containerd does, and
 * as it is shown, which is where skopeo looks (oci:DIR:busybox:latest).
 *
 * Entries that other tools wrote are kept as they are, unless they get another name.
 */

#define ANNOTATION_NAME "io.containerd.image.name"
#define ANNOTATION_REF "org.opencontainers.image.ref.name"
/* The digest by which a registry knows what was pulled: of the manifest, or of the index above it. */
#define ANNOTATION_SOURCE "io.containr.image.source.digest"

struct index_entry {
	struct descriptor manifest; /* borrowed from the index */
	const char *name;	    /* in full, borrowed from the index; NULL if it has none */
	const struct json *json;    /* as it was read; NULL for a new one */
	const char *source;	    /* ANNOTATION_SOURCE, borrowed; NULL for none */
	bool renamed;		    /* the annotations of `json` tell an old name */
};

struct index {
	struct json_doc doc;
	struct index_entry *entries;
	size_t count;
	size_t cap;
	struct strv strings; /* names and digests that are not the document's */
};

#define autoindex __attribute__((cleanup(index_release))) struct index

void index_release(struct index *index);

/** Parses the text of an index. Errors: IMAGE_CORRUPT, OUT_OF_MEMORY. */
int index_parse(const char *text, size_t len, struct index *ret_index,
		struct containr_error *err) MUST_CHECK;

/** Reads the index of the store; one that does not exist yet is empty. */
int index_load(const struct containr *engine, struct index *ret_index,
	       struct containr_error *err) MUST_CHECK;

/** Writes the index as JSON. */
void index_format(const struct index *index, struct str *out);

/** Replaces the index of the store. The caller holds CONTENT_LOCK since before index_load(). */
int index_save(const struct containr *engine, const struct index *index,
	       struct containr_error *err) MUST_CHECK;

/** Returns the entry with that full name, or NULL. */
const struct index_entry *index_find(const struct index *index, const char *name);

/**
 * Gives @name to a manifest; NULL lists one that has none. The one that had it before keeps its other names, or stays without.
 *
 * @manifest: copied
 * @json:     an entry of the same manifest whose further members the new one shall have; NULL: none
 */
int index_set_name(struct index *index, const char *name, const struct descriptor *manifest,
		   const struct json *json, struct containr_error *err) MUST_CHECK;

/** Notes the digest by which a registry knows the image @name. */
int index_set_source(struct index *index, const char *name, const char *source,
		     struct containr_error *err) MUST_CHECK;

/** Removes one entry. Pointers to entries are no longer valid. */
void index_remove(struct index *index, size_t at);

/** Counts the entries of the manifest @digest. */
size_t index_count_names(const struct index *index, const char *digest);

#endif
