/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_PROCESS_H
#define CONTAINER_PROCESS_H

#include "base/error.h"
#include "base/log.h"
#include "container/oci.h"
#include "container/rendezvous.h"
#include "kernel/seccomp.h"

/*
 * The last steps of a process that is inside the container already, shared by its init and by exec:
 * who it is, what it may do, what it executes. Nothing here allocates.
 */

#define PROCESS_HOME_MAX 512
#define PROCESS_GROUPS_MAX 64

/* Who a process runs as, looked up in the container's own /etc/passwd and /etc/group. */
struct process_user {
	uint32_t uid;
	uint32_t gid;
	uint32_t groups[PROCESS_GROUPS_MAX];
	size_t group_count;
	char home[PROCESS_HOME_MAX]; /* "HOME=..." */
};

/**
 * Finds out who @user is. To be called with the container's root as "/".
 * Errors: INVALID_ARGUMENT for a name that the container does not know.
 */
int process_user_find(const struct oci_user *user, struct process_user *ret_user,
		      struct containr_error *err) MUST_CHECK;

/** Whether @user is somebody in the container's user namespace. Errors: INVALID_ARGUMENT. */
int process_user_check(const struct oci_config *config, const struct process_user *user,
		       struct containr_error *err) MUST_CHECK;

/** Puts @home into the free slot of @env unless it has a HOME. */
void process_set_home(char **env, char *home);

/**
 * Finds the file to execute as execvp(3) does, with the PATH of @env.
 * Errors: COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE.
 */
int process_find_program(const char *name, char *const *env, char *ret_path, size_t size,
			 struct containr_error *err) MUST_CHECK;

/* The files that get the labels of security modules; -1 each for none. */
struct process_labels {
	int apparmor;
	int selinux;
};

/** Opens them, while /proc is the host's. Errors: UNSUPPORTED where the kernel lacks the module. */
int process_open_labels(const struct oci_process *process, struct process_labels *ret_labels,
			struct containr_error *err) MUST_CHECK;

/** Writes the labels: they hold from the next execve(2) on. */
int process_write_labels(const struct oci_process *process, const struct process_labels *labels,
			 struct containr_error *err) MUST_CHECK;

/** Makes the process one of a 32-bit system, if it is to be. personality(2) */
int process_set_personality(const struct oci_config *config, struct containr_error *err) MUST_CHECK;

/** Sets the OOM score, if there is one. Has to come before the ids change. */
int process_set_oom_score(const struct oci_process *process, struct containr_error *err) MUST_CHECK;

/** Sets limits, the schedule and the umask: what needs the rights of the engine. */
int process_set_limits(const struct oci_process *process, const struct log *log,
		       struct containr_error *err) MUST_CHECK;

/**
 * Gives the standard streams to the user who will work on them, or a program that opens /dev/stdout
 * again, as web servers do, is refused. Only what was made for this process: its terminal, and
 * with @pipes_are_ours pipes. Anything else is the caller's, and may be a device of the host.
 */
int process_own_streams(const struct oci_process *process, const struct process_user *user,
			bool pipes_are_ours, struct containr_error *err) MUST_CHECK;

/**
 * Takes the identity and the capabilities of the process, and no_new_privs, in the right order.
 *
 * A filter needs no_new_privs or CAP_SYS_ADMIN. Without the first it is loaded here, before the
 * capability goes; with it by process_confine(), so that it need not allow what comes in between. Its
 * listener, if it has one, goes to the agent of @meeting.
 */
int process_drop_rights(const struct oci_process *process, const struct process_user *user,
			const struct seccomp_filter *filter, const struct rendezvous *meeting,
			struct containr_error *err) MUST_CHECK;

/** Loads the filter, unless process_drop_rights() did. */
int process_confine(const struct oci_process *process, const struct seccomp_filter *filter,
		    const struct rendezvous *meeting, struct containr_error *err) MUST_CHECK;

/**
 * Closes all descriptors from @first on but those in @keep (any order, -1 for none).
 *
 * To be done as soon as the process is inside the container and before any path of the container is
 * looked at: "/proc/self/fd/7/.." in a working folder, a link or a PATH would lead through an open
 * folder of the host (CVE-2024-21626).
 */
int process_close_others(int first, const int *keep, size_t count,
			 struct containr_error *err) MUST_CHECK;

/** Gives signals their default meaning. */
void process_reset_signals(void);

/** Executes. Returns on failure only: COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE. */
int process_execute(const char *path, char *const *argv, char *const *env,
		    struct containr_error *err) MUST_CHECK;

#endif
