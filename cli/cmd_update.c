/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/container.h>

#include "cli/each.h"

struct update_args {
	const char *cpuset_cpus;
	const char *cpuset_mems;
	const char *restart;
	int64_t blkio_weight;
	int64_t cpu_period_us;
	int64_t cpu_quota_us;
	int64_t cpu_shares;
	int64_t nano_cpus;
	int64_t memory_bytes;
	int64_t memory_reservation_bytes;
	int64_t memory_swap_bytes;
	int64_t pids_limit;
};

static const struct opt update_opts[] = {
	INT(0, "blkio-weight", struct update_args, blkio_weight, "WEIGHT",
	    "share of the block devices beside others, 10 to 1000", .min = 0, .max = 1000),
	INT(0, "cpu-period", struct update_args, cpu_period_us, "MICROSECONDS",
	    "length of the period of --cpu-quota", .min = 0, .max = INT32_MAX),
	INT(0, "cpu-quota", struct update_args, cpu_quota_us, "MICROSECONDS",
	    "time on CPUs in each period; -1 for no limit", .min = -1, .max = INT64_MAX),
	INT('c', "cpu-shares", struct update_args, cpu_shares, "WEIGHT",
	    "share of the CPUs beside others; 1024 is usual", .min = 0, .max = 262144),
	CPUS(0, "cpus", struct update_args, nano_cpus, "NUMBER", "limit of CPUs, e.g. 0.5"),
	STRING(0, "cpuset-cpus", struct update_args, cpuset_cpus, "LIST",
	       "the CPUs to run on, e.g. 0-2,4"),
	STRING(0, "cpuset-mems", struct update_args, cpuset_mems, "LIST",
	       "the memory nodes to use, e.g. 0,1"),
	BYTES('m', "memory", struct update_args, memory_bytes, "SIZE", "memory limit, e.g. 100m"),
	BYTES(0, "memory-reservation", struct update_args, memory_reservation_bytes, "SIZE",
	      "memory that is left to it when the host has little"),
	BYTES(0, "memory-swap", struct update_args, memory_swap_bytes, "SIZE",
	      "limit of memory and swap together; -1 for no limit of swap", .minus_one = true),
	INT(0, "pids-limit", struct update_args, pids_limit, "NUMBER",
	    "limit of processes and threads; -1 for none", .min = -1, .max = INT32_MAX),
	STRING(0, "restart", struct update_args, restart, "POLICY",
	       "no, always, unless-stopped or on-failure[:NUMBER]: from its next end on"),
	END,
};

static int update_one(struct cmd_context *ctx, struct containr *engine, const void *untyped,
		      const char *container)
{
	const struct update_args *args = untyped;
	const struct containr_spec changes = {
		.cpuset_cpus = args->cpuset_cpus,
		.cpuset_mems = args->cpuset_mems,
		.blkio_weight = args->blkio_weight,
		.cpu_period_us = args->cpu_period_us,
		.cpu_quota_us = args->cpu_quota_us,
		.cpu_shares = args->cpu_shares,
		.nano_cpus = args->nano_cpus,
		.memory_bytes = args->memory_bytes,
		.memory_reservation_bytes = args->memory_reservation_bytes,
		.memory_swap_bytes = args->memory_swap_bytes,
		.pids_limit = args->pids_limit,
		.restart = args->restart,
	};
	int r = containr_update(engine, container, &changes, ctx->err);

	if (r == 0)
		(void)fprintf(ctx->out, "%s\n", container);
	return r;
}

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	(void)argc;
	return each_operand(ctx, args, argv, update_one);
}

static const struct cmd_example examples[] = {
	{ "containr update --memory 200m --memory-swap 400m web", "give a container more memory" },
	{ "containr update --cpus 0.5 web db", "limit the CPUs of two" },
	{ "containr update --restart no web", "let it be when it ends" },
	{ 0 },
};

const struct cmd cmd_update = {
	.name = "update",
	.operands = "CONTAINER...",
	.summary = "change the limits and the restart policy of containers",
	.description =
		"A running container has the new limits at once, and every container has them "
		"from its next start on. What is not given stays as it is.",
	.section = CMD_SECTION_CONTAINERS,
	.opts = update_opts,
	.examples = examples,
	.args_size = sizeof(struct update_args),
	.min_operands = 1,
	.max_operands = -1,
	.complete_first = COMPLETE_CONTAINERS,
	.complete_rest = COMPLETE_CONTAINERS,
	.run = run,
};
