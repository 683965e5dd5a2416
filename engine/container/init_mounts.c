/* SPDX-License-Identifier: MIT */
#include "container/launch.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "kernel/ns.h"
#include "volume/copy_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* What a step works on. */
struct scene {
	const struct plan *plan;
	const struct log *log;
	int root; /* O_PATH */
	int null; /* the host's /dev/null, once it was needed; -1 before */
	const struct launch_trees *trees;
	int parent; /* where the last device or link was made; -1 before */
	size_t parent_len;
	const char *parent_path;
	struct containr_error *err;
};

/*
 * Descriptors of targets are left to process_close_others(), which ends them all in one call:
 * closing each would be a quarter of the child's system calls. A configuration with hundreds of
 * mounts must not run into the limit of descriptors, though.
 */
#define TARGETS_LEFT_OPEN 256

static void close_if_many(const int *fd)
{
	if (*fd >= TARGETS_LEFT_OPEN)
		cleanup_close(fd);
}

#define autotarget CLEANUP(close_if_many)

static void forget_parent(struct scene *scene)
{
	close_if_many(&scene->parent);
	scene->parent = -1;
}

static size_t parent_len_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

/* Opens the folder that holds the target of @step, unless it is the one that is open already. */
static int enter_parent(struct scene *scene, const char *target, const char **ret_name)
{
	char parent[PATH_MAX];
	size_t len = parent_len_of(target);

	if (target[0] != '/' || !target[len + 1] || len >= sizeof(parent))
		return fail(scene->err, CONTAINR_E_INVALID_CONFIG, "'%s' is no place for a mount",
			    target);
	*ret_name = target + len + 1;
	if (scene->parent >= 0 && scene->parent_len == len &&
	    strncmp(scene->parent_path, target, len) == 0)
		return 0;
	memcpy(parent, target, len);
	parent[len] = '\0';
	forget_parent(scene);
	scene->parent_path = target;
	scene->parent_len = len;
	return root_make(scene->root, parent, ROOT_FOLDER, &scene->parent, scene->err);
}

/*
 * Opens a target, a folder or a file, and creates it where it is missing. In the folder that is
 * open already no path has to be resolved; a link there is followed by root_make(), inside the
 * root.
 */
static int open_target(struct scene *scene, const char *target, enum root_node node, int *ret_fd)
{
	const int flags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	const char *name;
	int r;

	if (node == ROOT_FILE || !target[1])
		return root_make(scene->root, target, node, ret_fd, scene->err);
	r = enter_parent(scene, target, &name);
	if (r < 0)
		return r;
	*ret_fd = openat(scene->parent, name, flags);
	if (*ret_fd < 0 && errno == ENOENT && mkdirat(scene->parent, name, 0755) == 0)
		*ret_fd = openat(scene->parent, name, flags);
	if (*ret_fd >= 0)
		return 0;
	return root_make(scene->root, target, node, ret_fd, scene->err);
}

static int fail_mount(struct scene *scene, const struct mount_step *step, const char *what)
{
	return fail_sys(scene->err, CONTAINR_E_ROOTFS_MOUNT, "cannot %s '%s'", what, step->target);
}

/* "rro" and its kin; a mount without them costs no call. */
static int change_all(const struct mount_options *options, int tree)
{
	if (!options->all_flags && !options->all_cleared)
		return 0;
	return mount_change_all(tree, options->all_flags, options->all_cleared);
}

static int set_propagation(struct scene *scene, const struct mount_step *step)
{
	autotarget int top = -1;
	int r;

	if (!step->options.propagation && !step->options.all_flags && !step->options.all_cleared)
		return 0;
	/* the descriptor of the target still shows what lay below the new mount */
	r = root_open(scene->root, step->target, &top, scene->err);
	if (r < 0)
		return r;
	if (step->options.propagation && mount_change(top, 0, 0, step->options.propagation) < 0)
		return fail_mount(scene, step, "set the propagation of");
	if (change_all(&step->options, top) < 0)
		return fail_mount(scene, step, "change the mounts at");
	return 0;
}

/*
 * File systems that show a namespace: whoever shares the host's, but is in a user namespace, may not
 * mount them, and gets the host's own.
 */
static const struct {
	const char *type;
	int ns;
	const char *source;
} shared_file_systems[] = {
	{ "sysfs", CLONE_NEWNET, "/sys" },
	{ "mqueue", CLONE_NEWIPC, "/dev/mqueue" },
	{ "proc", CLONE_NEWPID, "/proc" },
};

static const char *shared_source(const struct plan *plan, const char *type)
{
	for (size_t i = 0; i < ARRAY_LEN(shared_file_systems); i++)
		if (strcmp(shared_file_systems[i].type, type) == 0 &&
		    !oci_namespace(plan->config, shared_file_systems[i].ns))
			return shared_file_systems[i].source;
	return NULL;
}

static int bind_shared(struct scene *scene, const struct mount_step *step, int target)
{
	const char *source = shared_source(scene->plan, step->type);
	autotarget int tree = mount_clone(AT_FDCWD, source, true);

	/* what lies below is the host's as well: all of it gets the flags */
	if (tree < 0 || mount_change_all(tree, step->options.flags, 0) < 0 ||
	    mount_attach(tree, target) < 0)
		return fail_sys(scene->err, CONTAINR_E_ROOTFS_MOUNT,
				"cannot mount the host's '%s' at '%s'", source, step->target);
	return 0;
}

/*
 * "tmpcopyup": what the image has at that place is seen through the descriptor from before the
 * mount. The heap of this child may be used here: whoever launches has no threads (start.c forks,
 * the runtime is a program of its own).
 */
static int copy_up(struct scene *scene, const struct mount_step *step, int from)
{
	autotarget int top = -1;
	autotarget int to = -1;
	int r = root_open(scene->root, step->target, &top, scene->err);

	if (r < 0)
		return r;
	to = openat(top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (from < 0 || to < 0)
		return fail_mount(scene, step, "copy into");
	r = copy_tree(from, to, scene->err);
	if (r == 0 && step->options.flags & MS_RDONLY && mount_change(top, MS_RDONLY, 0, 0) < 0)
		return fail_mount(scene, step, "make read-only:");
	return r;
}

static int make_file_system(struct scene *scene, const struct mount_step *step)
{
	autotarget int target = -1;
	autotarget int from = -1;
	const char *data = step->options.data.len ? step->options.data.data : NULL;
	unsigned long flags = step->options.flags;
	int r = open_target(scene, step->target, ROOT_FOLDER, &target);

	if (r < 0)
		return r;
	if (step->options.copies_up) {
		from = openat(target, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		flags &= ~(unsigned long)MS_RDONLY;
	}
	if (mount_at(target, step->source, step->type, flags, data) < 0) {
		if (errno == EPERM && shared_source(scene->plan, step->type))
			return bind_shared(scene, step, target);
		(void)fail_sys(scene->err, CONTAINR_E_ROOTFS_MOUNT, "cannot mount %s at '%s'",
			       step->type, step->target);
		if (data && scene->err->sys_errno == EINVAL)
			return fail_hint(scene->err, "the kernel refuses its options '%s'", data);
		return -scene->err->code;
	}
	if (step->options.copies_up)
		r = copy_up(scene, step, from);
	return r < 0 ? r : set_propagation(scene, step);
}

static int fail_bind(struct scene *scene, const struct mount_step *step)
{
	return fail_sys(scene->err, CONTAINR_E_ROOTFS_MOUNT, "cannot mount '%s' at '%s'",
			step->source, step->target);
}

/* What is to be bound: made by the parent, handed in, or found by its path. */
static int open_source(struct scene *scene, const struct mount_step *step)
{
	const struct launch_trees *trees = scene->trees;
	ptrdiff_t index = step - scene->plan->steps;

	if (trees->steps && trees->steps[index] >= 0)
		return trees->steps[index];
	return step->tree ? step->tree
			  : mount_clone(AT_FDCWD, step->source, step->options.flags & MS_REC);
}

/* The source is looked at once: the clone is of what was found, whatever its path becomes. */
static int bind(struct scene *scene, const struct mount_step *step)
{
	const struct mount_options *options = &step->options;
	autotarget int tree = open_source(scene, step);
	autotarget int target = -1;
	struct stat info;
	int r;

	if (tree < 0 || fstat(tree, &info) < 0) {
		(void)fail_bind(scene, step);
		return fail_hint(scene->err, "create the source first");
	}
	r = open_target(scene, step->target, S_ISDIR(info.st_mode) ? ROOT_FOLDER : ROOT_FILE,
			&target);
	if (r < 0)
		return r;
	if (mount_change(tree, options->flags, options->cleared, options->propagation) < 0 ||
	    change_all(options, tree) < 0 || mount_attach(tree, target) < 0)
		return fail_bind(scene, step);
	return 0;
}

/*
 * One hierarchy, at @place in the working folder: a view of its own in a cgroup namespace, else the
 * container's folder of the host's.
 */
static int mount_hierarchy(struct scene *scene, const struct mount_step *step,
			   enum cgroup_controller controller, const char *place)
{
	const struct plan *plan = scene->plan;
	const char *name = cgroup_controller_name(controller);
	bool v2_host = plan->host.layout == CGROUP_LAYOUT_V2;
	bool unified = controller == CGROUP_UNIFIED;
	unsigned long flags = step->options.flags & ~(unsigned long)MS_REC;
	autotarget int target = -1;
	autotarget int tree = -1;
	char source[PATH_MAX];

	if (plan->new_cgroup_ns) {
		if (mount("cgroup", place, unified ? "cgroup2" : "cgroup", flags,
			  unified ? NULL : name) < 0)
			return fail_mount(scene, step, "mount the cgroups at");
		return 0;
	}
	(void)snprintf(source, sizeof(source), "/sys/fs/cgroup%s%s%s", v2_host ? "" : "/",
		       v2_host ? "" : name, plan->cgroup.path);
	target = openat(AT_FDCWD, place, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	tree = mount_clone(AT_FDCWD, source, false);
	if (target < 0 || tree < 0 || mount_change(tree, flags, step->options.cleared, 0) < 0 ||
	    mount_attach(tree, target) < 0)
		return fail_mount(scene, step, "mount the cgroups at");
	return 0;
}

/* The folders of v1 and hybrid hosts, in a tmpfs that is too new to hold anybody's links. */
static int mount_hierarchies(struct scene *scene, const struct mount_step *step)
{
	const struct plan *plan = scene->plan;
	int r = 0;

	for (int i = 0; i < CGROUP_CONTROLLER_COUNT && r == 0; i++) {
		const char *name = cgroup_controller_name((enum cgroup_controller)i);

		if (!(plan->cgroup.used & CGROUP_BIT(i)))
			continue;
		if (mkdir(name, 0755) < 0)
			return fail_mount(scene, step, "create a folder in");
		r = mount_hierarchy(scene, step, (enum cgroup_controller)i, name);
	}
	return r;
}

static int mount_cgroups(struct scene *scene, const struct mount_step *step)
{
	const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
	bool v2_host = scene->plan->host.layout == CGROUP_LAYOUT_V2;
	autotarget int target = -1;
	autotarget int top = -1;
	int r = open_target(scene, step->target, ROOT_FOLDER, &target);

	if (r < 0)
		return r;
	if (!v2_host && mount_at(target, "tmpfs", "tmpfs", flags, "mode=755,size=64k") < 0)
		return fail_mount(scene, step, "mount the cgroups at");
	r = root_open(scene->root, step->target, &top, scene->err);
	if (r == 0 && fchdir(top) < 0)
		return fail_mount(scene, step, "enter");
	if (r == 0)
		r = v2_host ? mount_hierarchy(scene, step, CGROUP_UNIFIED, ".")
			    : mount_hierarchies(scene, step);
	if (r == 0 && !v2_host && step->options.flags & MS_RDONLY &&
	    mount_change(top, MS_RDONLY, 0, 0) < 0)
		return fail_mount(scene, step, "change the mount at");
	return r;
}

/* In a user namespace nobody may make nodes: the host's, of the same name, is bound instead. */
static int bind_device(struct scene *scene, const struct mount_step *step)
{
	autotarget int tree = mount_clone(AT_FDCWD, step->target, false);
	autotarget int target = -1;
	struct stat info;
	int r;

	if (tree < 0 || fstat(tree, &info) < 0)
		return fail_mount(scene, step, "find the host's device");
	if (info.st_rdev != makedev(step->major, step->minor) ||
	    S_ISBLK(info.st_mode) != (step->device_type == 'b'))
		return fail(scene->err, CONTAINR_E_ROOTFS_MOUNT,
			    "the host's '%s' is not the device %u:%u", step->target, step->major,
			    step->minor);
	r = root_make(scene->root, step->target, ROOT_FILE, &target, scene->err);
	if (r < 0)
		return r;
	if (mount_attach(tree, target) < 0)
		return fail_mount(scene, step, "mount the device");
	return 0;
}

static int make_device(struct scene *scene, const struct mount_step *step)
{
	static const char types[] = "cbup";
	static const mode_t modes[] = { S_IFCHR, S_IFBLK, S_IFCHR, S_IFIFO };
	mode_t type = modes[strchr(types, step->device_type) - types];
	const char *name;
	int r = enter_parent(scene, step->target, &name);

	if (r < 0)
		return r;
	if (mknodat(scene->parent, name, type | step->mode, makedev(step->major, step->minor)) <
	    0) {
		if (errno == EEXIST)
			return 0; /* the configuration repeats a default one */
		if (errno == EPERM && step->device_type != 'p')
			return bind_device(scene, step);
		return fail_mount(scene, step, "create the device");
	}
	if ((step->uid || step->gid) &&
	    fchownat(scene->parent, name, step->uid, step->gid, AT_SYMLINK_NOFOLLOW) < 0)
		return fail_mount(scene, step, "give away the device");
	return 0;
}

static int make_link(struct scene *scene, const struct mount_step *step)
{
	const char *name;
	int r = enter_parent(scene, step->target, &name);

	if (r < 0)
		return r;
	if (symlinkat(step->source, scene->parent, name) < 0 && errno != EEXIST)
		return fail_mount(scene, step, "create the link");
	return 0;
}

/*
 * The file that hides others must be the real /dev/null: the container's could be a link to
 * anything by now (CVE-2025-31133).
 */
static int open_null(struct scene *scene)
{
	struct stat info;

	if (scene->null >= 0)
		return 0;
	scene->null = openat(AT_FDCWD, "/dev/null", O_PATH | O_CLOEXEC | O_NOFOLLOW);
	if (scene->null < 0 || fstat(scene->null, &info) < 0 || !S_ISCHR(info.st_mode) ||
	    info.st_rdev != makedev(1, 3))
		return fail(scene->err, CONTAINR_E_ROOTFS_MOUNT,
			    "the host's /dev/null is not the null device");
	return 0;
}

/* A path of the configuration that the container does not have needs neither hiding nor protection. */
static int open_existing(struct scene *scene, const struct mount_step *step, int *ret_target)
{
	int r = root_open(scene->root, step->target, ret_target, scene->err);

	if (r < 0 && scene->err->sys_errno != ENOENT && scene->err->sys_errno != ENOTDIR)
		return r;
	return 0;
}

static int mask(struct scene *scene, const struct mount_step *step)
{
	autotarget int target = -1;
	autotarget int tree = -1;
	struct stat info;
	int r = open_existing(scene, step, &target);

	if (r < 0 || target < 0)
		return r;
	if (fstat(target, &info) < 0)
		return fail_mount(scene, step, "look at");
	if (S_ISDIR(info.st_mode)) {
		if (mount_at(target, "tmpfs", "tmpfs", MS_RDONLY, "nr_blocks=1,nr_inodes=1") < 0)
			return fail_mount(scene, step, "hide");
		return 0;
	}
	r = open_null(scene);
	if (r < 0)
		return r;
	tree = mount_clone(scene->null, "", false);
	if (tree < 0 || mount_attach(tree, target) < 0)
		return fail_mount(scene, step, "hide");
	return 0;
}

/* A copy of the mount, read-only, over the path itself. What the mount has already, it keeps. */
static int make_read_only(struct scene *scene, const struct mount_step *step)
{
	autotarget int target = -1;
	autotarget int tree = -1;
	int r = open_existing(scene, step, &target);

	if (r < 0 || target < 0)
		return r;
	tree = mount_clone(target, "", true);
	if (tree < 0 || mount_change(tree, MS_RDONLY, 0, 0) < 0 || mount_attach(tree, target) < 0)
		return fail_mount(scene, step, "protect");
	return 0;
}

static int make_root_read_only(struct scene *scene, const struct mount_step *step)
{
	autotarget int top = -1;
	int r = root_open(scene->root, "/", &top, scene->err);

	if (r < 0)
		return r;
	if (mount_change(top, MS_RDONLY, 0, 0) < 0)
		return fail_mount(scene, step, "make read-only:");
	return 0;
}

/* Whether a mount on @target puts something over the folder that is kept open. */
static bool covers_parent(const struct scene *scene, const char *target)
{
	size_t len = strlen(target);

	return scene->parent >= 0 && len <= scene->parent_len &&
	       strncmp(scene->parent_path, target, len) == 0;
}

static int apply_step(struct scene *scene, const struct mount_step *step)
{
	if (step->kind <= MOUNT_STEP_CGROUP && covers_parent(scene, step->target))
		forget_parent(scene);
	switch (step->kind) {
	case MOUNT_STEP_FS:
		return make_file_system(scene, step);
	case MOUNT_STEP_BIND:
		return bind(scene, step);
	case MOUNT_STEP_CGROUP:
		return mount_cgroups(scene, step);
	case MOUNT_STEP_DEVICE:
		return make_device(scene, step);
	case MOUNT_STEP_LINK:
		return make_link(scene, step);
	case MOUNT_STEP_MASK:
		return mask(scene, step);
	case MOUNT_STEP_READONLY:
		return make_read_only(scene, step);
	case MOUNT_STEP_ROOT_READONLY:
		return make_root_read_only(scene, step);
	}
	return 0;
}

/* A root that the parent made needs no place of its own: it covers the host's, and replaces it. */
static int attach_root(int tree, struct containr_error *err)
{
	autoclose int top = openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (top < 0 || mount_attach(tree, top) < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot mount the root folder");
	return 0;
}

static int mount_root(const struct init_args *args, struct containr_error *err)
{
	const struct rootfs *rootfs = args->launch->plan->rootfs;

	if (rootfs->kind == ROOTFS_BIND) {
		/* pivot_root(2) wants a mount point */
		if (mount(rootfs->path, rootfs->path, NULL, MS_BIND | MS_REC, NULL) < 0)
			return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT,
					"cannot mount the root folder '%s'", rootfs->path);
		return 0;
	}
	if (chdir(rootfs->base) < 0 ||
	    mount("overlay", rootfs->path, "overlay", 0, args->overlay) < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot mount the image at '%s'",
				rootfs->path);
	return 0;
}

int init_mounts(const struct init_args *args, int *ret_root, struct containr_error *err)
{
	const struct plan *plan = args->launch->plan;
	struct scene scene = { .plan = plan,
			       .trees = args->trees,
			       .log = args->launch->log,
			       .root = -1,
			       .null = -1,
			       .parent = -1,
			       .err = err };
	autoclose int root = -1;
	int r;

	/* nodes and folders get the mode they are given; the container's own umask is set later */
	(void)umask(0);
	/* nothing of what is mounted now may show up on the host, whatever its mounts share */
	if (mount(NULL, "/", NULL,
		  MS_REC | (plan->propagation & MS_PRIVATE ? MS_PRIVATE : MS_SLAVE), NULL) < 0) {
		(void)fail_sys(err, CONTAINR_E_ROOTFS_MOUNT,
			       "cannot detach from the host's mounts");
		return fail_hint(err, "the root folder has to be a mount point; in a chroot, "
				      "mount --bind it on itself first");
	}
	r = args->trees->root >= 0 ? attach_root(args->trees->root, err) : mount_root(args, err);
	if (r < 0)
		return r;
	root = args->trees->root >= 0
		       ? fcntl(args->trees->root, F_DUPFD_CLOEXEC, 3)
		       : openat(AT_FDCWD, plan->rootfs->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot open the root folder '%s'",
				plan->rootfs->path);
	scene.root = root;
	for (size_t i = 0; i < plan->step_count && r == 0; i++)
		r = apply_step(&scene, &plan->steps[i]);
	if (r == 0)
		*ret_root = steal_fd(&root);
	return r;
}
