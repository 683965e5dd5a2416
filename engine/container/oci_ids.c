/* SPDX-License-Identifier: MIT */
#include "container/oci.h"

#include "container/oci_place.h"

/* What the configuration says about ids and clocks: id mappings and offsets of time namespaces.
 * runtime-spec config-linux.md. */

static int read_mapping(const struct place *at, void *target)
{
	struct idmap *map = target;
	uint64_t inside = 0;
	uint64_t outside = 0;
	uint64_t count = 0;
	int r = place_require(at, "size");

	if (r == 0)
		r = json_read_uint(at->value, at->path, "containerID", UINT32_MAX - 1, &inside,
				   at->err);
	if (r == 0)
		r = json_read_uint(at->value, at->path, "hostID", UINT32_MAX - 1, &outside,
				   at->err);
	if (r == 0)
		r = json_read_uint(at->value, at->path, "size", UINT32_MAX - 1, &count, at->err);
	if (r < 0)
		return r;
	r = idmap_add(map, (uint32_t)inside, (uint32_t)outside, (uint32_t)count, at->err);
	if (r < 0 && at->err->code == CONTAINR_E_INVALID_ARGUMENT) {
		at->err->code = CONTAINR_E_INVALID_CONFIG;
		return fail_prefix(at->err, "%s", at->path);
	}
	return r;
}

int oci_mappings_read(const struct place *at, struct idmap *uids, struct idmap *gids)
{
	int r = place_each(at, "uidMappings", uids, read_mapping);

	return r < 0 ? r : place_each(at, "gidMappings", gids, read_mapping);
}

static int read_offset(const struct place *at, void *target)
{
	struct oci_time_offset *offset = target;
	uint64_t nanosecs = 0;
	int r = json_read_int(at->value, at->path, "secs", INT64_MIN, INT64_MAX, &offset->secs,
			      at->err);

	if (r == 0)
		r = json_read_uint(at->value, at->path, "nanosecs", 999999999, &nanosecs, at->err);
	offset->nanosecs = (uint32_t)nanosecs;
	offset->is_set = true;
	return r;
}

int oci_time_offsets_read(const struct place *at, void *target)
{
	struct oci_config *config = target;
	int r = place_object(at, "monotonic", &config->monotonic, read_offset);

	return r < 0 ? r : place_object(at, "boottime", &config->boottime, read_offset);
}

static void write_mappings(struct json_writer *w, const char *key, const struct idmap *map)
{
	if (!map->count)
		return;
	json_open_array(w, key);
	for (size_t i = 0; i < map->count; i++) {
		json_open_object(w, NULL);
		json_uint(w, "containerID", map->ranges[i].inside);
		json_uint(w, "hostID", map->ranges[i].outside);
		json_uint(w, "size", map->ranges[i].count);
		json_close_object(w);
	}
	json_close_array(w);
}

void oci_mappings_write(struct json_writer *w, const struct idmap *uids, const struct idmap *gids)
{
	write_mappings(w, "uidMappings", uids);
	write_mappings(w, "gidMappings", gids);
}

static void write_offset(struct json_writer *w, const char *key,
			 const struct oci_time_offset *offset)
{
	if (!offset->is_set)
		return;
	json_open_object(w, key);
	json_int(w, "secs", offset->secs);
	json_uint(w, "nanosecs", offset->nanosecs);
	json_close_object(w);
}

void oci_time_offsets_write(struct json_writer *w, const struct oci_config *config)
{
	if (!config->monotonic.is_set && !config->boottime.is_set)
		return;
	json_open_object(w, "timeOffsets");
	write_offset(w, "monotonic", &config->monotonic);
	write_offset(w, "boottime", &config->boottime);
	json_close_object(w);
}
