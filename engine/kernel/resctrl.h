/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_RESCTRL_H
#define KERNEL_RESCTRL_H

#include "base/error.h"
#include "base/str.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

/*
 * Shares of caches and of memory bandwidth (Intel RDT, AMD QoS): groups of processes in the file
 * system resctrl. A group is a folder with the files schemata (its shares) and tasks; below its
 * mon_groups are groups that are only counted. Documentation/filesystems/resctrl.rst in the kernel;
 * which group a container gets is said in config-linux.md of the runtime specification, "IntelRdt".
 */

#define RESCTRL_PATH_SIZE PATH_MAX
#define RESCTRL_ROOT_GROUP "/" /* the group of whoever is in no other one */

/* What a container asks for. */
struct resctrl_wish {
	bool is_set;
	bool monitored;		/* counted apart from the others in its group */
	char *group;		/* its name; NULL: one of the container's own, named by its id */
	char *l3_cache;		/* lines of schemata, NULL for none: these two are written first */
	char *memory_bandwidth; /* one line, "MB:..." */
	struct strv schemata;	/* lines that are written last */
};

void resctrl_wish_release(struct resctrl_wish *wish);

/* Who removes a group. */
enum resctrl_owner {
	RESCTRL_FOREIGN,   /* it was there */
	RESCTRL_SHARED,	   /* it was made by a container, whose last one takes it along */
	RESCTRL_CONTAINER, /* it is one container's own */
};

struct resctrl_group {
	int lock; /* of all groups, flock(2) on the root: so no group goes while somebody comes */
	int dir;
	int monitor; /* its folder below mon_groups; -1 for none */
	enum resctrl_owner owner;
	char path[RESCTRL_PATH_SIZE];
};

#define RESCTRL_GROUP_INIT ((struct resctrl_group) { .lock = -1, .dir = -1, .monitor = -1 })

void resctrl_close(struct resctrl_group *group);

/** Finds where the file system is mounted, in the text of /proc/PID/mountinfo; NULL where it is not.
 * The caller frees it. */
char *resctrl_parse_mounts(const char *text, size_t len);

/** The same on this host. Errors: UNSUPPORTED. */
int resctrl_find(char **ret_root, struct containr_error *err) MUST_CHECK;

/** Whether a group may have this name: it is no file of the kernel's and leads nowhere. */
bool resctrl_is_name(const char *name);

/** Whether @shown, the content of a file schemata, has the shares that @wished asks for.
 * @step: of MB, to which the kernel rounds up; 0 if it is not known */
bool resctrl_is_same(const char *wished, const char *shown, unsigned long step);

/**
 * Decides which group a container gets, and locks all groups. Nothing is made.
 *
 * @root: where the file system is mounted
 * @id:   of the container
 * @ret_group: path and owner; to be closed
 * Errors: INVALID_CONFIG for a group that has other shares, or should be there and is not.
 */
int resctrl_choose(const char *root, const struct resctrl_wish *wish, const char *id,
		   struct resctrl_group *ret_group, struct containr_error *err) MUST_CHECK;

/** Makes the chosen group if it is not there, gives it its shares, makes what counts it apart.
 * What was made before an error stays: resctrl_remove(). Errors: CGROUP_APPLY_LIMITS. */
int resctrl_make(struct resctrl_group *group, const struct resctrl_wish *wish, const char *id,
		 struct containr_error *err) MUST_CHECK;

/** Opens the group of a container that runs, for another process of it. Errors: CGROUP_SETUP. */
int resctrl_open(const char *path, const char *id, struct resctrl_group *ret_group,
		 struct containr_error *err) MUST_CHECK;

/** Moves a process, its later children with it, and unlocks. Errors: CGROUP_SETUP. */
int resctrl_enter(struct resctrl_group *group, pid_t pid, struct containr_error *err) MUST_CHECK;

/** Takes away what a container had: its part of mon_groups, and its group if it is the owner's turn.
 * What is gone already is fine. Errors: CGROUP_SETUP. */
int resctrl_remove(const char *path, enum resctrl_owner owner, const char *id,
		   struct containr_error *err) MUST_CHECK;

#endif
