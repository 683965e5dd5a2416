/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/time.h"
#include "cli/cmd_tree.h"
#include "cli/man.h"

#include <fcntl.h>
#include <string.h>

static int write_page(struct cmd_context *ctx, int dir, const struct man_page *page)
{
	autostr text = STR_INIT;
	char name[MAN_NAME_SIZE];

	man_write(&text, page);
	man_write_name(page->path, name);
	if (text.failed)
		return fail_oom(ctx->err);
	return fs_replace_file(dir, name, text.data, text.len, 0644, FS_VOLATILE, ctx->err);
}

static int write_pages(struct cmd_context *ctx, int dir, const char *date)
{
	struct man_page page = { .program = ctx->program, .date = date };
	struct cmd_walk walk;
	int result;

	page.cmd = ctx->program;
	page.path = ctx->program->name;
	result = write_page(ctx, dir, &page);
	cmd_walk_begin(&walk, ctx->program);
	while (result == 0 && cmd_walk_next(&walk)) {
		if (walk.entry->cmd->hidden || !cmd_walk_is_home(&walk))
			continue;
		page.cmd = walk.entry->cmd;
		page.path = walk.path;
		result = write_page(ctx, dir, &page);
	}
	return result;
}

/* A build that wants the same bytes every time says which day it is
 * (reproducible-builds.org/specs/source-date-epoch). */
static int read_date(struct cmd_context *ctx, char ret_date[TIME_TEXT_SIZE])
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	int64_t seconds = time_now_ns() / TIME_NS_PER_SEC;
	int result = 0;

	if (epoch && *epoch)
		result = parse_int64(epoch, "SOURCE_DATE_EPOCH", 0, INT64_MAX / TIME_NS_PER_SEC,
				     &seconds, ctx->err);
	if (result < 0)
		return result;
	time_format_utc(seconds * TIME_NS_PER_SEC, ret_date);
	ret_date[strlen("2026-01-31")] = '\0';
	return 0;
}

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	autoclose int dir = -1;
	char date[TIME_TEXT_SIZE];
	int result = read_date(ctx, date);

	(void)args;
	(void)argc;
	if (result == 0)
		result = fs_make_dirs(AT_FDCWD, argv[0], 0755, ctx->err);
	if (result == 0)
		result = fs_open_dir(AT_FDCWD, argv[0], &dir, ctx->err);
	return result < 0 ? result : write_pages(ctx, dir, date);
}

const struct cmd cmd_man = {
	.name = "__man",
	.operands = "DIR",
	.summary = "write the manual pages into a folder",
	.section = CMD_SECTION_SYSTEM,
	.min_operands = 1,
	.max_operands = 1,
	.complete_first = COMPLETE_DIRS,
	.hidden = true,
	.run = run,
};
