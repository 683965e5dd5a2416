/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_EXEC_COMMAND_H
#define CONTAINER_EXEC_COMMAND_H

#include <containr/container.h>

#include "base/error.h"

/**
 * containr_exec() under an id that the caller has chosen, so that it can be found when the caller is
 * killed: see exec_group_sweep().
 *
 * @exec_id: EXEC_ID_LENGTH digits
 */
int exec_command(struct containr *engine, const char *container,
		 const struct containr_exec_spec *spec, const char *exec_id, int *ret_exit_code,
		 struct containr_error *err) MUST_CHECK;

#endif
