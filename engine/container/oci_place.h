/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_OCI_PLACE_H
#define CONTAINER_OCI_PLACE_H

#include "base/json.h"
#include "base/str.h"
#include "kernel/idmap.h"

/* Reading a configuration object by object, each knowing its own JSON path for the errors. */

struct oci_process;

#define PLACE_PATH_SIZE 256

/* Where a value stands: the object and its JSON path. */
struct place {
	const struct json *value;
	const char *path;
	struct containr_error *err;
};

/** Replaces *slot by a copy of a string member; an absent one leaves it. */
int place_string(const struct place *at, const char *key, char **slot) MUST_CHECK;

/** Raises INVALID_CONFIG "PATH.KEY: is required" when the member is absent. */
int place_require(const struct place *at, const char *key) MUST_CHECK;

/** Reads a user or group id. */
int place_id(const struct place *at, const char *key, uint32_t *ret_id) MUST_CHECK;

/** Appends the members of an object of strings as KEY=VALUE. */
int place_string_map(const struct place *parent, const char *key, struct strv *list) MUST_CHECK;

/** Calls @read for each object of an array member. */
int place_each(const struct place *parent, const char *key, void *target,
	       int (*read)(const struct place *at, void *target)) MUST_CHECK;

/** Calls @read for an object member, if it is there. */
int place_object(const struct place *parent, const char *key, void *target,
		 int (*read)(const struct place *at, void *target)) MUST_CHECK;

/** Refuses members that would be silently left out otherwise; empty ones ask for nothing. */
int place_refuse(const struct place *at, const char *const *keys, size_t count) MUST_CHECK;

/** Reads the members uidMappings and gidMappings of an object. */
int oci_mappings_read(const struct place *at, struct idmap *uids, struct idmap *gids) MUST_CHECK;

/** Reads timeOffsets into the struct oci_config @target. */
int oci_time_offsets_read(const struct place *at, void *target) MUST_CHECK;

/** Reads intelRdt into the struct oci_config @target. */
int oci_intel_rdt_read(const struct place *at, void *target) MUST_CHECK;

/** Reads memoryPolicy into the struct oci_config @target. */
int oci_memory_policy_read(const struct place *at, void *target) MUST_CHECK;

/** Reads netDevices into the struct oci_config @target. */
int oci_net_devices_read(const struct place *at, void *target) MUST_CHECK;

/** Reads a process object into the struct oci_process @target. */
int oci_process_read(const struct place *at, void *target) MUST_CHECK;

/** Reads what says when and where the process runs. */
int oci_schedule_read(const struct place *at, struct oci_process *process) MUST_CHECK;

/** Reads the hooks of the struct oci_config @target. */
int oci_hooks_read(const struct place *at, void *target) MUST_CHECK;

#endif
