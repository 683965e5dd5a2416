/* SPDX-License-Identifier: MIT */
#ifndef CONTAINR_CONTAINER_H
#define CONTAINR_CONTAINER_H

#include <containr/containr.h>
#include <containr/health.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define CONTAINR_ID_LENGTH 64

enum containr_network {
	CONTAINR_NETWORK_NONE,
	CONTAINR_NETWORK_HOST,
	CONTAINR_NETWORK_CONTAINER /* that of the container spec.network_container */
};

enum containr_mount_type { CONTAINR_MOUNT_BIND, CONTAINR_MOUNT_TMPFS, CONTAINR_MOUNT_VOLUME };

struct containr_volume_spec; /* containr/volume.h */

struct containr_mount {
	enum containr_mount_type type;
	const char *source;	    /* bind: absolute path on the host; volume: its name, NULL for
				       an anonymous one */
	const char *target;	    /* absolute path in the container */
	const char *const *options; /* of mount(8), e.g. "ro", "size=1m"; NULL-terminated or NULL */
	const char *subpath;	    /* volume: the part of it that is mounted; NULL: all */
	const struct containr_volume_spec *volume; /* volume: how to make it; NULL: as usual */
	bool no_copy;	       /* volume: a new one is not filled from the image */
	bool create_source;    /* bind: a source that is not there becomes a folder */
	bool is_not_recursive; /* bind: without the mounts below the source */
};

/*
 * What a container is to be. All zero is a valid start but for `image`; strings and lists are
 * borrowed for the call, lists are NULL-terminated, and NULL everywhere means "not given": then the
 * image's configuration, or else docker's default, holds.
 */
struct containr_spec {
	const char *image;    /* reference; NULL with `bundle` or `snapshot` */
	const char *bundle;   /* folder of an OCI bundle whose configuration and root are taken
			       instead; of the rest only name, labels, stop signal and time, and
			       what is said about streams and removal count */
	const char *snapshot; /* name of a snapshot: its image, and what it has on top of that */
	const char *name;     /* [a-zA-Z0-9][a-zA-Z0-9_.-]*; NULL: one is made up */
	const char *const *command;    /* program and arguments after the image's entry point */
	const char *const *entrypoint; /* replaces the image's; one empty string for none */
	const char *const *env;	       /* KEY=VALUE, or KEY to take the caller's value */
	const char *const *labels;     /* KEY=VALUE */
	const char *hostname;	       /* NULL: the first 12 digits of the id */
	const char *user;	       /* USER[:GROUP], names or numbers */
	const char *working_dir;       /* absolute */
	const struct containr_mount *mounts;
	size_t mount_count;
	const char *const *cap_add;
	const char *const *cap_drop;
	const char *const *security_opts; /* "seccomp=unconfined", "seccomp=FILE",
					     "no-new-privileges[=BOOL]" */
	const char *const *ulimits;	  /* "nofile=1024:2048" */
	const char *stop_signal;	  /* "SIGTERM", "15" */
	const char *restart;		  /* "no", "always", "on-failure[:N]", "unless-stopped" */
	const char *log_driver;		  /* "k8s-file", "none" */
	const char *const *log_opts;	  /* "max-size=10m", "max-file=3" */
	const char *domainname;
	const char *platform;	       /* OS/ARCHITECTURE that the image has to be for */
	const char *network_container; /* name or id, with CONTAINR_NETWORK_CONTAINER */
	const char *pid_mode;	       /* "host", "container:NAME"; NULL: its own */
	const char *userns_mode;       /* "auto": with ids of its own; "host", NULL: the caller's */
	const char *ipc_mode;	    /* "host", "none", "private", "shareable", "container:NAME" */
	const char *uts_mode;	    /* "host" */
	const char *cgroupns_mode;  /* "host", "private" */
	const char *cgroup_manager; /* "cgroupfs", NULL; "systemd": a scope unit of systemd */
	const char *cgroup_parent;  /* cgroupfs: path of a cgroup, "/shop"; systemd: "shop.slice" */
	const char *const *annotations; /* KEY=VALUE, of the OCI configuration */
	const char *const *sysctls;	/* KEY=VALUE */
	const char *const
		*volumes_from; /* CONTAINER[:ro|rw], whose volumes and binds it gets too */
	const char *const *blkio_weight_devices; /* DEVICE:WEIGHT, 10 to 1000 */
	const char *const *device_read_bps;	 /* DEVICE:BYTES, a second, as the next three */
	const char *const *device_read_iops;
	const char *const *device_write_bps;
	const char *const *device_write_iops;
	const char *const *devices;	 /* HOST[:CONTAINER[:rwm]] */
	const char *const *device_rules; /* "c 42:* rwm" */
	const char *const *groups;	 /* additional groups, names or numbers */
	const char *const *extra_hosts;	 /* NAME:ADDRESS, for /etc/hosts */
	const char *const *dns_servers;	 /* addresses; the host's where none is given */
	const char *const *dns_search;	 /* domains; "." for none */
	const char *const *dns_options;	 /* of resolv.conf(5) */
	const char *cpuset_cpus;	 /* "0-2,4" */
	const char *cpuset_mems;
	int64_t memory_swap_bytes; /* memory and swap together; 0: not set, -1: no limit */
	int64_t memory_reservation_bytes;
	int64_t memory_swappiness; /* 1 + 0 to 100, how gladly the kernel swaps; 0: not set */
	int64_t blkio_weight;	   /* 10 to 1000; 0: not set */
	int64_t cpu_shares;	   /* 2 to 262144 */
	int64_t cpu_quota_us;
	int64_t cpu_period_us;
	int64_t shm_size_bytes; /* of /dev/shm; 0: 64m */
	int64_t oom_score_adj;	/* -1000 to 1000 */
	bool oom_kill_disable;	/* wait for memory instead of being killed; cgroup v1 */
	bool privileged;	/* all rights and devices of the engine, nothing masked */
	int64_t memory_bytes;	/* 0: no limit */
	int64_t nano_cpus;	/* 1e9 is one CPU; 0: no limit */
	int64_t pids_limit;	/* 0 or -1: no limit */
	int64_t stop_timeout_s; /* seconds that stop waits before it kills; 0: 10 */
	enum containr_network network;
	bool allow_new_privileges; /* clear no_new_privs, which is on otherwise */
	bool read_only;
	bool tty;
	bool stdin_open;
	bool init;	  /* run containr-init as the first process */
	bool auto_remove; /* remove the container when it ends */
	uint16_t rows;	  /* size of the terminal; 0: not set */
	uint16_t columns;

	/* what is 0 or NULL in it is as the image says; a test "NONE" is no check whatever that says */
	struct containr_healthcheck healthcheck;
};

/**
 * Creates a container without starting it.
 *
 * @ret_id: 64 hexadecimal digits and a NUL
 * Errors: IMAGE_NOT_FOUND, CONTAINER_EXISTS, INVALID_ARGUMENT, NO_SPACE ...
 */
int containr_create(struct containr *engine, const struct containr_spec *spec,
		    char ret_id[CONTAINR_ID_LENGTH + 1], struct containr_error *err);

/**
 * Starts a created or ended container in the background.
 *
 * @ret_attach: a connection to its standard streams that saw everything from the start (see
 *              containr_attach()), the caller's to close; NULL when it is not wanted
 * Errors: CONTAINER_NOT_FOUND, CONTAINER_RUNNING, and those of the container's own set-up.
 */
int containr_start(struct containr *engine, const char *container, int *ret_attach,
		   struct containr_error *err);

/** Creates and starts a container; one that cannot be started is removed again. */
int containr_run(struct containr *engine, const struct containr_spec *spec,
		 char ret_id[CONTAINR_ID_LENGTH + 1], int *ret_attach, struct containr_error *err);

/**
 * Writes what containr_run() would do, as JSON, to @fd; changes nothing.
 */
int containr_run_plan(struct containr *engine, const struct containr_spec *spec, int fd,
		      struct containr_error *err);

/**
 * Connects to the standard streams of a running container: to what it writes from now on.
 *
 * @ret_attach: a connection for containr_attach(), the caller's to close. The container never waits
 *              for it: output that is not read in time is left out.
 * Errors: CONTAINER_NOT_FOUND, CONTAINER_NOT_RUNNING; MONITOR_LOST.
 */
int containr_connect(struct containr *engine, const char *container, int *ret_attach,
		     struct containr_error *err);

struct containr_attach_options {
	int stdin_fd;	/* -1: no input */
	int stdout_fd;	/* -1: thrown away */
	int stderr_fd;	/* -1: thrown away */
	bool tty;	/* stdin_fd is a terminal: raw mode, its size is passed on */
	bool sig_proxy; /* SIGINT, SIGTERM, SIGHUP ... that reach the caller are passed on */
	const char *detach_keys; /* "ctrl-p,ctrl-q"; "" for none; NULL for that default */
};

/**
 * Passes streams between a container and the caller's descriptors until it ends.
 *
 * @connection:    of containr_start() or containr_connect(); stays the caller's
 * @ret_exit_code: exit code of the container; -1 when it was detached from and goes on
 * Errors: MONITOR_LOST when the container's monitor was killed, and no other one could be started or the
 * exit code is known to nobody (Linux before 6.15); IO.
 */
int containr_attach(struct containr *engine, const char *container, int connection,
		    const struct containr_attach_options *options, int *ret_exit_code,
		    struct containr_error *err);

/* What `ps` and `inspect` show. */
struct containr_container {
	char *id;
	char *name;
	char *image;		 /* as it was asked for */
	char *image_id;		 /* "sha256:..." */
	char **command;		 /* program and arguments */
	char **labels;		 /* KEY=VALUE */
	char status[16];	 /* "created", "running", "paused", "restarting", "exited" */
	char restart_policy[16]; /* "no", "always", "on-failure", "unless-stopped" */
	bool was_stopped;	 /* by a command, since its last start by one */
	int exit_code;
	bool exit_known;
	bool oom_killed;
	bool auto_remove;
	bool tty;
	bool stdin_open;
	bool monitor_lost; /* its monitor was killed and no other one could be started */
	int pid;
	int64_t created_ns;
	int64_t started_ns;
	int64_t finished_ns;
	char health
		[16]; /* "starting", "healthy", "unhealthy"; "" without check, or before any run */
};

/**
 * Lists containers, newest first.
 *
 * @all:            also those that do not run
 * @ret_containers: array of @ret_count pointers, the caller's to free with
 * containr_container_list_free()
 */
int containr_container_list(struct containr *engine, bool all,
			    struct containr_container ***ret_containers, size_t *ret_count,
			    struct containr_error *err);
void containr_container_list_free(struct containr_container **containers, size_t count);

/** Finds a container by its name, its id, or a unique prefix of that. */
int containr_container_find(struct containr *engine, const char *container,
			    struct containr_container **ret_container, struct containr_error *err);
void containr_container_free(struct containr_container *container);

/** Returns everything known about a container as a JSON object, the caller's to free(3). */
int containr_container_inspect(struct containr *engine, const char *container, char **ret_json,
			       struct containr_error *err);

/**
 * Adds up the sizes of a container's files.
 *
 * @ret_written: bytes that it has written itself
 * @ret_total:   the same with its image
 */
int containr_container_size(struct containr *engine, const char *container, int64_t *ret_written,
			    int64_t *ret_total, struct containr_error *err);

/** Sends a signal to the first process. Errors: CONTAINER_NOT_FOUND, CONTAINER_NOT_RUNNING. */
int containr_kill(struct containr *engine, const char *container, int signal,
		  struct containr_error *err);

/**
 * Asks the container to end by its stop signal, and kills it when it has not after @timeout_s
 * seconds (-1: as it was created with). One that does not run is fine.
 */
int containr_stop(struct containr *engine, const char *container, int64_t timeout_s,
		  struct containr_error *err);

/**
 * Stops a container as containr_stop() does and starts it again; one that does not run is started.
 */
int containr_restart(struct containr *engine, const char *container, int64_t timeout_s,
		     struct containr_error *err);

/**
 * Freezes all processes of a running container, or lets them go on.
 *
 * Errors: CONTAINER_NOT_RUNNING; CONTAINER_PAUSED when it is frozen already, INVALID_STATE when it is
 * not; MONITOR_LOST.
 */
int containr_pause(struct containr *engine, const char *container, struct containr_error *err);
int containr_unpause(struct containr *engine, const char *container, struct containr_error *err);

/** Waits until the container ends for good. One that is not running returns at once. */
int containr_wait(struct containr *engine, const char *container, int *ret_exit_code,
		  struct containr_error *err);

enum {
	CONTAINR_REMOVE_FORCE = 1 << 0,	 /* kill it first if it runs */
	CONTAINR_REMOVE_VOLUMES = 1 << 1 /* and its anonymous volumes */
};

/** Removes a container with everything that belongs to it. Errors: CONTAINER_RUNNING. */
int containr_remove(struct containr *engine, const char *container, unsigned int flags,
		    struct containr_error *err);

/** Gives a container another name. Errors: CONTAINER_EXISTS when that is taken, INVALID_ARGUMENT. */
int containr_rename(struct containr *engine, const char *container, const char *name,
		    struct containr_error *err);

/**
 * Changes limits and the restart policy of a container: at once if it runs, and for every later start.
 *
 * @changes: of it only these count, and where they are 0 or NULL nothing is changed: memory_bytes,
 *           memory_swap_bytes, memory_reservation_bytes, nano_cpus, cpu_shares, cpu_quota_us,
 *           cpu_period_us, cpuset_cpus, cpuset_mems, pids_limit, blkio_weight, restart
 * Errors: CGROUP_APPLY_LIMITS, INVALID_ARGUMENT (also when nothing is to be changed), UNSUPPORTED.
 */
int containr_update(struct containr *engine, const char *container,
		    const struct containr_spec *changes, struct containr_error *err);

enum containr_change_kind {
	CONTAINR_CHANGE_ADDED = 'A',
	CONTAINR_CHANGE_CHANGED = 'C', /* a folder is also when something in it is */
	CONTAINR_CHANGE_DELETED = 'D'
};

/* A file in which a container differs from its image. */
struct containr_change {
	enum containr_change_kind kind;
	char *path; /* absolute, as the container sees it */
};

/**
 * Lists what a container, running or not, has changed in the files of its image, by path. What is
 * mounted in it does not count.
 *
 * @ret_changes: array of @ret_count, the caller's to free with containr_changes_free()
 * Errors: UNSUPPORTED for a container made of a bundle.
 */
int containr_changes(struct containr *engine, const char *container,
		     struct containr_change **ret_changes, size_t *ret_count,
		     struct containr_error *err);
void containr_changes_free(struct containr_change *changes, size_t count);

/* A process of a container, as the host sees it. */
struct containr_process {
	int pid;
	int parent_pid;
	uint32_t uid;	    /* the host's number */
	uint32_t terminal;  /* device number of its terminal, as in st_rdev; 0: none */
	int64_t cpu_ns;	    /* CPU time that it has used */
	int64_t started_ns; /* since 1970 */
	char *command;	    /* program and arguments with blanks between; "[NAME]" without any */
};

/**
 * Lists the processes of a running container, the first one first; those of exec are among them.
 *
 * @ret_processes: array of @ret_count, the caller's to free with containr_process_list_free()
 * Errors: CONTAINER_NOT_RUNNING.
 */
int containr_process_list(struct containr *engine, const char *container,
			  struct containr_process **ret_processes, size_t *ret_count,
			  struct containr_error *err);
void containr_process_list_free(struct containr_process *processes, size_t count);

struct containr_exec_spec {
	const char *const *command; /* NULL-terminated */
	const char *const *env;	    /* KEY=VALUE, added to the container's */
	const char *user;	    /* NULL: that of the container */
	const char *working_dir;    /* NULL: that of the container */
	bool tty;
	bool detach;
	bool stdin_open; /* pass the caller's standard input on */
	bool privileged; /* all capabilities of the engine */

	/* gets what the command writes, both streams, instead of the caller's own; called until the
	 * command has ended, what comes later is lost. No signals are passed on, and the command dies
	 * with its caller. Not with `tty` or `detach`. NULL: none */
	void (*take_output)(void *context, const char *bytes, size_t len);
	void *context;

	/* after it the command is killed with all that it started; time in which the container is paused
	 * does not count. The command dies with its caller. Not with `detach`. 0: none */
	int64_t timeout_ns;
};

/**
 * Runs a further program in a running container, with the caller's standard streams.
 *
 * @ret_exit_code: 0 when detached
 * Errors: CONTAINER_NOT_RUNNING, COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE ...; TIMEOUT
 */
int containr_exec(struct containr *engine, const char *container,
		  const struct containr_exec_spec *spec, int *ret_exit_code,
		  struct containr_error *err);

struct containr_logs_options {
	bool follow;	  /* go on until the container ends */
	bool timestamps;  /* put the time before each line */
	int64_t tail;	  /* only this many last lines; -1: all */
	int64_t since_ns; /* since 1970; 0: from the start */
	int64_t until_ns; /* since 1970; 0: to the end */
	int stdout_fd;
	int stderr_fd;
};

/** Writes a container's output to two descriptors. */
int containr_logs(struct containr *engine, const char *container,
		  const struct containr_logs_options *options, struct containr_error *err);

/* Numbers of one moment, read from the container's cgroups. */
struct containr_stats {
	int64_t time_ns;      /* since 1970 */
	int64_t cpu_total_ns; /* since the start; -1 as all that follows: it has no cgroup */
	int64_t cpu_user_ns;
	int64_t cpu_system_ns;
	int64_t memory_usage_bytes; /* without the inactive page cache, as docker shows it */
	int64_t memory_limit_bytes; /* of the container or, without one, of the host */
	int64_t memory_max_bytes;   /* highest usage so far; -1 where the kernel does not tell */
	int64_t pids_current;
	int64_t pids_limit;	  /* INT64_MAX: none */
	int64_t network_rx_bytes; /* all interfaces but loopback */
	int64_t network_tx_bytes;
	int64_t block_read_bytes; /* -1 where the kernel does not tell */
	int64_t block_write_bytes;
};

/** Reads the numbers of a running container. Errors: CONTAINER_NOT_RUNNING. */
int containr_stats_read(struct containr *engine, const char *container,
			struct containr_stats *ret_stats, struct containr_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
