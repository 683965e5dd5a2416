/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "container/oci.h"
#include "container/plan.h"

#include <stdlib.h>
#include <string.h>

/*
 * OCI configurations come with bundles: whatever one says, it is refused with a message, or it can
 * be written, read again as the same, and planned for each kind of host.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(const struct containr_error *err)
{
	if (err->code == CONTAINR_E_OK || err->message[0] == '\0')
		abort();
}

static void write_config(const struct oci_config *config, struct str *out)
{
	struct json_writer writer = JSON_WRITER(out);

	oci_config_write(&writer, config);
	if (out->failed)
		abort();
}

static void plan(const struct oci_config *config)
{
	static const struct cgroup_host hosts[] = {
		{ .layout = CGROUP_LAYOUT_NONE },
		{ .layout = CGROUP_LAYOUT_V1, .v1 = CGROUP_BIT(CGROUP_UNIFIED) - 1 },
		{ .layout = CGROUP_LAYOUT_HYBRID, .v1 = CGROUP_BIT(CGROUP_UNIFIED) - 1 },
		{ .layout = CGROUP_LAYOUT_V2, .v2 = CGROUP_BIT(CGROUP_UNIFIED) - 1 },
	};
	char path[] = "/rootfs";
	const struct rootfs rootfs = { .kind = ROOTFS_BIND, .path = path };

	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		struct containr_error err = { 0 };
		autostr out = STR_INIT;
		struct json_writer writer = JSON_WRITER(&out);
		autojson doc = { 0 };
		autoplan plan = { 0 };

		if (plan_build(config, &rootfs, "fuzz", &hosts[i], &plan, &err) < 0) {
			check_error(&err);
			continue;
		}
		plan_write(&writer, &plan);
		if (json_parse(out.data, out.len, "plan", &doc, &err) < 0)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct containr_error err = { 0 };
	autostr first = STR_INIT;
	autostr second = STR_INIT;
	autooci config = { 0 };
	autooci again = { 0 };

	if (oci_config_parse((const char *)data, size, "fuzz", &config, &err) < 0) {
		check_error(&err);
		return 0;
	}
	write_config(&config, &first);
	if (oci_config_parse(first.data, first.len, "again", &again, &err) < 0)
		abort();
	write_config(&again, &second);
	if (strcmp(first.data, second.data) != 0 || config.seccomp != again.seccomp)
		abort();
	plan(&config);
	return 0;
}
