/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include "base/json.h"
#include "cli/format.h"

#include <sys/utsname.h>

struct version_args {
	const char *format;
	bool json;
	bool short_form;
};

static const struct opt version_opts[] = {
	FORMAT(struct version_args, format, "table, json, or a template"),
	FLAG(0, "json", struct version_args, json, "the same as --format json"),
	FLAG(0, "short", struct version_args, short_form, "only the number"),
	END,
};

static void write_json(struct str *out, const struct utsname *host)
{
	struct json_writer writer = JSON_WRITER_PRETTY(out);

	json_open_object(&writer, NULL);
	json_string(&writer, "version", CONTAINR_VERSION);
	json_string(&writer, "os", "linux");
	json_string(&writer, "architecture", host->machine);
	json_string(&writer, "kernel", host->release);
	json_close_object(&writer);
	str_append_char(out, '\n');
}

static void write_text(struct str *out, const struct utsname *host)
{
	str_appendf(out, "Version:       %s\n", CONTAINR_VERSION);
	str_appendf(out, "OS/Arch:       linux/%s\n", host->machine);
	str_appendf(out, "Kernel:        %s\n", host->release);
}

/* Docker's two halves: here both are this program. */
static int write_template(struct str *out, const struct utsname *host, const char *format,
			  struct containr_error *err)
{
	static const char *const halves[] = { "Client", "Server" };
	autostr rows = STR_INIT;
	struct json_writer writer = JSON_WRITER(&rows);

	json_open_array(&writer, NULL);
	json_open_object(&writer, NULL);
	json_string(&writer, "Version", CONTAINR_VERSION);
	for (size_t i = 0; i < 2; i++) {
		json_open_object(&writer, halves[i]);
		json_string(&writer, "Version", CONTAINR_VERSION);
		json_string(&writer, "Os", "linux");
		json_string(&writer, "Arch", host->machine);
		json_string(&writer, "KernelVersion", host->release);
		json_close_object(&writer);
	}
	json_close_object(&writer);
	json_close_array(&writer);
	return format_rows(format, &rows, NULL, out, err);
}

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	const struct version_args *version = args;
	autostr out = STR_INIT;
	struct utsname host;
	int result = format_check(version->format, ctx->err);

	(void)argc;
	(void)argv;
	if (result < 0)
		return result;
	if (uname(&host) < 0)
		return fail_sys(ctx->err, CONTAINR_E_IO, "cannot ask the kernel for its version");
	if (version->json || cmd_wants_json(version->format))
		write_json(&out, &host);
	else if (version->short_form)
		str_append(&out, CONTAINR_VERSION "\n");
	else if (format_has_template(version->format))
		result = write_template(&out, &host, version->format, ctx->err);
	else
		write_text(&out, &host);
	return result < 0 ? result : cmd_print(ctx, &out);
}

static const struct cmd_example examples[] = {
	{ "containr version --short", "print only the number, for scripts" },
	{ 0 },
};

const struct cmd cmd_version = {
	.name = "version",
	.summary = "show the version of containr and of the kernel",
	.section = CMD_SECTION_SYSTEM,
	.opts = version_opts,
	.examples = examples,
	.args_size = sizeof(struct version_args),
	.run = run,
};
