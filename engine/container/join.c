/* SPDX-License-Identifier: MIT */
#include "container/join.h"

#include "base/cleanup.h"
#include "container/live.h"
#include "kernel/mount.h"
#include "kernel/ns.h"
#include "kernel/pidfd.h"
#include "kernel/pty.h"
#include "kernel/userns.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* Returns the container that a path stands for; NULL for an ordinary path. */
static const char *container_of(const char *path)
{
	return path && str_starts_with(path, JOIN_PREFIX) ? path + strlen(JOIN_PREFIX) : NULL;
}

static const char *container_of_mount(const struct oci_mount *mount)
{
	return mount->source && mount->source[0] == '/' ? container_of(mount->source + 1) : NULL;
}

static int replace_text(char **slot, const char *prefix, const char *id, struct containr_error *err)
{
	char *text;

	if (asprintf(&text, "%s%s", prefix, id) < 0)
		return fail_oom(err);
	free(*slot);
	*slot = text;
	return 0;
}

static int use_id(struct containr *engine, char **slot, const char *prefix, const char *name,
		  struct containr_error *err)
{
	char id[CONTAINR_ID_LENGTH + 1];
	autoclose int dir = -1;
	int r = container_open(engine, name, id, &dir, err);

	return r < 0 ? r : replace_text(slot, prefix, id, err);
}

int join_design(struct containr *engine, struct oci_config *config, struct containr_error *err)
{
	int r = 0;

	for (size_t i = 0; i < config->namespace_count && r == 0; i++) {
		const char *name = container_of(config->namespaces[i].path);

		if (name)
			r = use_id(engine, &config->namespaces[i].path, JOIN_PREFIX, name, err);
	}
	for (size_t i = 0; i < config->mount_count && r == 0; i++) {
		const char *name = container_of_mount(&config->mounts[i]);

		if (name)
			r = use_id(engine, &config->mounts[i].source, "/" JOIN_PREFIX, name, err);
	}
	return r;
}

/*
 * The process is held by a descriptor while its namespace is named by its number: the number cannot
 * get another owner before the check that follows.
 */
static int find_running(struct containr *engine, const char *id, int *ret_pid, int *ret_pidfd,
			struct containr_error *err)
{
	autolive live = LIVE_INIT;
	int r = live_find(engine, id, &live, err);

	if (r == 0)
		r = live_open_process(&live, id, ret_pidfd, err);
	if (r == -CONTAINR_E_CONTAINER_NOT_RUNNING) {
		(void)fail(err, CONTAINR_E_CONTAINER_NOT_RUNNING,
			   "cannot join the namespaces of container %.12s: it is not running", id);
		return fail_hint(err, "start it with: containr start %.12s", id);
	}
	if (r == 0)
		*ret_pid = live.state.pid;
	return r;
}

static int resolve_namespace(struct containr *engine, struct oci_namespace *ns, const char *id,
			     struct containr_error *err)
{
	autoclose int pidfd = -1;
	char prefix[64];
	const char *name = "";
	int pid = 0;
	int r = find_running(engine, id, &pid, &pidfd, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < ns_kind_count; i++)
		if (ns_kinds[i].flag == ns->flag)
			name = ns_kinds[i].proc_name;
	(void)snprintf(prefix, sizeof(prefix), "/proc/%d/ns/", pid);
	return replace_text(&ns->path, prefix, name, err);
}

/*
 * Makes a detached mount of /dev/shm in the mount namespace of @pid, where alone that is allowed,
 * and sends it. Whatever links the other container has put there are followed in its own root.
 */
static int send_shm(pid_t pid, int socket, struct containr_error *err)
{
	autoclose int pidfd = -1;
	autoclose int tree = -1;
	int r = pidfd_of(pid, &pidfd, err);

	if (r < 0)
		return r;
	if (setns(pidfd, CLONE_NEWNS | (userns_is_rootless() ? CLONE_NEWUSER : 0)) < 0)
		return fail_sys(err, CONTAINR_E_NAMESPACE_SETUP, "cannot enter its mounts");
	tree = mount_clone(AT_FDCWD, "/dev/shm", false);
	if (tree < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot share its /dev/shm");
	return socket_send_fd(socket, tree, "/dev/shm", err);
}

/* A process of its own enters the namespace, and ends there. */
static int fetch_shm(pid_t pid, int *ret_tree, struct containr_error *err)
{
	int pair[2];
	pid_t helper;
	int r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot create a socket pair");
	helper = fork();
	if (helper == 0)
		_exit(send_shm(pid, pair[1], err) < 0);
	cleanup_close(&pair[1]);
	r = helper < 0 ? fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot create a process")
		       : socket_recv_fd(pair[0], ret_tree, err);
	cleanup_close(&pair[0]);
	if (helper > 0)
		(void)waitpid(helper, NULL, 0);
	return r;
}

static int resolve_shm(struct containr *engine, struct oci_mount *mount, const char *id,
		       struct containr_error *err)
{
	autoclose int pidfd = -1;
	int pid = 0;
	int r = find_running(engine, id, &pid, &pidfd, err);

	if (r < 0)
		return r;
	if (fetch_shm(pid, &mount->tree, err) < 0) {
		(void)fail(err, CONTAINR_E_ROOTFS_MOUNT,
			   "cannot share the /dev/shm of container %.12s", id);
		return fail_hint(err, "it may have none: see --ipc of that container");
	}
	return 0;
}

/*
 * An ordinary user may join namespaces only inside the user namespace that they belong to: his
 * container then shares that one, too.
 */
static int share_user_namespace(struct oci_config *config, struct containr_error *err)
{
	const struct oci_namespace *joined = NULL;
	struct oci_namespace *own = NULL;
	int pid;

	for (size_t i = 0; i < config->namespace_count; i++) {
		struct oci_namespace *ns = &config->namespaces[i];

		if (ns->flag == CLONE_NEWUSER && !ns->path)
			own = ns;
		else if (ns->path)
			joined = ns;
	}
	if (!own || !joined || sscanf(joined->path, "/proc/%d/ns/", &pid) != 1)
		return 0;
	if (asprintf(&own->path, "/proc/%d/ns/user", pid) >= 0)
		return 0;
	own->path = NULL;
	return fail_oom(err);
}

int join_resolve(struct containr *engine, struct oci_config *config, struct containr_error *err)
{
	int r = 0;

	for (size_t i = 0; i < config->namespace_count && r == 0; i++) {
		const char *id = container_of(config->namespaces[i].path);

		if (id)
			r = resolve_namespace(engine, &config->namespaces[i], id, err);
	}
	for (size_t i = 0; i < config->mount_count && r == 0; i++) {
		const char *id = container_of_mount(&config->mounts[i]);

		if (id)
			r = resolve_shm(engine, &config->mounts[i], id, err);
	}
	return r == 0 && userns_is_rootless() ? share_user_namespace(config, err) : r;
}
