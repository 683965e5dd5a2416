/* SPDX-License-Identifier: MIT */
#include "cli/run_opts.h"

#include "base/time.h"
#include "cli/env_file.h"

#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* How the command line's lists reach the engine: NULL when they are empty. */
static const char *const *list(const struct strv *items)
{
	return (const char *const *)items->items;
}

/* "none", "host" or "container:NAME". */
static int fill_network(const struct run_args *args, struct containr_spec *spec,
			struct containr_error *err)
{
	static const char prefix[] = "container:";

	if (strcmp(args->network, "none") == 0) {
		spec->network = CONTAINR_NETWORK_NONE;
	} else if (strcmp(args->network, "host") == 0) {
		spec->network = CONTAINR_NETWORK_HOST;
	} else if (str_starts_with(args->network, prefix) && args->network[strlen(prefix)]) {
		spec->network = CONTAINR_NETWORK_CONTAINER;
		spec->network_container = args->network + strlen(prefix);
	} else {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
			   "--network: '%s' is not one of none, host, container:NAME",
			   args->network);
		return fail_hint(err, "other networks are not supported yet");
	}
	return 0;
}

static void fill_limits(const struct run_args *args, struct containr_spec *spec)
{
	spec->memory_bytes = args->memory_bytes;
	spec->memory_swap_bytes = args->memory_swap_bytes;
	spec->memory_reservation_bytes = args->memory_reservation_bytes;
	spec->memory_swappiness = args->has_swappiness ? 1 + args->memory_swappiness : 0;
	spec->blkio_weight = args->blkio_weight;
	spec->blkio_weight_devices = list(&args->blkio_weight_devices);
	spec->device_read_bps = list(&args->device_read_bps);
	spec->device_read_iops = list(&args->device_read_iops);
	spec->device_write_bps = list(&args->device_write_bps);
	spec->device_write_iops = list(&args->device_write_iops);
	spec->oom_kill_disable = args->oom_kill_disable;
	spec->nano_cpus = args->nano_cpus;
	spec->cpu_shares = args->cpu_shares;
	spec->cpu_quota_us = args->cpu_quota_us;
	spec->cpu_period_us = args->cpu_period_us;
	spec->cpuset_cpus = args->cpuset_cpus;
	spec->cpuset_mems = args->cpuset_mems;
	spec->pids_limit = args->pids_limit;
	spec->shm_size_bytes = args->shm_size_bytes;
	spec->oom_score_adj = args->oom_score_adj;
	spec->ulimits = list(&args->ulimits);
}

static void fill_surroundings(const struct run_args *args, struct containr_spec *spec)
{
	spec->hostname = args->hostname;
	spec->domainname = args->domainname;
	spec->pid_mode = args->pid_mode;
	spec->ipc_mode = args->ipc_mode;
	spec->userns_mode = args->userns_mode;
	spec->uts_mode = args->uts_mode;
	spec->cgroup_parent = args->cgroup_parent;
	spec->cgroupns_mode = args->cgroupns_mode;
	spec->annotations = list(&args->annotations);
	spec->sysctls = list(&args->sysctls);
	spec->volumes_from = list(&args->volumes_from);
	spec->devices = list(&args->devices);
	spec->device_rules = list(&args->device_rules);
	spec->extra_hosts = list(&args->extra_hosts);
	spec->dns_servers = list(&args->dns_servers);
	spec->dns_search = list(&args->dns_search);
	spec->dns_options = list(&args->dns_options);
	spec->read_only = args->read_only;
	spec->privileged = args->privileged;
}

static void fill_spec(const struct run_args *args, char **argv, struct containr_spec *spec)
{
	struct winsize size;

	spec->bundle = args->bundle;
	spec->snapshot = args->snapshot;
	spec->image = args->snapshot ? NULL : argv[0];
	if (argv[0])
		spec->command = (const char *const *)(args->snapshot ? argv : argv + 1);
	spec->name = args->name;
	spec->platform = args->platform;
	spec->user = args->user;
	spec->groups = list(&args->groups);
	spec->working_dir = args->working_dir;
	spec->cap_add = list(&args->cap_add);
	spec->cap_drop = list(&args->cap_drop);
	spec->security_opts = list(&args->security_opts);
	spec->stop_signal = args->stop_signal;
	spec->restart = args->restart;
	spec->log_driver = args->log_driver;
	spec->log_opts = list(&args->log_opts);
	spec->stop_timeout_s = (args->stop_timeout_ns + TIME_NS_PER_SEC - 1) / TIME_NS_PER_SEC;
	spec->tty = args->tty;
	spec->stdin_open = args->interactive;
	spec->init = args->init;
	spec->auto_remove = args->remove;
	fill_limits(args, spec);
	fill_surroundings(args, spec);
	if (args->tty && ioctl(STDIN_FILENO, TIOCGWINSZ, &size) == 0) {
		spec->rows = size.ws_row;
		spec->columns = size.ws_col;
	}
}

void run_spec_release(struct run_spec *spec)
{
	mount_args_release(&spec->mounts);
	strv_release(&spec->env);
	strv_release(&spec->labels);
}

/* What files say comes first: the command line has the last word. */
static int read_lists(const struct strv *files, const char *option, const struct strv *items,
		      struct strv *ret_list, struct containr_error *err)
{
	int r = 0;

	for (size_t i = 0; i < files->len && r == 0; i++)
		r = env_file_read(files->items[i], option, ret_list, err);
	strv_extend(ret_list, items->items);
	return r == 0 && ret_list->failed ? fail_oom(err) : r;
}

int run_check_operands(struct cmd_context *ctx, const struct run_args *args, int argc)
{
	if (args->bundle && args->snapshot)
		return fail(ctx->err, CONTAINR_E_INVALID_ARGUMENT,
			    "--bundle and --snapshot exclude each other");
	if (!args->bundle && !args->snapshot && argc == 0)
		return cmd_fail_operands(ctx, "at least ", 1);
	if (!args->bundle || argc == 0)
		return 0;
	(void)fail(ctx->err, CONTAINR_E_INVALID_ARGUMENT,
		   "--bundle: takes the place of image and command");
	return fail_hint(ctx->err, "the command is in the bundle's config.json");
}

/* What a bundle says itself may not be said again: it would be lost, a limit among it. */
static int check_bundle(const struct containr_spec *spec, struct containr_error *err)
{
	struct containr_spec rest;
	const unsigned char *byte = (const unsigned char *)&rest;
	size_t used = 0;

	memcpy(&rest, spec, sizeof(rest));
	rest.bundle = rest.name = rest.stop_signal = NULL;
	rest.labels = rest.command = NULL;
	rest.restart = rest.log_driver = NULL;
	rest.log_opts = NULL;
	rest.cgroup_manager = rest.cgroup_parent = NULL;
	rest.stop_timeout_s = 0;
	rest.tty = rest.stdin_open = rest.auto_remove = false;
	rest.rows = rest.columns = 0;
	rest.healthcheck = (struct containr_healthcheck) { 0 };
	if (!rest.mount_count)
		rest.mounts = NULL;
	for (size_t i = 0; i < sizeof(rest); i++)
		used += byte[i] != 0;
	if (used == 0)
		return 0;
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
		   "--bundle: what the container is like stands in the bundle's config.json");
	return fail_hint(
		err,
		"beside it there can be: cgroup-parent cidfile detach health-* interactive label "
		"log-driver log-opt name restart rm stop-signal stop-timeout tty");
}

int run_spec_fill(const struct run_args *args, char **operands, struct run_spec *spec,
		  struct containr_error *err)
{
	int r = fill_network(args, &spec->spec, err);

	if (r == 0)
		r = mount_args_parse(&args->volumes, &args->mounts, &args->tmpfs, &spec->mounts,
				     err);
	if (r == 0)
		r = read_lists(&args->env_files, "--env-file", &args->env, &spec->env, err);
	if (r == 0)
		r = read_lists(&args->label_files, "--label-file", &args->labels, &spec->labels,
			       err);
	if (r < 0)
		return r;
	fill_spec(args, operands, &spec->spec);
	spec->spec.env = list(&spec->env);
	spec->spec.labels = list(&spec->labels);
	spec->spec.mounts = spec->mounts.mounts;
	spec->spec.mount_count = spec->mounts.count;
	spec->entrypoint[0] = args->entrypoint;
	spec->spec.entrypoint = args->has_entrypoint ? spec->entrypoint : NULL;
	r = health_args_fill(&args->health, spec->health_test, &spec->spec.healthcheck, err);
	return r == 0 && args->bundle ? check_bundle(&spec->spec, err) : r;
}
