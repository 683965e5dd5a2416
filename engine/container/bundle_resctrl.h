/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_BUNDLE_RESCTRL_H
#define CONTAINER_BUNDLE_RESCTRL_H

#include "container/bundle.h"
#include "kernel/resctrl.h"

/*
 * linux.intelRdt of a container that is made of a bundle. Which group it is in, and who removes that,
 * is noted in the container's folder before the group is made, so that a kill leaves nothing behind.
 */

#define BUNDLE_RESCTRL "resctrl" /* a link to OWNER:PATH */

/**
 * Makes the group that the configuration asks for.
 *
 * @ret_group: to be closed; left alone where none is asked for
 * Errors: those of resctrl_find(), resctrl_choose() and resctrl_make(); IO.
 */
int bundle_resctrl_make(const struct bundle *bundle, struct resctrl_group *ret_group,
			struct containr_error *err) MUST_CHECK;

/** Moves the calling process into the container's group, if it is in one. Errors: CGROUP_SETUP. */
int bundle_resctrl_join(const struct bundle *bundle, struct containr_error *err) MUST_CHECK;

/** Removes what bundle_resctrl_make() has made. Errors: CGROUP_SETUP. */
int bundle_resctrl_remove(const struct bundle *bundle, struct containr_error *err) MUST_CHECK;

#endif
