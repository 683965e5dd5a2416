/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_HOOKS_H
#define CONTAINER_HOOKS_H

#include "base/error.h"
#include "container/oci_state.h"

/*
 * Hooks: programs of the bundle that run at certain moments of a container's life, each with the
 * state object on its standard input. config.md of the OCI runtime specification, "POSIX-platform
 * Hooks". What they print is kept in a file in memory, and becomes part of the error if one fails.
 */

/**
 * Makes a file in memory that holds a state object, for hooks to read.
 *
 * @ret_fd: close-on-exec, and nobody can change it any more; the caller's
 */
int hooks_write_state(int fd, const struct oci_state *state, struct containr_error *err) MUST_CHECK;

/** Opens an empty file in memory (close-on-exec) for a state object or for what hooks print. */
int hooks_open_file(int *ret_fd, struct containr_error *err) MUST_CHECK;

/**
 * Runs the hooks of one kind, one after the other, from the calling process. No heap, no locks: the
 * container's own first process calls it too.
 *
 * @state:  file that holds the state object
 * @output: file that gets what they print
 * @dir:    their working folder; NULL for the current one
 * Errors: HOOK_FAILED, naming the hook and the last that it printed; those behind it do not run.
 */
int hooks_run(const struct oci_config *config, enum oci_hook_kind kind, int state, int output,
	      const char *dir, struct containr_error *err) MUST_CHECK;

/** The whole of it for a kind that runs beside the container (poststart, poststop). */
int hooks_run_beside(enum oci_hook_kind kind, const struct oci_state *state,
		     struct containr_error *err) MUST_CHECK;

#endif
