/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "container/config.h"
#include "container/oci.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define CONFIG_FILE "config.json"
#define FILES_LIMIT 1024

struct spec_args {
	const char *bundle;
};

static const struct opt spec_opts[] = {
	STRING('b', "bundle", struct spec_args, bundle, "DIR", "folder that gets config.json",
	       .preset = ".", .complete = COMPLETE_DIRS),
	END,
};

/* What runc writes here too: a shell on a terminal, to be edited. */
static int set_process(struct oci_process *process, struct containr_error *err)
{
	const struct rlimit_setting files = { .resource = RLIMIT_NOFILE,
					      .soft = FILES_LIMIT,
					      .hard = FILES_LIMIT };

	process->terminal = true;
	process->cwd = strdup("/");
	strv_push(&process->args, "sh");
	strv_push(&process->env, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
				 "/sbin:/bin");
	strv_push(&process->env, "TERM=xterm");
	if (!process->cwd || process->args.failed || process->env.failed)
		return fail_oom(err);
	return oci_add_rlimit(process, &files, err);
}

static int make_config(struct oci_config *config, struct containr_error *err)
{
	int r = config_defaults(config, err);

	if (r == 0)
		r = oci_add_namespace(config, CLONE_NEWNET, NULL, err);
	if (r == 0)
		r = set_process(&config->process, err);
	if (r < 0)
		return r;
	config->root_path = strdup("rootfs");
	config->root_readonly = true;
	config->hostname = strdup("containr");
	strv_push(&config->annotations, OCI_ANNOTATION_SECCOMP "=default");
	if (!config->root_path || !config->hostname || config->annotations.failed)
		return fail_oom(err);
	return 0;
}

/* Somebody's edited configuration is worth more than a template: nothing is overwritten. */
static int write_new(int dir, const char *bundle, const struct str *text,
		     struct containr_error *err)
{
	autoclose int fd = openat(dir, CONFIG_FILE, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (fd < 0 && errno == EEXIST) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "'%s/%s' exists already", bundle,
			   CONFIG_FILE);
		return fail_hint(err, "remove it, or give another folder with --bundle");
	}
	if (fd < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot create '%s/%s'", bundle, CONFIG_FILE);
	if (fs_write_all(fd, text->data, text->len) == 0)
		return 0;
	(void)fail_sys(err, CONTAINR_E_IO, "cannot write '%s/%s'", bundle, CONFIG_FILE);
	(void)unlinkat(dir, CONFIG_FILE, 0);
	return -err->code;
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct spec_args *args = untyped;
	autooci config;
	autostr text = STR_INIT;
	autoclose int dir = -1;
	struct json_writer writer = JSON_WRITER_PRETTY(&text);
	int r;

	(void)argc;
	(void)argv;
	oci_config_init(&config);
	r = fs_open_dir(AT_FDCWD, args->bundle, &dir, ctx->err);
	if (r == 0)
		r = make_config(&config, ctx->err);
	if (r < 0)
		return r;
	oci_config_write(&writer, &config);
	str_append_char(&text, '\n');
	if (text.failed)
		return fail_oom(ctx->err);
	return write_new(dir, args->bundle, &text, ctx->err);
}

static const struct cmd_example examples[] = {
	{ "containr spec --bundle mybundle", "write mybundle/config.json" },
	{ "containr validate mybundle", "check it after it was edited" },
	{ "containr-runtime run --bundle mybundle box", "run it" },
	{ 0 },
};

const struct cmd cmd_spec = {
	.name = "spec",
	.summary = "write a configuration for an OCI bundle",
	.description =
		"Writes config.json with what every container gets: all namespaces, mounts, "
		"default "
		"capabilities, masked paths, and a shell on a terminal as its process. The root "
		"file system belongs beside it, in rootfs. A config.json that is there already is "
		"left alone.\n"
		"\n"
		"The default system call filter stands in it by name, as the annotation "
		"io.containr.seccomp, not in its hundreds of lines. Other runtimes do not know "
		"that "
		"name: for them put a filter into linux.seccomp.",
	.section = CMD_SECTION_SYSTEM,
	.opts = spec_opts,
	.examples = examples,
	.args_size = sizeof(struct spec_args),
	.run = run,
};
