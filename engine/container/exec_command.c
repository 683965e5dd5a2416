/* SPDX-License-Identifier: MIT */
#include "container/exec_command.h"

#include "base/cleanup.h"
#include "base/duration.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/time.h"
#include "container/exec.h"
#include "container/exec_group.h"
#include "container/live.h"
#include "container/record.h"
#include "container/terminal.h"
#include "kernel/clone.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define TOLD_COMMAND_MAX 1000 /* bytes of a command line in an event */
#define PIPE_BYTES 65536      /* what may be left in a pipe when its writer has ended */

enum { READ_END, WRITE_END };

/* One call of containr_exec(). */
struct call {
	struct containr *engine;
	const struct containr_exec_spec *spec;
	const char *exec_id;
	struct live live;
	struct record record;
	struct oci_config config;
	struct cgroup cgroup;
	struct exec_group group;
	struct exec_started started;
	char *line; /* the command, for events */
	int pidfd;  /* of the container's first process */
	int null;
	int output[2]; /* a pipe, with spec->take_output */
	int alarm;     /* a timer, with spec->timeout_ns */
	struct containr_error *err;
};

static void close_slot(int *fd)
{
	cleanup_close(fd);
	*fd = -1;
}

static void call_release(struct call *call)
{
	live_release(&call->live);
	record_release(&call->record);
	oci_config_release(&call->config);
	cgroup_close(&call->cgroup);
	cleanup_close(&call->started.pidfd);
	cleanup_close(&call->started.console);
	cleanup_close(&call->pidfd);
	cleanup_close(&call->null);
	cleanup_close(&call->output[READ_END]);
	cleanup_close(&call->output[WRITE_END]);
	cleanup_close(&call->alarm);
	free(call->line);
}

/* All that the engine has itself, which may be less than the kernel knows. */
static int give_all_capabilities(struct oci_process *process, struct containr_error *err)
{
	struct caps_sets own;
	int r = caps_read(&own, err);

	if (r == 0)
		process->caps = caps_sets_of(own.permitted);
	return r;
}

/* The process of this exec: that of the container, changed by what was asked for. */
static int make_process(const struct containr_exec_spec *spec, struct oci_process *process,
			struct containr_error *err)
{
	strv_release(&process->args);
	strv_extend(&process->args, (char *const *)(uintptr_t)spec->command);
	for (size_t i = 0; spec->env && spec->env[i]; i++)
		oci_set_env(&process->env, spec->env[i]);
	if (spec->tty)
		oci_set_env(&process->env, "TERM=xterm");
	process->terminal = spec->tty;
	process->rows = process->columns = 0;
	if (spec->user) {
		free(process->user.name);
		process->user.name = strdup(spec->user);
		if (!process->user.name)
			return fail_oom(err);
	}
	if (spec->working_dir) {
		free(process->cwd);
		process->cwd = strdup(spec->working_dir);
		if (!process->cwd)
			return fail_oom(err);
	}
	if (!process->args.len)
		return fail(err, CONTAINR_E_INVALID_ARGUMENT, "no command was given");
	if (process->args.failed || process->env.failed)
		return fail_oom(err);
	return spec->privileged ? give_all_capabilities(process, err) : 0;
}

static int check_spec(const struct containr_exec_spec *spec, struct containr_error *err)
{
	const char *with = spec->detach ? "--detach" : "--tty";

	if (spec->timeout_ns < 0)
		return fail(err, CONTAINR_E_INVALID_ARGUMENT, "a timeout cannot be negative");
	if (spec->timeout_ns > 0 && spec->detach)
		return fail(err, CONTAINR_E_INVALID_ARGUMENT,
			    "--timeout with --detach: nobody would be there to end the command");
	if (spec->take_output && (spec->detach || spec->tty))
		return fail(err, CONTAINR_E_INVALID_ARGUMENT, "the output cannot be taken with %s",
			    with);
	return 0;
}

/* The command line as docker puts it into events, escaped as JSON wants it. */
static char *describe_command(const char *const *command)
{
	autostr text = STR_INIT;
	struct str escaped = STR_INIT;
	struct json_writer w = JSON_WRITER(&escaped);

	for (size_t i = 0; command[i]; i++)
		str_appendf(&text, "%s%s", i ? " " : "", command[i]);
	if (text.failed || !text.data)
		return NULL;
	json_string_len(&w, NULL, text.data,
			text.len < TOLD_COMMAND_MAX ? text.len : TOLD_COMMAND_MAX);
	if (escaped.failed || escaped.len < 2) {
		str_release(&escaped);
		return NULL;
	}
	/* without its quotes */
	memmove(escaped.data, escaped.data + 1, escaped.len - 2);
	escaped.data[escaped.len - 2] = '\0';
	return escaped.data;
}

/* @action: "exec_create", "exec_start": the command follows; or "exec_die" */
static void tell(const struct call *call, const char *action, bool with_command, int exit_code)
{
	autostr whole = STR_INIT;
	autostr more = STR_INIT;

	if (!call->line || !call->record.name)
		return;
	str_appendf(&whole, "%s%s%s", action, with_command ? ": " : "",
		    with_command ? call->line : "");
	str_appendf(&more, ",\"execID\":\"%s\"", call->exec_id);
	if (!with_command)
		str_appendf(&more, ",\"exitCode\":\"%d\"", exit_code);
	if (!whole.failed && !more.failed)
		record_tell(call->engine, call->live.id, &call->record, whole.data, more.data);
}

/* Everything that the command is to find; what it runs in is opened, and changed by nothing yet. */
static int prepare(struct call *call, const char *container)
{
	struct containr_error ignored;
	int r = check_spec(call->spec, call->err);

	if (r == 0)
		r = live_find(call->engine, container, &call->live, call->err);
	if (r == 0)
		r = live_open_process(&call->live, container, &call->pidfd, call->err);
	if (r == 0 && call->live.state.paused)
		r = fail(call->err, CONTAINR_E_CONTAINER_PAUSED, "container '%s' is paused",
			 container);
	if (r == 0)
		r = oci_config_load(call->live.dir, "config.json", &call->config, call->err);
	if (r == 0)
		r = make_process(call->spec, &call->config.process, call->err);
	if (r < 0)
		return r;
	/* for events only */
	error_ignore(record_read(call->live.dir, &call->record, &ignored));
	call->line = describe_command(call->spec->command);
	call->null = openat(AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC);
	if (call->spec->take_output && pipe2(call->output, O_CLOEXEC) < 0)
		return fail_sys(call->err, CONTAINR_E_PROCESS_SETUP, "cannot create a pipe");
	return 0;
}

static int open_cgroup(struct call *call)
{
	struct cgroup_host host;
	struct cgroup_place place;
	int r;

	cgroup_host_probe(&host);
	cgroup_place_find(call->engine, call->live.id, &place);
	r = cgroup_open(&host, place.path, &call->cgroup, call->err);
	if (r == 0 && call->spec->timeout_ns > 0)
		exec_group_make(&host, place.path, call->exec_id, &call->cgroup, &call->group);
	return r;
}

static int start(struct call *call)
{
	const struct containr_exec_spec *spec = call->spec;
	struct exec_request request = {
		.config = &call->config,
		.process = &call->config.process,
		.id = call->live.id,
		.bundle_path = "",
		.container = call->live.state.pid,
		.log = &call->engine->log,
		.cgroup = &call->cgroup,
		.pidfd = call->pidfd,
		.namespaces = oci_namespace_flags(&call->config),
		.privileged = spec->privileged,
		.dies_with_caller = spec->timeout_ns > 0 || spec->take_output,
		.stdio = { spec->stdin_open && !spec->detach ? STDIN_FILENO : call->null,
			   spec->detach ? call->null : STDOUT_FILENO,
			   spec->detach ? call->null : STDERR_FILENO },
	};
	int r;

	if (spec->take_output)
		request.stdio[1] = request.stdio[2] = call->output[WRITE_END];
	tell(call, "exec_create", true, 0);
	tell(call, "exec_start", true, 0);
	r = exec_start(&request, &call->started, call->err);
	close_slot(&call->output[WRITE_END]);
	return r;
}

/* Reads once; false when nothing more will come. */
static bool take_output(struct call *call, size_t *left)
{
	char bytes[4096];
	ssize_t got = read(call->output[READ_END], bytes, sizeof(bytes));

	if (got < 0 && errno == EINTR)
		return true;
	if (got > 0)
		call->spec->take_output(call->spec->context, bytes, (size_t)got);
	if (got > 0 && (size_t)got < *left) {
		*left -= (size_t)got;
		return true;
	}
	close_slot(&call->output[READ_END]);
	return false;
}

/* Until the command has ended: what it left behind in the background may hold the pipe open. */
static int follow_output(struct call *call, int alarm)
{
	size_t left = SIZE_MAX;
	bool ended = false;

	for (;;) {
		struct pollfd fds[] = {
			{ .fd = call->output[READ_END], .events = POLLIN },
			{ .fd = ended ? -1 : call->started.pidfd, .events = POLLIN },
			{ .fd = ended ? -1 : alarm, .events = POLLIN },
		};
		int ready = poll(fds, ARRAY_LEN(fds), ended ? 0 : -1);

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready < 0)
			return fail_sys(call->err, CONTAINR_E_IO, "cannot wait for the command");
		if (fds[0].revents)
			(void)take_output(call, &left);
		else if (ended)
			return 0;
		if (fds[2].revents && !fds[1].revents)
			return fail(call->err, CONTAINR_E_TIMEOUT, "the command takes too long");
		if (fds[1].revents) {
			ended = true;
			left = PIPE_BYTES;
		}
	}
}

static int follow(struct call *call, int alarm)
{
	const struct containr_exec_spec *spec = call->spec;

	if (spec->take_output)
		return follow_output(call, alarm);
	if (spec->tty)
		return terminal_relay(call->started.console, spec->stdin_open ? STDIN_FILENO : -1,
				      STDOUT_FILENO, call->started.pidfd, alarm, call->err);
	return signals_forward(call->started.pidfd, alarm, call->err);
}

static int set_alarm(struct call *call)
{
	const int64_t ns = call->spec->timeout_ns;
	const struct itimerspec when = { .it_value = { .tv_sec = ns / TIME_NS_PER_SEC,
						       .tv_nsec = ns % TIME_NS_PER_SEC } };

	if (ns == 0)
		return 0;
	if (call->alarm < 0)
		call->alarm = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	if (call->alarm < 0 || timerfd_settime(call->alarm, 0, &when, NULL) < 0)
		return fail_sys(call->err, CONTAINR_E_PROCESS_SETUP, "cannot set a timer");
	return 0;
}

static bool is_paused(const struct call *call)
{
	struct state state;
	struct containr_error ignored;

	return state_read(call->live.state_fd, &state, &ignored) == 0 && state.paused;
}

/* A command that stands still as its container is paused gets its whole time once more. */
static int follow_in_time(struct call *call)
{
	bool was_paused = false;
	int r = set_alarm(call);

	while (r == 0) {
		bool paused;

		r = follow(call, call->alarm);
		if (r != -CONTAINR_E_TIMEOUT)
			return r;
		paused = is_paused(call);
		if (!paused && !was_paused)
			return r;
		was_paused = paused;
		r = set_alarm(call);
	}
	return r;
}

static int fail_late(struct call *call)
{
	autostr span = STR_INIT;

	duration_append(&span, call->spec->timeout_ns);
	(void)fail(call->err, CONTAINR_E_TIMEOUT, "the command did not end within %s",
		   span.data ? span.data : "its time");
	return fail_hint(call->err, "it was killed, with all that it started");
}

static int finish(struct call *call, int *ret_exit_code)
{
	struct containr_error ignored;
	bool late;
	int r;

	if (call->spec->detach) {
		*ret_exit_code = 0;
		return 0;
	}
	r = follow_in_time(call);
	late = r == -CONTAINR_E_TIMEOUT;
	if (r < 0 && call->spec->timeout_ns > 0)
		exec_group_kill(&call->group, call->started.pid);
	if (late && call->spec->take_output) {
		struct containr_error *err = call->err;

		call->err = &ignored;
		error_ignore(follow_output(call, -1));
		call->err = err;
	}
	*ret_exit_code = clone_reap(call->started.pid);
	tell(call, "exec_die", false, *ret_exit_code);
	return late ? fail_late(call) : r;
}

int exec_command(struct containr *engine, const char *container,
		 const struct containr_exec_spec *spec, const char *exec_id, int *ret_exit_code,
		 struct containr_error *err)
{
	CLEANUP(call_release)
	struct call call = {
		.engine = engine,
		.spec = spec,
		.exec_id = exec_id,
		.live = LIVE_INIT,
		.cgroup = CGROUP_INIT,
		.group = EXEC_GROUP_INIT,
		.started = { .pidfd = -1, .console = -1 },
		.pidfd = -1,
		.null = -1,
		.output = { -1, -1 },
		.alarm = -1,
		.err = err,
	};
	sigset_t signals;
	int r;

	oci_config_init(&call.config);
	r = prepare(&call, container);
	if (r == 0)
		r = open_cgroup(&call);
	if (r < 0)
		return r;
	/* those that are passed on; where the output is taken none is, and they are the caller's own */
	if (spec->take_output)
		(void)sigprocmask(SIG_BLOCK, NULL, &signals);
	else
		signals_hold(&signals);
	r = start(&call);
	if (r == 0)
		r = finish(&call, ret_exit_code);
	(void)sigprocmask(SIG_SETMASK, &signals, NULL);
	exec_group_remove(&call.group);
	return r;
}

int containr_exec(struct containr *engine, const char *container,
		  const struct containr_exec_spec *spec, int *ret_exit_code,
		  struct containr_error *err)
{
	char exec_id[EXEC_ID_LENGTH + 1];
	int r = fs_random_hex(EXEC_ID_LENGTH / 2, exec_id, err);

	return r < 0 ? r : exec_command(engine, container, spec, exec_id, ret_exit_code, err);
}
