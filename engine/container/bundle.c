/* SPDX-License-Identifier: MIT */
#include "container/bundle.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/xdg.h"
#include "container/bundle_resctrl.h"
#include "container/cgroup_place.h"
#include "container/hooks.h"
#include "kernel/cgroup.h"
#include "kernel/pidfd.h"
#include "kernel/pty.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ID_MAX 255

void bundle_release(struct bundle *bundle)
{
	cleanup_close(&bundle->root);
	cleanup_close(&bundle->dir);
	cleanup_close(&bundle->state_fd);
	free(bundle->path);
	if (bundle->has_config)
		oci_config_release(&bundle->config);
	*bundle = (struct bundle) { .root = -1, .dir = -1, .state_fd = -1 };
}

int bundle_check_id(const char *id, struct containr_error *err)
{
	size_t len = strlen(id);
	bool fine = len > 0 && len <= ID_MAX && strcmp(id, ".") != 0 && strcmp(id, "..") != 0;

	for (size_t i = 0; fine && i < len; i++)
		fine = isalnum((unsigned char)id[i]) || strchr("_+-.", id[i]);
	if (fine)
		return 0;
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "'%s' is no container id", id);
	return fail_hint(err, "use letters, digits and _ + - .");
}

int bundle_open_root(const char *root_path, int *ret_fd, struct containr_error *err)
{
	autofree char *usual = NULL;
	const char *path = root_path;
	int r = 0;

	if (!path || !*path)
		r = xdg_runtime_path(BUNDLE_FOLDER, &usual, err);
	if (r < 0)
		return r;
	path = usual ? usual : path;
	r = fs_open_dir(AT_FDCWD, path, ret_fd, err);
	if (r < 0 && err->sys_errno == ENOENT) {
		r = fs_make_dirs(AT_FDCWD, path, 0700, err);
		if (r == 0)
			r = fs_open_dir(AT_FDCWD, path, ret_fd, err);
	}
	return r;
}

static int read_path(struct bundle *bundle, struct containr_error *err)
{
	char path[PATH_MAX];
	ssize_t len = readlinkat(bundle->dir, BUNDLE_LINK, path, sizeof(path));

	if (len < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot read where the bundle is");
	bundle->path = strndup(path, (size_t)len);
	return bundle->path ? 0 : fail_oom(err);
}

static int open_one(int root, const char *id, const struct log *log, struct bundle *ret_bundle,
		    struct containr_error *err)
{
	struct bundle bundle = { .log = log, .root = root, .dir = -1, .state_fd = -1, .id = id };
	int r = fs_open_dir(root, id, &bundle.dir, err);

	if (r < 0 && err->sys_errno == ENOENT)
		r = fail(err, CONTAINR_E_CONTAINER_NOT_FOUND, "container '%s' does not exist", id);
	if (r == 0)
		r = state_open(bundle.dir, &bundle.state_fd, err);
	if (r == 0)
		r = state_read(bundle.state_fd, &bundle.state, err);
	if (r == 0)
		r = read_path(&bundle, err);
	if (r < 0) {
		bundle_release(&bundle);
		return r;
	}
	*ret_bundle = bundle;
	return 0;
}

int bundle_open(const char *root_path, const char *id, const struct log *log,
		struct bundle *ret_bundle, struct containr_error *err)
{
	int root = -1;
	int r = bundle_check_id(id, err);

	if (r == 0)
		r = bundle_open_root(root_path, &root, err);
	return r < 0 ? r : open_one(root, id, log, ret_bundle, err);
}

int bundle_load_config(struct bundle *bundle, struct containr_error *err)
{
	int r;

	if (bundle->has_config)
		return 0;
	r = oci_config_load(bundle->dir, "config.json", &bundle->config, err);
	bundle->has_config = r == 0;
	return r;
}

char *bundle_cgroup_path(const struct bundle *bundle)
{
	struct cgroup_place noted;
	char *path;

	if (bundle->dir >= 0 && cgroup_place_read_link(bundle->dir, BUNDLE_CGROUP, &noted))
		return strdup(noted.path);
	if (bundle->config.cgroups_path && *bundle->config.cgroups_path)
		return strdup(bundle->config.cgroups_path);
	return asprintf(&path, "/containr/%s", bundle->id) < 0 ? NULL : path;
}

int bundle_find_cgroup(const struct bundle *bundle, struct cgroup_place *ret_place,
		       struct containr_error *err)
{
	autofree char *path = NULL;

	if (bundle->dir >= 0 && cgroup_place_read_link(bundle->dir, BUNDLE_CGROUP, ret_place))
		return 0;
	path = bundle_cgroup_path(bundle);
	if (!path)
		return fail_oom(err);
	ret_place->manager = CGROUP_MANAGER_CGROUPFS;
	if (strlen(path) >= sizeof(ret_place->path))
		return fail(err, CONTAINR_E_CGROUP_SETUP, "cgroup path '%s' is too long", path);
	(void)snprintf(ret_place->path, sizeof(ret_place->path), "%s", path);
	return 0;
}

int bundle_remove_cgroup(const struct bundle *bundle, struct containr_error *err)
{
	struct cgroup_place place;
	int r = bundle_find_cgroup(bundle, &place, err);

	return r < 0 ? r : cgroup_place_remove(NULL, &place, err);
}

static bool is_paused(const struct bundle *bundle)
{
	autofree char *path = bundle_cgroup_path(bundle);
	struct cgroup_host host;

	cgroup_host_probe(&host);
	return path && cgroup_is_frozen(&host, path);
}

const char *bundle_status(const struct bundle *bundle)
{
	if (!process_is_alive(bundle->state.pid, bundle->state.pid_start))
		return "stopped";
	if (bundle->state.status == STATE_RUNNING && bundle->has_config && is_paused(bundle))
		return "paused";
	return state_status_name(bundle->state.status);
}

struct oci_state bundle_state(const struct bundle *bundle, const char *status)
{
	return (struct oci_state) { .id = bundle->id,
				    .status = status,
				    .pid = *status == 's' ? 0 : bundle->state.pid,
				    .bundle = bundle->path,
				    .config = bundle->has_config ? &bundle->config : NULL };
}

void bundle_write_state(struct json_writer *writer, const struct bundle *bundle)
{
	struct oci_state state = bundle_state(bundle, bundle_status(bundle));

	state.created_ns = bundle->state.created_ns;
	oci_state_write(writer, NULL, &state);
}

void bundle_run_hooks(const struct bundle *bundle, enum oci_hook_kind kind, const char *status)
{
	const struct oci_state state = bundle_state(bundle, status);
	struct containr_error err;

	if (bundle->has_config && hooks_run_beside(kind, &state, &err) < 0)
		log_warn(bundle->log, "%s", err.message);
}

int bundle_kill(struct bundle *bundle, int signal, bool all, struct containr_error *err)
{
	autofree char *path = NULL;
	autoclose int pidfd = -1;
	struct cgroup_host host;
	bool stopped = strcmp(bundle_status(bundle), "stopped") == 0;
	int r;

	/* with --all what is left behind may have to go although the first process is gone */
	if (stopped && !all)
		return fail(err, CONTAINR_E_INVALID_STATE,
			    "cannot send a signal to container '%s': it is stopped", bundle->id);
	if (!all) {
		r = pidfd_of(bundle->state.pid, &pidfd, err);
		return r < 0 ? r : pidfd_kill(pidfd, signal, err);
	}
	r = bundle_load_config(bundle, err);
	if (r < 0)
		return r;
	path = bundle_cgroup_path(bundle);
	if (!path)
		return fail_oom(err);
	cgroup_host_probe(&host);
	return cgroup_kill(&host, path, signal, err);
}

static int end_processes(struct bundle *bundle, struct containr_error *err)
{
	autoclose int pidfd = -1;
	struct containr_error ignored;
	bool ended;
	int r;

	error_ignore(bundle_kill(bundle, SIGKILL, true, &ignored));
	if (pidfd_of(bundle->state.pid, &pidfd, &ignored) < 0 ||
	    !process_is_alive(bundle->state.pid, bundle->state.pid_start))
		return 0;
	r = pidfd_kill(pidfd, SIGKILL, err);
	if (r == 0 || err->sys_errno == ESRCH)
		r = pidfd_wait_end(pidfd, 10000, &ended, err);
	if (r == 0 && !ended)
		r = fail(err, CONTAINR_E_TIMEOUT, "container '%s' does not end on SIGKILL",
			 bundle->id);
	return r;
}

int bundle_remove_files(const struct bundle *bundle, struct containr_error *err)
{
	static const char *const files[] = { STATE_FILE, "config.json", BUNDLE_LINK, BUNDLE_CGROUP,
					     BUNDLE_RESCTRL };

	for (size_t i = 0; i < ARRAY_LEN(files); i++)
		(void)unlinkat(bundle->dir, files[i], 0);
	/* what else is there, e.g. the gate of one that was created */
	if (unlinkat(bundle->root, bundle->id, AT_REMOVEDIR) == 0)
		return 0;
	return fs_remove_tree(bundle->root, bundle->id, err);
}

int bundle_delete(struct bundle *bundle, bool force, struct containr_error *err)
{
	const char *status = bundle_status(bundle);
	int r = 0;

	if (strcmp(status, "stopped") != 0) {
		/* one that was never started holds nobody's work */
		if (!force && strcmp(status, "created") != 0) {
			(void)fail(err, CONTAINR_E_INVALID_STATE,
				   "cannot delete container '%s': it is %s", bundle->id, status);
			return fail_hint(err, "end it first, or use --force");
		}
		r = end_processes(bundle, err);
	}
	if (r == 0)
		r = bundle_load_config(bundle, err);
	if (r < 0 && !force)
		return r;
	r = bundle_remove_cgroup(bundle, err);
	if (r == 0)
		r = bundle_resctrl_remove(bundle, err);
	if (r == 0)
		r = bundle_remove_files(bundle, err);
	if (r == 0)
		bundle_run_hooks(bundle, OCI_HOOK_POSTSTOP, "stopped");
	return r;
}

int bundle_list(const char *root_path, const struct log *log,
		int (*handle)(const struct bundle *bundle, void *context), void *context,
		struct containr_error *err)
{
	autoclosedir DIR *dir = NULL;
	const struct dirent *entry;
	int root = -1;
	int r = bundle_open_root(root_path, &root, err);

	if (r < 0)
		return r;
	dir = fdopendir(root);
	if (!dir) {
		cleanup_close(&root);
		return fail_sys(err, CONTAINR_E_IO, "cannot read the state folder");
	}
	while (r == 0 && (entry = readdir(dir))) {
		struct bundle bundle;
		struct containr_error ignored;
		int copy;

		if (entry->d_name[0] == '.')
			continue;
		copy = fcntl(root, F_DUPFD_CLOEXEC, 3);
		/* one that is just being made or deleted is none */
		if (copy < 0 || open_one(copy, entry->d_name, log, &bundle, &ignored) < 0)
			continue;
		error_ignore(bundle_load_config(&bundle, &ignored));
		r = handle(&bundle, context);
		bundle_release(&bundle);
	}
	return r;
}

int bundle_connect(const char *option, const char *path, int *ret_fd, struct containr_error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	autoclose int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(address.sun_path))
		return fail(err, CONTAINR_E_INVALID_ARGUMENT, "%s: path is too long", option);
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot connect to '%s'", path);
	*ret_fd = steal_fd(&fd);
	return 0;
}

int bundle_send_pidfd(int socket, int pidfd, struct containr_error *err)
{
	if (socket >= 0 && socket_send_fd_with(socket, pidfd, "pidfd", strlen("pidfd")) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "--pidfd-socket: cannot send");
	return 0;
}

int bundle_write_pid(const char *path, pid_t pid, struct containr_error *err)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%d", (int)pid);

	return fs_replace_file(AT_FDCWD, path, text, (size_t)len, 0644, FS_VOLATILE, err);
}
