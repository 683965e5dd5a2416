/* SPDX-License-Identifier: MIT */
#include "container/plan_limits.h"

#include "base/cleanup.h"
#include "container/oci_resources.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Where a setting is written. The value is the number, behind the subject and the key if it has
 * them: "8:0 rbps=1048576".
 */
struct setting_file {
	enum cgroup_controller controller;
	const char *v1; /* NULL: v1 does not know it */
	const char *v2; /* NULL: v2 does not know it */
	const char *v2_key;
	const char *v1_other; /* where the kernel has no such file: the block scheduler's */
	const char *v2_other;
};

static const struct setting_file files[OCI_SETTING_KINDS] = {
	[OCI_MEMORY_KERNEL] = { .controller = CGROUP_MEMORY, .v1 = "memory.kmem.limit_in_bytes" },
	[OCI_MEMORY_KERNEL_TCP] = { .controller = CGROUP_MEMORY,
				    .v1 = "memory.kmem.tcp.limit_in_bytes" },
	[OCI_MEMORY_SWAPPINESS] = { .controller = CGROUP_MEMORY, .v1 = "memory.swappiness" },
	[OCI_MEMORY_NO_OOM_KILLER] = { .controller = CGROUP_MEMORY, .v1 = "memory.oom_control" },
	[OCI_MEMORY_HIERARCHY] = { .controller = CGROUP_MEMORY, .v1 = "memory.use_hierarchy" },
	[OCI_CPU_BURST] = { .controller = CGROUP_CPU,
			    .v1 = "cpu.cfs_burst_us",
			    .v2 = "cpu.max.burst" },
	[OCI_CPU_REALTIME_PERIOD] = { .controller = CGROUP_CPU, .v1 = "cpu.rt_period_us" },
	[OCI_CPU_REALTIME_RUNTIME] = { .controller = CGROUP_CPU, .v1 = "cpu.rt_runtime_us" },
	[OCI_CPU_IDLE] = { .controller = CGROUP_CPU, .v1 = "cpu.idle", .v2 = "cpu.idle" },
	[OCI_BLOCK_WEIGHT] = { .controller = CGROUP_BLKIO,
			       .v1 = "blkio.weight",
			       .v2 = "io.bfq.weight",
			       .v1_other = "blkio.bfq.weight",
			       .v2_other = "io.weight" },
	[OCI_BLOCK_LEAF_WEIGHT] = { .controller = CGROUP_BLKIO, .v1 = "blkio.leaf_weight" },
	[OCI_BLOCK_DEVICE_WEIGHT] = { .controller = CGROUP_BLKIO,
				      .v1 = "blkio.weight_device",
				      .v2 = "io.bfq.weight",
				      .v1_other = "blkio.bfq.weight_device",
				      .v2_other = "io.weight" },
	[OCI_BLOCK_DEVICE_LEAF_WEIGHT] = { .controller = CGROUP_BLKIO,
					   .v1 = "blkio.leaf_weight_device" },
	[OCI_BLOCK_READ_BPS] = { .controller = CGROUP_BLKIO,
				 .v1 = "blkio.throttle.read_bps_device",
				 .v2 = "io.max",
				 .v2_key = "rbps" },
	[OCI_BLOCK_WRITE_BPS] = { .controller = CGROUP_BLKIO,
				  .v1 = "blkio.throttle.write_bps_device",
				  .v2 = "io.max",
				  .v2_key = "wbps" },
	[OCI_BLOCK_READ_IOPS] = { .controller = CGROUP_BLKIO,
				  .v1 = "blkio.throttle.read_iops_device",
				  .v2 = "io.max",
				  .v2_key = "riops" },
	[OCI_BLOCK_WRITE_IOPS] = { .controller = CGROUP_BLKIO,
				   .v1 = "blkio.throttle.write_iops_device",
				   .v2 = "io.max",
				   .v2_key = "wiops" },
	[OCI_NETWORK_CLASS] = { .controller = CGROUP_NET_CLS, .v1 = "net_cls.classid" },
	[OCI_NETWORK_PRIORITY] = { .controller = CGROUP_NET_PRIO, .v1 = "net_prio.ifpriomap" },
	[OCI_RDMA_HANDLES] = { .controller = CGROUP_RDMA,
			       .v1 = "rdma.max",
			       .v2 = "rdma.max",
			       .v2_key = "hca_handle" },
	[OCI_RDMA_OBJECTS] = { .controller = CGROUP_RDMA,
			       .v1 = "rdma.max",
			       .v2 = "rdma.max",
			       .v2_key = "hca_object" },
};

/* The text of a write; a rate of 0 is no limit in both kinds, v2 spells it "max". */
static char *value_of(const struct setting_file *file, const struct oci_setting *setting, bool v2,
		      int64_t number)
{
	bool has_key = file->v2_key && (v2 || setting->kind >= OCI_RDMA_HANDLES);
	const char *subject = setting->subject ? setting->subject : "";
	const char *space = setting->subject ? " " : "";
	char *text = NULL;
	int len;

	if (has_key && number == 0 && setting->kind < OCI_RDMA_HANDLES)
		len = asprintf(&text, "%s %s=max", subject, file->v2_key);
	else
		len = asprintf(&text, "%s%s%s%s%" PRId64, subject, space,
			       has_key ? file->v2_key : "", has_key ? "=" : "", number);
	return len < 0 ? NULL : text;
}

/* Weights of the block layer: 10 to 1000 in v1 and for BFQ, 1 to 10000 for v2 itself. */
static int64_t io_weight(int64_t weight)
{
	return weight <= 10 ? 1 : 1 + (weight - 10) * 9999 / 990;
}

static int add_other(struct limits *b, const struct setting_file *file,
		     const struct oci_setting *setting)
{
	const char *other = b->v2 ? file->v2_other : file->v1_other;
	int64_t number = b->v2 ? io_weight(setting->value) : setting->value;

	if (!other)
		return 0;
	return cgroup_plan_add_other(b->cgroup, other, value_of(file, setting, b->v2, number),
				     b->err);
}

static int plan_file(struct limits *b, const struct oci_setting *setting)
{
	const struct setting_file *file = &files[setting->kind];
	const char *name = b->v2 ? file->v2 : file->v1;
	int r;

	/* v2 counts no other way */
	if (b->v2 && setting->kind == OCI_MEMORY_HIERARCHY)
		return 0;
	if (!name)
		return fail(b->err, CONTAINR_E_UNSUPPORTED,
			    "linux.resources.%s: cgroup v2 has no such limit",
			    oci_setting_name(setting->kind));
	r = limits_add(b, file->controller, name, value_of(file, setting, b->v2, setting->value));
	return r < 0 ? r : add_other(b, file, setting);
}

static int plan_hugepage(struct limits *b, const struct oci_setting *setting)
{
	char *name = NULL;
	char *value = NULL;
	int r = limits_need(b, CGROUP_HUGETLB, "hugepageLimits");

	if (r < 0)
		return r;
	if (asprintf(&name, "hugetlb.%s.%s", setting->subject, b->v2 ? "max" : "limit_in_bytes") <
	    0)
		return fail_oom(b->err);
	if (asprintf(&value, "%" PRId64, setting->value) < 0)
		value = NULL;
	return cgroup_plan_add_named(b->cgroup, CGROUP_HUGETLB, name, value, b->err);
}

/* The controller that a file of v2 belongs to; those that are always there are the hierarchy's. */
static enum cgroup_controller controller_of(const char *file)
{
	static const struct {
		const char *prefix;
		enum cgroup_controller controller;
	} prefixes[] = {
		{ "memory.", CGROUP_MEMORY }, { "pids.", CGROUP_PIDS },
		{ "cpu.", CGROUP_CPU },	      { "cpuset.", CGROUP_CPUSET },
		{ "io.", CGROUP_BLKIO },      { "hugetlb.", CGROUP_HUGETLB },
		{ "rdma.", CGROUP_RDMA },
	};

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		if (strncmp(file, prefixes[i].prefix, strlen(prefixes[i].prefix)) == 0)
			return prefixes[i].controller;
	return CGROUP_UNIFIED;
}

/* The kernel takes one line a write. On hybrid hosts the files of v2 are there, most controllers
 * are not: what is not tells by its own error. */
static int plan_unified(struct limits *b, const struct oci_setting *setting)
{
	const char *name = setting->subject;
	size_t name_len = (size_t)setting->value;
	enum cgroup_controller controller = b->v2 ? controller_of(name) : CGROUP_UNIFIED;
	const char *line = name + name_len + 1;
	int r = 0;

	if (!(b->host->v2 & CGROUP_BIT(CGROUP_UNIFIED)))
		return fail(b->err, CONTAINR_E_UNSUPPORTED,
			    "linux.resources.unified: this host has no cgroup v2");
	if (b->v2)
		r = limits_need(b, controller, "linux.resources.unified");
	else
		b->cgroup->used |= CGROUP_BIT(CGROUP_UNIFIED);
	while (r == 0) {
		size_t len = strcspn(line, "\n");
		char *value = strndup(line, len);

		if (!value)
			return fail_oom(b->err);
		r = cgroup_plan_add_named(b->cgroup, controller, strndup(name, name_len), value,
					  b->err);
		line += len;
		if (*line++ == '\0' || *line == '\0')
			break;
	}
	return r;
}

int plan_settings(struct limits *b)
{
	const struct oci_resources *resources = b->resources;
	int r = 0;

	for (size_t i = 0; i < resources->setting_count && r == 0; i++) {
		const struct oci_setting *setting = &resources->settings[i];

		if (setting->kind == OCI_HUGEPAGE_LIMIT)
			r = plan_hugepage(b, setting);
		else if (setting->kind == OCI_UNIFIED)
			r = plan_unified(b, setting);
		else
			r = plan_file(b, setting);
	}
	return r;
}
