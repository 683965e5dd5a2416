/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/container.h>

#include "base/cleanup.h"
#include "cli/engine.h"
#include "cli/mount_arg.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

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

static const char *const networks[] = { "none", "host", NULL };

static const struct opt run_opts[] = {
	STRINGS(0, "cap-add", struct run_args, cap_add, "CAPABILITY",
		"add a capability; ALL for all", .complete = COMPLETE_CAPABILITIES),
	STRINGS(0, "cap-drop", struct run_args, cap_drop, "CAPABILITY",
		"drop a capability; ALL for all", .complete = COMPLETE_CAPABILITIES),
	CPUS(0, "cpus", struct run_args, nano_cpus, "NUMBER", "limit of CPUs, e.g. 0.5"),
	FLAG('d', "detach", struct run_args, detach, "run in the background and print the id"),
	STRING(0, "detach-keys", struct run_args, detach_keys, "KEYS",
	       "keys that leave a container with a terminal running", .preset = "ctrl-p,ctrl-q"),
	FLAG(0, "dry-run", struct run_args, dry_run,
	     "print what would be done, as JSON, and change nothing"),
	STRING(0, "entrypoint", struct run_args, entrypoint, "COMMAND",
	       "program to run instead of the image's; empty for none",
	       .given_at = GIVEN(struct run_args, has_entrypoint)),
	STRINGS('e', "env", struct run_args, env, "KEY=VALUE",
		"set a variable; KEY alone passes on the caller's"),
	STRING('h', "hostname", struct run_args, hostname, "NAME", "host name in the container"),
	FLAG(0, "init", struct run_args, init,
	     "run a first process that passes signals on and collects orphans"),
	FLAG('i', "interactive", struct run_args, interactive, "pass standard input on"),
	STRINGS('l', "label", struct run_args, labels, "KEY=VALUE", "set a label"),
	BYTES('m', "memory", struct run_args, memory_bytes, "SIZE", "memory limit, e.g. 100m"),
	STRINGS(0, "mount", struct run_args, mounts, "SPEC",
		"mount, e.g. type=bind,src=/srv,dst=/data,ro or type=tmpfs,dst=/tmp"),
	STRING(0, "name", struct run_args, name, "NAME", "name of the container"),
	CHOICE(0, "network", struct run_args, network, "MODE", networks,
	       "network of the container: its own without a link, or the host's", .preset = "none",
	       .complete = COMPLETE_NETWORKS, .aliases = WORDS("net")),
	INT(0, "pids-limit", struct run_args, pids_limit, "NUMBER",
	    "limit of processes and threads; -1 for none", .min = -1, .max = INT32_MAX,
	    .aliases = WORDS("pids")),
	FLAG(0, "read-only", struct run_args, read_only, "make the root file system read-only"),
	FLAG(0, "rm", struct run_args, remove, "remove the container when it ends"),
	STRINGS(0, "security-opt", struct run_args, security_opts, "OPTION",
		"seccomp=FILE, seccomp=unconfined, no-new-privileges=true|false"),
	FLAG(0, "sig-proxy", struct run_args, sig_proxy, "pass signals on to the container",
	     .preset = "true"),
	STRING(0, "stop-signal", struct run_args, stop_signal, "SIGNAL",
	       "signal that asks the container to end", .complete = COMPLETE_SIGNALS),
	DURATION(0, "stop-timeout", struct run_args, stop_timeout_ns, "TIME",
		 "how long stop waits before it kills", .preset = "10s"),
	STRINGS(0, "tmpfs", struct run_args, tmpfs, "DIR[:OPTIONS]", "mount an empty tmpfs"),
	FLAG('t', "tty", struct run_args, tty, "give the container a terminal"),
	STRINGS(0, "ulimit", struct run_args, ulimits, "NAME=SOFT[:HARD]",
		"resource limit, e.g. nofile=1024:2048"),
	STRING('u', "user", struct run_args, user, "USER[:GROUP]", "user, by name or number"),
	STRINGS('v', "volume", struct run_args, volumes, "SRC:DST[:OPTIONS]",
		"mount a folder or file of the host", .complete = COMPLETE_FILES),
	STRING('w', "workdir", struct run_args, working_dir, "DIR",
	       "working folder in the container"),
	END,
};

/* How the command line's lists reach the engine: NULL when they are empty. */
static const char *const *list(const struct strv *items)
{
	return (const char *const *)items->items;
}

static void fill_spec(const struct run_args *args, char **argv, struct containr_spec *spec)
{
	struct winsize size;

	spec->image = argv[0];
	spec->command = (const char *const *)(argv + 1);
	spec->name = args->name;
	spec->env = list(&args->env);
	spec->labels = list(&args->labels);
	spec->hostname = args->hostname;
	spec->user = args->user;
	spec->working_dir = args->working_dir;
	spec->cap_add = list(&args->cap_add);
	spec->cap_drop = list(&args->cap_drop);
	spec->security_opts = list(&args->security_opts);
	spec->ulimits = list(&args->ulimits);
	spec->stop_signal = args->stop_signal;
	spec->memory_bytes = args->memory_bytes;
	spec->nano_cpus = args->nano_cpus;
	spec->pids_limit = args->pids_limit;
	spec->stop_timeout_s = (args->stop_timeout_ns + 999999999) / 1000000000;
	spec->network = args->network == 0 ? CONTAINR_NETWORK_NONE : CONTAINR_NETWORK_HOST;
	spec->read_only = args->read_only;
	spec->tty = args->tty;
	spec->stdin_open = args->interactive;
	spec->init = args->init;
	spec->auto_remove = args->remove;
	if (args->tty && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0) {
		spec->rows = size.ws_row;
		spec->columns = size.ws_col;
	}
}

static int attach(struct cmd_context *ctx, struct containr *engine, const struct run_args *args,
		  const char *id, int connection)
{
	const struct containr_attach_options options = {
		.stdin_fd = args->interactive ? STDIN_FILENO : -1,
		.stdout_fd = STDOUT_FILENO,
		.stderr_fd = STDERR_FILENO,
		.tty = args->tty && args->interactive,
		.sig_proxy = args->sig_proxy && !args->tty,
		.detach_keys = args->detach_keys,
	};
	int exit_code = 0;
	int r = containr_attach(engine, id, connection, &options, &exit_code, ctx->err);

	if (r < 0)
		return r;
	return exit_code < 0 ? 0 : exit_code;
}

static int check(const struct run_args *args, struct containr_error *err)
{
	if (args->tty && args->interactive && !args->detach && !args->dry_run &&
	    !isatty(STDIN_FILENO)) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
			   "--tty with --interactive: standard input is no terminal");
		return fail_hint(err, "leave out -t, or run it from a terminal");
	}
	return 0;
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct run_args *args = untyped;
	const char *entrypoint[] = { args->entrypoint, NULL };
	CLEANUP(mount_args_release) struct mount_args mounts = { 0 };
	struct containr_spec spec = { 0 };
	autoengine *engine = NULL;
	autoclose int connection = -1;
	char id[CONTAINR_ID_LENGTH + 1];
	int r = check(args, ctx->err);

	(void)argc;
	if (r == 0)
		r = mount_args_parse(&args->volumes, &args->mounts, &args->tmpfs, &mounts,
				     ctx->err);
	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r < 0)
		return r;
	fill_spec(args, argv, &spec);
	spec.mounts = mounts.mounts;
	spec.mount_count = mounts.count;
	spec.entrypoint = args->has_entrypoint ? entrypoint : NULL;
	if (args->dry_run)
		return containr_run_plan(engine, &spec, STDOUT_FILENO, ctx->err);
	r = containr_run(engine, &spec, id, args->detach ? NULL : &connection, ctx->err);
	if (r < 0)
		return r;
	if (!args->detach)
		return attach(ctx, engine, args, id, connection);
	fprintf(ctx->out, "%s\n", id);
	return 0;
}

static const struct cmd_example examples[] = {
	{ "containr run --rm busybox echo hello", "run one command and forget the container" },
	{ "containr run -it --rm busybox", "a shell with a terminal" },
	{ "containr run -d --name web -m 100m --cpus 0.5 busybox httpd -f",
	  "run in the background with limits" },
	{ "containr run --dry-run busybox true", "show what would be done" },
	{ 0 },
};

static const struct cmd_exit_note exit_notes[] = {
	{ "125", "the container could not be created or started" },
	{ "126", "its command cannot be executed" },
	{ "127", "its command was not found" },
	{ "128+N", "it was ended by signal N" },
	{ "else", "as its command exited" },
	{ 0 },
};

const struct cmd cmd_run = {
	.name = "run",
	.operands = "IMAGE [COMMAND [ARG...]]",
	.summary = "create a container from an image and start it",
	.section = CMD_SECTION_CONTAINERS,
	.opts = run_opts,
	.examples = examples,
	.exit_notes = exit_notes,
	.args_size = sizeof(struct run_args),
	.min_operands = 1,
	.max_operands = -1,
	.complete_first = COMPLETE_IMAGES,
	.options_first = true,
	.enters_container = true,
	.run = run,
};
