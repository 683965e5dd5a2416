/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_SECCOMP_JSON_H
#define KERNEL_SECCOMP_JSON_H

#include "base/json.h"
#include "kernel/seccomp.h"

/*
 * Profiles as JSON: the linux.seccomp object of the OCI configuration, and docker's profile files,
 * which add archMap, name, and includes/excludes by capability, architecture and kernel version.
 * See config-linux.md of the runtime specification, and profiles/seccomp of moby.
 */

/**
 * Reads a profile. Names of system calls that no architecture here knows are skipped, as runc and
 * crun do: a profile may be newer than the engine.
 *
 * @value: the object; everything is copied out of it
 * @path:  its own JSON path for errors, e.g. "linux.seccomp"; "" for a profile file
 * @caps:  bounding set of the process, for includes.caps and excludes.caps
 * @err:   INVALID_CONFIG, e.g. "linux.seccomp.syscalls[3].action: unknown action 'X'"
 */
int seccomp_profile_parse(const struct json *value, const char *path, uint64_t caps,
			  struct seccomp_profile *ret_profile,
			  struct containr_error *err) MUST_CHECK;

#endif
