/* SPDX-License-Identifier: MIT */
#include "container/launch.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "container/overlay.h"
#include "container/scope.h"
#include "kernel/clone.h"
#include "kernel/device_filter.h"
#include "kernel/guide.h"
#include "kernel/lsm.h"
#include "kernel/netdev.h"
#include "kernel/ns.h"
#include "kernel/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NS_KIND_MAX 8

struct parent {
	const struct launch *launch;
	struct launched made;
	struct init_args init;
	int join[NS_KIND_MAX];
	int error_pipe[2];
	int userns;    /* to enter; -1 for none or a new one */
	int pid_ns;    /* to join; -1 for none */
	int mapped[2]; /* the child waits at it for what it is given: ids, cgroup, devices */
	struct launch_trees trees;
	struct rendezvous meeting;
	struct containr_error *err;
};

void launched_close(struct launched *launched)
{
	cleanup_close(&launched->pidfd);
	cleanup_close(&launched->mount_ns);
	cgroup_close(&launched->cgroup);
	*launched = LAUNCHED_INIT;
}

static int open_joined_namespaces(struct parent *p)
{
	const struct oci_config *config = p->launch->plan->config;

	for (size_t i = 0; i < ns_kind_count; i++) {
		const struct oci_namespace *ns = oci_namespace(config, ns_kinds[i].flag);

		if (!ns || !ns->path)
			continue;
		p->join[i] = openat(AT_FDCWD, ns->path, O_RDONLY | O_CLOEXEC);
		if (p->join[i] < 0)
			return fail_sys(p->err, CONTAINR_E_NAMESPACE_SETUP,
					"cannot open the namespace '%s'", ns->path);
		if (ns_kinds[i].flag == CLONE_NEWUSER)
			p->userns = p->join[i];
		if (ns_kinds[i].flag == CLONE_NEWPID)
			p->pid_ns = p->join[i];
	}
	if (p->launch->userns >= 0)
		p->userns = p->launch->userns;
	/* this one is for the children of whoever joins it; in a user namespace that is the guide */
	if (p->userns < 0 && p->pid_ns >= 0 && setns(p->pid_ns, CLONE_NEWPID) < 0)
		return fail_sys(p->err, CONTAINR_E_NAMESPACE_SETUP,
				"cannot join the pid namespace");
	return 0;
}

static int make_overlay_options(struct parent *p)
{
	const struct rootfs *rootfs = p->launch->plan->rootfs;

	if (rootfs->kind != ROOTFS_OVERLAY)
		return 0;
	p->init.overlay_flags = (rootfs->is_volatile ? OVERLAY_VOLATILE : 0u) |
				(userns_is_rootless() ? OVERLAY_USERXATTR : 0u);
	p->init.overlay = overlay_options(rootfs, p->init.overlay_flags);
	return p->init.overlay ? 0 : fail_oom(p->err);
}

static int copy_env(struct parent *p)
{
	const struct strv *env = &p->launch->plan->config->process.env;

	p->init.env = calloc(env->len + 2, sizeof(*p->init.env));
	if (!p->init.env)
		return fail_oom(p->err);
	for (size_t i = 0; i < env->len; i++)
		p->init.env[i] = env->items[i];
	return 0;
}

static int create_cgroup(struct parent *p)
{
	const struct plan *plan = p->launch->plan;
	int r;

	if (!plan->cgroup.used)
		return 0;
	r = cgroup_create(&plan->host, &plan->cgroup, &p->made.cgroup, p->err);
	/* an ordinary user may attach none, nor make a node that needs one */
	if (r == 0 && plan->host.layout == CGROUP_LAYOUT_V2 && !userns_is_rootless())
		r = device_filter_attach(p->made.cgroup.dirs[CGROUP_UNIFIED], plan->device_rules,
					 plan->device_rule_count, p->err);
	/* as in v1: cgroup_apply() */
	if (r < 0 && p->err->code == CONTAINR_E_PERMISSION_DENIED && userns_is_nested())
		return 0;
	return r;
}

/* Root's pipes belong to nobody in there, who could not give them to the user of the container. */
static int give_streams(const struct parent *p)
{
	const struct oci_config *config = p->launch->plan->config;
	struct stat info;
	uint32_t uid = 0;
	uint32_t gid = 0;

	if (!p->launch->stdio_is_ours || userns_is_rootless() ||
	    !idmap_to_outside(&config->uid_map, 0, &uid) ||
	    !idmap_to_outside(&config->gid_map, 0, &gid))
		return 0;
	for (int i = 0; i < 3; i++)
		if (fstat(p->launch->stdio[i], &info) == 0 && S_ISFIFO(info.st_mode) &&
		    fchown(p->launch->stdio[i], uid, gid) < 0)
			return fail_sys(p->err, CONTAINR_E_PROCESS_SETUP,
					"cannot give away standard stream %d", i);
	return 0;
}

/* Gives the new user namespace its ids. */
static int map_ids(struct parent *p)
{
	const struct oci_config *config = p->launch->plan->config;
	int r;

	if (!p->launch->plan->new_user_ns || p->userns >= 0)
		return 0;
	r = give_streams(p);
	if (r == 0)
		r = userns_map(p->made.pid, &config->uid_map, &config->gid_map, p->err);
	return r;
}

static int fail_clone(struct parent *p)
{
	/* of namespaces, not of a disk: clone(2) */
	if (errno == ENOSPC)
		(void)fail(p->err, CONTAINR_E_NAMESPACE_SETUP,
			   "cannot create the namespaces: the host's limit is reached");
	else
		(void)fail_sys(p->err, CONTAINR_E_NAMESPACE_SETUP, "cannot create the namespaces");
	if (!p->launch->plan->new_user_ns && errno != ENOSPC)
		return -p->err->code;
	return fail_hint(p->err, "the host has to allow namespaces: see user.max_user_namespaces "
				 "and its neighbours");
}

static int enter_user_ns(void *context)
{
	const struct parent *p = context;

	if (setns(p->userns, CLONE_NEWUSER) < 0)
		return -1;
	return p->pid_ns < 0 ? 0 : setns(p->pid_ns, CLONE_NEWPID);
}

static void arrive(void *context)
{
	const struct parent *p = context;

	init_main(&p->init);
}

/*
 * An ordinary user may make no process in a scope that his systemd made for him, if his session is no
 * part of what that one has: there it is moved by systemd.
 */
static bool is_moved_by_systemd(const struct parent *p)
{
	const struct plan *plan = p->launch->plan;

	return p->launch->scope && plan->scope.unit && plan->scope.of_user;
}

static int cgroup_to_clone_into(const struct parent *p)
{
	return is_moved_by_systemd(p) ? -1 : p->made.cgroup.dirs[CGROUP_UNIFIED];
}

static int clone_by_guide(struct parent *p)
{
	const struct guide guide = {
		.enter = enter_user_ns,
		.arrive = arrive,
		.context = p,
		.flags = p->launch->plan->clone_flags & ~(uint64_t)CLONE_NEWUSER,
		.cgroup = cgroup_to_clone_into(p),
		.by_hand = &p->init.enter_v2,
	};
	pid_t pid = guide_clone(&guide, &p->made.pidfd);

	if (pid < 0)
		return fail_sys(p->err, CONTAINR_E_NAMESPACE_SETUP,
				"cannot create namespaces in the user namespace");
	p->made.pid = pid;
	return 0;
}

static int clone_directly(struct parent *p)
{
	/* newuidmap(1) refuses a process whose /proc/PID is not the caller's */
	bool shown = p->launch->plan->new_user_ns && userns_is_rootless() &&
		     prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
	pid_t pid = clone_process(p->launch->plan->clone_flags, cgroup_to_clone_into(p),
				  &p->made.pidfd, &p->init.enter_v2);

	if (pid == 0)
		init_main(&p->init);
	if (shown)
		(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (pid < 0)
		return fail_clone(p);
	p->made.pid = pid;
	return map_ids(p);
}

/* From here, where they are: config-linux.md, "Network Devices". */
static int give_net_devices(struct parent *p)
{
	const struct oci_config *config = p->launch->plan->config;
	autoclose int netns = -1;
	char path[64];
	int r = 0;

	if (!config->net_device_count)
		return 0;
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)p->made.pid);
	for (size_t i = 0; i < ns_kind_count; i++)
		if (ns_kinds[i].flag == CLONE_NEWNET)
			netns = p->join[i] >= 0 ? fcntl(p->join[i], F_DUPFD_CLOEXEC, 0)
						: openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (netns < 0)
		return fail_sys(p->err, CONTAINR_E_NAMESPACE_SETUP,
				"cannot open the container's network namespace");
	for (size_t i = 0; i < config->net_device_count && r == 0; i++)
		r = netdev_move(config->net_devices[i].name, config->net_devices[i].new_name, netns,
				p->err);
	return r;
}

static int clone_child(struct parent *p)
{
	int r = p->userns >= 0 ? clone_by_guide(p) : clone_directly(p);

	if (r == 0 && is_moved_by_systemd(p))
		r = scope_attach(p->launch->scope, p->made.pid, p->err);
	if (r == 0)
		r = give_net_devices(p);
	if (r == 0 && p->launch->resctrl)
		r = resctrl_enter(p->launch->resctrl, p->made.pid, p->err);
	if (r == 0 && p->mapped[1] >= 0 && write(p->mapped[1], "", 1) != 1)
		r = fail_sys(p->err, CONTAINR_E_PROCESS_SETUP, "cannot wake the child");
	return r;
}

/* Waits for a word of the child: "ready" (at the meeting, at the gate), its error, or with
 * @may_execute nothing, because it executes. */
static int wait_for_word(struct parent *p, bool may_execute)
{
	struct containr_error word;
	ssize_t got;

	do
		got = read(p->error_pipe[0], &word, sizeof(word));
	while (got < 0 && errno == EINTR);
	if (got == sizeof(word) && word.code == CONTAINR_E_OK)
		return 0;
	if (got == sizeof(word)) {
		*p->err = word;
		return -word.code;
	}
	/* the pipe closed: it executes. Or it was killed just now, which its exit status will tell.
	 */
	if (got == 0 && may_execute)
		return 0;
	(void)fail(p->err, CONTAINR_E_PROCESS_SETUP,
		   "the container's first process ended while it was being set up");
	return fail_hint(p->err, "its memory limit may be too small to start a program");
}

static int wait_for_child(struct parent *p)
{
	int r = 0;

	cleanup_close(&p->error_pipe[1]);
	p->error_pipe[1] = -1;
	if (p->meeting.is_needed) {
		r = wait_for_word(p, false);
		if (r == 0)
			r = rendezvous_lead(&p->meeting, p->made.pid, p->err);
	}
	return r < 0 ? r : wait_for_word(p, p->launch->gate < 0);
}

/*
 * Keeps the mounts past the end of the container, so that taking them down, which may wait for the
 * disk, does not delay the news of the exit.
 */
static void hold_mounts(struct parent *p)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)p->made.pid);
	p->made.mount_ns = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
}

static void undo(struct parent *p)
{
	const struct plan *plan = p->launch->plan;
	struct containr_error ignored;

	if (p->made.pid > 0) {
		(void)kill(p->made.pid, SIGKILL);
		(void)waitpid(p->made.pid, NULL, 0);
	}
	/* a scope is its maker's to end, who has more to say to systemd */
	for (int i = 0; i < CGROUP_CONTROLLER_COUNT && !plan->cgroup.is_given; i++) {
		if (p->made.cgroup.dirs[i] < 0)
			continue;
		error_ignore(cgroup_remove(&plan->host, plan->cgroup.path, &ignored));
		break;
	}
	launched_close(&p->made);
}

static int prepare(struct parent *p)
{
	const char *label = p->launch->plan->config->mount_label;
	int r = label && *label ? lsm_check(LSM_SELINUX, "linux.mountLabel", p->err) : 0;

	if (r == 0)
		r = open_joined_namespaces(p);

	if (r == 0)
		r = make_overlay_options(p);
	if (r == 0)
		r = copy_env(p);
	if (r == 0)
		r = launch_trees_make(p->launch->plan, &p->trees, p->err);
	p->init.in_user_ns = p->launch->plan->new_user_ns || p->userns >= 0;
	if (r == 0 &&
	    ((p->launch->plan->new_user_ns && p->userns < 0) || is_moved_by_systemd(p) ||
	     p->launch->plan->config->net_device_count || p->launch->resctrl) &&
	    pipe2(p->mapped, O_CLOEXEC) < 0)
		r = fail_sys(p->err, CONTAINR_E_PROCESS_SETUP, "cannot create a pipe");
	p->init.mapped = p->mapped[0];
	if (r == 0)
		r = rendezvous_prepare(&p->meeting, true, &p->launch->plan->seccomp, p->err);
	if (r == 0 && pipe2(p->error_pipe, O_CLOEXEC) < 0)
		r = fail_sys(p->err, CONTAINR_E_PROCESS_SETUP, "cannot create a pipe");
	p->init.error_fd = p->error_pipe[1];
	return r;
}

static void release(struct parent *p)
{
	for (size_t i = 0; i < NS_KIND_MAX; i++)
		cleanup_close(&p->join[i]);
	cleanup_close(&p->error_pipe[0]);
	cleanup_close(&p->error_pipe[1]);
	cleanup_close(&p->mapped[0]);
	cleanup_close(&p->mapped[1]);
	launch_trees_release(&p->trees);
	rendezvous_release(&p->meeting);
	free(p->init.overlay);
	free(p->init.env);
}

int launch(const struct launch *launch, struct launched *ret_launched, struct containr_error *err)
{
	struct parent p = { .launch = launch,
			    .made = LAUNCHED_INIT,
			    .join = { -1, -1, -1, -1, -1, -1, -1, -1 },
			    .error_pipe = { -1, -1 },
			    .mapped = { -1, -1 },
			    .userns = -1,
			    .pid_ns = -1,
			    .trees = LAUNCH_TREES_INIT,
			    .err = err };
	int r;

	p.meeting = RENDEZVOUS_INIT;
	p.meeting.config = launch->plan->config;
	p.meeting.id = launch->plan->id;
	p.meeting.bundle_path = launch->bundle_path ? launch->bundle_path : "";
	p.meeting.status = "creating";
	p.init.meeting = &p.meeting;
	p.init.trees = &p.trees;
	p.init.launch = launch;
	p.init.cgroup = &p.made.cgroup;
	p.init.join = p.join;
	r = prepare(&p);
	if (r == 0)
		r = create_cgroup(&p);
	if (r == 0)
		r = clone_child(&p);
	if (r == 0) {
		hold_mounts(&p);
		r = wait_for_child(&p);
	}
	if (r < 0)
		undo(&p);
	else
		*ret_launched = p.made;
	release(&p);
	return r;
}
