/* SPDX-License-Identifier: MIT */
#include "container/bundle.h"

#include "base/cleanup.h"
#include "container/resources_apply.h"
#include "kernel/cgroup.h"

#include <string.h>

/* Finds the cgroup of a container that is in a state to be worked on. */
static int find_cgroup(struct bundle *bundle, const char *verb, const char *wanted, char **ret_path,
		       struct containr_error *err)
{
	int r = bundle_load_config(bundle, err);
	const char *status;

	if (r < 0)
		return r;
	status = bundle_status(bundle);
	if (strcmp(status, wanted) != 0)
		return fail(err, CONTAINR_E_INVALID_STATE, "cannot %s container '%s': it is %s",
			    verb, bundle->id, status);
	*ret_path = bundle_cgroup_path(bundle);
	return *ret_path ? 0 : fail_oom(err);
}

int bundle_pause(struct bundle *bundle, struct containr_error *err)
{
	autofree char *path = NULL;
	struct cgroup_host host;
	int r = find_cgroup(bundle, "pause", "running", &path, err);

	cgroup_host_probe(&host);
	return r < 0 ? r : cgroup_freeze(&host, path, true, err);
}

int bundle_resume(struct bundle *bundle, struct containr_error *err)
{
	autofree char *path = NULL;
	struct cgroup_host host;
	int r = find_cgroup(bundle, "resume", "paused", &path, err);

	cgroup_host_probe(&host);
	return r < 0 ? r : cgroup_freeze(&host, path, false, err);
}

int bundle_processes(struct bundle *bundle, struct str *out, struct containr_error *err)
{
	autofree char *path = NULL;
	struct cgroup_host host;
	int r = bundle_load_config(bundle, err);

	if (r < 0)
		return r;
	if (strcmp(bundle_status(bundle), "stopped") == 0)
		return fail(err, CONTAINR_E_INVALID_STATE,
			    "cannot list processes of container '%s': it is stopped", bundle->id);
	path = bundle_cgroup_path(bundle);
	if (!path)
		return fail_oom(err);
	cgroup_host_probe(&host);
	return cgroup_read_procs(&host, path, out, err);
}

int bundle_update(struct bundle *bundle, const struct oci_resources *resources,
		  struct containr_error *err)
{
	struct cgroup_place place;
	int r = bundle_load_config(bundle, err);

	if (r < 0)
		return r;
	if (strcmp(bundle_status(bundle), "stopped") == 0)
		return fail(err, CONTAINR_E_INVALID_STATE,
			    "cannot update container '%s': it is stopped", bundle->id);
	r = bundle_find_cgroup(bundle, &place, err);
	return r < 0 ? r : resources_apply(NULL, &place, resources, err);
}
