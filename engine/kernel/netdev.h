/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_NETDEV_H
#define KERNEL_NETDEV_H

#include "base/error.h"

/*
 * Network devices of the host, given to a container: rtnetlink(7).
 */

/**
 * Moves a device into another network namespace and brings it up there, with the permanent addresses
 * of global scope that it has: moving takes them away.
 *
 * @name:     of the device here
 * @new_name: there; NULL or empty: the same
 * @netns:    the other namespace; borrowed
 *
 * The calling thread, the only one of its process, is in the other namespace for a moment; on return
 * it is back. Errors: NAMESPACE_SETUP; with sys_errno ENODEV where there is no such device, EEXIST
 * where the other namespace has one of that name.
 */
int netdev_move(const char *name, const char *new_name, int netns,
		struct containr_error *err) MUST_CHECK;

#endif
