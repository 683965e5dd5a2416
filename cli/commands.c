/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

static const char *const log_levels[] = { "off", "error", "warn", "info", "debug", NULL };
static const char *const log_formats[] = { "text", "json", NULL };

static const struct opt global_opts[] = {
	STRING(0, "cgroup-manager", struct global_args, cgroup_manager, "MANAGER",
	       "who makes the cgroups of new containers: cgroupfs, which is containr itself, or "
	       "systemd",
	       .env = "CONTAINR_CGROUP_MANAGER"),
	FLAG('D', "debug", struct global_args, debug,
	     "log every step; the same as --log-level debug"),
	FLAG('h', "help", struct global_args, help, "show this help"),
	STRING(0, "log", struct global_args, log, "FILE", "append errors to a file as well",
	       .complete = COMPLETE_FILES),
	CHOICE(0, "log-format", struct global_args, log_format, "FORMAT", log_formats,
	       "form of messages", .preset = "text"),
	CHOICE('l', "log-level", struct global_args, log_level, "LEVEL", log_levels,
	       "which messages to show", .preset = "warn"),
	STRING(0, "root", struct global_args, root, "DIR",
	       "durable state: images, containers, logs; where not given /var/lib/containr, or "
	       "~/.local/share/containr without root",
	       .env = "CONTAINR_ROOT", .complete = COMPLETE_DIRS),
	STRING(0, "runroot", struct global_args, runroot, "DIR",
	       "state of this boot; where not given /run/containr, or below XDG_RUNTIME_DIR "
	       "without root",
	       .env = "CONTAINR_RUNROOT", .complete = COMPLETE_DIRS),
	STRING(0, "storage-driver", struct global_args, storage_driver, "DRIVER",
	       "how layers of new images are kept: overlay unpacks them, erofs mounts them as they "
	       "are",
	       .env = "CONTAINR_STORAGE_DRIVER", .complete = COMPLETE_STORAGE),
	FLAG('v', "version", struct global_args, version, "show the version"),
	END,
};

/* Sorted by name; the tests hold every table to that. */
/* clang-format off */
static const struct cmd_entry entries[] = {
	{ .cmd = &cmd_commands },
	{ .cmd = &cmd_complete },
	{ .cmd = &cmd_man },
	{ .cmd = &cmd_attach },
	{ .cmd = &cmd_commit },
	{ .cmd = &cmd_completion },
	{ .cmd = &cmd_container },
	{ .cmd = &cmd_cp },
	{ .cmd = &cmd_create },
	{ .cmd = &cmd_diff },
	{ .cmd = &cmd_events },
	{ .cmd = &cmd_exec },
	{ .cmd = &cmd_export },
	{ .cmd = &cmd_healthcheck },
	{ .cmd = &cmd_help },
	{ .cmd = &cmd_history },
	{ .cmd = &cmd_image },
	{ .cmd = &cmd_images },
	{ .cmd = &cmd_import },
	{ .cmd = &cmd_info },
	{ .cmd = &cmd_inspect },
	{ .cmd = &cmd_kill },
	{ .cmd = &cmd_load },
	{ .cmd = &cmd_login },
	{ .cmd = &cmd_logout },
	{ .cmd = &cmd_logs },
	{ .cmd = &cmd_pause },
	{ .cmd = &cmd_ps },
	{ .cmd = &cmd_pull },
	{ .cmd = &cmd_push },
	{ .cmd = &cmd_rename },
	{ .cmd = &cmd_restart },
	{ .cmd = &cmd_rm },
	{ .cmd = &cmd_rmi },
	{ .cmd = &cmd_run },
	{ .cmd = &cmd_save },
	{ .cmd = &cmd_snapshot },
	{ .cmd = &cmd_spec },
	{ .cmd = &cmd_start },
	{ .cmd = &cmd_stats },
	{ .cmd = &cmd_stop },
	{ .cmd = &cmd_system },
	{ .cmd = &cmd_tag },
	{ .cmd = &cmd_top },
	{ .cmd = &cmd_unpause },
	{ .cmd = &cmd_update },
	{ .cmd = &cmd_validate },
	{ .cmd = &cmd_version },
	{ .cmd = &cmd_volume },
	{ .cmd = &cmd_wait },
	{ 0 },
};
/* clang-format on */

const struct cmd program_containr = {
	.name = "containr",
	.summary = "a small, fast, daemonless container workstation for Linux",
	.opts = global_opts,
	.commands = entries,
	.args_size = sizeof(struct global_args),
	.in_sections = true,
};
