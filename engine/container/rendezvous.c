/* SPDX-License-Identifier: MIT */
#include "container/rendezvous.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "container/hooks.h"
#include "kernel/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

void rendezvous_release(struct rendezvous *meeting)
{
	cleanup_close(&meeting->go[0]);
	cleanup_close(&meeting->go[1]);
	cleanup_close(&meeting->creating);
	cleanup_close(&meeting->created);
	cleanup_close(&meeting->output);
	cleanup_close(&meeting->agent);
	cleanup_close(&meeting->agent_state);
	*meeting = RENDEZVOUS_INIT;
}

static bool has_any(const struct oci_config *config)
{
	size_t count = 0;

	for (int kind = 0; kind <= OCI_HOOK_START_CONTAINER; kind++)
		count += config->hooks[kind].count;
	return count > 0;
}

/* The specification calls the member listenerPath; the profile was checked when it was compiled. */
static int connect_agent(struct rendezvous *meeting, struct containr_error *err)
{
	const struct json *path = json_get(meeting->config->seccomp_profile, "listenerPath");
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int r;

	if (!path || path->len >= sizeof(address.sun_path))
		return fail(err, CONTAINR_E_INVALID_CONFIG,
			    "linux.seccomp.listenerPath: is no path of a socket");
	memcpy(address.sun_path, path->string, path->len + 1);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0) {
		(void)fail_sys(err, CONTAINR_E_PROCESS_SETUP,
			       "linux.seccomp.listenerPath: cannot connect to '%s'", path->string);
		return fail_hint(err, "start the agent that listens there first");
	}
	r = hooks_open_file(&meeting->agent_state, err);
	if (r == 0)
		meeting->agent = steal_fd(&fd);
	return r;
}

int rendezvous_prepare(struct rendezvous *meeting, bool has_hooks,
		       const struct seccomp_filter *filter, struct containr_error *err)
{
	bool has_agent = filter->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER;
	int r = 0;

	has_hooks = has_hooks && has_any(meeting->config);
	if (!has_hooks && !has_agent)
		return 0;
	meeting->is_needed = true;
	if (has_hooks)
		r = hooks_open_file(&meeting->creating, err);
	if (r == 0 && has_hooks)
		r = hooks_open_file(&meeting->created, err);
	if (r == 0 && has_hooks)
		r = hooks_open_file(&meeting->output, err);
	if (r == 0 && has_agent)
		r = connect_agent(meeting, err);
	if (r == 0 && pipe2(meeting->go, O_CLOEXEC) < 0)
		r = fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot create a pipe");
	return r;
}

/* The container process state of the specification. config-linux.md, "seccomp" */
static int write_agent_state(const struct rendezvous *meeting, pid_t pid,
			     const struct oci_state *state, struct containr_error *err)
{
	const struct json *metadata =
		json_get(meeting->config->seccomp_profile, "listenerMetadata");
	autostr text = STR_INIT;
	struct json_writer w = JSON_WRITER(&text);

	json_open_object(&w, NULL);
	json_string(&w, "ociVersion", OCI_VERSION);
	json_open_array(&w, "fds");
	json_string(&w, NULL, "seccompFd");
	json_close_array(&w);
	json_int(&w, "pid", pid);
	if (metadata)
		json_copy(&w, "metadata", metadata);
	oci_state_write(&w, "state", state);
	json_close_object(&w);
	if (text.failed)
		return fail_oom(err);
	if (fs_write_all(meeting->agent_state, text.data, text.len) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot write the state");
	return 0;
}

static int lead_hooks(const struct rendezvous *meeting, struct oci_state *state,
		      struct containr_error *err)
{
	int r = hooks_write_state(meeting->creating, state, err);

	state->status = "created";
	if (r == 0)
		r = hooks_write_state(meeting->created, state, err);
	for (int kind = OCI_HOOK_PRESTART; kind <= OCI_HOOK_CREATE_RUNTIME && r == 0; kind++)
		r = hooks_run(meeting->config, (enum oci_hook_kind)kind, meeting->creating,
			      meeting->output, meeting->bundle_path, err);
	return r;
}

int rendezvous_lead(struct rendezvous *meeting, pid_t pid, struct containr_error *err)
{
	struct oci_state state = { .id = meeting->id,
				   .status = meeting->status,
				   .pid = meeting->container ? meeting->container : pid,
				   .bundle = meeting->bundle_path,
				   .config = meeting->config };
	int r = 0;

	if (meeting->agent >= 0)
		r = write_agent_state(meeting, pid, &state, err);
	if (r == 0 && meeting->creating >= 0)
		r = lead_hooks(meeting, &state, err);
	if (r == 0 && write(meeting->go[1], "", 1) != 1)
		r = fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot go on with the start");
	return r;
}

static int map_agent_state(struct rendezvous *meeting, struct containr_error *err)
{
	off_t len = lseek(meeting->agent_state, 0, SEEK_END);
	void *text =
		len <= 0 ? MAP_FAILED
			 : mmap(NULL, (size_t)len, PROT_READ, MAP_PRIVATE, meeting->agent_state, 0);

	if (text == MAP_FAILED)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot read the state");
	meeting->text = text;
	meeting->text_len = (size_t)len;
	return 0;
}

int rendezvous_wait(struct rendezvous *meeting, struct containr_error *err)
{
	ssize_t got;
	char byte;
	int r = 0;

	/* or the end of the parent would not be seen */
	cleanup_close(&meeting->go[1]);
	meeting->go[1] = -1;
	do
		got = read(meeting->go[0], &byte, 1);
	while (got < 0 && errno == EINTR);
	if (got != 1)
		return fail(err, CONTAINR_E_PROCESS_SETUP, "the start was given up");
	if (meeting->agent >= 0)
		r = map_agent_state(meeting, err);
	if (r == 0 && meeting->creating >= 0)
		r = hooks_run(meeting->config, OCI_HOOK_CREATE_CONTAINER, meeting->creating,
			      meeting->output, meeting->bundle_path, err);
	return r;
}

int rendezvous_start(const struct rendezvous *meeting, struct containr_error *err)
{
	if (meeting->created < 0)
		return 0;
	return hooks_run(meeting->config, OCI_HOOK_START_CONTAINER, meeting->created,
			 meeting->output, NULL, err);
}

int rendezvous_send_listener(const struct rendezvous *meeting, int listener,
			     struct containr_error *err)
{
	int r = socket_send_fd_with(meeting->agent, listener, meeting->text, meeting->text_len);

	(void)close(listener);
	if (r < 0)
		return fail_sys(err, CONTAINR_E_SECURITY_SECCOMP,
				"cannot hand the system call listener to its agent");
	return 0;
}
