/* SPDX-License-Identifier: MIT */
#include "container/view.h"

#include <containr/container.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "container/create.h"
#include "container/live.h"
#include "container/overlay.h"
#include "kernel/clone.h"
#include "kernel/mount.h"
#include "kernel/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* What the child knows; all is borrowed from the parent's memory. */
struct viewer {
	struct containr *engine;
	const char *container;
	unsigned int flags;
	bool rootless; /* before anything is entered */
	struct live *live;
	view_work *work;
	void *context;
};

/*
 * Ids and rights are then those that the container has; its owner is the only one beside root who may
 * do so. The mount namespace is not joined: programs and libraries stay the host's.
 */
static int join_userns(int pidfd, pid_t pid, struct containr_error *err)
{
	struct stat own;
	struct stat theirs;
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	if (stat("/proc/self/ns/user", &own) < 0 || stat(path, &theirs) < 0)
		return fail_sys(err, CONTAINR_E_NAMESPACE_SETUP, "cannot look at '%s'", path);
	if (own.st_ino == theirs.st_ino && own.st_dev == theirs.st_dev)
		return 0;
	if (setns(pidfd, CLONE_NEWUSER) < 0)
		return fail_sys(err, CONTAINR_E_NAMESPACE_SETUP,
				"cannot join the container's user namespace");
	return userns_become_root(err);
}

static int open_running(const struct viewer *viewer, int *ret_root, struct containr_error *err)
{
	const struct live *live = viewer->live;
	autoclose int pidfd = -1;
	autoclose int root = -1;
	char path[64];
	int r = live_open_process(live, viewer->container, &pidfd, err);

	if (r == 0)
		r = join_userns(pidfd, live->state.pid, err);
	if (r < 0)
		return r;
	(void)snprintf(path, sizeof(path), "/proc/%d/root", live->state.pid);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot open '%s'", path);
	*ret_root = steal_fd(&root);
	return 0;
}

static int mount_layers(const struct rootfs *rootfs, bool writable, bool rootless,
			struct containr_error *err)
{
	const unsigned int flags =
		(writable ? 0u : OVERLAY_READ_ONLY) | (rootless ? OVERLAY_USERXATTR : 0u);
	autofree char *options = overlay_options(rootfs, flags);

	if (!options)
		return fail_oom(err);
	if (overlay_mount(rootfs, options, flags) < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot mount the image at '%s'",
				rootfs->path);
	return 0;
}

/* Folders of the host and volumes, as far as they are there: where one is missing, the container could
 * not start either. */
static int mount_others(int root, const struct oci_config *config, struct containr_error *err)
{
	for (size_t i = 0; i < config->mount_count; i++) {
		const struct oci_mount *mount = &config->mounts[i];
		autoclose int tree = -1;
		autoclose int target = -1;
		struct containr_error ignored;

		if (!mount->source || mount->source[0] != '/' ||
		    root_open(root, mount->destination, &target, &ignored) < 0)
			continue;
		tree = mount_clone(AT_FDCWD, mount->source, true);
		if (tree >= 0 && mount_attach(tree, target) < 0)
			return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot mount '%s'",
					mount->destination);
	}
	return 0;
}

static int open_stopped(const struct viewer *viewer, int *ret_root, struct containr_error *err)
{
	autocontainer container;
	autoclose int root = -1;
	int r;

	container_init(&container);
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot create a mount namespace");
	r = container_read(viewer->engine, viewer->live, &container, err);
	if (r == 0 && container.rootfs.kind == ROOTFS_OVERLAY)
		r = mount_layers(&container.rootfs, viewer->flags & VIEW_WRITE, viewer->rootless,
				 err);
	if (r < 0)
		return r;
	root = open(container.rootfs.path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot open '%s'",
				container.rootfs.path);
	if (viewer->flags & VIEW_MOUNTS)
		r = mount_others(root, &container.config, err);
	if (r == 0)
		*ret_root = steal_fd(&root);
	return r;
}

static int view(const struct viewer *viewer, struct containr_error *err)
{
	struct live *live = viewer->live;
	autoclose int root = -1;
	int r = 0;

	if (live->state.status != STATE_RUNNING && viewer->flags & VIEW_WRITE) {
		r = live_lock(live, viewer->container, err);
		if (r < 0 && err->code != CONTAINR_E_CONTAINER_RUNNING)
			return r;
	}
	if (live->state.status == STATE_RUNNING) {
		r = open_running(viewer, &root, err);
	} else {
		r = userns_enter(err);
		if (r == 0)
			r = open_stopped(viewer, &root, err);
	}
	return r < 0 ? r : viewer->work(root, viewer->context, err);
}

static _Noreturn void child_main(const struct viewer *viewer, int report)
{
	struct containr_error err;

	/* nobody waits for the files of a command that was killed */
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	error_clear(&err);
	if (view(viewer, &err) == 0)
		error_clear(&err);
	_exit(fs_write_all(report, &err, sizeof(err)) == 0 ? 0 : 125);
}

/* The child mounts the image for itself alone, but what all share is mounted here. */
static int hold_layers(const struct containr *engine, const struct live *live,
		       struct layer_hold *ret_layers, struct containr_error *err)
{
	autorecord record = { 0 };
	int r = record_read(live->dir, &record, err);

	return r < 0 ? r : layer_mount_hold(engine, &record.lower, NULL, ret_layers, err);
}

int view_start(struct containr *engine, const char *container, unsigned int flags, view_work *work,
	       void *context, struct view *ret_view, struct containr_error *err)
{
	autolive live = LIVE_INIT;
	struct viewer viewer = { .engine = engine,
				 .container = container,
				 .flags = flags,
				 .rootless = userns_is_rootless(),
				 .live = &live,
				 .work = work,
				 .context = context };
	struct layer_hold layers = LAYER_HOLD_INIT;
	int report[2];
	pid_t pid;
	int r = live_find(engine, container, &live, err);

	if (r == 0)
		r = hold_layers(engine, &live, &layers, err);
	if (r < 0)
		return r;
	if (pipe2(report, O_CLOEXEC) < 0) {
		layer_mount_let_go(engine, &layers);
		return fail_sys(err, CONTAINR_E_IO, "cannot create a pipe");
	}
	pid = fork();
	if (pid == 0) {
		(void)close(report[0]);
		child_main(&viewer, report[1]);
	}
	(void)close(report[1]);
	if (pid < 0) {
		(void)close(report[0]);
		layer_mount_let_go(engine, &layers);
		return fail_sys(err, CONTAINR_E_IO, "cannot fork");
	}
	*ret_view = (struct view) { engine, layers, pid, report[0] };
	return 0;
}

int view_finish(struct view *view, struct containr_error *err)
{
	struct containr_error word;
	ssize_t got;

	do
		got = read(view->report, &word, sizeof(word));
	while (got < 0 && errno == EINTR);
	cleanup_close(&view->report);
	(void)clone_reap(view->pid);
	layer_mount_let_go(view->engine, &view->layers);
	if (got != sizeof(word))
		return fail(err, CONTAINR_E_IO, "the process that looked at the files ended early");
	if (word.code == CONTAINR_E_OK)
		return 0;
	*err = word;
	return -word.code;
}
