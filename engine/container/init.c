/* SPDX-License-Identifier: MIT */
#include "container/launch.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "container/process.h"
#include "kernel/keyring.h"
#include "kernel/mount.h"
#include "kernel/ns.h"
#include "kernel/pty.h"
#include "kernel/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

/*
 * The child between clone3 and execve: no heap, no locks, no stdio. Each step returns its error,
 * and the last word, of either kind, is one write to the parent.
 */

struct init {
	const struct init_args *args;
	const struct plan *plan;
	const struct oci_process *process;
	const struct log *log;
	int root; /* O_PATH, until the pivot */
	struct process_labels labels;
	struct process_user user;
	char program[PATH_MAX];
	struct containr_error err;
};

static int open_labels(struct init *init)
{
	return process_open_labels(init->process, &init->labels, &init->err);
}

/* Everything the container does is accounted to it: so this comes before any other work. */
static int enter_cgroup(struct init *init)
{
	int r = cgroup_enter_v1(init->args->cgroup, &init->err);

	if (r == 0 && init->args->enter_v2)
		r = cgroup_enter_v2(init->args->cgroup, 0, &init->err);
	return r;
}

/* An ordinary process of the host until its ids are mapped. */
static int wait_for_ids(struct init *init)
{
	char byte;
	ssize_t got;

	if (init->args->mapped < 0)
		return 0;
	do
		got = read(init->args->mapped, &byte, 1);
	while (got < 0 && errno == EINTR);
	return got == 1 ? 0 : fail_sys(&init->err, CONTAINR_E_PROCESS_SETUP, "cannot wait for ids");
}

static int write_time_offset(struct init *init, const char *clock,
			     const struct oci_time_offset *offset)
{
	autoclose int fd = -1;
	char text[64];
	int len;

	if (!offset->is_set)
		return 0;
	len = snprintf(text, sizeof(text), "%s %lld %u", clock, (long long)offset->secs,
		       offset->nanosecs);
	fd = openat(AT_FDCWD, "/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || fs_write_all(fd, text, (size_t)len) < 0)
		return fail_sys(&init->err, CONTAINR_E_NAMESPACE_SETUP,
				"cannot set the offset of the %s clock", clock);
	return 0;
}

/*
 * unshare(2) makes it for children only, whose clocks can be set until the first one is in it:
 * joining it then spares that child. Before the ids change, which takes /proc/self from us.
 */
static int enter_time_namespace(struct init *init)
{
	autoclose int fd = -1;
	int r;

	if (!init->plan->new_time_ns)
		return 0;
	if (unshare(NS_NEWTIME) < 0)
		return fail_sys(&init->err, CONTAINR_E_NAMESPACE_SETUP,
				"cannot create a time namespace");
	r = write_time_offset(init, "monotonic", &init->plan->config->monotonic);
	if (r == 0)
		r = write_time_offset(init, "boottime", &init->plan->config->boottime);
	if (r < 0)
		return r;
	fd = openat(AT_FDCWD, "/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, NS_NEWTIME) < 0)
		return fail_sys(&init->err, CONTAINR_E_NAMESPACE_SETUP,
				"cannot enter the time namespace");
	return 0;
}

static int become_root(struct init *init)
{
	if (!init->args->in_user_ns)
		return 0;
	/* what needs the host's rights, or /proc/self, which is not ours afterwards */
	if (process_set_oom_score(init->process, &init->err) < 0)
		return -init->err.code;
	return userns_become_root(&init->err);
}

static int enter_namespaces(struct init *init)
{
	for (size_t i = 0; i < ns_kind_count; i++)
		if (init->args->join[i] >= 0 &&
		    !(ns_kinds[i].flag & (CLONE_NEWPID | CLONE_NEWUSER)) &&
		    setns(init->args->join[i], ns_kinds[i].flag) < 0)
			return fail_sys(&init->err, CONTAINR_E_NAMESPACE_SETUP,
					"cannot join the %s namespace", ns_kinds[i].oci_name);
	/* its root is where the process is now: after enter_cgroup() */
	if (init->plan->new_cgroup_ns && unshare(CLONE_NEWCGROUP) < 0)
		return fail_sys(&init->err, CONTAINR_E_NAMESPACE_SETUP,
				"cannot create a cgroup namespace");
	return 0;
}

static int become_session_leader(struct init *init)
{
	if (setsid() < 0)
		return fail_sys(&init->err, CONTAINR_E_PROCESS_SETUP, "cannot start a session");
	return 0;
}

/* In the container's user namespace, whose keys it is to hold. */
static int take_keyring(struct init *init)
{
	return init->plan->keeps_keyring ? 0 : keyring_join(init->plan->id, &init->err);
}

static int make_mounts(struct init *init)
{
	return init_mounts(init->args, &init->root, &init->err);
}

static int set_names(struct init *init)
{
	const struct oci_config *config = init->plan->config;

	if (config->hostname && *config->hostname &&
	    sethostname(config->hostname, strlen(config->hostname)) < 0)
		return fail_sys(&init->err, CONTAINR_E_NAMESPACE_SETUP,
				"cannot set the host name to '%s'", config->hostname);
	if (config->domainname && *config->domainname &&
	    setdomainname(config->domainname, strlen(config->domainname)) < 0)
		return fail_sys(&init->err, CONTAINR_E_NAMESPACE_SETUP,
				"cannot set the domain name to '%s'", config->domainname);
	return 0;
}

static int set_up_network(struct init *init)
{
	return init->plan->loopback_up ? ns_loopback_up(&init->err) : 0;
}

/* Through the host's /proc, before the pivot: the container's could have been prepared
 * (CVE-2025-52881). */
static int set_sysctls(struct init *init)
{
	const struct strv *sysctls = &init->plan->config->sysctls;

	for (size_t i = 0; i < sysctls->len; i++) {
		char path[256];
		const char *equals = strchr(sysctls->items[i], '=');
		autoclose int fd = -1;

		(void)snprintf(path, sizeof(path), "/proc/sys/%.*s",
			       (int)(equals - sysctls->items[i]), sysctls->items[i]);
		for (char *p = path + strlen("/proc/sys/"); *p; p++)
			if (*p == '.')
				*p = '/';
		fd = openat(AT_FDCWD, path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || fs_write_all(fd, equals + 1, strlen(equals + 1)) < 0)
			return fail_sys(&init->err, CONTAINR_E_NAMESPACE_SETUP,
					"cannot set the kernel parameter '%s'", sysctls->items[i]);
	}
	return 0;
}

/*
 * The terminal is made in the container's own devpts, so that its name means something inside, and
 * still before the pivot, so that /dev/console can be mounted by descriptor.
 */
static int make_terminal(struct init *init)
{
	autoclose int ptmx = -1;
	autoclose int master = -1;
	autoclose int slave = -1;
	autoclose int console = -1;
	autoclose int tree = -1;
	char path[40];
	int r;

	if (!init->process->terminal)
		return 0;
	r = root_open(init->root, "/dev/pts/ptmx", &ptmx, &init->err);
	if (r < 0)
		return fail_hint(&init->err, "a terminal needs a devpts mount at /dev/pts");
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", ptmx);
	r = pty_open(path, &master, &slave, &init->err);
	if (r == 0)
		r = pty_set_size(master, init->process->rows, init->process->columns, &init->err);
	if (r == 0)
		r = root_make(init->root, "/dev/console", ROOT_FILE, &console, &init->err);
	if (r < 0)
		return r;
	tree = mount_clone(slave, "", false);
	if (tree < 0 || mount_attach(tree, console) < 0)
		return fail_sys(&init->err, CONTAINR_E_ROOTFS_MOUNT, "cannot mount /dev/console");
	r = socket_send_fd(init->args->launch->console_socket, master, "/dev/ptmx", &init->err);
	return r < 0 ? r : pty_become_stdio(slave, &init->err);
}

static int make_working_dir(struct init *init)
{
	int fd; /* close_host() ends it */

	/* docker and podman create it; a read-only root tells by its own error */
	return root_make(init->root, init->process->cwd, ROOT_FOLDER, &fd, &init->err);
}

static int set_limits(struct init *init)
{
	int r = process_set_personality(init->plan->config, &init->err);

	if (r == 0)
		r = memory_policy_apply(&init->plan->config->memory_policy, &init->err);
	if (r == 0)
		r = process_set_limits(init->process, init->log, &init->err);
	if (r == 0 && !init->args->in_user_ns)
		r = process_set_oom_score(init->process, &init->err);
	return r;
}

/* Before the root is changed: the hooks' programs are the host's, the mounts the container's. */
static int meet_parent(struct init *init)
{
	struct rendezvous *meeting = init->args->meeting;

	if (!meeting->is_needed)
		return 0;
	error_clear(&init->err);
	if (fs_write_all(init->args->error_fd, &init->err, sizeof(init->err)) < 0)
		return fail_sys(&init->err, CONTAINR_E_PROCESS_SETUP, "cannot report");
	return rendezvous_wait(meeting, &init->err);
}

static int change_root(struct init *init)
{
	unsigned long propagation = init->plan->propagation;
	int r = init->plan->keeps_root ? mount_move_root(init->root, &init->err)
				       : mount_pivot(init->root, &init->err);

	if (r == 0 && propagation & (MS_SHARED | MS_UNBINDABLE) &&
	    mount(NULL, "/", NULL, propagation, NULL) < 0)
		return fail_sys(&init->err, CONTAINR_E_ROOTFS_MOUNT,
				"cannot set the propagation of the root");
	return r;
}

/* "/" first: a working folder that leads outside would be an escape (CVE-2024-21626). */
static int change_dir(struct init *init)
{
	char where[PATH_MAX];

	if (chdir(init->process->cwd) < 0)
		return fail_sys(&init->err, CONTAINR_E_PROCESS_SETUP,
				"cannot change to the folder '%s'", init->process->cwd);
	if (!getcwd(where, sizeof(where)) || where[0] != '/')
		return fail(&init->err, CONTAINR_E_PROCESS_SETUP,
			    "the folder '%s' lies outside the container", init->process->cwd);
	return 0;
}

static int find_user(struct init *init)
{
	int r = process_user_find(&init->process->user, &init->user, &init->err);

	if (r == 0)
		r = process_user_check(init->plan->config, &init->user, &init->err);
	if (r == 0)
		process_set_home(init->args->env, init->user.home);
	return r;
}

static int find_program(struct init *init)
{
	return process_find_program(init->process->args.items[0], init->args->env, init->program,
				    sizeof(init->program), &init->err);
}

/* From here on every path that is looked at may be the container's trap. */
static int close_host(struct init *init)
{
	const struct launch *launch = init->args->launch;
	const struct rendezvous *meeting = init->args->meeting;
	const int keep[] = { init->args->error_fd,  launch->gate,	 launch->log->fd,
			     meeting->created,	    meeting->output,	 meeting->agent,
			     init->labels.apparmor, init->labels.selinux };

	return process_close_others(3 + launch->preserved_fds, keep, ARRAY_LEN(keep), &init->err);
}

static int set_stdio(struct init *init)
{
	const int *stdio = init->args->launch->stdio;

	if (init->process->terminal)
		return 0;
	for (int fd = 0; fd < 3; fd++)
		if (stdio[fd] != fd && dup2(stdio[fd], fd) < 0)
			return fail_sys(&init->err, CONTAINR_E_PROCESS_SETUP,
					"cannot set standard stream %d", fd);
	return 0;
}

static int wait_at_gate(struct init *init)
{
	const struct launch *launch = init->args->launch;
	char byte;
	ssize_t got;

	if (launch->gate < 0)
		return 0;
	error_clear(&init->err);
	if (fs_write_all(init->args->error_fd, &init->err, sizeof(init->err)) < 0)
		return fail_sys(&init->err, CONTAINR_E_PROCESS_SETUP, "cannot report");
	do
		got = read(launch->gate, &byte, 1);
	while (got < 0 && errno == EINTR);
	return got == 1 ? 0 : fail_sys(&init->err, CONTAINR_E_PROCESS_SETUP, "cannot wait");
}

static int drop_rights(struct init *init)
{
	int r = process_own_streams(init->process, &init->user, init->args->launch->stdio_is_ours,
				    &init->err);

	process_reset_signals();
	if (r == 0)
		r = process_write_labels(init->process, &init->labels, &init->err);
	return r < 0 ? r
		     : process_drop_rights(init->process, &init->user, &init->plan->seccomp,
					   init->args->meeting, &init->err);
}

static int confine(struct init *init)
{
	return process_confine(init->process, &init->plan->seccomp, init->args->meeting,
			       &init->err);
}

/* With the container's rights only: these programs are the container's own. */
static int run_start_hooks(struct init *init)
{
	return rendezvous_start(init->args->meeting, &init->err);
}

static int execute(struct init *init)
{
	return process_execute(init->program, init->process->args.items, init->args->env,
			       &init->err);
}

/* The order is the point: each step needs what those before it did, and what those behind take
 * away. */
static const struct {
	const char *name;
	int (*run)(struct init *init);
} steps[] = {
	{ "enter the cgroup", enter_cgroup },
	{ "open files of labels", open_labels },
	{ "wait for ids", wait_for_ids },
	{ "enter the time namespace", enter_time_namespace },
	{ "become root of the user namespace", become_root },
	{ "enter the namespaces", enter_namespaces },
	{ "start a session", become_session_leader },
	{ "take a keyring", take_keyring },
	{ "make the mounts", make_mounts },
	{ "set host and domain name", set_names },
	{ "set up the network", set_up_network },
	{ "set kernel parameters", set_sysctls },
	{ "make the terminal", make_terminal },
	{ "make the working folder", make_working_dir },
	{ "set limits", set_limits },
	{ "set standard streams", set_stdio },
	{ "meet the parent", meet_parent },
	{ "change the root", change_root },
	{ "close what is the host's", close_host },
	{ "change to the working folder", change_dir },
	{ "find the user", find_user },
	{ "find the program", find_program },
	{ "drop rights", drop_rights },
	{ "wait for the start", wait_at_gate },
	{ "confine", confine },
	{ "run hooks", run_start_hooks },
	{ "execute", execute },
};

/* To the parent; to whoever reads the container's messages where it has not waited for the start. */
static void report(struct init *init)
{
	const struct sigaction ignore = { .sa_handler = SIG_IGN };
	const struct containr_error *err = &init->err;
	char text[sizeof(err->message) + 64];
	int len;

	(void)sigaction(SIGPIPE, &ignore, NULL);
	if (fs_write_all(init->args->error_fd, err, sizeof(*err)) == 0 ||
	    init->args->launch->gate < 0)
		return;
	len = snprintf(text, sizeof(text), "Error: [%s] %s\n", containr_error_name(err->code),
		       err->message);
	error_ignore(fs_write_all(STDERR_FILENO, text, (size_t)len));
}

_Noreturn void init_main(const struct init_args *args)
{
	struct init init = {
		.args = args,
		.plan = args->launch->plan,
		.process = &args->launch->plan->config->process,
		.log = args->launch->log,
		.root = -1,
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(steps) && r == 0; i++) {
		log_debug(init.log, "init: %s", steps[i].name);
		r = steps[i].run(&init);
	}
	report(&init);
	_exit(containr_error_exit_status(init.err.code));
}
