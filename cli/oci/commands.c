/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

static const char *const log_levels[] = { "off", "error", "warn", "info", "debug", NULL };
static const char *const log_formats[] = { "text", "json", NULL };

/* As runc and crun have them: engines call every runtime with the same words. */
static const struct opt global_opts[] = {
	STRING(0, "cgroup-manager", struct global_args, cgroup_manager, "MANAGER",
	       "who makes cgroups: cgroupfs or systemd"),
	FLAG(0, "debug", struct global_args, debug, "log every step"),
	FLAG('h', "help", struct global_args, help, "show this help"),
	STRING(0, "log", struct global_args, log, "FILE",
	       "append messages and errors to a file as well", .complete = COMPLETE_FILES),
	CHOICE(0, "log-format", struct global_args, log_format, "FORMAT", log_formats,
	       "form of messages", .preset = "text"),
	CHOICE(0, "log-level", struct global_args, log_level, "LEVEL", log_levels,
	       "which messages to show", .preset = "warn"),
	STRING(0, "root", struct global_args, root, "DIR",
	       "state of containers; where not given /run/containr-runtime, or below "
	       "XDG_RUNTIME_DIR without root",
	       .complete = COMPLETE_DIRS),
	STRING(0, "rootless", struct global_args, rootless, "AUTO",
	       "accepted for compatibility: the runtime finds out itself", .hidden = true),
	FLAG(0, "systemd-cgroup", struct global_args, systemd_cgroup,
	     "cgroup paths have the form SLICE:PREFIX:NAME"),
	FLAG('v', "version", struct global_args, version, "show the version"),
	END,
};

/* Sorted by name; the tests hold every table to that. */
/* clang-format off */
static const struct cmd_entry entries[] = {
	{ .cmd = &cmd_commands },
	{ .cmd = &cmd_complete },
	{ .cmd = &cmd_man },
	{ .cmd = &cmd_completion },
	{ .cmd = &cmd_oci_create },
	{ .cmd = &cmd_oci_delete },
	{ .cmd = &cmd_oci_events },
	{ .cmd = &cmd_oci_exec },
	{ .cmd = &cmd_oci_features },
	{ .cmd = &cmd_help },
	{ .cmd = &cmd_oci_kill },
	{ .cmd = &cmd_oci_list },
	{ .cmd = &cmd_oci_pause },
	{ .cmd = &cmd_oci_ps },
	{ .cmd = &cmd_oci_resume },
	{ .cmd = &cmd_oci_run },
	{ .cmd = &cmd_spec },
	{ .cmd = &cmd_oci_start },
	{ .cmd = &cmd_oci_state },
	{ .cmd = &cmd_oci_update },
	{ 0 },
};
/* clang-format on */

const struct cmd program_runtime = {
	.name = "containr-runtime",
	.summary = "run containers from OCI bundles, for engines such as podman and containerd",
	.opts = global_opts,
	.commands = entries,
	.args_size = sizeof(struct global_args),
};
