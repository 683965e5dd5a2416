/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/oci/runtime.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "container/oci_resources.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define RESOURCES_MAX (1 << 20)

/* As runc has them: 0 is "not given", for in a configuration it asks for nothing either. */
struct update_args {
	const char *resources;
	const char *cpuset_cpus;
	const char *cpuset_mems;
	int64_t blkio_weight;
	int64_t cpu_burst;
	int64_t cpu_idle;
	int64_t cpu_period;
	int64_t cpu_quota;
	int64_t cpu_rt_period;
	int64_t cpu_rt_runtime;
	int64_t cpu_share;
	int64_t memory;
	int64_t memory_reservation;
	int64_t memory_swap;
	int64_t pids_limit;
	bool has_cpu_idle;
};

static const struct opt update_opts[] = {
	INT(0, "blkio-weight", struct update_args, blkio_weight, "WEIGHT",
	    "share of the block devices, 10 to 1000", .max = 1000),
	INT(0, "cpu-burst", struct update_args, cpu_burst, "MICROSECONDS",
	    "how much unused quota may be used later", .max = INT64_MAX),
	INT(0, "cpu-idle", struct update_args, cpu_idle, "0|1", "run only when nobody else would",
	    .max = 1, .given_at = GIVEN(struct update_args, has_cpu_idle)),
	INT(0, "cpu-period", struct update_args, cpu_period, "MICROSECONDS",
	    "period of the CPU quota", .max = INT64_MAX),
	INT(0, "cpu-quota", struct update_args, cpu_quota, "MICROSECONDS",
	    "CPU time in each period, -1 for no limit", .min = -1, .max = INT64_MAX),
	INT(0, "cpu-rt-period", struct update_args, cpu_rt_period, "MICROSECONDS",
	    "period of real-time processes", .max = INT64_MAX),
	INT(0, "cpu-rt-runtime", struct update_args, cpu_rt_runtime, "MICROSECONDS",
	    "CPU time of real-time processes in each period", .max = INT64_MAX),
	INT(0, "cpu-share", struct update_args, cpu_share, "SHARES",
	    "share of the CPUs beside others", .max = INT64_MAX),
	STRING(0, "cpuset-cpus", struct update_args, cpuset_cpus, "LIST", "CPUs to use, e.g. 0-2"),
	STRING(0, "cpuset-mems", struct update_args, cpuset_mems, "LIST",
	       "memory nodes to use, e.g. 0"),
	BYTES(0, "memory", struct update_args, memory, "SIZE", "memory limit, -1 for none",
	      .minus_one = true),
	BYTES(0, "memory-reservation", struct update_args, memory_reservation, "SIZE",
	      "memory that is left to it when others need some", .minus_one = true),
	BYTES(0, "memory-swap", struct update_args, memory_swap, "SIZE",
	      "limit of memory and swap together, -1 for none", .minus_one = true),
	INT(0, "pids-limit", struct update_args, pids_limit, "NUMBER",
	    "how many processes it may have, -1 for no limit", .min = -1, .max = INT64_MAX),
	STRING('r', "resources", struct update_args, resources, "FILE",
	       "limits as config.json has them in linux.resources; - for standard input",
	       .complete = COMPLETE_FILES),
	END,
};

static int read_resources(const char *path, struct oci_resources *resources,
			  struct containr_error *err)
{
	autostr text = STR_INIT;
	autojson doc = { 0 };
	const char *file = strcmp(path, "-") == 0 ? "/dev/stdin" : path;
	int r = fs_read_file(AT_FDCWD, file, RESOURCES_MAX, &text, err);

	if (r == 0)
		r = json_parse(text.data, text.len, path, &doc, err);
	return r < 0 ? r : oci_resources_parse(doc.root, resources, err);
}

static void replace_limits(const struct update_args *args, struct oci_resources *resources)
{
	const struct {
		int64_t given;
		int64_t *limit;
	} limits[] = {
		{ args->memory, &resources->memory_limit },
		{ args->memory_reservation, &resources->memory_reservation },
		{ args->memory_swap, &resources->memory_swap },
		{ args->pids_limit, &resources->pids_limit },
		{ args->cpu_share, &resources->cpu_shares },
		{ args->cpu_quota, &resources->cpu_quota },
		{ args->cpu_period, &resources->cpu_period },
	};

	for (size_t i = 0; i < ARRAY_LEN(limits); i++)
		if (limits[i].given)
			*limits[i].limit = limits[i].given;
}

static int add_settings(const struct update_args *args, struct oci_resources *resources,
			struct containr_error *err)
{
	const struct {
		enum oci_setting_kind kind;
		int64_t given;
	} settings[] = {
		{ OCI_BLOCK_WEIGHT, args->blkio_weight },
		{ OCI_CPU_BURST, args->cpu_burst },
		{ OCI_CPU_REALTIME_PERIOD, args->cpu_rt_period },
		{ OCI_CPU_REALTIME_RUNTIME, args->cpu_rt_runtime },
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(settings) && r == 0; i++)
		if (settings[i].given)
			r = oci_add_setting(resources, settings[i].kind, NULL, settings[i].given,
					    err);
	if (r == 0 && args->has_cpu_idle)
		r = oci_add_setting(resources, OCI_CPU_IDLE, NULL, args->cpu_idle, err);
	return r;
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct update_args *args = untyped;
	struct log log = runtime_log(ctx);
	autobundle bundle = { .root = -1, .dir = -1, .state_fd = -1 };
	struct oci_resources resources;
	int r;

	(void)argc;
	oci_resources_init(&resources);
	r = args->resources ? read_resources(args->resources, &resources, ctx->err) : 0;
	replace_limits(args, &resources);
	if (r == 0)
		r = runtime_replace(&resources.cpuset_cpus, args->cpuset_cpus, ctx->err);
	if (r == 0)
		r = runtime_replace(&resources.cpuset_mems, args->cpuset_mems, ctx->err);
	if (r == 0)
		r = add_settings(args, &resources, ctx->err);
	if (r == 0)
		r = runtime_open(ctx, &log, argv[0], &bundle);
	if (r == 0)
		r = bundle_update(&bundle, &resources, ctx->err);
	oci_resources_release(&resources);
	return r;
}

static const struct cmd_example examples[] = {
	{ "containr-runtime update --memory 200m --pids-limit 50 demo", "change two limits" },
	{ 0 },
};

const struct cmd cmd_oci_update = {
	.name = "update",
	.operands = "ID",
	.summary = "change limits of a container",
	.opts = update_opts,
	.examples = examples,
	.args_size = sizeof(struct update_args),
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
