/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_AGAIN_H
#define CONTAINER_AGAIN_H

#include <containr/containr.h>

#include "base/error.h"

/**
 * Starts a container whose restart policy wants it, from the process that was its monitor and holds
 * the lock of its state at MONITOR_FD_STATE; becomes the new monitor. Returns only when the
 * container could not be started: then that is written down as its end.
 */
int container_start_again(struct containr *engine, const char *id,
			  struct containr_error *err) MUST_CHECK;

#endif
