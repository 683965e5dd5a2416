/* SPDX-License-Identifier: MIT */
#include "container/oci_resources.h"

#include "base/cleanup.h"

#include <stdlib.h>
#include <string.h>

/* Writing the list of settings as the JSON that it was read from. */

static const struct oci_setting *find(const struct oci_resources *resources,
				      enum oci_setting_kind kind, const char *subject)
{
	for (size_t i = 0; i < resources->setting_count; i++) {
		const struct oci_setting *one = &resources->settings[i];

		if (one->kind == kind && (!subject || strcmp(one->subject, subject) == 0))
			return one;
	}
	return NULL;
}

static bool has_any(const struct oci_resources *resources, enum oci_setting_kind first,
		    enum oci_setting_kind last)
{
	for (size_t i = 0; i < resources->setting_count; i++)
		if (resources->settings[i].kind >= first && resources->settings[i].kind <= last)
			return true;
	return false;
}

/* The last part of a setting's name. */
static const char *key_of(enum oci_setting_kind kind)
{
	const char *dot = strrchr(oci_setting_name(kind), '.');

	return dot ? dot + 1 : oci_setting_name(kind);
}

static bool is_flag(enum oci_setting_kind kind)
{
	return kind == OCI_MEMORY_NO_OOM_KILLER || kind == OCI_MEMORY_HIERARCHY;
}

static void write_numbers(struct json_writer *w, const struct oci_resources *resources,
			  enum oci_setting_kind first, enum oci_setting_kind last)
{
	for (int kind = (int)first; kind <= (int)last; kind++) {
		const struct oci_setting *one = find(resources, (enum oci_setting_kind)kind, NULL);

		if (one && is_flag(one->kind))
			json_bool(w, key_of(one->kind), true);
		else if (one)
			json_int(w, key_of(one->kind), one->value);
	}
}

void oci_memory_settings_write(struct json_writer *w, const struct oci_resources *resources)
{
	write_numbers(w, resources, OCI_MEMORY_KERNEL, OCI_MEMORY_HIERARCHY);
}

void oci_cpu_settings_write(struct json_writer *w, const struct oci_resources *resources)
{
	write_numbers(w, resources, OCI_CPU_BURST, OCI_CPU_IDLE);
}

static void write_device(struct json_writer *w, const char *device)
{
	json_int(w, "major", strtoll(device, NULL, 10));
	json_int(w, "minor", strtoll(strchr(device, ':') + 1, NULL, 10));
}

/* A list of objects, each of them one setting: whom it is for (@name NULL: a block device) and a
 * number. */
static void write_items(struct json_writer *w, const struct oci_resources *resources,
			enum oci_setting_kind kind, const char *name, const char *number)
{
	for (size_t i = 0; i < resources->setting_count; i++) {
		const struct oci_setting *one = &resources->settings[i];

		if (one->kind != kind)
			continue;
		json_open_object(w, NULL);
		if (name)
			json_string(w, name, one->subject);
		else
			write_device(w, one->subject);
		json_int(w, number, one->value);
		json_close_object(w);
	}
}

static void write_list(struct json_writer *w, const struct oci_resources *resources,
		       enum oci_setting_kind kind, const char *name, const char *number)
{
	if (!has_any(resources, kind, kind))
		return;
	json_open_array(w, key_of(kind));
	write_items(w, resources, kind, name, number);
	json_close_array(w);
}

static void write_block(struct json_writer *w, const struct oci_resources *resources)
{
	if (!has_any(resources, OCI_BLOCK_WEIGHT, OCI_BLOCK_WRITE_IOPS))
		return;
	json_open_object(w, "blockIO");
	write_numbers(w, resources, OCI_BLOCK_WEIGHT, OCI_BLOCK_LEAF_WEIGHT);
	if (has_any(resources, OCI_BLOCK_DEVICE_WEIGHT, OCI_BLOCK_DEVICE_LEAF_WEIGHT)) {
		json_open_array(w, "weightDevice");
		write_items(w, resources, OCI_BLOCK_DEVICE_WEIGHT, NULL, "weight");
		write_items(w, resources, OCI_BLOCK_DEVICE_LEAF_WEIGHT, NULL, "leafWeight");
		json_close_array(w);
	}
	for (int kind = OCI_BLOCK_READ_BPS; kind <= OCI_BLOCK_WRITE_IOPS; kind++)
		write_list(w, resources, (enum oci_setting_kind)kind, NULL, "rate");
	json_close_object(w);
}

static void write_network(struct json_writer *w, const struct oci_resources *resources)
{
	if (!has_any(resources, OCI_NETWORK_CLASS, OCI_NETWORK_PRIORITY))
		return;
	json_open_object(w, "network");
	write_numbers(w, resources, OCI_NETWORK_CLASS, OCI_NETWORK_CLASS);
	write_list(w, resources, OCI_NETWORK_PRIORITY, "name", "priority");
	json_close_object(w);
}

static void write_rdma_device(struct json_writer *w, const struct oci_resources *resources,
			      const char *device)
{
	const struct oci_setting *handles = find(resources, OCI_RDMA_HANDLES, device);
	const struct oci_setting *objects = find(resources, OCI_RDMA_OBJECTS, device);

	json_open_object(w, device);
	if (handles)
		json_int(w, key_of(OCI_RDMA_HANDLES), handles->value);
	if (objects)
		json_int(w, key_of(OCI_RDMA_OBJECTS), objects->value);
	json_close_object(w);
}

static void write_rdma(struct json_writer *w, const struct oci_resources *resources)
{
	if (!has_any(resources, OCI_RDMA_HANDLES, OCI_RDMA_OBJECTS))
		return;
	json_open_object(w, "rdma");
	for (size_t i = 0; i < resources->setting_count; i++) {
		const struct oci_setting *one = &resources->settings[i];
		bool stands_alone = one->kind == OCI_RDMA_OBJECTS &&
				    !find(resources, OCI_RDMA_HANDLES, one->subject);

		if (one->kind == OCI_RDMA_HANDLES || stands_alone)
			write_rdma_device(w, resources, one->subject);
	}
	json_close_object(w);
}

static void write_unified(struct json_writer *w, const struct oci_resources *resources)
{
	if (!has_any(resources, OCI_UNIFIED, OCI_UNIFIED))
		return;
	json_open_object(w, "unified");
	for (size_t i = 0; i < resources->setting_count; i++) {
		const struct oci_setting *one = &resources->settings[i];

		if (one->kind != OCI_UNIFIED)
			continue;
		one->subject[one->value] = '\0';
		json_string(w, one->subject, one->subject + one->value + 1);
		one->subject[one->value] = '=';
	}
	json_close_object(w);
}

void oci_settings_write(struct json_writer *w, const struct oci_resources *resources)
{
	write_block(w, resources);
	write_list(w, resources, OCI_HUGEPAGE_LIMIT, "pageSize", "limit");
	write_network(w, resources);
	write_rdma(w, resources);
	write_unified(w, resources);
}
