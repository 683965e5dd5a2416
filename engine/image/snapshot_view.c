/* SPDX-License-Identifier: MIT */
#include "image/snapshot.h"

#include "base/cleanup.h"
#include "image/layer_mount.h"
#include "kernel/userns.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

/* What the child knows; all is borrowed from the parent's memory. */
struct viewing {
	const struct containr *engine;
	struct strv dirs[2];
	bool rootless; /* before anything is entered */
	snapshot_view_work *work;
	void *context;
};

/* In a mount namespace of its own any folder will do to mount on, again and again. */
static int mount_one(const struct viewing *viewing, const struct strv *dirs, int *ret_root,
		     struct containr_error *err)
{
	autostr options = STR_INIT;
	const char *place = SNAPSHOTS_DIR;

	str_append(&options, "lowerdir=");
	for (size_t i = 0; i < dirs->len; i++)
		str_appendf(&options, "%s%s", i ? ":" : "", dirs->items[i]);
	if (viewing->rootless)
		str_append(&options, ",userxattr");
	if (options.failed)
		return fail_oom(err);
	/* overlayfs takes no single layer, which is what it is */
	if (dirs->len == 1)
		place = dirs->items[0];
	else if (mount("overlay", place, "overlay", MS_RDONLY, options.data) < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot mount the snapshot's layers");
	*ret_root = open(place, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return *ret_root < 0 ? fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot open '%s'", place)
			     : 0;
}

static int view(void *context, struct containr_error *err)
{
	const struct viewing *viewing = context;
	autoclose int first = -1;
	autoclose int second = -1;
	int r;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fail_sys(err, CONTAINR_E_NAMESPACE_SETUP, "cannot create a mount namespace");
	if (chdir(viewing->engine->root) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot open '%s'", viewing->engine->root);
	r = mount_one(viewing, &viewing->dirs[0], &first, err);
	if (r == 0)
		r = mount_one(viewing, &viewing->dirs[1], &second, err);
	return r < 0 ? r : viewing->work((const int[2]) { first, second }, viewing->context, err);
}

int snapshot_view(const struct containr *engine, const struct containr_snapshot *const snapshots[2],
		  snapshot_view_work *work, void *context, struct containr_error *err)
{
	struct layer_hold holds[2] = { LAYER_HOLD_INIT, LAYER_HOLD_INIT };
	struct viewing viewing = {
		.engine = engine, .rootless = userns_is_rootless(), .work = work, .context = context
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_LEN(holds); i++) {
		r = snapshot_prepare(engine, snapshots[i], &viewing.dirs[i], err);
		if (r == 0)
			r = layer_mount_hold(engine, &viewing.dirs[i], NULL, &holds[i], err);
	}
	if (r == 0)
		r = userns_run_child(view, &viewing, err);
	for (size_t i = 0; i < ARRAY_LEN(holds); i++) {
		layer_mount_let_go(engine, &holds[i]);
		strv_release(&viewing.dirs[i]);
	}
	return r;
}
