/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_USERNS_H
#define KERNEL_USERNS_H

#include "base/error.h"
#include "kernel/idmap.h"

#include <stdbool.h>
#include <sys/types.h>

/* User namespaces: giving one its ids, and doing the work of root in one. user_namespaces(7). */

/** Whether the process is in a user namespace that is not the host's own. */
bool userns_is_nested(void);

/** Whether the caller is not root, so that everything needs a user namespace. */
bool userns_is_rootless(void);

/**
 * The ids that the caller may map: its own as 0, and behind it those of /etc/subuid and
 * /etc/subgid, as far as newuidmap(1) and newgidmap(1) are there to map them. Both maps are the
 * caller's to release.
 */
int userns_own_ids(struct idmap *ret_uids, struct idmap *ret_gids,
		   struct containr_error *err) MUST_CHECK;

/**
 * Writes the id maps of the user namespace that @pid is in and has created just now: directly where
 * that is allowed (root, or the caller's own id alone), else by newuidmap(1) and newgidmap(1).
 *
 * @pid: has to be dumpable for a caller that is not root
 * Errors: NAMESPACE_SETUP; PERMISSION_DENIED when the ids are not the caller's to give.
 */
int userns_map(pid_t pid, const struct idmap *uids, const struct idmap *gids,
	       struct containr_error *err) MUST_CHECK;

/**
 * Becomes root of the user namespace that the process is in, once its ids are mapped.
 * Async-signal-safe. Errors: NAMESPACE_SETUP.
 */
int userns_become_root(struct containr_error *err) MUST_CHECK;

/* One of users, one of groups. */
#define USERNS_KINDS 2

/* newuidmap(1) and newgidmap(1) at work. */
struct userns_helpers {
	pid_t pids[USERNS_KINDS];
	int errors; /* what they say; -1 when there are none */
};

#define USERNS_HELPERS_INIT ((struct userns_helpers) { .errors = -1 })

/* A user namespace that is being made while its maker does something else. */
struct userns_maker {
	pid_t holder; /* a process that keeps it; 0 when nothing is being made */
	int fd;
	struct userns_helpers helpers;
};

#define USERNS_MAKER_INIT ((struct userns_maker) { .fd = -1, .helpers = USERNS_HELPERS_INIT })

/** Begins to make a user namespace with these maps. @maker: USERNS_MAKER_INIT. */
int userns_begin(const struct idmap *uids, const struct idmap *gids, struct userns_maker *maker,
		 struct containr_error *err) MUST_CHECK;

/**
 * Waits until the namespace has its maps; ends the maker.
 * @ret_fd: the namespace, the caller's to close
 */
int userns_finish(struct userns_maker *maker, int *ret_fd, struct containr_error *err) MUST_CHECK;

/** Ends what was begun; harmless on one that was not. */
void userns_abandon(struct userns_maker *maker);

/**
 * Opens a new user namespace with these maps, for an id-mapped mount. mount_setattr(2)
 * @ret_fd: the caller's to close
 */
int userns_open(const struct idmap *uids, const struct idmap *gids, int *ret_fd,
		struct containr_error *err) MUST_CHECK;

/**
 * Makes the calling process, which must have one thread, root of new user and mount namespaces with
 * userns_own_ids(): what is stored for containers of an ordinary user has owners that only mean
 * something there. Does nothing for root.
 *
 * Errors: NAMESPACE_SETUP with a hint where user namespaces are not allowed.
 */
int userns_enter(struct containr_error *err) MUST_CHECK;

/**
 * Runs @work in a child that has done userns_enter(); for root simply calls it.
 * @work: returns 0 or an error in its @err, which becomes that of the caller
 */
int userns_run(int (*work)(void *context, struct containr_error *err), void *context,
	       struct containr_error *err) MUST_CHECK;

/** The same in a child for root as well: what @work mounts or enters ends with it. */
int userns_run_child(int (*work)(void *context, struct containr_error *err), void *context,
		     struct containr_error *err) MUST_CHECK;

#endif
