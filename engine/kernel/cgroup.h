/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_CGROUP_H
#define KERNEL_CGROUP_H

#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Control groups, whichever way the host has them: the unified hierarchy (v2), one hierarchy for
 * each controller (v1), or both (hybrid). A container's cgroup has one path, "/containr/ID", below
 * every hierarchy that it uses. cgroups(7), Documentation/admin-guide/cgroup-v2.rst.
 */

enum cgroup_controller {
	CGROUP_MEMORY,
	CGROUP_PIDS,
	CGROUP_CPU,
	CGROUP_CPUSET,
	CGROUP_CPUACCT, /* v1 only; part of cpu in v2 */
	CGROUP_DEVICES, /* v1 only; a BPF program in v2 */
	CGROUP_BLKIO,	/* "io" in v2 */
	CGROUP_FREEZER, /* v1 only; cgroup.freeze in v2 */
	CGROUP_HUGETLB,
	CGROUP_NET_CLS, /* v1 only, as the next one */
	CGROUP_NET_PRIO,
	CGROUP_RDMA,
	CGROUP_UNIFIED, /* the v2 hierarchy itself */
	CGROUP_CONTROLLER_COUNT
};

#define CGROUP_BIT(controller) (1u << (controller))

enum cgroup_layout { CGROUP_LAYOUT_NONE, CGROUP_LAYOUT_V1, CGROUP_LAYOUT_HYBRID, CGROUP_LAYOUT_V2 };

#define CGROUP_PLACE_SIZE 512

struct cgroup_host {
	enum cgroup_layout layout;
	/*
	 * There are cgroups, but the caller may not make any. With v1 that is LAYOUT_NONE; with v2
	 * those that he made from elsewhere are still his to read and to end.
	 */
	bool is_denied;
	bool is_users;	 /* an ordinary user's view: what systemd does for him, his own one does */
	unsigned int v1; /* CGROUP_BITs of controllers with a v1 hierarchy */
	unsigned int v2; /* CGROUP_BITs of controllers that the unified hierarchy offers */
	/* below which cgroups are made: "" for all of the host, else what was delegated */
	char place[CGROUP_PLACE_SIZE];
};

/**
 * Looks at what is mounted at /sys/fs/cgroup. Never fails: a host without cgroups has LAYOUT_NONE.
 *
 * An ordinary user has what is delegated to him, in v2 only: see cgroup_find_delegated().
 */
void cgroup_host_probe(struct cgroup_host *ret_host);

/**
 * The highest cgroup at or above the caller's own that was delegated to him: he may write to it, its
 * cgroup.procs and its cgroup.subtree_control, and so to those of all between the two.
 *
 * @root: where the unified hierarchy is mounted
 * @own:  text of /proc/self/cgroup
 * Returns false where even his own is not. cgroups(7), "Cgroups delegation".
 */
bool cgroup_find_delegated(const char *root, const char *own, char ret_place[CGROUP_PLACE_SIZE]);

/**
 * The host as it is for a cgroup that another made for the caller, with whatever controllers he has:
 * one that is not there tells so when its limit is written.
 */
void cgroup_host_given(struct cgroup_host *host);

/** The part of @path from where on cgroups may be made and controllers enabled. */
const char *cgroup_below_place(const struct cgroup_host *host, const char *path);

/**
 * Moves the processes of a cgroup of v2 into one inside it, "supervisor": with processes of its own
 * it can enable no controller for those inside (cgroups(7), "no internal processes").
 * Returns -1 with errno, EBUSY where some may not be moved.
 */
int cgroup_vacate(const char *folder);

/** Name of the folder of a v1 hierarchy or of a v2 controller, e.g. "memory". */
const char *cgroup_controller_name(enum cgroup_controller controller);

/** The same as the unified hierarchy has it, where one controller has another name. */
const char *cgroup_v2_name(enum cgroup_controller controller);

/** Name of a layout: "none", "v1", "hybrid" or "v2". */
const char *cgroup_layout_name(enum cgroup_layout layout);

/**
 * Writes where the cgroup @path lies in a controller's hierarchy; in the unified one all controllers
 * share a folder. Returns -1 if @size does not suffice.
 */
int cgroup_folder(const struct cgroup_host *host, enum cgroup_controller controller,
		  const char *path, char *out, size_t size);

/** One file of one controller: what is written to it, in this order. */
struct cgroup_write {
	enum cgroup_controller controller;
	const char *file; /* static, or `name` */
	char *value;	  /* owned */
	char *name;	  /* owned; NULL where the file is a static one */
	/* what is written where the kernel has no such file; NULL: then it is an error */
	const char *other_file; /* static */
	char *other_value;	/* owned */
};

/* Everything about a container's cgroup, decided beforehand. */
struct cgroup_plan {
	char *path;		/* "/containr/ID"; owned */
	bool is_given;		/* another made it: it is there, and his to remove */
	unsigned int used;	/* CGROUP_BITs of the hierarchies to create it in */
	unsigned int v2_enable; /* CGROUP_BITs to enable in the parents' cgroup.subtree_control */
	struct cgroup_write *writes;
	size_t write_count;
	size_t write_cap;
};

void cgroup_plan_release(struct cgroup_plan *plan);

/** Adds a write to the plan; @value is taken over. NULL (no memory) is an error. */
int cgroup_plan_add(struct cgroup_plan *plan, enum cgroup_controller controller, const char *file,
		    char *value, struct containr_error *err) MUST_CHECK;

/** The same for a file whose name is made up; @name is taken over too. */
int cgroup_plan_add_named(struct cgroup_plan *plan, enum cgroup_controller controller, char *name,
			  char *value, struct containr_error *err) MUST_CHECK;

/** Gives the write that was added last an alternative; @value is taken over. */
int cgroup_plan_add_other(struct cgroup_plan *plan, const char *file, char *value,
			  struct containr_error *err) MUST_CHECK;

/* The folders of a created cgroup. */
struct cgroup {
	int dirs[CGROUP_CONTROLLER_COUNT];  /* -1 where it has none */
	int tasks[CGROUP_CONTROLLER_COUNT]; /* v1: `tasks`, open for writing, else -1 */
};

#define CGROUP_INIT                                                                                \
	((struct cgroup) { .dirs = { -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 },         \
			   .tasks = { -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1 } })
#define autocgroup __attribute__((cleanup(cgroup_close))) struct cgroup

/** Closes descriptors; the cgroup stays. */
void cgroup_close(struct cgroup *cgroup);

/**
 * Creates the cgroup and writes its limits. What was created is removed again on failure.
 * Errors: CGROUP_SETUP, CGROUP_APPLY_LIMITS, PERMISSION_DENIED.
 */
int cgroup_create(const struct cgroup_host *host, const struct cgroup_plan *plan,
		  struct cgroup *ret_cgroup, struct containr_error *err) MUST_CHECK;

#define CGROUP_ENABLE_SIZE 128

/** Writes what enables @controllers (CGROUP_BITs) in a cgroup.subtree_control; false for none. */
bool cgroup_format_enable(unsigned int controllers, char ret_text[CGROUP_ENABLE_SIZE]);

/** Writes the limits of @plan to a cgroup that is there. Errors: CGROUP_APPLY_LIMITS. */
int cgroup_apply(const struct cgroup_host *host, const struct cgroup_plan *plan,
		 const struct cgroup *cgroup, struct containr_error *err) MUST_CHECK;

/**
 * Changes the limits of a cgroup that is in use. It is put into those hierarchies of @plan where it
 * is not yet, with all its processes.
 *
 * Errors: as cgroup_create(); limits before the one that failed are set.
 */
int cgroup_update(const struct cgroup_host *host, const struct cgroup_plan *plan,
		  struct containr_error *err) MUST_CHECK;

/** Opens an existing cgroup's folders; hierarchies without it stay -1. */
int cgroup_open(const struct cgroup_host *host, const char *path, struct cgroup *ret_cgroup,
		struct containr_error *err) MUST_CHECK;

/**
 * Creates a cgroup inside one that is open, in one hierarchy: for processes that may have to be killed
 * together. Its descriptors take the place of the outer one's there.
 *
 * @name: of the new one; its path is that of the outer one, "/" and this
 * Errors: CGROUP_SETUP; UNSUPPORTED where the outer one has no hierarchy that will do.
 */
int cgroup_nest(const char *name, struct cgroup *cgroup, struct containr_error *err) MUST_CHECK;

/**
 * Moves the calling thread, the only one of its process, into the v1 hierarchies of @cgroup.
 * Async-signal-safe.
 *
 * "0" to `tasks` moves just the writer, for which the kernel does not take the lock that stops all
 * forks: a parent's write to cgroup.procs waits for an RCU grace period, 10 ms and more on an idle
 * machine (docs/PERFORMANCE.md).
 */
int cgroup_enter_v1(const struct cgroup *cgroup, struct containr_error *err) MUST_CHECK;

/** Moves @pid into the unified hierarchy's cgroup; for kernels and callers without
 * CLONE_INTO_CGROUP. */
int cgroup_enter_v2(const struct cgroup *cgroup, int pid, struct containr_error *err) MUST_CHECK;

/**
 * Removes the cgroup and the empty ones inside it from all hierarchies; one that is not there is
 * fine. Waits up to a second for processes that are just ending. The hosts' own folders and the
 * parents are never touched.
 *
 * Errors: CGROUP_SETUP with EBUSY while processes live in it.
 */
int cgroup_remove(const struct cgroup_host *host, const char *path,
		  struct containr_error *err) MUST_CHECK;

/** The same for the hierarchies in @used only (CGROUP_BITs), where it is known which they are. */
int cgroup_remove_used(const struct cgroup_host *host, const char *path, unsigned int used,
		       struct containr_error *err) MUST_CHECK;

/**
 * Kills everything in the cgroup: cgroup.kill, else a signal to each process until none is left.
 * SIGKILL also thaws what v1 has frozen, as it would not die otherwise.
 */
int cgroup_kill(const struct cgroup_host *host, const char *path, int signal,
		struct containr_error *err) MUST_CHECK;

/**
 * Freezes all processes of the cgroup, or thaws them, and waits until it is done: cgroup.freeze of
 * the unified hierarchy, else freezer.state of v1. Thawing what is not frozen is fine.
 *
 * Errors: CGROUP_SETUP; UNSUPPORTED where the host or the cgroup has neither; TIMEOUT.
 */
int cgroup_freeze(const struct cgroup_host *host, const char *path, bool frozen,
		  struct containr_error *err) MUST_CHECK;

/** Whether the cgroup is frozen, or about to be. */
bool cgroup_is_frozen(const struct cgroup_host *host, const char *path);

/** Appends the pids in the cgroup, one a line, as seen from the reader's pid namespace. */
int cgroup_read_procs(const struct cgroup_host *host, const char *path, struct str *out,
		      struct containr_error *err) MUST_CHECK;

/**
 * Reads a number from a controller's file ("max" reads as INT64_MAX).
 * Returns false if it is not there or no number.
 */
bool cgroup_read_number(const struct cgroup *cgroup, enum cgroup_controller controller,
			const char *file, int64_t *ret_value);

/**
 * Opens what tells that the kernel ran out of the cgroup's memory.
 *
 * @ret_counter: file with the line "oom_kill N"; in v2 it wakes who polls it for POLLPRI
 * @ret_event:   v1: an eventfd that gets readable instead; -1 in v2
 * Both are close-on-exec and the caller's, and -1 where the host does not tell.
 */
void cgroup_watch_oom(const struct cgroup *cgroup, int *ret_counter, int *ret_event);

/** Reads the number behind @key of a "key value" file such as memory.stat; false if it is not
 * there. */
bool cgroup_read_key(const struct cgroup *cgroup, enum cgroup_controller controller,
		     const char *file, const char *key, int64_t *ret_value);

#endif
