/* SPDX-License-Identifier: MIT */
#include "container/oci_resources.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Names below linux.resources; a member in a list or a map is shown without its place in it. */
static const char *const setting_names[OCI_SETTING_KINDS] = {
	[OCI_MEMORY_KERNEL] = "memory.kernel",
	[OCI_MEMORY_KERNEL_TCP] = "memory.kernelTCP",
	[OCI_MEMORY_SWAPPINESS] = "memory.swappiness",
	[OCI_MEMORY_NO_OOM_KILLER] = "memory.disableOOMKiller",
	[OCI_MEMORY_HIERARCHY] = "memory.useHierarchy",
	[OCI_CPU_BURST] = "cpu.burst",
	[OCI_CPU_REALTIME_PERIOD] = "cpu.realtimePeriod",
	[OCI_CPU_REALTIME_RUNTIME] = "cpu.realtimeRuntime",
	[OCI_CPU_IDLE] = "cpu.idle",
	[OCI_BLOCK_WEIGHT] = "blockIO.weight",
	[OCI_BLOCK_LEAF_WEIGHT] = "blockIO.leafWeight",
	[OCI_BLOCK_DEVICE_WEIGHT] = "blockIO.weightDevice",
	[OCI_BLOCK_DEVICE_LEAF_WEIGHT] = "blockIO.weightDevice.leafWeight",
	[OCI_BLOCK_READ_BPS] = "blockIO.throttleReadBpsDevice",
	[OCI_BLOCK_WRITE_BPS] = "blockIO.throttleWriteBpsDevice",
	[OCI_BLOCK_READ_IOPS] = "blockIO.throttleReadIOPSDevice",
	[OCI_BLOCK_WRITE_IOPS] = "blockIO.throttleWriteIOPSDevice",
	[OCI_HUGEPAGE_LIMIT] = "hugepageLimits",
	[OCI_NETWORK_CLASS] = "network.classID",
	[OCI_NETWORK_PRIORITY] = "network.priorities",
	[OCI_RDMA_HANDLES] = "rdma.hcaHandles",
	[OCI_RDMA_OBJECTS] = "rdma.hcaObjects",
	[OCI_UNIFIED] = "unified",
};

const char *oci_setting_name(enum oci_setting_kind kind)
{
	return setting_names[kind];
}

void oci_resources_init(struct oci_resources *resources)
{
	*resources = (struct oci_resources) { .memory_limit = OCI_UNSET,
					      .memory_swap = OCI_UNSET,
					      .memory_reservation = OCI_UNSET,
					      .pids_limit = OCI_UNSET,
					      .cpu_shares = OCI_UNSET,
					      .cpu_quota = OCI_UNSET,
					      .cpu_period = OCI_UNSET };
}

void oci_resources_release(struct oci_resources *resources)
{
	for (size_t i = 0; i < resources->setting_count; i++)
		free(resources->settings[i].subject);
	free(resources->settings);
	free(resources->cpuset_cpus);
	free(resources->cpuset_mems);
	free(resources->devices);
	oci_resources_init(resources);
}

int oci_add_setting(struct oci_resources *resources, enum oci_setting_kind kind,
		    const char *subject, int64_t value, struct containr_error *err)
{
	size_t count = resources->setting_count;
	struct oci_setting *settings =
		reallocarray(resources->settings, count + 1, sizeof(*settings));
	char *copy = subject ? strdup(subject) : NULL;

	if (settings)
		resources->settings = settings;
	if (!settings || (subject && !copy)) {
		free(copy);
		return fail_oom(err);
	}
	settings[count] = (struct oci_setting) { kind, copy, value };
	resources->setting_count++;
	return 0;
}

/* ---------------------------------------------------------- reading --- */

/* A member that is a number and a setting. */
struct number_member {
	const char *key;
	enum oci_setting_kind kind;
	int64_t min;
	int64_t max;
};

static const struct number_member memory_members[] = {
	{ "kernel", OCI_MEMORY_KERNEL, -1, INT64_MAX },
	{ "kernelTCP", OCI_MEMORY_KERNEL_TCP, -1, INT64_MAX },
	{ "swappiness", OCI_MEMORY_SWAPPINESS, 0, 100 },
};

static const struct number_member cpu_members[] = {
	{ "burst", OCI_CPU_BURST, 0, INT64_MAX },
	{ "realtimePeriod", OCI_CPU_REALTIME_PERIOD, 0, INT64_MAX },
	{ "realtimeRuntime", OCI_CPU_REALTIME_RUNTIME, 0, INT64_MAX },
	{ "idle", OCI_CPU_IDLE, 0, 1 },
};

static const struct number_member block_members[] = {
	{ "weight", OCI_BLOCK_WEIGHT, 0, 1000 },
	{ "leafWeight", OCI_BLOCK_LEAF_WEIGHT, 0, 1000 },
};

static const struct number_member device_members[] = {
	{ "weight", OCI_BLOCK_DEVICE_WEIGHT, 0, 1000 },
	{ "leafWeight", OCI_BLOCK_DEVICE_LEAF_WEIGHT, 0, 1000 },
};

static const struct number_member network_members[] = {
	{ "classID", OCI_NETWORK_CLASS, 0, UINT32_MAX },
};

static const struct number_member rdma_members[] = {
	{ "hcaHandles", OCI_RDMA_HANDLES, 0, UINT32_MAX },
	{ "hcaObjects", OCI_RDMA_OBJECTS, 0, UINT32_MAX },
};

/* Zero asks for nothing, as docker and podman write it; but some mean it. */
static bool is_wish(enum oci_setting_kind kind, int64_t value)
{
	return value != 0 || kind == OCI_MEMORY_SWAPPINESS || kind == OCI_CPU_IDLE ||
	       kind == OCI_RDMA_HANDLES || kind == OCI_RDMA_OBJECTS;
}

static int read_numbers(const struct place *at, const struct number_member *members, size_t count,
			const char *subject, struct oci_resources *resources)
{
	for (size_t i = 0; i < count; i++) {
		int64_t value = 0;
		int r = json_read_int(at->value, at->path, members[i].key, members[i].min,
				      members[i].max, &value, at->err);

		if (r == 0 && json_get(at->value, members[i].key) &&
		    is_wish(members[i].kind, value))
			r = oci_add_setting(resources, members[i].kind, subject, value, at->err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_flag(const struct place *at, const char *key, enum oci_setting_kind kind,
		     struct oci_resources *resources)
{
	bool flag = false;
	int r = json_read_bool(at->value, at->path, key, &flag, at->err);

	return r < 0 || !flag ? r : oci_add_setting(resources, kind, NULL, 1, at->err);
}

static int read_memory(const struct place *at, void *target)
{
	struct oci_resources *resources = target;
	int r = json_read_int(at->value, at->path, "limit", -1, INT64_MAX, &resources->memory_limit,
			      at->err);

	if (r == 0)
		r = json_read_int(at->value, at->path, "swap", -1, INT64_MAX,
				  &resources->memory_swap, at->err);
	if (r == 0)
		r = json_read_int(at->value, at->path, "reservation", -1, INT64_MAX,
				  &resources->memory_reservation, at->err);
	if (r == 0)
		r = read_numbers(at, memory_members, ARRAY_LEN(memory_members), NULL, resources);
	if (r == 0)
		r = read_flag(at, "disableOOMKiller", OCI_MEMORY_NO_OOM_KILLER, resources);
	if (r == 0)
		r = read_flag(at, "useHierarchy", OCI_MEMORY_HIERARCHY, resources);
	if (r == 0)
		r = json_read_bool(at->value, at->path, "checkBeforeUpdate",
				   &resources->memory_checked, at->err);
	return r;
}

static int read_cpu(const struct place *at, void *target)
{
	struct oci_resources *resources = target;
	int r = json_read_int(at->value, at->path, "shares", 0, INT64_MAX, &resources->cpu_shares,
			      at->err);

	if (r == 0)
		r = json_read_int(at->value, at->path, "quota", -1, INT64_MAX,
				  &resources->cpu_quota, at->err);
	if (r == 0)
		r = json_read_int(at->value, at->path, "period", 0, INT64_MAX,
				  &resources->cpu_period, at->err);
	if (r == 0)
		r = place_string(at, "cpus", &resources->cpuset_cpus);
	if (r == 0)
		r = place_string(at, "mems", &resources->cpuset_mems);
	if (r == 0)
		r = read_numbers(at, cpu_members, ARRAY_LEN(cpu_members), NULL, resources);
	return r;
}

static int read_pids(const struct place *at, void *target)
{
	struct oci_resources *resources = target;

	return json_read_int(at->value, at->path, "limit", -1, INT64_MAX, &resources->pids_limit,
			     at->err);
}

/* "MAJOR:MINOR" of an object that describes a block device. */
static int read_block_device(const struct place *at, char *text, size_t size)
{
	int64_t major = 0;
	int64_t minor = 0;
	int r = place_require(at, "major");

	if (r == 0)
		r = place_require(at, "minor");
	if (r == 0)
		r = json_read_int(at->value, at->path, "major", 0, UINT32_MAX, &major, at->err);
	if (r == 0)
		r = json_read_int(at->value, at->path, "minor", 0, UINT32_MAX, &minor, at->err);
	(void)snprintf(text, size, "%u:%u", (unsigned int)major, (unsigned int)minor);
	return r;
}

static int read_weight_device(const struct place *at, void *target)
{
	char device[32];
	int r = read_block_device(at, device, sizeof(device));

	return r < 0 ? r
		     : read_numbers(at, device_members, ARRAY_LEN(device_members), device, target);
}

static int read_rate(const struct place *at, enum oci_setting_kind kind,
		     struct oci_resources *resources)
{
	char device[32];
	int64_t rate = 0;
	int r = read_block_device(at, device, sizeof(device));

	if (r == 0)
		r = place_require(at, "rate");
	if (r == 0)
		r = json_read_int(at->value, at->path, "rate", 0, INT64_MAX, &rate, at->err);
	return r < 0 ? r : oci_add_setting(resources, kind, device, rate, at->err);
}

static int read_read_bps(const struct place *at, void *target)
{
	return read_rate(at, OCI_BLOCK_READ_BPS, target);
}

static int read_write_bps(const struct place *at, void *target)
{
	return read_rate(at, OCI_BLOCK_WRITE_BPS, target);
}

static int read_read_iops(const struct place *at, void *target)
{
	return read_rate(at, OCI_BLOCK_READ_IOPS, target);
}

static int read_write_iops(const struct place *at, void *target)
{
	return read_rate(at, OCI_BLOCK_WRITE_IOPS, target);
}

static int read_block(const struct place *at, void *target)
{
	int r = read_numbers(at, block_members, ARRAY_LEN(block_members), NULL, target);

	if (r == 0)
		r = place_each(at, "weightDevice", target, read_weight_device);
	if (r == 0)
		r = place_each(at, "throttleReadBpsDevice", target, read_read_bps);
	if (r == 0)
		r = place_each(at, "throttleWriteBpsDevice", target, read_write_bps);
	if (r == 0)
		r = place_each(at, "throttleReadIOPSDevice", target, read_read_iops);
	if (r == 0)
		r = place_each(at, "throttleWriteIOPSDevice", target, read_write_iops);
	return r;
}

/* "2MB", as the kernel has it in the name of the file. */
static int read_hugepage(const struct place *at, void *target)
{
	const char *size = "";
	uint64_t limit = 0;
	size_t digits;
	int r = place_require(at, "pageSize");

	if (r == 0)
		r = place_require(at, "limit");
	if (r == 0)
		r = json_read_string(at->value, at->path, "pageSize", &size, at->err);
	if (r == 0)
		r = json_read_uint(at->value, at->path, "limit", UINT64_MAX, &limit, at->err);
	if (r != 0)
		return r;
	digits = strspn(size, "0123456789");
	if (!digits || strlen(size) != digits + 2 || !strchr("KMG", size[digits]) ||
	    size[digits + 1] != 'B')
		return fail(at->err, CONTAINR_E_INVALID_CONFIG,
			    "%s.pageSize: '%s' is no size like 2MB", at->path, size);
	/* "no limit" is written as the largest number of either kind */
	if (limit > INT64_MAX)
		limit = INT64_MAX;
	return oci_add_setting(target, OCI_HUGEPAGE_LIMIT, size, (int64_t)limit, at->err);
}

/* A name becomes a word of a line that the kernel reads. */
static int check_word(const struct place *at, const char *what, const char *word)
{
	bool fine = *word != '\0';

	for (const char *c = word; *c; c++)
		fine = fine && isgraph((unsigned char)*c);
	if (fine)
		return 0;
	return fail(at->err, CONTAINR_E_INVALID_CONFIG, "%s: '%s' is no name of %s", at->path, word,
		    what);
}

static int read_priority(const struct place *at, void *target)
{
	const char *name = "";
	int64_t priority = 0;
	int r = json_read_string(at->value, at->path, "name", &name, at->err);

	if (r == 0)
		r = check_word(at, "an interface", name);
	if (r == 0)
		r = json_read_int(at->value, at->path, "priority", 0, UINT32_MAX, &priority,
				  at->err);
	return r < 0 ? r : oci_add_setting(target, OCI_NETWORK_PRIORITY, name, priority, at->err);
}

static int read_network(const struct place *at, void *target)
{
	int r = read_numbers(at, network_members, ARRAY_LEN(network_members), NULL, target);

	return r < 0 ? r : place_each(at, "priorities", target, read_priority);
}

static int read_rdma(const struct place *at, void *target)
{
	for (const struct json *item = json_first(at->value); item; item = item->next) {
		char path[PLACE_PATH_SIZE];
		const struct place device = { item, path, at->err };
		int r;

		(void)snprintf(path, sizeof(path), "%s.%s", at->path, item->key);
		if (item->type != JSON_OBJECT)
			return fail(at->err, CONTAINR_E_INVALID_CONFIG, "%s: expected an object",
				    path);
		r = check_word(&device, "a device", item->key);
		if (r == 0)
			r = read_numbers(&device, rdma_members, ARRAY_LEN(rdma_members), item->key,
					 target);
		if (r < 0)
			return r;
	}
	return 0;
}

/* What would move processes or take the cgroup apart is no resource. */
static bool is_unified_file(const char *name)
{
	static const char *const forbidden[] = { "cgroup.procs", "cgroup.threads",
						 "cgroup.kill",	 "cgroup.freeze",
						 "cgroup.type",	 "cgroup.subtree_control",
						 "irq.pressure" };

	for (size_t i = 0; i < ARRAY_LEN(forbidden); i++)
		if (strcmp(name, forbidden[i]) == 0)
			return false;
	return *name && *name != '.' && strchr(name, '.') && !strchr(name, '/');
}

static int read_unified(const struct place *at, struct oci_resources *resources)
{
	autostrv items = { 0 };
	int r = place_string_map(at, "unified", &items);

	for (size_t i = 0; i < items.len && r == 0; i++) {
		size_t len = strcspn(items.items[i], "=");
		autofree char *name = strndup(items.items[i], len);

		if (!name)
			return fail_oom(at->err);
		if (!is_unified_file(name))
			return fail(at->err, CONTAINR_E_INVALID_CONFIG,
				    "%s.unified: '%s' is no file of a controller", at->path, name);
		r = oci_add_setting(resources, OCI_UNIFIED, items.items[i], (int64_t)len, at->err);
	}
	return r;
}

int oci_resources_read(const struct place *at, void *target)
{
	struct oci_resources *resources = target;
	int r = place_object(at, "memory", resources, read_memory);

	if (r == 0)
		r = place_object(at, "cpu", resources, read_cpu);
	if (r == 0)
		r = place_object(at, "pids", resources, read_pids);
	if (r == 0)
		r = place_object(at, "blockIO", resources, read_block);
	if (r == 0)
		r = place_each(at, "hugepageLimits", resources, read_hugepage);
	if (r == 0)
		r = place_object(at, "network", resources, read_network);
	if (r == 0)
		r = place_object(at, "rdma", resources, read_rdma);
	return r < 0 ? r : read_unified(at, resources);
}

int oci_resources_parse(const struct json *value, struct oci_resources *resources,
			struct containr_error *err)
{
	struct place at = { value, "", err };

	if (value->type != JSON_OBJECT)
		return fail(err, CONTAINR_E_INVALID_CONFIG, "resources: expected an object");
	return oci_resources_read(&at, resources);
}
