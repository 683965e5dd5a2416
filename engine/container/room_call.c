/* SPDX-License-Identifier: MIT */
#include "container/room_call.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/json.h"
#include "kernel/clone.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HELPER "containr-image"
#define ERROR_FD 3  /* in the helper */
#define FIRST_FD 16 /* of ours: above all that the helper gets */

/* One call: our ends of its pipes, and what the helper gets. */
struct call {
	int given[4]; /* standard input, output, unused, errors */
	int output;   /* to read from; -1 where the output goes to the caller's descriptor */
	int errors;
};

static void call_release(struct call *call)
{
	for (size_t i = 0; i < ARRAY_LEN(call->given); i++)
		cleanup_close(&call->given[i]);
	cleanup_close(&call->output);
	cleanup_close(&call->errors);
}

/* Above the numbers that the helper's descriptors get, so that none is closed by another. */
static int move_up(int fd)
{
	int moved = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD);

	(void)close(fd);
	return moved;
}

static int make_pipe(int *ret_from, int *ret_to)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	*ret_from = move_up(ends[0]);
	*ret_to = move_up(ends[1]);
	return *ret_from < 0 || *ret_to < 0 ? -1 : 0;
}

static int open_ends(struct call *call, int input, int output, struct containr_error *err)
{
	call->given[0] = input >= 0 ? fcntl(input, F_DUPFD_CLOEXEC, FIRST_FD)
				    : move_up(open("/dev/null", O_RDONLY | O_CLOEXEC));
	if (output >= 0)
		call->given[1] = fcntl(output, F_DUPFD_CLOEXEC, FIRST_FD);
	else if (make_pipe(&call->output, &call->given[1]) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot create a pipe");
	if (call->given[0] < 0 || call->given[1] < 0 ||
	    make_pipe(&call->errors, &call->given[ERROR_FD]) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot pass descriptors to " HELPER);
	return 0;
}

static void make_arguments(const struct containr *engine, const struct strv *command,
			   struct strv *argv, struct strv *envp)
{
	strv_push(argv, HELPER);
	strv_push(argv, "--root");
	strv_push(argv, engine->root);
	strv_push(argv, "--runroot");
	strv_push(argv, engine->runroot);
	strv_extend(argv, command->items);
	strv_extend(envp, environ);
	strv_pushf(envp, ROOM_ERROR_VARIABLE "=%d", ERROR_FD);
	strv_pushf(envp, "CONTAINR_LIBEXEC=%s", engine->libexec);
}

static int spawn(const struct containr *engine, const struct strv *command, const struct call *call,
		 pid_t *ret_pid, struct containr_error *err)
{
	autostrv argv = { 0 };
	autostrv envp = { 0 };
	autofree char *path = NULL;
	posix_spawn_file_actions_t actions;
	int failed;

	make_arguments(engine, command, &argv, &envp);
	if (asprintf(&path, "%s/" HELPER, engine->libexec) < 0)
		path = NULL;
	if (!path || argv.failed || envp.failed || posix_spawn_file_actions_init(&actions) != 0)
		return fail_oom(err);
	failed = posix_spawn_file_actions_adddup2(&actions, call->given[0], STDIN_FILENO);
	if (failed == 0)
		failed = posix_spawn_file_actions_adddup2(&actions, call->given[1], STDOUT_FILENO);
	if (failed == 0)
		failed =
			posix_spawn_file_actions_adddup2(&actions, call->given[ERROR_FD], ERROR_FD);
	if (failed == 0)
		failed = posix_spawn(ret_pid, path, &actions, NULL, argv.items, envp.items);
	(void)posix_spawn_file_actions_destroy(&actions);
	errno = failed;
	if (failed == ENOENT) {
		(void)fail(err, CONTAINR_E_UNSUPPORTED, "'%s' is not installed", path);
		return fail_hint(err, "install it there, or name its folder in CONTAINR_LIBEXEC");
	}
	return failed ? fail_sys(err, CONTAINR_E_IO, "cannot start '%s'", path) : 0;
}

static void read_all(int fd, struct str *out)
{
	char part[4096];
	ssize_t got;

	do {
		got = read(fd, part, sizeof(part));
		if (got > 0)
			str_append_len(out, part, (size_t)got);
	} while (got > 0 || (got < 0 && errno == EINTR));
}

static int32_t code_of_name(const char *name)
{
	for (int32_t code = 0; strcmp(containr_error_name(code), "UNKNOWN") != 0; code++)
		if (strcmp(containr_error_name(code), name) == 0)
			return code;
	return CONTAINR_E_IO;
}

/* Takes the error over as it was raised. */
static int take_error(const struct str *text, struct containr_error *err)
{
	autojson doc = { 0 };
	struct containr_error ignored;
	const struct json *error;
	const char *code = "";
	const char *message = "";
	const char *hint = "";
	int64_t number = 0;

	if (!text->data || json_parse(text->data, text->len, "error", &doc, &ignored) < 0)
		return fail(err, CONTAINR_E_IO, HELPER " ended early");
	error = json_get(doc.root, "error");
	if (json_read_string(error, "", "code", &code, &ignored) < 0 ||
	    json_read_string(error, "", "message", &message, &ignored) < 0 ||
	    json_read_string(error, "", "hint", &hint, &ignored) < 0 ||
	    json_read_int(error, "", "errno", 0, INT32_MAX, &number, &ignored) < 0)
		return fail(err, CONTAINR_E_IO, HELPER " told no error that is one");
	error_clear(err);
	err->code = code_of_name(code);
	err->sys_errno = (int32_t)number;
	(void)snprintf(err->message, sizeof(err->message), "%s", message);
	(void)snprintf(err->hint, sizeof(err->hint), "%s", hint);
	return -err->code;
}

int room_call(const struct containr *engine, const struct strv *command, int input, int output,
	      struct str *ret_text, struct containr_error *err)
{
	__attribute__((cleanup(call_release))) struct call call = { .given = { -1, -1, -1, -1 },
								    .output = -1,
								    .errors = -1 };
	autostr errors = STR_INIT;
	pid_t pid;
	int r;

	if (command->failed)
		return fail_oom(err);
	r = open_ends(&call, input, output, err);
	if (r == 0)
		r = spawn(engine, command, &call, &pid, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_LEN(call.given); i++)
		cleanup_close(&call.given[i]);
	if (call.output >= 0)
		read_all(call.output, ret_text);
	read_all(call.errors, &errors);
	if (clone_reap(pid) != 0)
		return take_error(&errors, err);
	return ret_text && ret_text->failed ? fail_oom(err) : 0;
}
