/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_OCI_H
#define CONTAINER_OCI_H

#include "base/error.h"
#include "base/json.h"
#include "base/str.h"
#include "kernel/caps.h"
#include "kernel/device_filter.h"
#include "kernel/idmap.h"
#include "kernel/memory_policy.h"
#include "kernel/resctrl.h"
#include "kernel/rlimit.h"
#include "kernel/schedule.h"
#include "kernel/seccomp.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The OCI runtime configuration (config.json) in memory: what a container is to be, however it was
 * asked for. `containr run` makes one of its options and the image's; `containr-runtime` reads one
 * from a bundle. Everything that follows (plan, launch, init, exec) sees only this.
 * https://github.com/opencontainers/runtime-spec, version 1.2.
 *
 * Strings are owned by the struct; "" and NULL both stand for "not given" where nothing else is
 * said.
 */

#define OCI_VERSION "1.2.0"

/* Our own annotations; the profile's name saves 30 kB of JSON for each container. */
#define OCI_ANNOTATION_OWN "io.containr."
#define OCI_ANNOTATION_SECCOMP OCI_ANNOTATION_OWN "seccomp"
/* Names of additional groups, comma-separated: OCI has numbers only. */
#define OCI_ANNOTATION_GROUPS OCI_ANNOTATION_OWN "groups"

struct oci_user {
	uint32_t uid;
	uint32_t gid;
	char *name;    /* "USER[:GROUP]", looked up in the container's /etc/passwd; NULL: the ids */
	int64_t umask; /* -1: 022 */
	uint32_t *groups;
	size_t group_count;
	struct strv group_names; /* looked up in the container's /etc/group */
};

struct oci_process {
	bool terminal;
	uint16_t rows;
	uint16_t columns;
	bool no_new_privileges;
	bool has_oom_score_adj;
	int oom_score_adj;
	bool has_capabilities; /* false: keep what the runtime has */
	struct caps_sets caps;
	struct oci_user user;
	char *cwd;
	struct strv args;
	struct strv env;
	struct rlimit_setting *rlimits;
	size_t rlimit_count;
	struct schedule schedule;
	/* of exec only: before and after it enters the container's cgroup */
	struct cpu_list cpus_initial;
	struct cpu_list cpus_final;
	char *cpus_initial_text; /* the same as they were given */
	char *cpus_final_text;
	char *apparmor_profile;
	char *selinux_label;
};

struct oci_mount {
	char *destination;
	char *type;
	char *source;
	struct strv options;
	struct idmap uid_map; /* with "idmap": empty for that of the container's user namespace */
	struct idmap gid_map;
	int tree; /* a detached mount that is attached instead of `source`; 0 for none */
};

struct oci_namespace {
	int flag;   /* CLONE_NEW* */
	char *path; /* to join; NULL for a new one */
};

/* How far the clocks of a time namespace are from the host's. time_namespaces(7) */
struct oci_time_offset {
	bool is_set;
	int64_t secs;
	uint32_t nanosecs;
};

struct oci_device {
	char *path;
	char type; /* 'c', 'b', 'u' or 'p' */
	unsigned int major;
	unsigned int minor;
	unsigned int mode; /* permission bits */
	uint32_t uid;
	uint32_t gid;
};

/* A network device of the host that becomes the container's. */
struct oci_net_device {
	char *name;
	char *new_name; /* in the container */
};

#define OCI_UNSET INT64_MIN /* a limit that was not given; -1 is "unlimited" */

/* What a container seldom has a limit of, or what only some hosts know; oci_resources.h */
enum oci_setting_kind {
	OCI_MEMORY_KERNEL,
	OCI_MEMORY_KERNEL_TCP,
	OCI_MEMORY_SWAPPINESS,
	OCI_MEMORY_NO_OOM_KILLER,
	OCI_MEMORY_HIERARCHY,
	OCI_CPU_BURST,
	OCI_CPU_REALTIME_PERIOD, /* before the runtime, which has to fit into it */
	OCI_CPU_REALTIME_RUNTIME,
	OCI_CPU_IDLE,
	OCI_BLOCK_WEIGHT,
	OCI_BLOCK_LEAF_WEIGHT,
	OCI_BLOCK_DEVICE_WEIGHT,
	OCI_BLOCK_DEVICE_LEAF_WEIGHT,
	OCI_BLOCK_READ_BPS,
	OCI_BLOCK_WRITE_BPS,
	OCI_BLOCK_READ_IOPS,
	OCI_BLOCK_WRITE_IOPS,
	OCI_HUGEPAGE_LIMIT,
	OCI_NETWORK_CLASS,
	OCI_NETWORK_PRIORITY,
	OCI_RDMA_HANDLES,
	OCI_RDMA_OBJECTS,
	OCI_UNIFIED,
	OCI_SETTING_KINDS
};

struct oci_setting {
	enum oci_setting_kind kind;
	/* whom it is for: a block device "8:0", an interface, an RDMA device, a page size "2MB", or
	 * FILE=VALUE of `unified`; NULL where there is but one */
	char *subject;
	int64_t value; /* OCI_UNIFIED: length of FILE */
};

struct oci_resources {
	int64_t memory_limit;
	int64_t memory_swap; /* memory plus swap, as in v1 */
	int64_t memory_reservation;
	int64_t pids_limit;
	int64_t cpu_shares;
	int64_t cpu_quota;  /* microseconds in each period */
	int64_t cpu_period; /* microseconds */
	char *cpuset_cpus;
	char *cpuset_mems;
	struct device_rule *devices;
	size_t device_count;
	struct oci_setting *settings;
	size_t setting_count;
	bool memory_checked; /* an update may not set a limit below what is used */
};

enum oci_seccomp {
	OCI_SECCOMP_NONE,
	OCI_SECCOMP_DEFAULT, /* docker's profile, by name */
	OCI_SECCOMP_PROFILE, /* given in full */
};

enum oci_hook_kind {
	OCI_HOOK_PRESTART,
	OCI_HOOK_CREATE_RUNTIME,
	OCI_HOOK_CREATE_CONTAINER,
	OCI_HOOK_START_CONTAINER,
	OCI_HOOK_POSTSTART,
	OCI_HOOK_POSTSTOP,
	OCI_HOOK_KINDS
};

/* A program that runs at a moment of the container's life. */
struct oci_hook {
	char *path;
	struct strv args; /* with argv[0]; empty: the path alone */
	struct strv env;
	int64_t timeout_s; /* 0: none */
};

struct oci_hooks {
	struct oci_hook *items;
	size_t count;
};

struct oci_config {
	char *version;
	char *root_path;
	bool root_readonly;
	char *hostname;
	char *domainname;
	bool has_process;
	struct oci_process process;
	struct oci_mount *mounts;
	size_t mount_count;
	struct oci_namespace *namespaces;
	size_t namespace_count;
	struct idmap uid_map; /* of a new user namespace */
	struct idmap gid_map;
	struct oci_time_offset boottime;
	struct oci_time_offset monotonic;
	struct oci_device *devices;
	size_t device_count;
	struct strv masked_paths;
	struct strv readonly_paths;
	struct strv sysctls;	 /* KEY=VALUE */
	struct strv annotations; /* KEY=VALUE */
	struct oci_hooks hooks[OCI_HOOK_KINDS];
	char *cgroups_path;
	char *rootfs_propagation;
	char *mount_label; /* of SELinux, for file systems that are made for the container */
	struct resctrl_wish intel_rdt;
	struct memory_policy memory_policy;
	char *memory_nodes; /* as it was given */
	struct oci_net_device *net_devices;
	size_t net_device_count;
	bool is_32_bit; /* linux.personality.domain is LINUX32; personality(2) */
	struct oci_resources resources;
	enum oci_seccomp seccomp;
	const struct json *seccomp_profile; /* OCI_SECCOMP_PROFILE: linux.seccomp; in seccomp_doc */
	struct json_doc seccomp_doc;
};

#define autooci __attribute__((cleanup(oci_config_release))) struct oci_config

/** Makes an empty configuration: no limits, no namespaces. */
void oci_config_init(struct oci_config *config);
void oci_config_release(struct oci_config *config);

/**
 * Reads a configuration.
 *
 * @what: names the text in errors, e.g. its path
 * Errors: INVALID_CONFIG naming the JSON path; UNSUPPORTED for what this engine cannot do: a
 * configuration that asks for protection is never run without it.
 */
int oci_config_parse(const char *text, size_t len, const char *what, struct oci_config *ret_config,
		     struct containr_error *err) MUST_CHECK;

/** Reads and parses @path relative to @dir. */
int oci_config_load(int dir, const char *path, struct oci_config *ret_config,
		    struct containr_error *err) MUST_CHECK;

/** Reads only a process object, as `exec --process FILE` gets it. */
int oci_process_parse(const struct json *value, const char *path, struct oci_process *process,
		      struct containr_error *err) MUST_CHECK;
void oci_process_release(struct oci_process *process);

/** Appends the configuration as JSON; parsing that gives an equal one. */
void oci_config_write(struct json_writer *writer, const struct oci_config *config);

/** Returns the value of an annotation; NULL if there is none. */
const char *oci_annotation(const struct oci_config *config, const char *key);

/** Finds the namespace of a kind; NULL if the container shares that of the host. */
const struct oci_namespace *oci_namespace(const struct oci_config *config, int flag);

/** The CLONE_NEW* of all namespaces that are not the host's: those that exec has to enter. */
int oci_namespace_flags(const struct oci_config *config);

/* Growing the arrays; strings are copied. Errors: OUT_OF_MEMORY. */
int oci_add_mount(struct oci_config *config, const char *destination, const char *type,
		  const char *source, char *const *options, struct containr_error *err) MUST_CHECK;
int oci_add_namespace(struct oci_config *config, int flag, const char *path,
		      struct containr_error *err) MUST_CHECK;
int oci_add_device(struct oci_config *config, const struct oci_device *device,
		   struct containr_error *err) MUST_CHECK;
int oci_add_device_rule(struct oci_config *config, const struct device_rule *rule,
			struct containr_error *err) MUST_CHECK;
int oci_add_rlimit(struct oci_process *process, const struct rlimit_setting *rlimit,
		   struct containr_error *err) MUST_CHECK;

/** Name of a kind of hooks in the configuration, e.g. "createRuntime". */
const char *oci_hook_kind_name(enum oci_hook_kind kind);

/** Writes the member "hooks", if there are any. */
void oci_hooks_write(struct json_writer *writer, const struct oci_config *config);
void oci_hooks_release(struct oci_config *config);

/** Write the members "intelRdt", "memoryPolicy" and "netDevices", if they are there. */
void oci_intel_rdt_write(struct json_writer *writer, const struct oci_config *config);
void oci_memory_policy_write(struct json_writer *writer, const struct oci_config *config);
void oci_net_devices_write(struct json_writer *writer, const struct oci_config *config);
void oci_net_devices_release(struct oci_config *config);

/** Writes scheduler, ioPriority and execCPUAffinity of a process, if there are any. */
void oci_schedule_write(struct json_writer *writer, const struct oci_process *process);
/* "uidMappings", "gidMappings" and "timeOffsets". */
void oci_mappings_write(struct json_writer *writer, const struct idmap *uids,
			const struct idmap *gids);
void oci_time_offsets_write(struct json_writer *writer, const struct oci_config *config);

/** Puts KEY=VALUE into a list, in the place of an earlier value of KEY. */
void oci_set_env(struct strv *env, const char *item);

/** Compiles the container's system call filter. @ret_filter->len is 0 when there is to be none. */
int oci_seccomp_compile(const struct oci_config *config, struct seccomp_filter *ret_filter,
			struct containr_error *err) MUST_CHECK;

#endif
