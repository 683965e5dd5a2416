/* SPDX-License-Identifier: MIT */
#include "container/hooks.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "container/process.h"
#include "kernel/clone.h"
#include "kernel/pidfd.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define TOLD_OUTPUT_MAX 200 /* bytes of what a hook printed that its error tells */

int hooks_open_file(int *ret_fd, struct containr_error *err)
{
	*ret_fd = memfd_create("containr", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (*ret_fd < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot create a file in memory");
	return 0;
}

int hooks_write_state(int fd, const struct oci_state *state, struct containr_error *err)
{
	autostr text = STR_INIT;
	struct json_writer w = JSON_WRITER(&text);

	oci_state_write(&w, NULL, state);
	if (text.failed)
		return fail_oom(err);
	/* sealed: one hook cannot tell the next one lies */
	if (fs_write_all(fd, text.data, text.len) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot write the state");
	return 0;
}

static _Noreturn void become_hook(const struct oci_hook *hook, int state, int output,
				  const char *dir)
{
	static char *const nothing[] = { NULL };
	char *own[] = { hook->path, NULL };
	char text[96];
	int len;

	/* a group of its own: a timeout ends its children too */
	(void)setpgid(0, 0);
	process_reset_signals();
	if (dup2(state, STDIN_FILENO) == 0 && dup2(output, STDOUT_FILENO) > 0 &&
	    dup2(output, STDERR_FILENO) > 0 && (!dir || chdir(dir) == 0)) {
		struct containr_error ignored;

		error_ignore(process_close_others(3, NULL, 0, &ignored));
		(void)execve(hook->path, hook->args.len ? hook->args.items : own,
			     hook->env.len ? hook->env.items : nothing);
	}
	len = snprintf(text, sizeof(text), "cannot execute: %s", strerror(errno));
	_exit(write(STDERR_FILENO, text, (size_t)len) == len ? 127 : 126);
}

/* The last line or so of what was printed, without what would break the message. */
static void read_output(int output, char *text, size_t size)
{
	off_t end = lseek(output, 0, SEEK_END);
	off_t start = end > (off_t)size - 1 ? end - (off_t)size + 1 : 0;
	ssize_t len = pread(output, text, size - 1, start);

	len = len < 0 ? 0 : len;
	while (len > 0 && isspace((unsigned char)text[len - 1]))
		len--;
	for (ssize_t i = 0; i < len; i++)
		if (iscntrl((unsigned char)text[i]))
			text[i] = ' ';
	text[len] = '\0';
}

/* A timeout in milliseconds as poll(2) takes it; no longer than it can. */
static int64_t timeout_of(const struct oci_hook *hook)
{
	int64_t most = INT32_MAX / 1000;

	if (!hook->timeout_s)
		return -1;
	return (hook->timeout_s < most ? hook->timeout_s : most) * 1000;
}

/* Returns the exit code, -2 after the timeout, or an error's negated code. */
static int run_one(const struct oci_hook *hook, int state, int output, const char *dir,
		   bool *ret_in_time, int *ret_code, struct containr_error *err)
{
	autoclose int pidfd = -1;
	bool by_hand;
	pid_t pid;
	int r;

	if (lseek(state, 0, SEEK_SET) < 0 || ftruncate(output, 0) < 0 ||
	    lseek(output, 0, SEEK_SET) < 0)
		return fail_sys(err, CONTAINR_E_HOOK_FAILED, "cannot prepare a hook");
	pid = clone_process(0, -1, &pidfd, &by_hand);
	if (pid == 0)
		become_hook(hook, state, output, dir);
	if (pid < 0)
		return fail_sys(err, CONTAINR_E_HOOK_FAILED, "cannot create a process for a hook");
	r = pidfd_wait_end(pidfd, timeout_of(hook), ret_in_time, err);
	if (r < 0 || !*ret_in_time) {
		(void)kill(-pid, SIGKILL);
		(void)kill(pid, SIGKILL);
	}
	*ret_code = clone_reap(pid);
	return r;
}

int hooks_run(const struct oci_config *config, enum oci_hook_kind kind, int state, int output,
	      const char *dir, struct containr_error *err)
{
	const struct oci_hooks *hooks = &config->hooks[kind];
	char printed[TOLD_OUTPUT_MAX];

	for (size_t i = 0; i < hooks->count; i++) {
		const struct oci_hook *hook = &hooks->items[i];
		bool in_time = true;
		int code = 0;
		int r = run_one(hook, state, output, dir, &in_time, &code, err);

		if (r < 0)
			return r;
		if (!in_time)
			return fail(err, CONTAINR_E_HOOK_FAILED,
				    "hooks.%s[%zu]: '%s' did not end within %d seconds",
				    oci_hook_kind_name(kind), i, hook->path, (int)hook->timeout_s);
		if (code == 0)
			continue;
		read_output(output, printed, sizeof(printed));
		return fail(err, CONTAINR_E_HOOK_FAILED, "hooks.%s[%zu]: '%s' failed with %d%s%s",
			    oci_hook_kind_name(kind), i, hook->path, code, *printed ? ": " : "",
			    printed);
	}
	return 0;
}

int hooks_run_beside(enum oci_hook_kind kind, const struct oci_state *state,
		     struct containr_error *err)
{
	autoclose int text = -1;
	autoclose int output = -1;
	int r;

	if (!state->config->hooks[kind].count)
		return 0;
	r = hooks_open_file(&text, err);
	if (r == 0)
		r = hooks_open_file(&output, err);
	if (r == 0)
		r = hooks_write_state(text, state, err);
	return r < 0 ? r : hooks_run(state->config, kind, text, output, state->bundle, err);
}
