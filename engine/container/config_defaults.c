/* SPDX-License-Identifier: MIT */
#include "container/config.h"

#include "base/cleanup.h"

#include <sched.h>
#include <string.h>

/* What follows is what docker and podman give to a container; the differences are in
 * docs/RUNTIME.md. */

struct default_mount {
	const char *destination;
	const char *type;
	const char *source;
	const char *options[8];
};

static const struct default_mount default_mounts[] = {
	{ "/proc", "proc", "proc", { "nosuid", "noexec", "nodev" } },
	{ "/dev", "tmpfs", "tmpfs", { "nosuid", "strictatime", "mode=755", "size=65536k" } },
	{ "/dev/pts",
	  "devpts",
	  "devpts",
	  { "nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5" } },
	{ "/dev/shm", "tmpfs", "shm", { "nosuid", "noexec", "nodev", "mode=1777", "size=65536k" } },
	{ "/dev/mqueue", "mqueue", "mqueue", { "nosuid", "noexec", "nodev" } },
	{ "/sys", "sysfs", "sysfs", { "nosuid", "noexec", "nodev", "ro" } },
	{ "/sys/fs/cgroup", "cgroup", "cgroup", { "ro", "nosuid", "noexec", "nodev", "relatime" } },
};

static const char *const default_masked[] = {
	"/proc/asound",	    "/proc/acpi",	 "/proc/interrupts",
	"/proc/kcore",	    "/proc/keys",	 "/proc/latency_stats",
	"/proc/timer_list", "/proc/timer_stats", "/proc/sched_debug",
	"/proc/scsi",	    "/sys/firmware",	 "/sys/devices/virtual/powercap",
};

static const char *const default_read_only[] = { "/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys",
						 "/proc/sysrq-trigger" };

static const int default_namespaces[] = { CLONE_NEWPID, CLONE_NEWIPC, CLONE_NEWUTS, CLONE_NEWNS,
					  CLONE_NEWCGROUP };

/* What every container needs is allowed by the plan, whatever its configuration denies. */
static const struct device_rule deny_all_devices = {
	.allow = false, .type = 'a', .major = -1, .minor = -1, .access = 7
};

static int add_default_mounts(struct oci_config *config, struct containr_error *err)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(default_mounts) && r == 0; i++) {
		const struct default_mount *mount = &default_mounts[i];
		autostrv options = { 0 };

		for (size_t k = 0; k < ARRAY_LEN(mount->options) && mount->options[k]; k++)
			strv_push(&options, mount->options[k]);
		if (options.failed)
			return fail_oom(err);
		r = oci_add_mount(config, mount->destination, mount->type, mount->source,
				  options.items, err);
	}
	return r;
}

int config_defaults(struct oci_config *config, struct containr_error *err)
{
	int r = add_default_mounts(config, err);

	for (size_t i = 0; i < ARRAY_LEN(default_namespaces) && r == 0; i++)
		r = oci_add_namespace(config, default_namespaces[i], NULL, err);
	if (r == 0)
		r = oci_add_device_rule(config, &deny_all_devices, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_LEN(default_masked); i++)
		strv_push(&config->masked_paths, default_masked[i]);
	for (size_t i = 0; i < ARRAY_LEN(default_read_only); i++)
		strv_push(&config->readonly_paths, default_read_only[i]);
	config->version = strdup(OCI_VERSION);
	config->has_process = true;
	config->process.has_capabilities = true;
	config->process.caps = caps_sets_of(CAPS_DEFAULT);
	config->process.no_new_privileges = true;
	if (!config->version || config->masked_paths.failed || config->readonly_paths.failed)
		return fail_oom(err);
	return 0;
}
