/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_LAUNCH_H
#define CONTAINER_LAUNCH_H

#include "base/error.h"
#include "base/log.h"
#include "container/plan.h"
#include "container/rendezvous.h"

#include <sys/types.h>

/*
 * Starting a container's first process: the parent's side (launch.c) and the child's (init.c). The
 * caller of launch() becomes the parent that has to reap it.
 */

struct launch {
	const struct plan *plan;
	const struct log *log;
	int stdio[3];	    /* become the standard streams; unused with a terminal; borrowed */
	bool stdio_is_ours; /* the streams are pipes made for this container */
	int console_socket; /* with a terminal: its master is sent here; borrowed */
	/*
	 * A FIFO, open for reading and writing, for a container that is created now and started
	 * later: the child waits for a byte before it executes. -1: it does not wait. Borrowed.
	 */
	int gate;
	/*
	 * A user namespace that was made already with the ids of the plan: it is entered instead of
	 * making one. -1: none. Borrowed.
	 */
	int userns;
	/* with the systemd cgroup manager, else NULL: asked where the caller may not do it itself */
	struct scope *scope;
	/* of processes that share caches, else NULL: the first process is moved there */
	struct resctrl_group *resctrl;
	const char *bundle_path; /* what hooks are told; NULL where there is none */
	int preserved_fds;	 /* this many descriptors from 3 on stay open in the container */
};

struct launched {
	pid_t pid;
	int pidfd;
	int mount_ns; /* keeps the container's mounts until it is closed; -1 if not to be had */
	struct cgroup cgroup;
};

#define LAUNCHED_INIT ((struct launched) { .pidfd = -1, .mount_ns = -1, .cgroup = CGROUP_INIT })
#define autolaunched __attribute__((cleanup(launched_close))) struct launched

/** Closes descriptors; the process goes on. */
void launched_close(struct launched *launched);

/**
 * Creates the cgroup, clones the process and waits until it executes the container's program (or,
 * with a gate, until it waits there). On failure everything is undone: process reaped, cgroup
 * removed.
 *
 * Errors: those of the step that failed, in the child too.
 */
int launch(const struct launch *launch, struct launched *ret_launched,
	   struct containr_error *err) MUST_CHECK;

/*
 * Detached mounts that the parent makes where the child may not: one who is in a user namespace has
 * no right to id-map what the host mounted, and none to look into the host's private folders.
 */
struct launch_trees {
	int root;   /* the root file system; -1: the child mounts it */
	int *steps; /* for each step of the plan, -1: the child makes it; NULL: it makes all */
	size_t count;
};

#define LAUNCH_TREES_INIT ((struct launch_trees) { .root = -1 })

/** Makes the trees that @plan needs; the caller's to release. */
int launch_trees_make(const struct plan *plan, struct launch_trees *ret_trees,
		      struct containr_error *err) MUST_CHECK;
void launch_trees_release(struct launch_trees *trees);

/** Mounts the layers with the ids of the plan's user namespace; a detached mount. */
int overlay_mount_mapped(const struct plan *plan, int *ret_tree,
			 struct containr_error *err) MUST_CHECK;

/* What the child gets; prepared by the parent, because the child may not allocate. */
struct init_args {
	const struct launch *launch;
	const struct cgroup *cgroup;
	bool enter_v2; /* CLONE_INTO_CGROUP was not possible */
	int error_fd;  /* where the outcome is written as a struct containr_error */
	int *join;     /* per ns_kinds: namespace to join, -1 for none */
	char *overlay; /* mount options of the root file system; NULL for a bind mount */
	unsigned int overlay_flags; /* that they were made with */
	const struct launch_trees *trees;
	bool in_user_ns;
	int mapped; /* closes or tells a byte when the ids are mapped; -1 without a user namespace */
	struct rendezvous *meeting;
	char **env; /* NULL-terminated, with a free slot behind its end for HOME */
};

/** The child after clone3: sets itself up as the plan says and executes. Never returns. */
_Noreturn void init_main(const struct init_args *args);

/** Makes the container's file system and its mounts; leaves its root open in *ret_root (O_PATH). */
int init_mounts(const struct init_args *args, int *ret_root, struct containr_error *err) MUST_CHECK;

#endif
