/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_OCI_RESOURCES_H
#define CONTAINER_OCI_RESOURCES_H

#include "container/oci.h"
#include "container/oci_place.h"

/* linux.resources of the configuration: read, written again, and kept as a list of settings where a
 * container seldom has them. */

/** Where a setting stands below linux.resources, e.g. "memory.swappiness". */
const char *oci_setting_name(enum oci_setting_kind kind);

/** Reads linux.resources, but for devices, into the struct oci_resources @target. */
int oci_resources_read(const struct place *at, void *target) MUST_CHECK;

/** Reads only resources, as `update --resources FILE` gets them. */
int oci_resources_parse(const struct json *value, struct oci_resources *resources,
			struct containr_error *err) MUST_CHECK;

/** Makes resources without any limit. */
void oci_resources_init(struct oci_resources *resources);
void oci_resources_release(struct oci_resources *resources);

/** Adds a setting; strings are copied, NULL is none. */
int oci_add_setting(struct oci_resources *resources, enum oci_setting_kind kind,
		    const char *subject, int64_t value, struct containr_error *err) MUST_CHECK;

/* The list written again: what of it stands in "memory", in "cpu", and in objects of its own. */
void oci_memory_settings_write(struct json_writer *writer, const struct oci_resources *resources);
void oci_cpu_settings_write(struct json_writer *writer, const struct oci_resources *resources);
void oci_settings_write(struct json_writer *writer, const struct oci_resources *resources);

#endif
