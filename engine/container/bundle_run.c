/* SPDX-License-Identifier: MIT */
#include "container/bundle.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "base/time.h"
#include "container/bundle_resctrl.h"
#include "container/cgroup_place.h"
#include "container/launch.h"
#include "container/scope.h"
#include "container/terminal.h"
#include "kernel/clone.h"
#include "kernel/pidfd.h"
#include "kernel/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONFIG_MAX (16 << 20)
#define GATE "exec.fifo"
#define POSTSTART_MARK "poststart" /* start reads the configuration only if this is there */

/* A container that is being made. */
struct making {
	struct bundle bundle;
	const struct bundle_options *options;
	struct rootfs rootfs;
	struct plan plan;
	struct launched launched;
	int console; /* gets the terminal's master */
	int pidfd_socket;
	int gate;
	struct containr_error *err;
};

static struct making making_of(const struct bundle_options *options, struct containr_error *err)
{
	return (struct making) { .options = options,
				 .launched = LAUNCHED_INIT,
				 .console = -1,
				 .pidfd_socket = -1,
				 .gate = -1,
				 .err = err };
}

static void making_release(struct making *m)
{
	cleanup_close(&m->console);
	cleanup_close(&m->pidfd_socket);
	cleanup_close(&m->gate);
	plan_release(&m->plan);
	launched_close(&m->launched);
	rootfs_release(&m->rootfs);
	bundle_release(&m->bundle);
}

/* The path of a folder without links: what the kernel says of it, in one call instead of one a
 * part. */
static char *real_folder(const char *path)
{
	autoclose int fd = openat(AT_FDCWD, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char link[40];
	char real[PATH_MAX];
	ssize_t len;

	if (fd < 0)
		return NULL;
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, real, sizeof(real));
	return len > 0 && len < (ssize_t)sizeof(real) ? strndup(real, (size_t)len) : NULL;
}

/* Reads the configuration; relative paths in it start at the bundle. */
static int read_bundle(struct making *m, struct str *text)
{
	char cwd[PATH_MAX];
	const char *given = m->options->bundle_path ? m->options->bundle_path : ".";
	autofree char *config_path = NULL;
	struct bundle *bundle = &m->bundle;
	const char *root;
	int r;

	bundle->path = real_folder(given);
	if (!bundle->path)
		return fail_sys(m->err, CONTAINR_E_INVALID_ARGUMENT, "cannot open the bundle '%s'",
				given);
	config_path = path_join(bundle->path, "config.json");
	if (!config_path)
		return fail_oom(m->err);
	r = fs_read_file(AT_FDCWD, config_path, CONFIG_MAX, text, m->err);
	if (r == 0)
		r = oci_config_parse(text->data, text->len, config_path, &bundle->config, m->err);
	if (r < 0)
		return r;
	bundle->has_config = true;
	if (!bundle->config.has_process)
		return fail(m->err, CONTAINR_E_INVALID_CONFIG, "%s: process: is required",
			    config_path);
	root = bundle->config.root_path;
	(void)snprintf(cwd, sizeof(cwd), "%s%s%s", root[0] == '/' ? "" : bundle->path,
		       root[0] == '/' ? "" : "/", root);
	m->rootfs.kind = ROOTFS_BIND;
	m->rootfs.path = real_folder(cwd);
	if (!m->rootfs.path)
		return fail_sys(m->err, CONTAINR_E_INVALID_CONFIG, "root.path: cannot open '%s'",
				cwd);
	return 0;
}

/* The caller was told by its environment: so is the container, whose first process it is for.
 * sd_listen_fds(3) */
static int announce_sockets(struct making *m)
{
	struct strv *env = &m->bundle.config.process.env;
	char count[32];

	if (m->options->listen_fds <= 0)
		return 0;
	(void)snprintf(count, sizeof(count), "LISTEN_FDS=%d", m->options->listen_fds);
	oci_set_env(env, count);
	oci_set_env(env, "LISTEN_PID=1");
	return env->failed ? fail_oom(m->err) : 0;
}

static int check_terminal(const struct making *m, bool relayed)
{
	bool wanted = m->bundle.config.process.terminal;

	if (wanted && !m->options->console_socket && !relayed)
		return fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
			    "process.terminal is true: --console-socket is required");
	if (!wanted && m->options->console_socket)
		return fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
			    "--console-socket is given, but process.terminal is false");
	return 0;
}

/* Nobody looks for the file before the state record is there, so it need not appear in one step. */
static int write_config(const struct making *m, const struct str *config)
{
	autoclose int fd =
		openat(m->bundle.dir, "config.json", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 || fs_write_all(fd, config->data, config->len) < 0)
		return fail_sys(m->err, CONTAINR_E_IO, "cannot keep the configuration");
	return 0;
}

/* Where the configuration and the id do not tell. */
static int note_cgroup(const struct making *m)
{
	struct cgroup_place place;
	autofree char *usual = bundle_cgroup_path(&m->bundle);
	int r = usual ? cgroup_place_of_plan(&m->plan, &place, m->err) : fail_oom(m->err);

	if (r < 0 || (place.manager == CGROUP_MANAGER_CGROUPFS && strcmp(usual, place.path) == 0))
		return r;
	return cgroup_place_make_link(m->bundle.dir, BUNDLE_CGROUP, &place, m->err);
}

/* The folder's mkdir decides who has the id. */
static int make_folder(struct making *m, const struct str *config)
{
	struct bundle *bundle = &m->bundle;
	int r;

	bundle->state = (struct state) { .status = STATE_CREATED, .created_ns = time_now_ns() };
	if (mkdirat(bundle->root, bundle->id, 0711) < 0)
		return errno == EEXIST
			       ? fail(m->err, CONTAINR_E_CONTAINER_EXISTS,
				      "container '%s' exists already", bundle->id)
			       : fail_sys(m->err, CONTAINR_E_IO, "cannot create the state folder");
	r = fs_open_dir(bundle->root, bundle->id, &bundle->dir, m->err);
	if (r == 0)
		r = write_config(m, config);
	if (r == 0 && symlinkat(bundle->path, bundle->dir, BUNDLE_LINK) < 0)
		r = fail_sys(m->err, CONTAINR_E_IO, "cannot note the bundle");
	/* where a scope is, systemd says when it has made it */
	if (r == 0 && !m->plan.scope.unit)
		r = note_cgroup(m);
	if (r == 0)
		r = state_create(bundle->dir, &bundle->state, &bundle->state_fd, m->err);
	return r;
}

static int make_gate(struct making *m)
{
	if (m->bundle.config.hooks[OCI_HOOK_POSTSTART].count &&
	    mknodat(m->bundle.dir, POSTSTART_MARK, S_IFREG | 0600, 0) < 0)
		return fail_sys(m->err, CONTAINR_E_IO, "cannot create '%s'", POSTSTART_MARK);
	if (mkfifoat(m->bundle.dir, GATE, 0600) < 0)
		return fail_sys(m->err, CONTAINR_E_IO, "cannot create '%s'", GATE);
	/* for both ways: so neither opening nor reading meets an end before the start */
	m->gate = openat(m->bundle.dir, GATE, O_RDWR | O_CLOEXEC);
	if (m->gate < 0)
		return fail_sys(m->err, CONTAINR_E_IO, "cannot open '%s'", GATE);
	return 0;
}

static int note_process(struct making *m, uint32_t status)
{
	struct state *state = &m->bundle.state;
	int r;

	state->status = status;
	state->pid = m->launched.pid;
	state->started_ns = status == STATE_RUNNING ? time_now_ns() : 0;
	r = process_start_time(m->launched.pid, &state->pid_start, m->err);
	/* a short program may have ended already; its zombie still tells */
	if (r == 0)
		r = state_boot_id(state->boot_id, m->err);
	if (r == 0)
		r = state_write(m->bundle.state_fd, state, m->err);
	if (r == 0 && m->options->pid_file)
		r = bundle_write_pid(m->options->pid_file, m->launched.pid, m->err);
	if (r == 0)
		r = bundle_send_pidfd(m->pidfd_socket, m->launched.pidfd, m->err);
	return r;
}

static int launch_making(struct making *m, int console_socket)
{
	struct scope scope = SCOPE_INIT;
	struct resctrl_group resctrl = RESCTRL_GROUP_INIT;
	const struct launch args = {
		.plan = &m->plan,
		.scope = &scope,
		.resctrl = m->bundle.config.intel_rdt.is_set ? &resctrl : NULL,
		.log = m->options->log,
		.stdio = { 0, 1, 2 },
		.console_socket = console_socket,
		.gate = m->gate,
		.userns = -1,
		.bundle_path = m->bundle.path,
		.preserved_fds = m->options->preserve_fds,
	};

	int r = scope_begin(NULL, &m->plan, &scope, m->err);

	if (r == 0 && m->plan.scope.unit)
		r = note_cgroup(m);
	if (r == 0)
		r = bundle_resctrl_make(&m->bundle, &resctrl, m->err);
	if (r == 0)
		r = launch(&args, &m->launched, m->err);
	resctrl_close(&resctrl);
	scope_end(&scope);
	return r;
}

/* The path of either manager means nothing to the other one; none at all is one that we make up. */
static int choose_manager(struct making *m)
{
	char **path = &m->bundle.config.cgroups_path;
	bool has_path = *path && **path;
	bool is_scope = scope_is_path(*path);

	if (is_scope && !m->options->systemd_cgroup) {
		(void)fail(m->err, CONTAINR_E_INVALID_CONFIG,
			   "linux.cgroupsPath: '%s' is a path of the systemd cgroup manager",
			   *path);
		return fail_hint(m->err, "use --systemd-cgroup");
	}
	if (!m->options->systemd_cgroup || is_scope)
		return 0;
	if (has_path) {
		(void)fail(m->err, CONTAINR_E_INVALID_CONFIG,
			   "linux.cgroupsPath: '%s' is not SLICE:PREFIX:NAME", *path);
		return fail_hint(m->err, "--systemd-cgroup wants one like "
					 "machine.slice:containr:NAME");
	}
	free(*path);
	if (asprintf(path, ":containr:%s", m->bundle.id) < 0) {
		*path = NULL;
		return fail_oom(m->err);
	}
	return 0;
}

static int prepare(struct making *m, const char *id, bool relayed)
{
	autostr config = STR_INIT;
	struct cgroup_host host;
	int r = bundle_check_id(id, m->err);

	m->bundle = (struct bundle) {
		.log = m->options->log, .root = -1, .dir = -1, .state_fd = -1, .id = id
	};
	if (r == 0)
		r = bundle_open_root(m->options->root_path, &m->bundle.root, m->err);
	if (r == 0)
		r = read_bundle(m, &config);
	if (r == 0)
		r = check_terminal(m, relayed);
	if (r == 0)
		r = announce_sockets(m);
	if (r == 0)
		r = choose_manager(m);
	cgroup_host_probe(&host);
	if (r == 0)
		r = plan_build(&m->bundle.config, &m->rootfs, id, &host, &m->plan, m->err);
	m->plan.keeps_root = m->options->no_pivot;
	m->plan.keeps_keyring = m->options->no_new_keyring;
	if (r == 0 && m->options->console_socket)
		r = bundle_connect("--console-socket", m->options->console_socket, &m->console,
				   m->err);
	if (r == 0 && m->options->pidfd_socket)
		r = bundle_connect("--pidfd-socket", m->options->pidfd_socket, &m->pidfd_socket,
				   m->err);
	return r < 0 ? r : make_folder(m, &config);
}

/* Takes back what was made so far; the folder is ours only if it was us who created it. */
static void undo(struct making *m)
{
	struct containr_error ignored;

	if (m->launched.pid > 0) {
		(void)kill(m->launched.pid, SIGKILL);
		(void)waitpid(m->launched.pid, NULL, 0);
	}
	if (m->launched.pid > 0 || (m->bundle.dir >= 0 && m->plan.scope.unit))
		error_ignore(bundle_remove_cgroup(&m->bundle, &ignored));
	if (m->bundle.dir >= 0) {
		error_ignore(bundle_resctrl_remove(&m->bundle, &ignored));
		error_ignore(bundle_remove_files(&m->bundle, &ignored));
	}
	/* what those before the start have set up is to be taken down, whoever failed */
	if (m->launched.pid > 0 || m->err->code == CONTAINR_E_HOOK_FAILED)
		bundle_run_hooks(&m->bundle, OCI_HOOK_POSTSTOP, "stopped");
}

int bundle_create(const char *id, const struct bundle_options *options, struct containr_error *err)
{
	struct making m = making_of(options, err);
	int r = prepare(&m, id, false);

	if (r == 0)
		r = make_gate(&m);
	if (r == 0)
		r = launch_making(&m, m.console);
	if (r == 0)
		r = note_process(&m, STATE_CREATED);
	if (r < 0)
		undo(&m);
	making_release(&m);
	return r;
}

int bundle_start(struct bundle *bundle, struct containr_error *err)
{
	const char *status = bundle_status(bundle);
	autoclose int gate = -1;
	int r = 0;

	if (strcmp(status, "created") != 0)
		return fail(err, CONTAINR_E_INVALID_STATE, "cannot start container '%s': it is %s",
			    bundle->id, status);
	gate = openat(bundle->dir, GATE, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	if (gate < 0)
		return fail_sys(err, CONTAINR_E_INVALID_STATE, "cannot start container '%s'",
				bundle->id);
	bundle->state.status = STATE_RUNNING;
	bundle->state.started_ns = time_now_ns();
	/* written before the program runs: it may end, and be asked for, at once */
	r = state_write(bundle->state_fd, &bundle->state, err);
	if (r == 0 && write(gate, "", 1) != 1)
		r = fail_sys(err, CONTAINR_E_INVALID_STATE, "cannot start container '%s'",
			     bundle->id);
	if (r < 0)
		return r;
	(void)unlinkat(bundle->dir, GATE, 0);
	if (faccessat(bundle->dir, POSTSTART_MARK, F_OK, 0) < 0)
		return 0;
	r = bundle_load_config(bundle, err);
	if (r == 0)
		bundle_run_hooks(bundle, OCI_HOOK_POSTSTART, "running");
	return r;
}

/* Stays with the container until it ends, then removes it. */
static int stay(struct making *m, int master, int *ret_exit_code)
{
	struct containr_error ignored;
	int r;

	if (master >= 0)
		r = terminal_relay(master, STDIN_FILENO, STDOUT_FILENO, m->launched.pidfd, -1,
				   m->err);
	else
		r = signals_forward(m->launched.pidfd, -1, m->err);
	*ret_exit_code = clone_reap(m->launched.pid);
	/* from all hierarchies: an update may have put it into more than it was made in */
	error_ignore(bundle_remove_cgroup(&m->bundle, &ignored));
	error_ignore(bundle_resctrl_remove(&m->bundle, &ignored));
	error_ignore(bundle_remove_files(&m->bundle, &ignored));
	bundle_run_hooks(&m->bundle, OCI_HOOK_POSTSTOP, "stopped");
	return r;
}

int bundle_run(const char *id, const struct bundle_options *options, bool detach,
	       int *ret_exit_code, struct containr_error *err)
{
	struct making m = making_of(options, err);
	int pair[2] = { -1, -1 };
	autoclose int master = -1;
	bool relayed = !detach && !options->console_socket;
	int r = prepare(&m, id, relayed);

	relayed = relayed && m.bundle.has_config && m.bundle.config.process.terminal;
	if (r == 0 && relayed && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		r = fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot create a socket pair");
	if (r == 0)
		r = launch_making(&m, relayed ? pair[1] : m.console);
	if (r == 0 && relayed)
		r = socket_recv_fd(pair[0], &master, err);
	if (r == 0)
		r = note_process(&m, STATE_RUNNING);
	cleanup_close(&pair[0]);
	cleanup_close(&pair[1]);
	*ret_exit_code = 0;
	if (r == 0)
		bundle_run_hooks(&m.bundle, OCI_HOOK_POSTSTART, "running");
	if (r < 0)
		undo(&m);
	else if (!detach)
		r = stay(&m, master, ret_exit_code);
	making_release(&m);
	return r;
}
