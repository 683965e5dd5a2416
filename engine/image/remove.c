/* SPDX-License-Identifier: MIT */
#include "image/image.h"

#include "base/cleanup.h"
#include "image/gc.h"

#include <errno.h>
#include <string.h>

#define TRASH_ATTEMPTS 100

/* One removal: which entries go, and what is told about it. */
struct removal {
	const struct containr *engine;
	struct index index;
	struct users users;
	enum image_match match;
	char id[DIGEST_SIZE];
	char manifest[DIGEST_SIZE]; /* of the entry that was found */
	const char *name;	    /* of the entry that was found; NULL if it has none */
	bool is_forced;
	struct strv names;   /* that were removed, in full */
	struct strv deleted; /* the lines for the caller */
};

static void removal_release(struct removal *removal)
{
	index_release(&removal->index);
	users_release(&removal->users);
	strv_release(&removal->names);
	strv_release(&removal->deleted);
}

/* Whether the entry belongs to the image; two manifests may have one configuration. */
static bool is_of_image(const struct removal *removal, const struct index_entry *entry)
{
	char id[DIGEST_SIZE];

	if (strcmp(entry->manifest.digest, removal->manifest) == 0)
		return true;
	image_id_of(removal->engine, entry, id);
	return strcmp(id, removal->id) == 0;
}

static size_t count_names(const struct removal *removal)
{
	size_t count = 0;

	for (size_t i = 0; i < removal->index.count; i++)
		count += is_of_image(removal, &removal->index.entries[i]);
	return count;
}

static int check(const struct removal *removal, size_t names, struct containr_error *err)
{
	const char *user = users_find(&removal->users, removal->id);

	if (removal->is_forced)
		return 0;
	if (removal->match != IMAGE_MATCH_NAME && names > 1) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "image %.19s has %zu names",
			   removal->id, names);
		return fail_hint(err, "remove it by name, or all names with --force");
	}
	if (names == 1 && user)
		return fail(err, CONTAINR_E_IMAGE_IN_USE, "image '%s' is used by %s",
			    removal->name ? removal->name : removal->id, user);
	return 0;
}

/* By name one name goes, forced or not; by id the whole image. */
static bool is_leaving(const struct removal *removal, const struct index_entry *entry)
{
	if (removal->match == IMAGE_MATCH_NAME)
		return entry->name && strcmp(entry->name, removal->name) == 0;
	return is_of_image(removal, entry);
}

static void tell_untagged(struct removal *removal, const char *name)
{
	char shown[REFERENCE_TEXT_SIZE];
	struct reference reference;
	struct containr_error ignored;

	strv_push(&removal->names, name);
	if (reference_parse(name, &reference, &ignored) == 0) {
		reference_format_familiar(&reference, shown);
		name = shown;
	}
	strv_pushf(&removal->deleted, "Untagged: %s", name);
}

static int unlist(struct removal *removal, struct containr_error *err)
{
	size_t left = count_names(removal);
	int r = check(removal, left, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < removal->index.count;) {
		const struct index_entry *entry = &removal->index.entries[i];

		if (!is_leaving(removal, entry)) {
			i++;
			continue;
		}
		if (entry->name)
			tell_untagged(removal, entry->name);
		index_remove(&removal->index, i);
		left--;
	}
	if (left == 0)
		strv_pushf(&removal->deleted, "Deleted: %s", removal->id);
	if (removal->deleted.failed || removal->names.failed)
		return fail_oom(err);
	r = index_save(removal->engine, &removal->index, err);
	return r < 0 ? r : left == 0;
}

static void write_events(const struct removal *removal, bool is_deleted)
{
	for (size_t i = 0; i < removal->names.len; i++)
		image_event(removal->engine, "untag", removal->id, removal->names.items[i]);
	if (is_deleted)
		image_event(removal->engine, "delete", removal->id, NULL);
}

static int find(struct removal *removal, const char *reference, struct containr_error *err)
{
	const struct index_entry *entry;
	int r = index_load(removal->engine, &removal->index, err);

	if (r == 0)
		r = users_load(removal->engine, &removal->users, err);
	if (r == 0)
		r = image_find(removal->engine, &removal->index, reference, &entry, &removal->match,
			       err);
	if (r != 0)
		return r;
	removal->name = entry->name;
	memcpy(removal->manifest, entry->manifest.digest, DIGEST_SIZE);
	image_id_of(removal->engine, entry, removal->id);
	return 0;
}

/* The part under the locks: index first, then the content that it no longer needs. */
static int remove_locked(struct removal *removal, const char *reference, struct containr_error *err)
{
	autoclose int content_lock = -1;
	autoclose int layer_lock = -1;
	int r = store_lock(removal->engine, CONTENT_LOCK, &content_lock, err);

	if (r == 0)
		r = gc_lock(removal->engine, &layer_lock, err);
	if (r == 0)
		r = find(removal, reference, err);
	if (r == 0)
		r = unlist(removal, err);
	if (r < 0)
		return r;
	write_events(removal, r > 0);
	return r > 0 ? gc_sweep(removal->engine, &removal->index, &removal->users, err) : 0;
}

/* Whoever empties the trash at the same time takes files from under our hands: then once more. */
int image_empty_trash(const struct containr *engine, struct containr_error *err)
{
	int r = store_empty_trash(engine, err);

	for (int i = 0; i < TRASH_ATTEMPTS && r < 0 && err->sys_errno == ENOENT; i++) {
		error_clear(err);
		r = store_empty_trash(engine, err);
	}
	return r;
}

int containr_image_remove(struct containr *engine, const char *reference, unsigned int flags,
			  char ***ret_deleted, struct containr_error *err)
{
	__attribute__((cleanup(removal_release))) struct removal removal = {
		.engine = engine, .is_forced = (flags & CONTAINR_IMAGE_FORCE) != 0
	};
	int r = remove_locked(&removal, reference, err);

	if (r == 0)
		r = image_empty_trash(engine, err);
	if (r < 0)
		return r;
	if (ret_deleted) {
		*ret_deleted = removal.deleted.items;
		removal.deleted = (struct strv) { 0 };
	}
	return 0;
}
