/* SPDX-License-Identifier: MIT */
#include "container/config.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "container/plan_scope.h"
#include "kernel/userns.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* podman's: where systemd says that containers belong, or what a user may have. */
static const char *usual_slice(void)
{
	return userns_is_rootless() ? "user.slice" : "machine.slice";
}

static int set_scope(const char *parent, const char *id, char **ret_path,
		     struct containr_error *err)
{
	const char *slice = parent ? parent : usual_slice();
	int r = scope_check_slice(slice, "--cgroup-parent", err);

	if (r < 0)
		return r;
	return asprintf(ret_path, "%s:containr:%s", slice, id) < 0 ? fail_oom(err) : 0;
}

/* Without a slash in front it starts where the caller's cgroups are; for root that is the same. */
static int set_path(const char *parent, const char *id, char **ret_path, struct containr_error *err)
{
	autofree char *clean = path_clean(parent);

	if (!clean)
		return fail_oom(err);
	if (strstr(parent, "..") || clean[strspn(clean, "/.")] == '\0' || strchr(parent, ':')) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
			   "--cgroup-parent: '%s' is no path of a cgroup", parent);
		return fail_hint(err, "give one like /shop or shop/front; a slice needs "
				      "--cgroup-manager systemd");
	}
	return asprintf(ret_path, "%s/%s", clean, id) < 0 ? fail_oom(err) : 0;
}

int config_set_cgroup(const struct containr_spec *spec, const char *id, struct oci_config *config,
		      struct containr_error *err)
{
	const char *manager = spec->cgroup_manager;
	const char *parent =
		spec->cgroup_parent && *spec->cgroup_parent ? spec->cgroup_parent : NULL;
	bool is_systemd = manager && strcmp(manager, "systemd") == 0;
	char *path = NULL;
	int r;

	if (manager && *manager && !is_systemd && strcmp(manager, "cgroupfs") != 0) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
			   "--cgroup-manager: there is no manager '%s'", manager);
		return fail_hint(err, "use cgroupfs or systemd");
	}
	if (!is_systemd && !parent)
		return 0;
	r = is_systemd ? set_scope(parent, id, &path, err) : set_path(parent, id, &path, err);
	if (r < 0)
		return r;
	free(config->cgroups_path);
	config->cgroups_path = path;
	return 0;
}
