/* SPDX-License-Identifier: MIT */
#ifndef CLI_RUN_OPTS_H
#define CLI_RUN_OPTS_H

#include <containr/container.h>

#include "cli/cmd.h"
#include "cli/health_opts.h"
#include "cli/mount_arg.h"
#include "cli/opt.h"

/* What `run` and `create` take and do alike. */

struct run_args {
	const char *name;
	const char *hostname;
	const char *log_driver;
	const char *restart;
	const char *domainname;
	const char *working_dir;
	const char *user;
	const char *stop_signal;
	const char *detach_keys;
	const char *entrypoint;
	const char *network;
	const char *pid_mode;
	const char *ipc_mode;
	const char *userns_mode;
	const char *uts_mode;
	const char *cgroup_parent;
	const char *cgroupns_mode;
	const char *bundle;
	const char *snapshot;
	const char *cid_file;
	const char *platform;
	const char *cpuset_cpus;
	const char *cpuset_mems;
	struct strv env;
	struct strv env_files;
	struct strv labels;
	struct strv log_opts;
	struct strv label_files;
	struct strv annotations;
	struct strv volumes;
	struct strv mounts;
	struct strv tmpfs;
	struct strv cap_add;
	struct strv cap_drop;
	struct strv security_opts;
	struct strv ulimits;
	struct strv sysctls;
	struct strv blkio_weight_devices;
	struct strv device_read_bps;
	struct strv device_read_iops;
	struct strv device_write_bps;
	struct strv device_write_iops;
	struct strv volumes_from;
	struct strv devices;
	struct strv device_rules;
	struct strv groups;
	struct strv extra_hosts;
	struct strv dns_servers;
	struct strv dns_search;
	struct strv dns_options;
	int64_t memory_bytes;
	int64_t memory_swap_bytes;
	int64_t memory_reservation_bytes;
	int64_t memory_swappiness;
	int64_t blkio_weight;
	int64_t nano_cpus;
	int64_t cpu_shares;
	int64_t cpu_quota_us;
	int64_t cpu_period_us;
	int64_t pids_limit;
	int64_t shm_size_bytes;
	int64_t oom_score_adj;
	int64_t stop_timeout_ns;
	struct health_args health;
	int pull; /* enum run_pull */
	bool has_entrypoint;
	bool has_swappiness;
	bool oom_kill_disable;
	bool detach;
	bool dry_run;
	bool init;
	bool interactive;
	bool privileged;
	bool read_only;
	bool remove;
	bool sig_proxy;
	bool tty;
};

enum run_pull { RUN_PULL_MISSING, RUN_PULL_ALWAYS, RUN_PULL_NEVER };

#define RUN_PULLS WORDS("missing", "always", "never")

/* clang-format off */
/*
 * The options that both have, in three pieces, so that those of `run` alone stand between them in
 * the order of names.
 */
#define RUN_OPTS_ADD_HOST_TO_CPUSET \
	STRINGS(0, "add-host", struct run_args, extra_hosts, "NAME:ADDRESS", \
		"add a line to /etc/hosts"), \
	STRINGS(0, "annotation", struct run_args, annotations, "KEY=VALUE", \
		"add an annotation to the OCI configuration"), \
	INT(0, "blkio-weight", struct run_args, blkio_weight, "WEIGHT", \
	    "share of the block devices beside others, 10 to 1000; 0 for none", .min = 0, \
	    .max = 1000), \
	STRINGS(0, "blkio-weight-device", struct run_args, blkio_weight_devices, "DEVICE:WEIGHT", \
		"share of one block device, 10 to 1000", .complete = COMPLETE_FILES), \
	STRING(0, "bundle", struct run_args, bundle, "DIR", \
	       "run an OCI bundle instead of an image; options that belong to an image do not count", \
	       .complete = COMPLETE_DIRS), \
	STRINGS(0, "cap-add", struct run_args, cap_add, "CAPABILITY", \
		"add a capability; ALL for all", .complete = COMPLETE_CAPABILITIES), \
	STRINGS(0, "cap-drop", struct run_args, cap_drop, "CAPABILITY", \
		"drop a capability; ALL for all", .complete = COMPLETE_CAPABILITIES), \
	STRING(0, "cgroup-parent", struct run_args, cgroup_parent, "PARENT", \
	       "cgroup to make that of the container in: a path, or a slice of systemd"), \
	STRING(0, "cgroupns", struct run_args, cgroupns_mode, "MODE", \
	       "cgroup namespace: private, or host"), \
	STRING(0, "cidfile", struct run_args, cid_file, "FILE", \
	       "write the id of the container to a new file", .complete = COMPLETE_FILES), \
	INT(0, "cpu-period", struct run_args, cpu_period_us, "MICROSECONDS", \
	    "length of the period of --cpu-quota", .min = 0, .max = INT32_MAX), \
	INT(0, "cpu-quota", struct run_args, cpu_quota_us, "MICROSECONDS", \
	    "time on CPUs in each period; -1 for no limit", .min = -1, .max = INT64_MAX), \
	INT('c', "cpu-shares", struct run_args, cpu_shares, "WEIGHT", \
	    "share of the CPUs beside others; 1024 is usual", .min = 0, .max = 262144), \
	CPUS(0, "cpus", struct run_args, nano_cpus, "NUMBER", "limit of CPUs, e.g. 0.5"), \
	STRING(0, "cpuset-cpus", struct run_args, cpuset_cpus, "LIST", \
	       "the CPUs to run on, e.g. 0-2,4"), \
	STRING(0, "cpuset-mems", struct run_args, cpuset_mems, "LIST", \
	       "the memory nodes to use, e.g. 0,1")

#define RUN_OPTS_DEVICE_TO_SHM_SIZE \
	STRINGS(0, "device", struct run_args, devices, "HOST[:CONTAINER[:rwm]]", \
		"add a device of the host, or a folder of them", .complete = COMPLETE_FILES), \
	STRINGS(0, "device-cgroup-rule", struct run_args, device_rules, "RULE", \
		"allow the use of devices, e.g. 'c 42:* rwm'"), \
	STRINGS(0, "device-read-bps", struct run_args, device_read_bps, "DEVICE:BYTES", \
		"limit of bytes read of a block device a second", .complete = COMPLETE_FILES), \
	STRINGS(0, "device-read-iops", struct run_args, device_read_iops, "DEVICE:NUMBER", \
		"limit of reads of a block device a second", .complete = COMPLETE_FILES), \
	STRINGS(0, "device-write-bps", struct run_args, device_write_bps, "DEVICE:BYTES", \
		"limit of bytes written to a block device a second", .complete = COMPLETE_FILES), \
	STRINGS(0, "device-write-iops", struct run_args, device_write_iops, "DEVICE:NUMBER", \
		"limit of writes to a block device a second", .complete = COMPLETE_FILES), \
	STRINGS(0, "dns", struct run_args, dns_servers, "ADDRESS", "name server"), \
	STRINGS(0, "dns-option", struct run_args, dns_options, "OPTION", \
		"option of resolv.conf, e.g. ndots:2", .aliases = WORDS("dns-opt")), \
	STRINGS(0, "dns-search", struct run_args, dns_search, "DOMAIN", \
		"domain to look names up in; . for none"), \
	STRING(0, "domainname", struct run_args, domainname, "NAME", \
	       "NIS domain name in the container"), \
	FLAG(0, "dry-run", struct run_args, dry_run, \
	     "print what would be done, as JSON, and change nothing"), \
	STRING(0, "entrypoint", struct run_args, entrypoint, "COMMAND", \
	       "program to run instead of the image's; empty for none", \
	       .given_at = GIVEN(struct run_args, has_entrypoint)), \
	STRINGS('e', "env", struct run_args, env, "KEY=VALUE", \
		"set a variable; KEY alone passes on the caller's"), \
	STRINGS(0, "env-file", struct run_args, env_files, "FILE", \
		"set the variables of a file, one a line", .complete = COMPLETE_FILES), \
	STRINGS(0, "group-add", struct run_args, groups, "GROUP", \
		"a further group, by name or number"), \
	STRING(0, "health-cmd", struct run_args, health.cmd, "COMMAND", \
	       "a line for the container's shell that tells by its exit code whether it is healthy"), \
	DURATION(0, "health-interval", struct run_args, health.interval_ns, "TIME", \
		 "from the end of one check to the next; 30s where nothing is said"), \
	INT(0, "health-retries", struct run_args, health.retries, "NUMBER", \
	    "failures in a row that make it unhealthy; 3 where nothing is said", .min = 0, \
	    .max = INT32_MAX), \
	DURATION(0, "health-start-interval", struct run_args, health.start_interval_ns, "TIME", \
		 "the interval in the start period; 5s where nothing is said"), \
	DURATION(0, "health-start-period", struct run_args, health.start_period_ns, "TIME", \
		 "how long after the start failures do not count"), \
	DURATION(0, "health-timeout", struct run_args, health.timeout_ns, "TIME", \
		 "how long a check may take; 30s where nothing is said"), \
	STRING('h', "hostname", struct run_args, hostname, "NAME", "host name in the container"), \
	FLAG(0, "init", struct run_args, init, \
	     "run a first process that passes signals on and collects orphans"), \
	FLAG('i', "interactive", struct run_args, interactive, "pass standard input on"), \
	STRING(0, "ipc", struct run_args, ipc_mode, "MODE", \
	       "ipc namespace: private, shareable, none, host, container:NAME"), \
	STRINGS('l', "label", struct run_args, labels, "KEY=VALUE", "set a label"), \
	STRINGS(0, "label-file", struct run_args, label_files, "FILE", \
		"set the labels of a file, one a line", .complete = COMPLETE_FILES), \
	STRING(0, "log-driver", struct run_args, log_driver, "DRIVER", \
	       "k8s-file, or none for no log"), \
	STRINGS(0, "log-opt", struct run_args, log_opts, "KEY=VALUE", \
		"max-size=SIZE at which a new log file begins, max-file=NUMBER of them"), \
	BYTES('m', "memory", struct run_args, memory_bytes, "SIZE", "memory limit, e.g. 100m"), \
	BYTES(0, "memory-reservation", struct run_args, memory_reservation_bytes, "SIZE", \
	      "memory that is left to it when the host has little"), \
	BYTES(0, "memory-swap", struct run_args, memory_swap_bytes, "SIZE", \
	      "limit of memory and swap together; -1 for no limit of swap", .minus_one = true), \
	INT(0, "memory-swappiness", struct run_args, memory_swappiness, "PERCENT", \
	    "how gladly the kernel swaps its memory; cgroup v1", .min = 0, .max = 100, \
	    .given_at = GIVEN(struct run_args, has_swappiness)), \
	STRINGS(0, "mount", struct run_args, mounts, "SPEC", \
		"mount, e.g. type=bind,src=/srv,dst=/data,ro or type=tmpfs,dst=/tmp"), \
	STRING(0, "name", struct run_args, name, "NAME", "name of the container"), \
	STRING(0, "network", struct run_args, network, "MODE", \
	       "network: none (its own without a link), host, container:NAME", .preset = "none", \
	       .complete = COMPLETE_NETWORKS, .aliases = WORDS("net")), \
	FLAG(0, "no-healthcheck", struct run_args, health.none, \
	     "no health check, whatever the image says"), \
	FLAG(0, "oom-kill-disable", struct run_args, oom_kill_disable, \
	     "wait for memory instead of being killed; cgroup v1"), \
	INT(0, "oom-score-adj", struct run_args, oom_score_adj, "NUMBER", \
	    "how gladly the kernel kills it for memory", .min = -1000, .max = 1000), \
	STRING(0, "pid", struct run_args, pid_mode, "MODE", \
	       "pid namespace: host, container:NAME; its own without"), \
	INT(0, "pids-limit", struct run_args, pids_limit, "NUMBER", \
	    "limit of processes and threads; -1 for none", .min = -1, .max = INT32_MAX, \
	    .aliases = WORDS("pids")), \
	STRING(0, "platform", struct run_args, platform, "OS/ARCHITECTURE", \
	       "refuse an image that is for another one"), \
	FLAG(0, "privileged", struct run_args, privileged, \
	     "all capabilities and devices of the host, nothing hidden"), \
	CHOICE(0, "pull", struct run_args, pull, "WHEN", RUN_PULLS, \
	       "when to fetch the image; nothing is fetched yet", .preset = "missing"), \
	FLAG(0, "read-only", struct run_args, read_only, "make the root file system read-only"), \
	STRING(0, "restart", struct run_args, restart, "POLICY", \
	       "start it again when it ends: no, always, unless-stopped, on-failure[:NUMBER]", \
	       .preset = "no"), \
	FLAG(0, "rm", struct run_args, remove, "remove the container when it ends"), \
	STRINGS(0, "security-opt", struct run_args, security_opts, "OPTION", \
		"seccomp=FILE|unconfined, no-new-privileges=true|false, apparmor=, label=, " \
		"systempaths=unconfined"), \
	BYTES(0, "shm-size", struct run_args, shm_size_bytes, "SIZE", \
	      "size of /dev/shm; 64m without")

#define RUN_OPTS_STOP_TO_WORKDIR \
	STRING(0, "snapshot", struct run_args, snapshot, "NAME", \
	       "begin with a snapshot, instead of with an image alone", \
	       .complete = COMPLETE_SNAPSHOTS), \
	STRING(0, "stop-signal", struct run_args, stop_signal, "SIGNAL", \
	       "signal that asks the container to end", .complete = COMPLETE_SIGNALS), \
	DURATION(0, "stop-timeout", struct run_args, stop_timeout_ns, "TIME", \
		 "how long stop waits before it kills", .preset = "10s"), \
	STRINGS(0, "sysctl", struct run_args, sysctls, "KEY=VALUE", \
		"kernel parameter of the container's own namespaces"), \
	STRINGS(0, "tmpfs", struct run_args, tmpfs, "DIR[:OPTIONS]", "mount an empty tmpfs"), \
	FLAG('t', "tty", struct run_args, tty, "give the container a terminal"), \
	STRINGS(0, "ulimit", struct run_args, ulimits, "NAME=SOFT[:HARD]", \
		"resource limit, e.g. nofile=1024:2048"), \
	STRING('u', "user", struct run_args, user, "USER[:GROUP]", "user, by name or number"), \
	STRING(0, "userns", struct run_args, userns_mode, "MODE", \
	       "user namespace: host, auto (ids of its own)"), \
	STRING(0, "uts", struct run_args, uts_mode, "MODE", \
	       "namespace of host and domain name: host; its own without"), \
	STRINGS('v', "volume", struct run_args, volumes, "[SRC:]DST[:OPTIONS]", \
		"mount a folder or file of the host, or a volume", .complete = COMPLETE_FILES), \
	STRINGS(0, "volumes-from", struct run_args, volumes_from, "CONTAINER[:ro]", \
		"mount what another container has as volumes and folders of the host", \
		.complete = COMPLETE_CONTAINERS), \
	STRING('w', "workdir", struct run_args, working_dir, "DIR", \
	       "working folder in the container")
/* clang-format on */

/** Refuses a command line without an image, and one with an image and a bundle. With a snapshot the
 * operands are the command. */
int run_check_operands(struct cmd_context *ctx, const struct run_args *args, int argc) MUST_CHECK;

/* A specification and what its members point to. */
struct run_spec {
	struct containr_spec spec;
	struct mount_args mounts;
	struct strv env;
	struct strv labels;
	const char *entrypoint[2];
	const char *health_test[3];
};

#define autorunspec __attribute__((cleanup(run_spec_release))) struct run_spec

void run_spec_release(struct run_spec *spec);

/**
 * Makes the specification that the engine gets.
 *
 * @args:     borrowed for the life of @spec
 * @operands: IMAGE [COMMAND...], borrowed as well
 * @spec:     zeroed; the caller's to release, also after an error
 * Errors: INVALID_ARGUMENT.
 */
int run_spec_fill(const struct run_args *args, char **operands, struct run_spec *spec,
		  struct containr_error *err) MUST_CHECK;

#endif
