/* SPDX-License-Identifier: MIT */
#include "container/oci.h"

#include "base/cleanup.h"
#include "container/oci_place.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

/* linux.netDevices of the configuration: an object with a member for each device of the host. */

static bool is_device_name(const char *name)
{
	return *name && strlen(name) < IFNAMSIZ && !strpbrk(name, "/: \t\n") &&
	       strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

static int add(struct oci_config *config, const char *name, const char *new_name,
	       struct containr_error *err)
{
	struct oci_net_device *devices =
		reallocarray(config->net_devices, config->net_device_count + 1, sizeof(*devices));

	if (!devices)
		return fail_oom(err);
	config->net_devices = devices;
	devices += config->net_device_count++;
	*devices = (struct oci_net_device) { .name = strdup(name), .new_name = strdup(new_name) };
	return devices->name && devices->new_name ? 0 : fail_oom(err);
}

int oci_net_devices_read(const struct place *at, void *target)
{
	struct oci_config *config = target;
	int r = 0;

	for (const struct json *one = json_first(at->value); one && r == 0; one = one->next) {
		const char *name = one->key;
		const char *new_name = name;

		if (one->type != JSON_OBJECT)
			return fail(at->err, CONTAINR_E_INVALID_CONFIG, "%s.%s: expected an object",
				    at->path, name);
		r = json_read_string(one, at->path, "name", &new_name, at->err);
		if (r == 0 && !(is_device_name(name) && is_device_name(new_name)))
			r = fail(at->err, CONTAINR_E_INVALID_CONFIG,
				 "%s: '%s' is no name of a network device", at->path,
				 is_device_name(name) ? new_name : name);
		for (size_t i = 0; i < config->net_device_count && r == 0; i++)
			if (strcmp(config->net_devices[i].new_name, new_name) == 0)
				r = fail(at->err, CONTAINR_E_INVALID_CONFIG,
					 "%s: two devices are to be called '%s'", at->path,
					 new_name);
		if (r == 0)
			r = add(config, name, new_name, at->err);
	}
	return r;
}

void oci_net_devices_write(struct json_writer *w, const struct oci_config *config)
{
	if (!config->net_device_count)
		return;
	json_open_object(w, "netDevices");
	for (size_t i = 0; i < config->net_device_count; i++) {
		json_open_object(w, config->net_devices[i].name);
		json_string(w, "name", config->net_devices[i].new_name);
		json_close_object(w);
	}
	json_close_object(w);
}

void oci_net_devices_release(struct oci_config *config)
{
	for (size_t i = 0; i < config->net_device_count; i++) {
		free(config->net_devices[i].name);
		free(config->net_devices[i].new_name);
	}
	free(config->net_devices);
}
