/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/container.h>

#include "base/cleanup.h"
#include "cli/engine.h"
#include "cli/env_file.h"

#include <string.h>
#include <unistd.h>

struct exec_args {
	const char *user;
	const char *working_dir;
	struct strv env;
	struct strv env_files;
	int64_t timeout_ns;
	bool detach;
	bool interactive;
	bool privileged;
	bool tty;
};

static const struct opt exec_opts[] = {
	FLAG('d', "detach", struct exec_args, detach, "do not wait for the command"),
	STRINGS('e', "env", struct exec_args, env, "KEY=VALUE",
		"set a variable; KEY alone passes on the caller's"),
	STRINGS(0, "env-file", struct exec_args, env_files, "FILE",
		"set the variables of a file, one a line", .complete = COMPLETE_FILES),
	FLAG('i', "interactive", struct exec_args, interactive, "pass standard input on"),
	FLAG(0, "privileged", struct exec_args, privileged,
	     "give the command all capabilities and no system call filter"),
	DURATION(0, "timeout", struct exec_args, timeout_ns, "TIME",
		 "kill the command, with all that it started, when it takes longer, e.g. 30s"),
	FLAG('t', "tty", struct exec_args, tty, "give the command a terminal"),
	STRING('u', "user", struct exec_args, user, "USER[:GROUP]", "user, by name or number"),
	STRING('w', "workdir", struct exec_args, working_dir, "DIR",
	       "working folder in the container"),
	END,
};

/* Puts the caller's value behind each KEY that stands alone; one that is not set is left out. */
static int complete_env(const struct strv *given, struct strv *env, struct containr_error *err)
{
	for (size_t i = 0; i < given->len; i++) {
		const char *item = given->items[i];
		const char *value;

		if (!*item || *item == '=')
			return fail(err, CONTAINR_E_INVALID_ARGUMENT,
				    "--env: '%s' is not KEY=VALUE", item);
		if (strchr(item, '=')) {
			strv_push(env, item);
			continue;
		}
		value = getenv(item);
		if (value)
			strv_pushf(env, "%s=%s", item, value);
	}
	return env->failed ? fail_oom(err) : 0;
}

static int check(const struct exec_args *args, struct containr_error *err)
{
	if (args->tty && args->interactive && !args->detach && !isatty(STDIN_FILENO)) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
			   "--tty with --interactive: standard input is no terminal");
		return fail_hint(err, "leave out -t, or run it from a terminal");
	}
	return 0;
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct exec_args *args = untyped;
	autostrv given = { 0 };
	autostrv env = { 0 };
	autoengine *engine = NULL;
	struct containr_exec_spec spec = { .command = (const char *const *)(argv + 1),
					   .user = args->user,
					   .working_dir = args->working_dir,
					   .tty = args->tty,
					   .detach = args->detach,
					   .stdin_open = args->interactive,
					   .privileged = args->privileged,
					   .timeout_ns = args->timeout_ns };
	int exit_code = 0;
	int r = check(args, ctx->err);

	(void)argc;
	for (size_t i = 0; i < args->env_files.len && r == 0; i++)
		r = env_file_read(args->env_files.items[i], "--env-file", &given, ctx->err);
	strv_extend(&given, args->env.items);
	if (r == 0 && given.failed)
		r = fail_oom(ctx->err);
	if (r == 0)
		r = complete_env(&given, &env, ctx->err);
	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r < 0)
		return r;
	spec.env = (const char *const *)env.items;
	r = containr_exec(engine, argv[0], &spec, &exit_code, ctx->err);
	return r < 0 ? r : exit_code;
}

static const struct cmd_example examples[] = {
	{ "containr exec -it web sh", "a shell in a running container" },
	{ "containr exec -u root -w /etc web cat passwd", "as another user, in another folder" },
	{ "containr exec -d web kill -HUP 1", "without waiting for it" },
	{ "containr exec --timeout 5s web nc -z localhost 80", "for five seconds at most" },
	{ 0 },
};

static const struct cmd_exit_note exit_notes[] = {
	{ "125", "the command could not be started, e.g. as the container does not run, or took "
		 "too long" },
	{ "126", "it cannot be executed" },
	{ "127", "it was not found" },
	{ "128+N", "it was ended by signal N" },
	{ "else", "as the command exited; 0 with --detach" },
	{ 0 },
};

const struct cmd cmd_exec = {
	.name = "exec",
	.operands = "CONTAINER COMMAND [ARG...]",
	.summary = "run a further command in a running container",
	.description = "Runs a command beside the first process of the container: in its "
		       "namespaces and cgroup, with its variables, and with its user, "
		       "capabilities and system call filter where the options do not say "
		       "otherwise.",
	.section = CMD_SECTION_CONTAINERS,
	.opts = exec_opts,
	.examples = examples,
	.exit_notes = exit_notes,
	.args_size = sizeof(struct exec_args),
	.min_operands = 2,
	.max_operands = -1,
	.complete_first = COMPLETE_RUNNING,
	.options_first = true,
	.enters_container = true,
	.run = run,
};
