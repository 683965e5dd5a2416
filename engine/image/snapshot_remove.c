/* SPDX-License-Identifier: MIT */
#include "image/snapshot.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/gc.h"
#include "image/image.h"

#include <limits.h>
#include <string.h>

/* The children of one that is about to go. */
struct orphans {
	const struct containr *engine;
	const char *parent;
	struct strv names;
};

static int note_child(const struct containr_snapshot *snapshot, void *context,
		      struct containr_error *err)
{
	struct orphans *orphans = context;

	if (strcmp(snapshot->parent, orphans->parent) == 0)
		strv_push(&orphans->names, snapshot->name);
	return orphans->names.failed ? fail_oom(err) : 0;
}

/* What stood on it stands on its parent from now on; the layers stay theirs. */
static int hand_on_children(const struct containr *engine, const char *parent,
			    struct containr_error *err)
{
	struct orphans orphans = { .engine = engine, .parent = parent };
	int r = snapshot_walk(engine, note_child, &orphans, err);

	for (size_t i = 0; r == 0 && i < orphans.names.len; i++) {
		autosnapshot *child = NULL;

		r = snapshot_stat(engine, orphans.names.items[i], &child, err);
		if (r == 0)
			r = snapshot_find_parent(engine, child, parent, err);
		if (r == 0)
			r = snapshot_save(engine, child, err);
	}
	strv_release(&orphans.names);
	return r;
}

static int unlink_record(const struct containr *engine, const char *name,
			 struct containr_error *err)
{
	char path[sizeof(SNAPSHOTS_DIR) + SNAPSHOT_NAME_MAX + 8];
	autoclose int folder = -1;
	int r = fs_open_dir(engine->root_fd, SNAPSHOTS_DIR, &folder, err);

	(void)snprintf(path, sizeof(path), "%s.json", name);
	if (r == 0 && (unlinkat(folder, path, 0) < 0 || fsync(folder) < 0))
		r = fail_sys(err, CONTAINR_E_IO, "cannot remove '%s/" SNAPSHOTS_DIR "/%s'",
			     engine->root, path);
	return r;
}

static int check_unused(const struct containr *engine, const char *name, struct containr_error *err)
{
	autousers users = { 0 };
	const char *user;
	int r = users_load(engine, &users, err);

	if (r < 0)
		return r;
	user = users_find_of_snapshot(&users, name);
	return user ? fail(err, CONTAINR_E_SNAPSHOT_IN_USE, "snapshot '%s' is used by %s", name,
			   user)
		    : 0;
}

/* Who uses what is asked again now that the record has gone. */
static int sweep(const struct containr *engine, struct containr_error *err)
{
	autoindex index = { 0 };
	autousers users = { 0 };
	int r = index_load(engine, &index, err);

	if (r == 0)
		r = users_load(engine, &users, err);
	return r == 0 ? gc_sweep(engine, &index, &users, err) : r;
}

static int remove_locked(const struct containr *engine, const char *name, unsigned int flags,
			 struct containr_error *err)
{
	autosnapshot *snapshot = NULL;
	autoclose int content_lock = -1;
	autoclose int layer_lock = -1;
	int r = store_lock(engine, CONTENT_LOCK, &content_lock, err);

	if (r == 0)
		r = gc_lock(engine, &layer_lock, err);
	if (r == 0)
		r = snapshot_stat(engine, name, &snapshot, err);
	if (r == 0 && !(flags & CONTAINR_SNAPSHOT_FORCE))
		r = check_unused(engine, name, err);
	if (r == 0)
		r = hand_on_children(engine, name, err);
	if (r == 0)
		r = unlink_record(engine, name, err);
	if (r < 0)
		return r;
	snapshot_event(engine, "remove", snapshot);
	return sweep(engine, err);
}

int containr_snapshot_remove(struct containr *engine, const char *name, unsigned int flags,
			     struct containr_error *err)
{
	int r = remove_locked(engine, name, flags, err);

	return r == 0 ? image_empty_trash(engine, err) : r;
}
