/* SPDX-License-Identifier: MIT */
#include "cli/run_opts.h"

#include "base/time.h"

#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

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
	spec->stop_timeout_s = (args->stop_timeout_ns + TIME_NS_PER_SEC - 1) / TIME_NS_PER_SEC;
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

void run_spec_release(struct run_spec *spec)
{
	mount_args_release(&spec->mounts);
}

int run_spec_fill(const struct run_args *args, char **operands, struct run_spec *spec,
		  struct containr_error *err)
{
	int r = mount_args_parse(&args->volumes, &args->mounts, &args->tmpfs, &spec->mounts, err);

	if (r < 0)
		return r;
	fill_spec(args, operands, &spec->spec);
	spec->spec.mounts = spec->mounts.mounts;
	spec->spec.mount_count = spec->mounts.count;
	spec->entrypoint[0] = args->entrypoint;
	spec->spec.entrypoint = args->has_entrypoint ? spec->entrypoint : NULL;
	return 0;
}
