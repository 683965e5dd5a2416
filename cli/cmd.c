/* SPDX-License-Identifier: MIT */
#include "cli/cmd.h"

#include "base/cleanup.h"
#include "cli/cmd_tree.h"
#include "cli/error_print.h"
#include "cli/help.h"
#include "cli/nearest.h"
#include "cli/parse.h"
#include "cli/room.h"
#include "kernel/selfexe.h"

#include <string.h>

static bool entry_is_called(const struct cmd_entry *entry, const char *name)
{
	const char *const *alias = cmd_entry_aliases(entry);

	if (strcmp(cmd_entry_name(entry), name) == 0)
		return true;
	for (; alias && *alias; alias++)
		if (strcmp(*alias, name) == 0)
			return true;
	return false;
}

const struct cmd_entry *cmd_find(const struct cmd *group, const char *name)
{
	for (const struct cmd_entry *entry = group->commands; entry && entry->cmd; entry++)
		if (entry_is_called(entry, name))
			return entry;
	return NULL;
}

static int fail_output(struct cmd_context *ctx)
{
	return fail_sys(ctx->err, CONTAINR_E_IO, "cannot write to standard output");
}

int cmd_print(struct cmd_context *ctx, const struct str *text)
{
	if (text->failed)
		return fail_oom(ctx->err);
	if (text->len > 0)
		(void)fwrite(text->data, 1, text->len,
			     ctx->out); /* cmd_dispatch() looks at ferror */
	return 0;
}

bool cmd_wants_json(const char *format)
{
	return format && strcmp(format, "json") == 0;
}

int cmd_check_format(const char *format, struct containr_error *err)
{
	if (!format || cmd_wants_json(format) || strcmp(format, "table") == 0)
		return 0;
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "--format: '%s' is not supported", format);
	return fail_hint(err, "use table or json");
}

int cmd_fail_unknown(struct cmd_context *ctx, const char *name)
{
	struct nearest nearest = NEAREST_TO(name);

	for (const struct cmd_entry *entry = ctx->cmd->commands; entry->cmd; entry++)
		if (!entry->cmd->hidden)
			nearest_offer(&nearest, cmd_entry_name(entry));
	(void)fail(ctx->err, CONTAINR_E_INVALID_ARGUMENT, "'%s' is not a command of '%s'", name,
		   ctx->path);
	if (!nearest.found)
		return fail_hint(ctx->err, "see '%s --help'", ctx->path);
	return fail_hint(ctx->err, "did you mean '%s %s'? see '%s --help'", ctx->path,
			 nearest.found, ctx->path);
}

int cmd_fail_operands(struct cmd_context *ctx, const char *bound, int count)
{
	const struct cmd *cmd = ctx->cmd;

	if (count == 0)
		(void)fail(ctx->err, CONTAINR_E_INVALID_ARGUMENT, "'%s' takes no arguments",
			   ctx->path);
	else
		(void)fail(ctx->err, CONTAINR_E_INVALID_ARGUMENT, "'%s' needs %s%d argument%s: %s",
			   ctx->path, bound, count, count == 1 ? "" : "s", cmd->operands);
	return fail_hint(ctx->err, "see '%s --help'", ctx->path);
}

static int check_operands(struct cmd_context *ctx, int count)
{
	const struct cmd *cmd = ctx->cmd;
	bool exact = cmd->min_operands == cmd->max_operands;

	if (count < cmd->min_operands)
		return cmd_fail_operands(ctx, exact ? "" : "at least ", cmd->min_operands);
	if (cmd->max_operands >= 0 && count > cmd->max_operands)
		return cmd_fail_operands(ctx, exact ? "" : "at most ", cmd->max_operands);
	return 0;
}

static cmd_run_function *find_run(const struct cmd *cmd, const struct cmd_binding *bindings)
{
	for (const struct cmd_binding *binding = bindings; binding && binding->cmd; binding++)
		if (binding->cmd == cmd)
			return binding->run;
	return cmd->run;
}

static int run_parsed(struct cmd_context *ctx, cmd_run_function *run, char **argv, void *args)
{
	struct parse parse = { .opts = ctx->cmd->opts,
			       .path = ctx->path,
			       .options_first = ctx->cmd->options_first };
	int result = parse_options(&parse, argv, args, ctx->err);

	ctx->json_errors = parse.json;
	if (result == 0 && parse.help)
		return help_print(ctx);
	if (result == 0)
		result = check_operands(ctx, parse.operand_count);
	if (result == 0)
		result = run(ctx, args, parse.operand_count, parse.operands);
	return result;
}

static int run_command(struct cmd_context *ctx, const struct cmd_binding *bindings, char **argv)
{
	const struct cmd *cmd = ctx->cmd;
	cmd_run_function *run = find_run(cmd, bindings);
	_Alignas(max_align_t) unsigned char args[CMD_ARGS_SIZE];
	int result = 0;

	if (cmd->room && !bindings)
		return room_exec(cmd->room, ctx->path, ctx->argv, ctx->envp, ctx->err);
	if (!run || cmd->args_size > sizeof(args))
		return fail(ctx->err, CONTAINR_E_UNSUPPORTED, "'%s' cannot run here", ctx->path);
	/* before the options: parsing moves operands, and a second start needs argv as it was */
	if (cmd->enters_container)
		result = selfexe_protect(ctx->argv, ctx->err);
	if (result < 0)
		return result;
	memset(args, 0, cmd->args_size);
	result = run_parsed(ctx, run, argv, args);
	parse_release(cmd->opts, args);
	return result;
}

static int print_version(struct cmd_context *ctx)
{
	autostr text = STR_INIT;

	str_appendf(&text, "%s version %s\n", ctx->program->name, CONTAINR_VERSION);
	return cmd_print(ctx, &text);
}

/*
 * Walks from the program through groups to the command. Options of programs and groups come before
 * the first operand, so nothing in argv is moved here.
 */
static int descend(struct cmd_context *ctx, const struct cmd_binding *bindings, char **argv)
{
	bool help = false;

	while (ctx->cmd->commands) {
		struct parse parse = { .opts = ctx->cmd->opts,
				       .path = ctx->path,
				       .options_first = true };
		const struct cmd_entry *entry;
		int result = parse_options(&parse, argv, &ctx->globals, ctx->err);

		if (result < 0)
			return result;
		if (ctx->globals.debug)
			ctx->globals.log_level = LOG_DEBUG;
		help = help || parse.help || ctx->globals.help;
		if (ctx->globals.version)
			return print_version(ctx);
		if (parse.operand_count == 0)
			return help_print(ctx);
		entry = cmd_find(ctx->cmd, parse.operands[0]);
		if (!entry)
			return cmd_fail_unknown(ctx, parse.operands[0]);
		ctx->cmd = entry->cmd;
		cmd_path_append(ctx->path, cmd_entry_name(entry));
		argv = parse.operands + 1;
	}
	return help ? help_print(ctx) : run_command(ctx, bindings, argv);
}

/* A full disk behind standard output is an error of the command, not something to lose. */
static int flush_output(struct cmd_context *ctx, int result)
{
	if (fflush(ctx->out) == 0 && !ferror(ctx->out))
		return result;
	return result < 0 ? result : fail_output(ctx);
}

int cmd_dispatch(const struct cmd *program, const struct cmd_binding *bindings, int argc,
		 char **argv, char **envp)
{
	struct containr_error err = { 0 };
	struct cmd_context ctx = { .program = program,
				   .cmd = program,
				   .err = &err,
				   .out = stdout,
				   .argv = argv,
				   .envp = envp };
	int result;

	cmd_path_append(ctx.path, program->name);
	result = descend(&ctx, bindings, argc > 0 ? argv + 1 : argv);
	result = flush_output(&ctx, result);
	if (result >= 0)
		return result;
	error_print(&ctx);
	return containr_error_exit_status(-result);
}
