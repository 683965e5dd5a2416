/* SPDX-License-Identifier: MIT */
#include "container/config_parts.h"
#include "container/oci_resources.h"

#include <string.h>

#define MEMORY_MIN (512 << 10) /* docker refuses below 6 MiB; a static program runs in less */
#define NANO_PER_CPU INT64_C(1000000000)
#define CPU_PERIOD_US 100000

static int check_memory(struct config_maker *m)
{
	const struct containr_spec *spec = m->spec;

	if (spec->memory_bytes && spec->memory_bytes < MEMORY_MIN) {
		(void)fail(m->err, CONTAINR_E_CGROUP_APPLY_LIMITS,
			   "memory limit of %lld bytes is below the minimum of 512k",
			   (long long)spec->memory_bytes);
		return fail_hint(m->err, "use --memory 512k or more");
	}
	if (spec->memory_swap_bytes && !spec->memory_bytes) {
		(void)fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
			   "--memory-swap: needs a memory limit as well");
		return fail_hint(m->err, "it is the sum of memory and swap: add --memory");
	}
	if (spec->memory_swap_bytes > 0 && spec->memory_swap_bytes < spec->memory_bytes) {
		(void)fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
			   "--memory-swap: is smaller than the memory limit");
		return fail_hint(m->err, "it is the sum of memory and swap; -1 for no limit");
	}
	if (spec->memory_bytes && spec->memory_reservation_bytes > spec->memory_bytes) {
		(void)fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
			   "--memory-reservation: is larger than the memory limit");
		return fail_hint(m->err, "it has to be less than --memory");
	}
	return 0;
}

static int check_cpu(struct config_maker *m)
{
	const struct containr_spec *spec = m->spec;

	if (spec->nano_cpus < 0 || (spec->nano_cpus && spec->nano_cpus < NANO_PER_CPU / 100)) {
		(void)fail(m->err, CONTAINR_E_CGROUP_APPLY_LIMITS,
			   "cpu limit is below the minimum of 0.01 CPUs");
		return fail_hint(m->err, "use --cpus 0.01 or more");
	}
	if (spec->nano_cpus && (spec->cpu_quota_us || spec->cpu_period_us)) {
		(void)fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
			   "--cpus: cannot be given beside --cpu-quota or --cpu-period");
		return fail_hint(m->err, "--cpus is the quotient of the two");
	}
	return 0;
}

static int copy_text(struct config_maker *m, const char *text, char **slot)
{
	if (!text)
		return 0;
	*slot = strdup(text);
	return *slot ? 0 : fail_oom(m->err);
}

/* "0-3,5": nothing else reaches the kernel's file. */
static int check_cpuset(struct config_maker *m, const char *option, const char *text)
{
	if (!text || (*text && strspn(text, "0123456789,-") == strlen(text)))
		return 0;
	(void)fail(m->err, CONTAINR_E_INVALID_ARGUMENT, "%s: '%s' is no list of numbers", option,
		   text);
	return fail_hint(m->err, "write e.g. 0-2,4");
}

/* What few ask for stands in a list. */
static int set_rare(struct config_maker *m, struct oci_resources *limits)
{
	const struct containr_spec *spec = m->spec;
	int r = 0;

	if (spec->memory_swappiness)
		r = oci_add_setting(limits, OCI_MEMORY_SWAPPINESS, NULL,
				    spec->memory_swappiness - 1, m->err);
	if (r == 0 && spec->oom_kill_disable)
		r = oci_add_setting(limits, OCI_MEMORY_NO_OOM_KILLER, NULL, 1, m->err);
	if (r == 0 && spec->blkio_weight)
		r = oci_add_setting(limits, OCI_BLOCK_WEIGHT, NULL, spec->blkio_weight, m->err);
	return r < 0 ? r : config_set_block_limits(m);
}

static void set_cpu(const struct containr_spec *spec, struct oci_resources *limits)
{
	if (spec->nano_cpus) {
		limits->cpu_period = CPU_PERIOD_US;
		limits->cpu_quota = spec->nano_cpus / (NANO_PER_CPU / CPU_PERIOD_US);
	}
	if (spec->cpu_quota_us)
		limits->cpu_quota = spec->cpu_quota_us;
	if (spec->cpu_period_us)
		limits->cpu_period = spec->cpu_period_us;
	if (spec->cpu_shares)
		limits->cpu_shares = spec->cpu_shares;
}

int config_set_limits(struct config_maker *m)
{
	const struct containr_spec *spec = m->spec;
	struct oci_resources *limits = &m->config->resources;
	int r = check_memory(m);

	if (r == 0)
		r = check_cpu(m);
	if (r == 0)
		r = check_cpuset(m, "--cpuset-cpus", spec->cpuset_cpus);
	if (r == 0)
		r = check_cpuset(m, "--cpuset-mems", spec->cpuset_mems);
	if (r == 0)
		r = copy_text(m, spec->cpuset_cpus, &limits->cpuset_cpus);
	if (r == 0)
		r = copy_text(m, spec->cpuset_mems, &limits->cpuset_mems);
	if (r == 0)
		r = set_rare(m, limits);
	if (r < 0)
		return r;
	if (spec->memory_bytes)
		limits->memory_limit = spec->memory_bytes;
	if (spec->memory_swap_bytes)
		limits->memory_swap = spec->memory_swap_bytes;
	if (spec->memory_reservation_bytes)
		limits->memory_reservation = spec->memory_reservation_bytes;
	if (spec->pids_limit > 0)
		limits->pids_limit = spec->pids_limit;
	set_cpu(spec, limits);
	return 0;
}
