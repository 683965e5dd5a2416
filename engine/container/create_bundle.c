/* SPDX-License-Identifier: MIT */
#include "container/create_bundle.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"

#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static int check(const struct oci_config *config, struct containr_error *err)
{
	if (!config->has_process)
		return fail(err, CONTAINR_E_INVALID_CONFIG, "process: is missing");
	for (int kind = 0; kind < OCI_HOOK_KINDS; kind++)
		if (config->hooks[kind].count) {
			(void)fail(err, CONTAINR_E_UNSUPPORTED,
				   "hooks: only containr-runtime runs them");
			return fail_hint(err, "use: containr-runtime run --bundle DIR ID");
		}
	if (config->intel_rdt.is_set) {
		(void)fail(err, CONTAINR_E_UNSUPPORTED,
			   "linux.intelRdt: only containr-runtime makes such groups");
		return fail_hint(err, "use: containr-runtime run --bundle DIR ID");
	}
	return 0;
}

static int set_root(const char *bundle, struct oci_config *config, struct containr_error *err)
{
	char *whole = NULL;

	if (config->root_path[0] == '/')
		return 0;
	whole = path_join(bundle, config->root_path);
	if (!whole)
		return fail_oom(err);
	free(config->root_path);
	config->root_path = whole;
	return 0;
}

int create_bundle_config(const char *path, bool terminal, struct oci_config *ret_config,
			 struct containr_error *err)
{
	autoclose int dir = -1;
	autooci config;
	char whole[PATH_MAX];
	int r;

	oci_config_init(&config);
	if (!realpath(path, whole))
		return fail_sys(err, CONTAINR_E_IO, "cannot open the bundle '%s'", path);
	r = fs_open_dir(AT_FDCWD, whole, &dir, err);
	if (r == 0)
		r = oci_config_load(dir, "config.json", &config, err);
	if (r == 0)
		r = check(&config, err);
	if (r == 0)
		r = set_root(whole, &config, err);
	if (r < 0)
		return r;
	free(steal_ptr(&config.cgroups_path));
	config.process.terminal = terminal;
	*ret_config = config;
	oci_config_init(&config);
	return 0;
}
