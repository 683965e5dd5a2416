/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include "base/cleanup.h"
#include "base/time.h"
#include "cli/engine.h"
#include "cli/top_rows.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PS_OUTPUT_MAX (64 << 20)
#define BLANKS " \t\r\n"
#define COLUMN_WIDTH 20 /* of docker's top */

struct process_list {
	struct containr_process *items;
	size_t count;
};

static void process_list_release(struct process_list *list)
{
	containr_process_list_free(list->items, list->count);
}

#define autoprocesslist __attribute__((cleanup(process_list_release))) struct process_list

static void write_processes(const struct process_list *list, struct str *out)
{
	autotable table = TABLE("UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD");
	int64_t now = time_now_ns();

	table.min_width = COLUMN_WIDTH;
	for (size_t i = 0; i < list->count; i++)
		top_row(&table, &list->items[i], now);
	table_write(&table, out);
}

static int start_ps(char **argv, char *const *envp, int out, pid_t *ret_pid,
		    struct containr_error *err)
{
	posix_spawn_file_actions_t actions;
	int failed = posix_spawn_file_actions_init(&actions);

	if (failed == 0)
		failed = posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	if (failed == 0)
		failed = posix_spawnp(ret_pid, "ps", &actions, NULL, argv, envp);
	(void)posix_spawn_file_actions_destroy(&actions);
	errno = failed;
	return failed ? fail_sys(err, CONTAINR_E_UNSUPPORTED, "cannot start 'ps'") : 0;
}

/* What ps of the host prints when it gets the caller's options. argv[0] becomes its name. */
static int read_ps(char **argv, char *const *envp, struct str *text, struct containr_error *err)
{
	static char name[] = "ps";
	autoclose int from = -1;
	int ends[2];
	int status = 0;
	pid_t pid;
	int r;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot create a pipe");
	from = ends[0];
	argv[0] = name;
	r = start_ps(argv, envp, ends[1], &pid, err);
	(void)close(ends[1]);
	if (r < 0)
		return r;
	for (ssize_t got = 1; got > 0 && text->len < PS_OUTPUT_MAX;) {
		char part[4096];

		got = read(from, part, sizeof(part));
		if (got > 0)
			str_append_len(text, part, (size_t)got);
	}
	cleanup_close(&from);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (text->failed)
		return fail_oom(err);
	if (status != 0) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "'ps' refuses these options");
		return fail_hint(err, "leave them out, or see ps(1)");
	}
	return r;
}

static bool has_process(const struct process_list *list, const char *pid)
{
	int64_t number = strtoll(pid, NULL, 10);

	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].pid == number)
			return true;
	return false;
}

/* Takes a line apart: as many words as there are columns, the last one with all that follows. */
static void split_line(char *line, size_t columns, struct strv *words)
{
	while (words->len + 1 < columns) {
		line += strspn(line, BLANKS);
		if (!*line)
			break;
		strv_push_take(words, strndup(line, strcspn(line, BLANKS)));
		line += strcspn(line, BLANKS);
	}
	line += strspn(line, BLANKS);
	if (*line)
		strv_push(words, line);
}

static int pick_lines(char *text, const struct process_list *list, struct str *out,
		      struct containr_error *err)
{
	autostrv headings = { 0 };
	autotable table = { .min_width = COLUMN_WIDTH };
	size_t pid_column = 0;
	char *line = strsep(&text, "\n");

	if (line)
		split_line(line, SIZE_MAX, &headings);
	if (headings.failed)
		return fail_oom(err);
	while (pid_column < headings.len && strcmp(headings.items[pid_column], "PID") != 0)
		pid_column++;
	if (pid_column == headings.len) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "'ps' prints no column PID");
		return fail_hint(err, "ask for it, e.g. -o pid,comm");
	}
	table.headings = (const char *const *)headings.items;
	while ((line = strsep(&text, "\n"))) {
		autostrv words = { 0 };

		split_line(line, headings.len, &words);
		if (words.failed)
			return fail_oom(err);
		if (words.len <= pid_column || !has_process(list, words.items[pid_column]))
			continue;
		for (size_t i = 0; i < headings.len; i++)
			table_cell(&table, i < words.len ? words.items[i] : "");
	}
	table_write(&table, out);
	return 0;
}

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	autoengine *engine = NULL;
	autoprocesslist list = { 0 };
	autostr text = STR_INIT;
	autostr out = STR_INIT;
	int r = engine_open(ctx, &engine);

	(void)args;
	if (r == 0)
		r = containr_process_list(engine, argv[0], &list.items, &list.count, ctx->err);
	if (r == 0 && argc == 1)
		write_processes(&list, &out);
	if (r == 0 && argc > 1)
		r = read_ps(argv, ctx->envp, &text, ctx->err);
	if (r == 0 && argc > 1)
		r = pick_lines(text.data, &list, &out, ctx->err);
	return r < 0 ? r : cmd_print(ctx, &out);
}

static const struct cmd_example examples[] = {
	{ "containr top web", "show what runs in a container" },
	{ "containr top web -o pid,rss,args", "show what ps(1) shows with these options" },
	{ 0 },
};

const struct cmd cmd_top = {
	.name = "top",
	.operands = "CONTAINER [PS_OPTIONS...]",
	.summary = "list the processes of a running container",
	.description =
		"Ids, users and times are the host's. Options after the container are those of "
		"ps(1) of the host, which then prints the columns; PID has to be among them.",
	.section = CMD_SECTION_CONTAINERS,
	.examples = examples,
	.min_operands = 1,
	.max_operands = -1,
	.complete_first = COMPLETE_RUNNING,
	.options_first = true,
	.run = run,
};
