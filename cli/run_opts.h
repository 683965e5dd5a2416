/* SPDX-License-Identifier: MIT */
#ifndef CLI_RUN_OPTS_H
#define CLI_RUN_OPTS_H

#include <containr/container.h>

#include "cli/mount_arg.h"
#include "cli/opt.h"

/* What `run` and `create` take and do alike. */

struct run_args {
	const char *name;
	const char *hostname;
	const char *working_dir;
	const char *user;
	const char *stop_signal;
	const char *detach_keys;
	const char *entrypoint;
	struct strv env;
	struct strv labels;
	struct strv volumes;
	struct strv mounts;
	struct strv tmpfs;
	struct strv cap_add;
	struct strv cap_drop;
	struct strv security_opts;
	struct strv ulimits;
	int64_t memory_bytes;
	int64_t nano_cpus;
	int64_t pids_limit;
	int64_t stop_timeout_ns;
	int network;
	bool has_entrypoint;
	bool detach;
	bool dry_run;
	bool init;
	bool interactive;
	bool read_only;
	bool remove;
	bool sig_proxy;
	bool tty;
};

#define RUN_NETWORKS WORDS("none", "host")

/* clang-format off */
/*
 * The options that both have, in three pieces, so that those of `run` alone stand between them in
 * the order of names.
 */
#define RUN_OPTS_CAP_TO_CPUS \
	STRINGS(0, "cap-add", struct run_args, cap_add, "CAPABILITY", \
		"add a capability; ALL for all", .complete = COMPLETE_CAPABILITIES), \
	STRINGS(0, "cap-drop", struct run_args, cap_drop, "CAPABILITY", \
		"drop a capability; ALL for all", .complete = COMPLETE_CAPABILITIES), \
	CPUS(0, "cpus", struct run_args, nano_cpus, "NUMBER", "limit of CPUs, e.g. 0.5")

#define RUN_OPTS_DRY_RUN_TO_SECURITY \
	FLAG(0, "dry-run", struct run_args, dry_run, \
	     "print what would be done, as JSON, and change nothing"), \
	STRING(0, "entrypoint", struct run_args, entrypoint, "COMMAND", \
	       "program to run instead of the image's; empty for none", \
	       .given_at = GIVEN(struct run_args, has_entrypoint)), \
	STRINGS('e', "env", struct run_args, env, "KEY=VALUE", \
		"set a variable; KEY alone passes on the caller's"), \
	STRING('h', "hostname", struct run_args, hostname, "NAME", "host name in the container"), \
	FLAG(0, "init", struct run_args, init, \
	     "run a first process that passes signals on and collects orphans"), \
	FLAG('i', "interactive", struct run_args, interactive, "pass standard input on"), \
	STRINGS('l', "label", struct run_args, labels, "KEY=VALUE", "set a label"), \
	BYTES('m', "memory", struct run_args, memory_bytes, "SIZE", "memory limit, e.g. 100m"), \
	STRINGS(0, "mount", struct run_args, mounts, "SPEC", \
		"mount, e.g. type=bind,src=/srv,dst=/data,ro or type=tmpfs,dst=/tmp"), \
	STRING(0, "name", struct run_args, name, "NAME", "name of the container"), \
	CHOICE(0, "network", struct run_args, network, "MODE", RUN_NETWORKS, \
	       "network of the container: its own without a link, or the host's", .preset = "none", \
	       .complete = COMPLETE_NETWORKS, .aliases = WORDS("net")), \
	INT(0, "pids-limit", struct run_args, pids_limit, "NUMBER", \
	    "limit of processes and threads; -1 for none", .min = -1, .max = INT32_MAX, \
	    .aliases = WORDS("pids")), \
	FLAG(0, "read-only", struct run_args, read_only, "make the root file system read-only"), \
	FLAG(0, "rm", struct run_args, remove, "remove the container when it ends"), \
	STRINGS(0, "security-opt", struct run_args, security_opts, "OPTION", \
		"seccomp=FILE, seccomp=unconfined, no-new-privileges=true|false")

#define RUN_OPTS_STOP_TO_WORKDIR \
	STRING(0, "stop-signal", struct run_args, stop_signal, "SIGNAL", \
	       "signal that asks the container to end", .complete = COMPLETE_SIGNALS), \
	DURATION(0, "stop-timeout", struct run_args, stop_timeout_ns, "TIME", \
		 "how long stop waits before it kills", .preset = "10s"), \
	STRINGS(0, "tmpfs", struct run_args, tmpfs, "DIR[:OPTIONS]", "mount an empty tmpfs"), \
	FLAG('t', "tty", struct run_args, tty, "give the container a terminal"), \
	STRINGS(0, "ulimit", struct run_args, ulimits, "NAME=SOFT[:HARD]", \
		"resource limit, e.g. nofile=1024:2048"), \
	STRING('u', "user", struct run_args, user, "USER[:GROUP]", "user, by name or number"), \
	STRINGS('v', "volume", struct run_args, volumes, "SRC:DST[:OPTIONS]", \
		"mount a folder or file of the host", .complete = COMPLETE_FILES), \
	STRING('w', "workdir", struct run_args, working_dir, "DIR", \
	       "working folder in the container")
/* clang-format on */

/* A specification and what its members point to. */
struct run_spec {
	struct containr_spec spec;
	struct mount_args mounts;
	const char *entrypoint[2];
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
