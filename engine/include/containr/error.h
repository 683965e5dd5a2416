/* SPDX-License-Identifier: MIT */
#ifndef CONTAINR_ERROR_H
#define CONTAINR_ERROR_H

#include <stdint.h>

/*
 * Errors as plain values.
 *
 * A function that can fail takes a `struct containr_error *err` last and returns 0 or the negated
 * code. The struct holds no pointers and is smaller than PIPE_BUF, so that a container's init
 * process can hand it to its parent in one write(2). The library never prints and never exits.
 */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* name, exit status of the command line, default hint (NULL for none) */
#define CONTAINR_ERROR_TABLE(X)                                                                    \
	X(OK, 0, NULL)                                                                             \
	X(INVALID_ARGUMENT, 125, NULL)                                                             \
	X(INVALID_CONFIG, 125, "see the OCI runtime specification, config.md")                     \
	X(INVALID_STATE, 125, NULL)                                                                \
	X(INVALID_REFERENCE, 125, "a reference looks like NAME[:TAG] or NAME@sha256:HEX")          \
	X(INVALID_ARCHIVE, 125, "expected a tar file, plain or compressed by gzip, xz or zstd")    \
	X(CONTAINER_NOT_FOUND, 125, "list containers with: containr ps -a")                        \
	X(CONTAINER_EXISTS, 125, "choose another name, or remove it with: containr rm NAME")       \
	X(CONTAINER_RUNNING, 125, "stop it first, or use --force")                                 \
	X(CONTAINER_NOT_RUNNING, 125, "start it with: containr start NAME")                        \
	X(CONTAINER_PAUSED, 125, "let it go on with: containr unpause NAME")                       \
	X(IMAGE_NOT_FOUND, 125, "list images with: containr images")                               \
	X(IMAGE_IN_USE, 125, "remove the containers that use it first, or use --force")            \
	X(IMAGE_CORRUPT, 125, "remove the image and import it again")                              \
	X(REGISTRY_UNREACHABLE, 125, "check the name of the registry, and the network")            \
	X(REGISTRY_DENIED, 125, "log in with: containr login REGISTRY")                            \
	X(REGISTRY_ERROR, 125, NULL)                                                               \
	X(DIGEST_MISMATCH, 125, "try again; if it stays so, the image is damaged in the registry") \
	X(VOLUME_NOT_FOUND, 125, "list volumes with: containr volume ls")                          \
	X(VOLUME_IN_USE, 125, "remove the container first")                                        \
	X(SNAPSHOT_NOT_FOUND, 125, "list snapshots with: containr snapshot ls")                    \
	X(SNAPSHOT_EXISTS, 125, "choose another name, or remove it with: containr snapshot rm")    \
	X(SNAPSHOT_IN_USE, 125, "remove what stands on it first, or use --force")                  \
	X(COMMAND_NOT_FOUND, 127, "give a path that exists in the image, or a name on its PATH")   \
	X(COMMAND_NOT_EXECUTABLE, 126, "the file must be executable and of this architecture")     \
	X(PERMISSION_DENIED, 125, "run as root")                                                   \
	X(NO_SPACE, 125, "free some space, or choose another place with --root")                   \
	X(OUT_OF_MEMORY, 125, NULL)                                                                \
	X(UNSUPPORTED, 125, NULL)                                                                  \
	X(IO, 125, NULL)                                                                           \
	X(LOCKED, 125, "another command is working on it; try again")                              \
	X(TIMEOUT, 125, NULL)                                                                      \
	X(NAMESPACE_SETUP, 125, NULL)                                                              \
	X(CGROUP_SETUP, 125, NULL)                                                                 \
	X(CGROUP_APPLY_LIMITS, 125, NULL)                                                          \
	X(ROOTFS_MOUNT, 125, NULL)                                                                 \
	X(ROOTFS_PIVOT, 125, NULL)                                                                 \
	X(SECURITY_CAPABILITIES, 125, NULL)                                                        \
	X(SECURITY_SECCOMP, 125, NULL)                                                             \
	X(PROCESS_SETUP, 125, NULL)                                                                \
	X(HOOK_FAILED, 125, NULL)                                                                  \
	X(MONITOR_LOST, 125, "look at the container with: containr inspect NAME")

enum containr_error_code {
#define CONTAINR_ERROR_ENUM(name, exit_status, hint) CONTAINR_E_##name,
	CONTAINR_ERROR_TABLE(CONTAINR_ERROR_ENUM)
#undef CONTAINR_ERROR_ENUM
};

struct containr_error {
	int32_t code;	   /* enum containr_error_code */
	int32_t sys_errno; /* errno of the system call that failed, 0 if none did */
	char message[512]; /* what failed, lower case, no full stop; NUL-terminated */
	char hint[256];	   /* what the reader can do next; may be empty */
};

/** Returns the name of @code, e.g. "CONTAINER_NOT_FOUND"; "UNKNOWN" for a number that is no code.
 */
const char *containr_error_name(int32_t code);

/** Returns the exit status that docker and podman use for an error like @code: 125, 126 or 127. */
int containr_error_exit_status(int32_t code);

/** Returns the hint that belongs to @code when no better one is known; NULL for none. */
const char *containr_error_default_hint(int32_t code);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
