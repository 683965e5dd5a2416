/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_PLAN_H
#define CONTAINER_PLAN_H

#include "base/error.h"
#include "base/json.h"
#include "container/oci.h"
#include "container/plan_scope.h"
#include "kernel/cgroup.h"
#include "kernel/mount.h"
#include "kernel/seccomp.h"

/*
 * What starting a container will do, decided beforehand: launch.c and init.c only walk it. Building
 * a plan needs no rights and changes nothing, so that it can be tested and printed (--dry-run).
 */

enum rootfs_kind {
	ROOTFS_BIND,	/* the folder itself */
	ROOTFS_OVERLAY, /* image layers below a writable folder */
};

struct rootfs {
	enum rootfs_kind kind;
	char *path; /* absolute; ROOTFS_BIND: the folder; ROOTFS_OVERLAY: where it gets mounted */
	/*
	 * ROOTFS_OVERLAY: all that follows is relative to `base`, an absolute path. So names stay
	 * short (the options of a mount share one page) and free of the separators ":" and ",".
	 */
	char *base;
	struct strv lower; /* top layer first */
	char *upper;
	char *work;
	/*
	 * The container will be thrown away: its changes need not reach the disk. Without this the
	 * last unmount writes all dirty pages of the file system, 4-11 ms before the exit is seen.
	 */
	bool is_volatile;
};

void rootfs_release(struct rootfs *rootfs);

enum mount_step_kind {
	MOUNT_STEP_FS,	     /* a new file system of `type` */
	MOUNT_STEP_BIND,     /* `source` of the host */
	MOUNT_STEP_CGROUP,   /* the container's own cgroups */
	MOUNT_STEP_DEVICE,   /* a device node */
	MOUNT_STEP_LINK,     /* a symbolic link to `source` */
	MOUNT_STEP_MASK,     /* hide a file behind /dev/null, a folder behind an empty one */
	MOUNT_STEP_READONLY, /* keep a path from being written to */
	MOUNT_STEP_ROOT_READONLY,
};

struct mount_step {
	enum mount_step_kind kind;
	const struct oci_mount *mount; /* MOUNT_STEP_FS and _BIND: of the configuration */
	const char *target;	       /* borrowed from the configuration, as all strings here */
	const char *source;
	int tree; /* MOUNT_STEP_BIND: attached instead of `source`; 0 for none */
	const char *type;
	struct mount_options options; /* its data is owned */
	char device_type;
	unsigned int major;
	unsigned int minor;
	unsigned int mode;
	uint32_t uid;
	uint32_t gid;
};

struct plan {
	const struct oci_config *config; /* borrowed */
	const char *id;			 /* borrowed */
	const struct rootfs *rootfs;	 /* borrowed */
	unsigned long clone_flags;	 /* CLONE_NEW* of new namespaces, but for cgroup */
	bool new_cgroup_ns; /* unshared after entering the cgroup, or it would not hide it */
	bool new_mount_ns;
	bool new_user_ns;
	bool new_time_ns; /* unshared by the child, before its clocks are looked at */
	bool loopback_up;
	bool keeps_root;	   /* the host's stays below the container's: mount_move_root() */
	bool keeps_keyring;	   /* no session keyring of the container's own */
	unsigned long propagation; /* of the root mount, MS_* */
	struct cgroup_host host;
	struct cgroup_plan cgroup;
	struct scope_plan scope; /* with the systemd cgroup manager */
	struct device_rule *device_rules;
	size_t device_rule_count;
	struct mount_step *steps;
	size_t step_count;
	size_t step_cap;
	struct seccomp_filter seccomp;
};

#define autoplan __attribute__((cleanup(plan_release))) struct plan

/**
 * Builds the plan of a container.
 *
 * @config, @rootfs, @id: borrowed for the plan's life
 * @host:                 how this host has its cgroups
 * Errors: INVALID_CONFIG, UNSUPPORTED, CGROUP_APPLY_LIMITS for a limit that the host cannot set.
 */
int plan_build(const struct oci_config *config, const struct rootfs *rootfs, const char *id,
	       const struct cgroup_host *host, struct plan *ret_plan,
	       struct containr_error *err) MUST_CHECK;

void plan_release(struct plan *plan);

/** Prints what the plan will do, as JSON. */
void plan_write(struct json_writer *writer, const struct plan *plan);

/* The parts, each in its own file. */
int plan_mounts(struct plan *plan, struct containr_error *err) MUST_CHECK;
int plan_cgroup(struct plan *plan, struct containr_error *err) MUST_CHECK;

#endif
