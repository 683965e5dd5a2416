/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/parse.h"

#include <stdlib.h>
#include <string.h>

/*
 * Command lines: NUL-separated words, the first of them "containr" or "containr-runtime". Whatever
 * they say, they are refused with a message, or become operands that lie inside argv. Nothing runs.
 */

#define MAX_WORDS 64
#define MAX_BYTES 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct parse *parse, int result, char **argv,
		  const struct containr_error *err)
{
	if (result < 0) {
		if (err->code != CONTAINR_E_INVALID_ARGUMENT || err->message[0] == '\0')
			abort();
		return;
	}
	if (parse->operands < argv || parse->operand_count < 0 ||
	    parse->operands + parse->operand_count > argv + MAX_WORDS ||
	    parse->operands[parse->operand_count])
		abort();
}

/* Goes from the program to the command, as cmd_dispatch() does; NULL where a line ends before. */
static const struct cmd *descend(const struct cmd *cmd, char ***argv)
{
	struct global_args globals = { 0 };

	while (cmd->commands) {
		struct parse parse = { .opts = cmd->opts, .path = "fuzz", .options_first = true };
		struct containr_error err = { 0 };
		int result = parse_options(&parse, *argv, &globals, &err);
		const struct cmd_entry *entry;

		check(&parse, result, *argv, &err);
		if (result < 0 || parse.operand_count == 0)
			return NULL;
		entry = cmd_find(cmd, parse.operands[0]);
		if (!entry)
			return NULL;
		cmd = entry->cmd;
		*argv = parse.operands + 1;
	}
	return cmd;
}

static void read_line(char **argv)
{
	bool is_runtime = argv[0] && strcmp(argv[0], program_runtime.name) == 0;
	_Alignas(max_align_t) unsigned char args[CMD_ARGS_SIZE] = { 0 };
	const struct cmd *program = is_runtime ? &program_runtime : &program_containr;
	char **rest = argv[0] ? argv + 1 : argv;
	const struct cmd *cmd = descend(program, &rest);
	struct containr_error err = { 0 };
	struct parse parse = { .path = "fuzz" };
	int result;

	if (!cmd)
		return;
	parse.opts = cmd->opts;
	parse.options_first = cmd->options_first;
	result = parse_options(&parse, rest, args, &err);
	check(&parse, result, rest, &err);
	parse_release(cmd->opts, args);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *argv[MAX_WORDS + 1] = { 0 };
	char text[MAX_BYTES + 1];
	size_t count = 0;

	if (size > MAX_BYTES)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	for (size_t at = 0; at < size && count < MAX_WORDS; at += strlen(text + at) + 1)
		argv[count++] = text + at;
	read_line(argv);
	return 0;
}
