/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "container/oci.h"
#include "container/plan.h"
#include "kernel/cgroup.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define CONFIG_FILE "config.json"
#define SAMPLE_ID "validate" /* a plan is that of one container; nothing is made of it */

/* "root.path: A directory MUST exist at the path declared by the field." runtime-spec, config.md */
static int check_rootfs(int dir, const char *path, struct containr_error *err)
{
	struct stat info;

	if (!path || !*path)
		return fail(err, CONTAINR_E_INVALID_CONFIG, "root.path: is required");
	if (fstatat(dir, path, &info, 0) < 0)
		return fail_sys(err, CONTAINR_E_INVALID_CONFIG, "root.path: cannot open '%s'",
				path);
	if (!S_ISDIR(info.st_mode))
		return fail(err, CONTAINR_E_INVALID_CONFIG, "root.path: '%s' is no folder", path);
	return 0;
}

/* Everything that is decided before a container is started, and nothing that is done. */
static int check_plan(const struct oci_config *config, const char *bundle,
		      struct containr_error *err)
{
	autoplan plan = { 0 };
	struct rootfs rootfs = { .kind = ROOTFS_BIND };
	struct cgroup_host host;
	int r;

	if (config->root_path[0] == '/')
		rootfs.path = strdup(config->root_path);
	else if (asprintf(&rootfs.path, "%s/%s", bundle, config->root_path) < 0)
		rootfs.path = NULL;
	if (!rootfs.path)
		return fail_oom(err);
	cgroup_host_probe(&host);
	r = plan_build(config, &rootfs, SAMPLE_ID, &host, &plan, err);
	rootfs_release(&rootfs);
	return r;
}

static int check_bundle(const char *bundle, struct containr_error *err)
{
	autooci config;
	autoclose int dir = -1;
	int r;

	oci_config_init(&config);
	r = fs_open_dir(AT_FDCWD, bundle, &dir, err);
	if (r == 0)
		r = oci_config_load(dir, CONFIG_FILE, &config, err);
	if (r == 0)
		r = check_rootfs(dir, config.root_path, err);
	return r < 0 ? r : check_plan(&config, bundle, err);
}

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	const char *given = argc > 0 ? argv[0] : ".";
	autofree char *bundle = realpath(given, NULL);
	int r;

	(void)args;
	if (!bundle)
		return fail_sys(ctx->err, CONTAINR_E_INVALID_ARGUMENT,
				"cannot open the bundle '%s'", given);
	r = check_bundle(bundle, ctx->err);
	if (r < 0)
		return fail_prefix(ctx->err, "%s", given);
	(void)fprintf(ctx->out, "%s: valid\n", given);
	return 0;
}

static const struct cmd_example examples[] = {
	{ "containr validate mybundle", "check mybundle/config.json" },
	{ 0 },
};

static const struct cmd_exit_note exit_notes[] = {
	{ "0", "the bundle can be run here" },
	{ "125", "it cannot; the error names the value in config.json" },
	{ 0 },
};

const struct cmd cmd_validate = {
	.name = "validate",
	.operands = "[BUNDLE]",
	.summary = "check an OCI bundle without running it",
	.description = "Reads config.json of a bundle, the current folder where none is given, and "
		       "decides all that running it would decide: what is wrong, and what this "
		       "engine or this host cannot do, is an error. Nothing is changed.",
	.section = CMD_SECTION_SYSTEM,
	.examples = examples,
	.exit_notes = exit_notes,
	.max_operands = 1,
	.complete_first = COMPLETE_DIRS,
	.run = run,
};
