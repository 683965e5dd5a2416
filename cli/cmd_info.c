/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/info.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "cli/engine.h"
#include "cli/format.h"
#include "cli/human.h"
#include "cli/printable.h"

#include <string.h>

struct info_args {
	const char *format;
};

static const struct opt info_opts[] = {
	OPT_RECORD(OPT_FORMAT, const char *, 'f', "format", struct info_args, format, "FORMAT",
		   "json, or a template"),
	END,
};

/* Docker calls a host with both kinds by the one whose limits it uses. */
static const char *cgroup_version(const struct containr_info *info)
{
	return strcmp(info->cgroup_layout, "v2") == 0 ? "2" : "1";
}

static void write_security(struct json_writer *w, const struct containr_info *info)
{
	json_open_array(w, "SecurityOptions");
	if (info->has_apparmor)
		json_string(w, NULL, "name=apparmor");
	if (info->has_selinux)
		json_string(w, NULL, "name=selinux");
	json_string(w, NULL, "name=seccomp,profile=builtin");
	json_string(w, NULL, "name=cgroupns");
	if (info->rootless)
		json_string(w, NULL, "name=rootless");
	json_close_array(w);
}

/* Docker's names. */
static void write_members(struct json_writer *w, const struct containr_info *info,
			  const char *driver)
{
	json_int(w, "Containers", (int64_t)info->containers);
	json_int(w, "ContainersRunning", (int64_t)info->running);
	json_int(w, "ContainersPaused", (int64_t)info->paused);
	json_int(w, "ContainersStopped", (int64_t)info->stopped);
	json_int(w, "Images", (int64_t)info->images);
	json_string(w, "Driver", "overlay");
	json_string(w, "LoggingDriver", "k8s-file");
	json_string(w, "CgroupDriver", driver);
	json_string(w, "CgroupVersion", cgroup_version(info));
	json_string(w, "CgroupLayout", info->cgroup_layout);
	json_bool(w, "MemoryLimit", info->has_memory_limit);
	json_bool(w, "CpuCfsPeriod", info->has_cpu_limit);
	json_bool(w, "CpuCfsQuota", info->has_cpu_limit);
	json_bool(w, "CPUShares", info->has_cpu_limit);
	json_bool(w, "CPUSet", info->has_cpuset);
	json_bool(w, "PidsLimit", info->has_pids_limit);
	json_string(w, "DefaultRuntime", "containr");
	json_string(w, "KernelVersion", info->kernel);
	json_string(w, "OperatingSystem", info->operating_system);
	json_string(w, "OSType", "linux");
	json_string(w, "Architecture", info->architecture);
	json_int(w, "NCPU", info->cpus);
	json_int(w, "MemTotal", info->memory_bytes);
	json_string(w, "Name", info->hostname);
	json_string(w, "DockerRootDir", info->root);
	json_string(w, "RunRoot", info->runroot);
	json_bool(w, "Rootless", info->rootless);
	json_string(w, "ServerVersion", CONTAINR_VERSION);
	write_security(w, info);
}

static void write_line(struct str *out, const char *key, const char *value)
{
	str_appendf(out, " %s: ", key);
	printable_append(out, value);
	str_append_char(out, '\n');
}

static void write_text(struct str *out, const struct containr_info *info, const char *driver)
{
	char memory[HUMAN_TEXT_SIZE];

	human_size_binary(info->memory_bytes, memory);
	str_append(out, "Client:\n");
	write_line(out, "Version", CONTAINR_VERSION);
	str_append(out, "\nServer:\n");
	str_appendf(out, " Containers: %zu\n  Running: %zu\n  Paused: %zu\n  Stopped: %zu\n",
		    info->containers, info->running, info->paused, info->stopped);
	str_appendf(out, " Images: %zu\n", info->images);
	write_line(out, "Server Version", CONTAINR_VERSION);
	write_line(out, "Storage Driver", "overlay");
	write_line(out, "Logging Driver", "k8s-file");
	write_line(out, "Cgroup Driver", driver);
	write_line(out, "Cgroup Version", cgroup_version(info));
	write_line(out, "Cgroup Layout", info->cgroup_layout);
	write_line(out, "Default Runtime", "containr");
	str_append(out, " Security Options:\n");
	if (info->has_apparmor)
		str_append(out, "  apparmor\n");
	if (info->has_selinux)
		str_append(out, "  selinux\n");
	str_append(out, "  seccomp\n   Profile: builtin\n  cgroupns\n");
	if (info->rootless)
		str_append(out, "  rootless\n");
	write_line(out, "Kernel Version", info->kernel);
	write_line(out, "Operating System", info->operating_system);
	write_line(out, "OSType", "linux");
	write_line(out, "Architecture", info->architecture);
	str_appendf(out, " CPUs: %d\n", info->cpus);
	write_line(out, "Total Memory", memory);
	write_line(out, "Name", info->hostname);
	write_line(out, "Root Dir", info->root);
	write_line(out, "Run Dir", info->runroot);
}

static int write_template(struct str *out, const struct containr_info *info, const char *driver,
			  const char *format, struct containr_error *err)
{
	autostr rows = STR_INIT;
	struct json_writer w = JSON_WRITER(&rows);

	json_open_array(&w, NULL);
	json_open_object(&w, NULL);
	write_members(&w, info, driver);
	json_close_object(&w);
	json_close_array(&w);
	return format_rows(format, &rows, NULL, out, err);
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct info_args *args = untyped;
	/* that of new containers: each has its own */
	const char *driver = ctx->globals.cgroup_manager ? ctx->globals.cgroup_manager : "cgroupfs";
	struct containr_info info = { 0 };
	autoengine *engine = NULL;
	autostr out = STR_INIT;
	int r = format_check(args->format, ctx->err);

	(void)argc;
	(void)argv;
	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r == 0)
		r = containr_info_read(engine, &info, ctx->err);
	if (r < 0)
		return r;
	if (cmd_wants_json(args->format)) {
		struct json_writer w = JSON_WRITER_PRETTY(&out);

		json_open_object(&w, NULL);
		write_members(&w, &info, driver);
		json_close_object(&w);
		str_append_char(&out, '\n');
	} else if (format_has_template(args->format)) {
		r = write_template(&out, &info, driver, args->format, ctx->err);
	} else {
		write_text(&out, &info, driver);
	}
	return r < 0 ? r : cmd_print(ctx, &out);
}

static const struct cmd_example examples[] = {
	{ "containr info", "see the engine and its host" },
	{ "containr info --format '{{.CgroupVersion}}'", "ask for one fact" },
	{ 0 },
};

const struct cmd cmd_info = {
	.name = "info",
	.summary = "show the engine, its host, and how many containers there are",
	.section = CMD_SECTION_SYSTEM,
	.opts = info_opts,
	.examples = examples,
	.args_size = sizeof(struct info_args),
	.run = run,
};
