/* SPDX-License-Identifier: MIT */
#include "image/image.h"

#include "base/cleanup.h"

static int parse_name(const char *text, char ret_full[REFERENCE_TEXT_SIZE],
		      struct containr_error *err)
{
	struct reference reference;
	int r = reference_parse(text, &reference, err);

	if (r < 0)
		return r;
	if (*reference.digest) {
		(void)fail(err, CONTAINR_E_INVALID_REFERENCE,
			   "a new name cannot hold a digest: '%.300s'", text);
		return fail_hint(err, "give NAME[:TAG]");
	}
	reference_format(&reference, ret_full);
	return 0;
}

int containr_image_tag(struct containr *engine, const char *reference, const char *name,
		       struct containr_error *err)
{
	autoclose int lock = -1;
	autoindex index = { 0 };
	const struct index_entry *found;
	struct index_entry entry;
	char full[REFERENCE_TEXT_SIZE];
	char id[DIGEST_SIZE];
	int r = parse_name(name, full, err);

	if (r == 0)
		r = store_lock(engine, CONTENT_LOCK, &lock, err);
	if (r == 0)
		r = index_load(engine, &index, err);
	if (r == 0)
		r = image_find(engine, &index, reference, &found, NULL, err);
	if (r != 0)
		return r;
	entry = *found; /* the next call moves the entries */
	image_id_of(engine, &entry, id);
	r = index_set_name(&index, full, &entry.manifest, entry.json, err);
	if (r == 0)
		r = index_save(engine, &index, err);
	if (r == 0)
		image_event(engine, "tag", id, full);
	return r;
}
