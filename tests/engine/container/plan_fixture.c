/* SPDX-License-Identifier: MIT */
#include "engine/container/plan_fixture.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define V1_CONTROLLERS                                                                             \
	(CGROUP_BIT(CGROUP_MEMORY) | CGROUP_BIT(CGROUP_PIDS) | CGROUP_BIT(CGROUP_CPU) |            \
	 CGROUP_BIT(CGROUP_CPUSET) | CGROUP_BIT(CGROUP_CPUACCT) | CGROUP_BIT(CGROUP_DEVICES) |     \
	 CGROUP_BIT(CGROUP_FREEZER) | CGROUP_BIT(CGROUP_BLKIO) | CGROUP_BIT(CGROUP_HUGETLB) |      \
	 CGROUP_BIT(CGROUP_NET_CLS) | CGROUP_BIT(CGROUP_NET_PRIO) | CGROUP_BIT(CGROUP_RDMA))
#define V2_CONTROLLERS                                                                             \
	(CGROUP_BIT(CGROUP_MEMORY) | CGROUP_BIT(CGROUP_PIDS) | CGROUP_BIT(CGROUP_CPU) |            \
	 CGROUP_BIT(CGROUP_CPUSET) | CGROUP_BIT(CGROUP_BLKIO) | CGROUP_BIT(CGROUP_HUGETLB) |       \
	 CGROUP_BIT(CGROUP_RDMA) | CGROUP_BIT(CGROUP_UNIFIED))

const struct cgroup_host host_none = { .layout = CGROUP_LAYOUT_NONE };
const struct cgroup_host host_v1 = { .layout = CGROUP_LAYOUT_V1, .v1 = V1_CONTROLLERS };
const struct cgroup_host host_hybrid = { .layout = CGROUP_LAYOUT_HYBRID,
					 .v1 = V1_CONTROLLERS,
					 .v2 = CGROUP_BIT(CGROUP_UNIFIED) };
const struct cgroup_host host_v2 = { .layout = CGROUP_LAYOUT_V2, .v2 = V2_CONTROLLERS };

void made_plan_release(struct made_plan *made)
{
	plan_release(&made->plan);
	oci_config_release(&made->config);
	rootfs_release(&made->rootfs);
}

int make_plan(struct made_plan *made, const char *text, const struct cgroup_host *host)
{
	memset(made, 0, sizeof(*made));
	oci_config_init(&made->config);
	made->rootfs.path = strdup("/rootfs");
	assert_non_null(made->rootfs.path);
	if (oci_config_parse(text, strlen(text), "test", &made->config, &made->err) < 0)
		fail_msg("%s: %s", text, made->err.message);
	return plan_build(&made->config, &made->rootfs, "cafe", host, &made->plan, &made->err);
}

int make_small_plan(struct made_plan *made, const char *top, const char *linux_members,
		    const struct cgroup_host *host)
{
	autostr text = STR_INIT;

	str_appendf(&text,
		    "{\"ociVersion\": \"1.0.2\", \"root\": {\"path\": \"rootfs\"}, %s"
		    "\"linux\": {\"namespaces\": [{\"type\": \"mount\"}]%s}}",
		    top, linux_members);
	assert_false(text.failed);
	return make_plan(made, text.data, host);
}
