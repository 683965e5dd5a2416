/* SPDX-License-Identifier: MIT */
#include "container/oci.h"

#include "base/cleanup.h"
#include "container/oci_place.h"

/* linux.memoryPolicy of the configuration. */

static int read_flags(const struct place *at, struct memory_policy *policy)
{
	autostrv names = { 0 };
	int r = json_read_strings(at->value, at->path, "flags", &names, at->err);

	for (size_t i = 0; i < names.len && r == 0; i++) {
		unsigned int flag = 0;

		if (!memory_policy_find_flag(names.items[i], &flag))
			r = fail(at->err, CONTAINR_E_INVALID_CONFIG, "%s.flags: unknown flag '%s'",
				 at->path, names.items[i]);
		policy->flags |= flag;
	}
	return r;
}

int oci_memory_policy_read(const struct place *at, void *target)
{
	struct oci_config *config = target;
	struct memory_policy *policy = &config->memory_policy;
	const char *mode = "";
	int r;

	if (!at->value->len)
		return 0; /* an empty one asks for nothing */
	r = place_require(at, "mode");
	if (r == 0)
		r = json_read_string(at->value, at->path, "mode", &mode, at->err);
	if (r == 0 && !memory_policy_find_mode(mode, &policy->mode))
		r = fail(at->err, CONTAINR_E_INVALID_CONFIG, "%s.mode: unknown mode '%s'", at->path,
			 mode);
	if (r == 0)
		r = place_string(at, "nodes", &config->memory_nodes);
	if (r == 0 && config->memory_nodes && *config->memory_nodes &&
	    !cpu_list_parse(config->memory_nodes, &policy->nodes))
		r = fail(at->err, CONTAINR_E_INVALID_CONFIG, "%s.nodes: '%s' is no list of nodes",
			 at->path, config->memory_nodes);
	if (r == 0)
		r = read_flags(at, policy);
	policy->is_set = r == 0;
	return r;
}

void oci_memory_policy_write(struct json_writer *w, const struct oci_config *config)
{
	const struct memory_policy *policy = &config->memory_policy;

	if (!policy->is_set)
		return;
	json_open_object(w, "memoryPolicy");
	json_string(w, "mode", memory_policy_mode_name(policy->mode));
	if (config->memory_nodes)
		json_string(w, "nodes", config->memory_nodes);
	if (policy->flags) {
		json_open_array(w, "flags");
		for (unsigned int bit = 1; bit <= policy->flags; bit <<= 1)
			if (policy->flags & bit)
				json_string(w, NULL, memory_policy_flag_name(bit));
		json_close_array(w);
	}
	json_close_object(w);
}
