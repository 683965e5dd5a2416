/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/oci/runtime.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define PROCESS_MAX (4 << 20)

struct exec_args {
	const char *cgroup;
	const char *console_socket;
	const char *cwd;
	const char *pid_file;
	const char *pidfd_socket;
	const char *process;
	const char *user;
	const char *apparmor;
	const char *process_label;
	struct strv additional_gids;
	struct strv cap;
	struct strv env;
	int64_t preserve_fds;
	bool detach;
	bool ignore_paused;
	bool no_new_privs;
	bool tty;
};

static const struct opt exec_opts[] = {
	STRINGS('g', "additional-gids", struct exec_args, additional_gids, "GID",
		"add a group, by number"),
	STRING(0, "apparmor", struct exec_args, apparmor, "PROFILE", "profile of AppArmor"),
	STRINGS('c', "cap", struct exec_args, cap, "CAPABILITY", "add a capability",
		.complete = COMPLETE_CAPABILITIES),
	STRING(0, "cgroup", struct exec_args, cgroup, "PATH", "cgroup below the container's"),
	STRING(0, "console-socket", struct exec_args, console_socket, "SOCKET",
	       "socket that gets the master of the process' terminal", .complete = COMPLETE_FILES),
	STRING(0, "cwd", struct exec_args, cwd, "DIR", "working folder in the container"),
	FLAG('d', "detach", struct exec_args, detach, "return when the process runs"),
	STRINGS('e', "env", struct exec_args, env, "KEY=VALUE", "set a variable"),
	FLAG(0, "ignore-paused", struct exec_args, ignore_paused,
	     "let the process wait in a paused container"),
	FLAG(0, "no-new-privs", struct exec_args, no_new_privs, "set no_new_privs"),
	STRING(0, "pid-file", struct exec_args, pid_file, "FILE", "file that gets the process id",
	       .complete = COMPLETE_FILES),
	STRING(0, "pidfd-socket", struct exec_args, pidfd_socket, "SOCKET",
	       "socket that gets a pidfd of the process", .complete = COMPLETE_FILES),
	INT(0, "preserve-fds", struct exec_args, preserve_fds, "NUMBER",
	    "how many descriptors from 3 on the process gets", .min = 0, .max = 1024),
	STRING('p', "process", struct exec_args, process, "FILE",
	       "the process as JSON, as config.json has it", .complete = COMPLETE_FILES),
	STRING(0, "process-label", struct exec_args, process_label, "LABEL", "label of SELinux"),
	FLAG('t', "tty", struct exec_args, tty, "give the process a terminal"),
	STRING('u', "user", struct exec_args, user, "USER[:GROUP]", "user, by name or number"),
	END,
};

/* --process describes the whole process, and the container's own plays no part. */
static int read_process(const char *path, struct oci_process *process, struct containr_error *err)
{
	autostr text = STR_INIT;
	autojson doc = { 0 };
	int r = fs_read_file(AT_FDCWD, path, PROCESS_MAX, &text, err);

	oci_process_release(process);
	process->user.umask = -1;
	if (r == 0)
		r = json_parse(text.data, text.len, path, &doc, err);
	return r < 0 ? r : oci_process_parse(doc.root, "", process, err);
}

static int add_groups(const struct strv *gids, struct oci_user *user, struct containr_error *err)
{
	uint32_t *groups;

	if (!gids->len)
		return 0;
	groups = reallocarray(user->groups, user->group_count + gids->len, sizeof(*groups));
	if (!groups)
		return fail_oom(err);
	user->groups = groups;
	for (size_t i = 0; i < gids->len; i++) {
		int64_t gid = 0;
		int r = parse_int64(gids->items[i], "--additional-gids", 0, UINT32_MAX - 1, &gid,
				    err);

		if (r < 0)
			return r;
		groups[user->group_count++] = (uint32_t)gid;
	}
	return 0;
}

static int adjust_process(const struct exec_args *args, char **argv, struct oci_process *process,
			  struct containr_error *err)
{
	uint64_t mask = 0;
	int r = runtime_replace(&process->cwd, args->cwd, err);

	if (r == 0)
		r = runtime_replace(&process->user.name, args->user, err);
	if (r == 0)
		r = runtime_replace(&process->apparmor_profile, args->apparmor, err);
	if (r == 0)
		r = runtime_replace(&process->selinux_label, args->process_label, err);
	if (r == 0)
		r = add_groups(&args->additional_gids, &process->user, err);
	if (r == 0)
		r = caps_adjust(process->caps.bounding, args->cap.items, NULL, &mask, err);
	if (r < 0)
		return r;
	if (args->cap.len)
		process->caps = caps_sets_of(mask);
	process->terminal = args->tty;
	process->no_new_privileges = process->no_new_privileges || args->no_new_privs;
	strv_release(&process->args);
	strv_extend(&process->args, argv);
	for (size_t i = 0; i < args->env.len; i++)
		oci_set_env(&process->env, args->env.items[i]);
	if (!process->args.len)
		return fail(err, CONTAINR_E_INVALID_ARGUMENT, "no command was given");
	return process->args.failed || process->env.failed ? fail_oom(err) : 0;
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct exec_args *args = untyped;
	struct log log = runtime_log(ctx);
	autobundle bundle = { .root = -1, .dir = -1, .state_fd = -1 };
	struct bundle_exec exec = { .console_socket = args->console_socket,
				    .pid_file = args->pid_file,
				    .pidfd_socket = args->pidfd_socket,
				    .cgroup = args->cgroup,
				    .preserve_fds = (int)args->preserve_fds,
				    .detach = args->detach,
				    .ignore_paused = args->ignore_paused };
	int exit_code = 0;
	int r = runtime_open(ctx, &log, argv[0], &bundle);

	(void)argc;
	if (r == 0)
		r = bundle_load_config(&bundle, ctx->err);
	if (r == 0)
		r = args->process
			    ? read_process(args->process, &bundle.config.process, ctx->err)
			    : adjust_process(args, argv + 1, &bundle.config.process, ctx->err);
	if (r < 0)
		return r;
	if (args->tty)
		bundle.config.process.terminal = true;
	exec.process = &bundle.config.process;
	r = bundle_exec(&bundle, &exec, &exit_code, ctx->err);
	return r < 0 ? r : exit_code;
}

const struct cmd cmd_oci_exec = {
	.name = "exec",
	.operands = "ID [COMMAND [ARG...]]",
	.summary = "run a further process in a running container",
	.opts = exec_opts,
	.args_size = sizeof(struct exec_args),
	.min_operands = 1,
	.max_operands = -1,
	.options_first = true,
	.enters_container = true,
	.run = run,
};
