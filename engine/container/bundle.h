/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_BUNDLE_H
#define CONTAINER_BUNDLE_H

#include "base/error.h"
#include "base/json.h"
#include "base/log.h"
#include "container/cgroup_place.h"
#include "container/oci.h"
#include "container/oci_state.h"
#include "container/state.h"
#include "kernel/cgroup.h"

#include <sys/types.h>

/*
 * Containers as the OCI runtime specification has them: made from a bundle (a folder with
 * config.json and a root file system) by create, start, kill, delete, each a process of its own.
 * There is no monitor: whoever called us (conmon, containerd-shim) is or becomes the parent.
 *
 *   ROOT/ID/  state  config.json (as it was at create)  bundle (a link to it)  cgroup  resctrl  exec.fifo
 */

#define BUNDLE_FOLDER "containr-runtime" /* below /run, or the user's own: xdg_runtime_path() */
#define BUNDLE_CGROUP "cgroup" /* a link to its path, where the configuration does not tell */
#define BUNDLE_LINK "bundle"

struct bundle {
	const struct log *log;
	int root; /* state folder of all containers */
	int dir;  /* of this container; -1 before it is created */
	int state_fd;
	const char *id; /* borrowed */
	char *path;	/* of the bundle */
	struct state state;
	struct oci_config config;
	bool has_config;
};

#define autobundle __attribute__((cleanup(bundle_release))) struct bundle

void bundle_release(struct bundle *bundle);

/**
 * Opens a container that was created.
 *
 * @root_path: state folder; NULL for the usual one
 * Errors: CONTAINER_NOT_FOUND, INVALID_ARGUMENT for an id with other than [a-zA-Z0-9_+.-].
 */
int bundle_open(const char *root_path, const char *id, const struct log *log,
		struct bundle *ret_bundle, struct containr_error *err) MUST_CHECK;

struct bundle_options {
	const char *root_path;	    /* state folder; NULL for the usual one */
	const char *bundle_path;    /* folder with config.json; NULL for the current one */
	const char *console_socket; /* gets the terminal's master; NULL for none */
	const char *pid_file;	    /* NULL for none */
	const char *pidfd_socket;   /* gets a descriptor of the first process; NULL for none */
	int preserve_fds;	    /* descriptors from 3 on that the container gets */
	int listen_fds;		    /* how many of them are sockets that systemd handed over */
	bool systemd_cgroup;	    /* linux.cgroupsPath is SLICE:PREFIX:NAME */
	bool no_pivot;		    /* for a host whose root is in memory: mount_move_root() */
	bool no_new_keyring;	    /* the container has the caller's session keyring */
	const struct log *log;
};

/** Makes a container and stops right before its program. Errors: CONTAINER_EXISTS, INVALID_CONFIG
 * ... */
int bundle_create(const char *id, const struct bundle_options *options,
		  struct containr_error *err) MUST_CHECK;

/** Lets a created container's program run. Errors: INVALID_STATE. */
int bundle_start(struct bundle *bundle, struct containr_error *err) MUST_CHECK;

/**
 * Makes and starts a container, passes its streams and signals through, and removes it when it
 * ends.
 *
 * @detach:        return when it runs and leave it
 * @ret_exit_code: 0 when detached
 */
int bundle_run(const char *id, const struct bundle_options *options, bool detach,
	       int *ret_exit_code, struct containr_error *err) MUST_CHECK;

/** "created", "running" or "stopped"; "paused" only after bundle_load_config(). */
const char *bundle_status(const struct bundle *bundle);

/** Writes the state object of the runtime specification. */
void bundle_write_state(struct json_writer *writer, const struct bundle *bundle);

/** The state object of a container that is in @status; strings are borrowed. */
struct oci_state bundle_state(const struct bundle *bundle, const char *status);

/**
 * Runs the hooks of a kind that runs beside the container; one that fails is a warning, as the
 * specification wants it. @status is what they are told.
 */
void bundle_run_hooks(const struct bundle *bundle, enum oci_hook_kind kind, const char *status);

/** Sends a signal to the first process, or with @all to every process. Errors: INVALID_STATE. */
int bundle_kill(struct bundle *bundle, int signal, bool all, struct containr_error *err) MUST_CHECK;

/** Removes a stopped container; with @force one that runs too. Errors: INVALID_STATE. */
int bundle_delete(struct bundle *bundle, bool force, struct containr_error *err) MUST_CHECK;

/** Freezes all processes of a running container. Errors: INVALID_STATE. */
int bundle_pause(struct bundle *bundle, struct containr_error *err) MUST_CHECK;

/** Lets a paused container go on. Errors: INVALID_STATE. */
int bundle_resume(struct bundle *bundle, struct containr_error *err) MUST_CHECK;

/** Appends the pids of the container's processes, one a line. Errors: INVALID_STATE. */
int bundle_processes(struct bundle *bundle, struct str *out, struct containr_error *err) MUST_CHECK;

/**
 * Changes limits of a container that was created or runs; what @resources does not name stays.
 * Errors: INVALID_STATE, and those of plan_limits() and of cgroup_update().
 */
int bundle_update(struct bundle *bundle, const struct oci_resources *resources,
		  struct containr_error *err) MUST_CHECK;

/* What `events` waits for. */
enum bundle_event { BUNDLE_EVENT_TIMEOUT, BUNDLE_EVENT_OOM, BUNDLE_EVENT_END };

struct bundle_watch {
	struct cgroup cgroup;
	int pidfd;
	int counter;
	int oom;
};

/** Begins to watch a container. Errors: INVALID_STATE for one that is stopped. */
int bundle_watch_open(struct bundle *bundle, struct bundle_watch *ret_watch,
		      struct containr_error *err) MUST_CHECK;
void bundle_watch_close(struct bundle_watch *watch);

/** Waits until something happens or @timeout_ms passed. */
enum bundle_event bundle_watch_wait(const struct bundle_watch *watch, int timeout_ms);

/** Writes the member "data" of a stats event, in runc's form. */
void bundle_write_stats(struct json_writer *writer, const struct bundle_watch *watch);

struct bundle_exec {
	const struct oci_process *process;
	const char *console_socket;
	const char *pid_file;
	const char *pidfd_socket;
	const char *cgroup; /* below the container's; NULL for the container's own */
	int preserve_fds;
	bool detach;
	bool ignore_paused; /* the process waits until the container goes on */
};

/** Reads config.json of the container as it was created: bundle->config. */
int bundle_load_config(struct bundle *bundle, struct containr_error *err) MUST_CHECK;

/** Runs a further process in a running container. */
int bundle_exec(struct bundle *bundle, const struct bundle_exec *exec, int *ret_exit_code,
		struct containr_error *err) MUST_CHECK;

/** Calls @handle for each container below @root_path, in the order of the file system. */
int bundle_list(const char *root_path, const struct log *log,
		int (*handle)(const struct bundle *bundle, void *context), void *context,
		struct containr_error *err) MUST_CHECK;

/** Opens the state folder of all containers, creating it. */
int bundle_open_root(const char *root_path, int *ret_fd, struct containr_error *err) MUST_CHECK;

/** Connects to the socket that @option names. Errors: INVALID_ARGUMENT, PROCESS_SETUP. */
int bundle_connect(const char *option, const char *path, int *ret_fd,
		   struct containr_error *err) MUST_CHECK;

/** Sends a descriptor of a process; nothing with a @socket of -1. */
int bundle_send_pidfd(int socket, int pidfd, struct containr_error *err) MUST_CHECK;

/** Writes a process id for the caller, in one step. */
int bundle_write_pid(const char *path, pid_t pid, struct containr_error *err) MUST_CHECK;

/** Path of the container's cgroup: linux.cgroupsPath, or one of its own; the caller frees it. */
char *bundle_cgroup_path(const struct bundle *bundle);

/** The same with who made it. Errors: CGROUP_SETUP. */
int bundle_find_cgroup(const struct bundle *bundle, struct cgroup_place *ret_place,
		       struct containr_error *err) MUST_CHECK;

/** Removes the cgroup; a scope with all that lives in it. Errors: those of cgroup_place_remove(). */
int bundle_remove_cgroup(const struct bundle *bundle, struct containr_error *err) MUST_CHECK;

/** Deletes the container's state folder. */
int bundle_remove_files(const struct bundle *bundle, struct containr_error *err) MUST_CHECK;

/** Checks an id. Errors: INVALID_ARGUMENT. */
int bundle_check_id(const char *id, struct containr_error *err) MUST_CHECK;

#endif
