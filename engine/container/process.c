/* SPDX-License-Identifier: MIT */
#include "container/process.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "kernel/lsm.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static const char *find_path_list(char *const *env)
{
	for (size_t i = 0; env[i]; i++)
		if (strncmp(env[i], "PATH=", 5) == 0)
			return env[i] + 5;
	return DEFAULT_PATH;
}

/* 0 if @path can be executed, else an errno; a folder has the x bit too, but cannot. */
static int check_program(const char *path)
{
	struct stat info;

	if (stat(path, &info) < 0)
		return errno;
	if (S_ISDIR(info.st_mode))
		return EISDIR;
	return access(path, X_OK) < 0 ? errno : 0;
}

/*
 * The words of docker and runc, in their spelling: engines tell the exit status from them, and their
 * clients too. A folder has to be "permission denied" for docker.
 */
static int fail_execute(const char *name, int problem, struct containr_error *err)
{
	const char *words = problem == EISDIR	? "permission denied, it is a folder"
			    : problem == EACCES ? "permission denied"
						: strerror(problem);

	(void)fail(err, CONTAINR_E_COMMAND_NOT_EXECUTABLE, "cannot execute '%s': %s", name, words);
	err->sys_errno = problem;
	return -err->code;
}

int process_find_program(const char *name, char *const *env, char *ret_path, size_t size,
			 struct containr_error *err)
{
	const char *list = find_path_list(env);
	int problem = ENOENT;

	if (strchr(name, '/')) {
		(void)snprintf(ret_path, size, "%s", name);
		problem = check_program(ret_path);
		if (problem == 0)
			return 0;
		list = "";
	}
	while (*name && *list) {
		size_t len = strcspn(list, ":");
		int one;

		(void)snprintf(ret_path, size, "%.*s/%s", len ? (int)len : 1, len ? list : ".",
			       name);
		one = check_program(ret_path);
		if (one == 0)
			return 0;
		if (one != ENOENT && one != ENOTDIR)
			problem = one;
		list += len;
		list += *list == ':';
	}
	if (problem == ENOENT || problem == ENOTDIR)
		return fail(err, CONTAINR_E_COMMAND_NOT_FOUND, "cannot execute '%s': %s", name,
			    strchr(name, '/') ? "no such file or directory"
					      : "executable file not found in $PATH");
	return fail_execute(name, problem, err);
}

int process_set_oom_score(const struct oci_process *process, struct containr_error *err)
{
	const int score = process->oom_score_adj;
	autoclose int fd = -1;
	char text[16];
	int len;

	if (!process->has_oom_score_adj)
		return 0;
	len = snprintf(text, sizeof(text), "%d", score);
	fd = openat(AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || fs_write_all(fd, text, (size_t)len) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot set the OOM score to %d",
				score);
	return 0;
}

int process_open_labels(const struct oci_process *process, struct process_labels *ret_labels,
			struct containr_error *err)
{
	int r = lsm_open(LSM_APPARMOR, process->apparmor_profile, &ret_labels->apparmor, err);

	return r < 0 ? r : lsm_open(LSM_SELINUX, process->selinux_label, &ret_labels->selinux, err);
}

int process_write_labels(const struct oci_process *process, const struct process_labels *labels,
			 struct containr_error *err)
{
	int r = lsm_write(LSM_APPARMOR, labels->apparmor, process->apparmor_profile, err);

	return r < 0 ? r : lsm_write(LSM_SELINUX, labels->selinux, process->selinux_label, err);
}

int process_set_personality(const struct oci_config *config, struct containr_error *err)
{
	if (config->is_32_bit && personality(PER_LINUX32) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP,
				"cannot set the personality to LINUX32");
	return 0;
}

int process_set_limits(const struct oci_process *process, const struct log *log,
		       struct containr_error *err)
{
	int r;

	for (size_t i = 0; i < process->rlimit_count; i++) {
		bool clamped = false;

		r = rlimit_apply(&process->rlimits[i], &clamped, err);
		if (r < 0)
			return r;
		if (clamped)
			log_warn(log, "%s is as high as the host lets it be, not as asked",
				 rlimit_name(process->rlimits[i].resource));
	}
	r = schedule_apply(&process->schedule, err);
	if (r < 0)
		return r;
	(void)umask(process->user.umask >= 0 ? (mode_t)process->user.umask : 022);
	return 0;
}

/* setgroups(2) and friends raw: the C library's would stop all threads, of which there is one. */
static int set_ids(const struct process_user *user, struct containr_error *err)
{
	/* EPERM for none: setgroups(2) is denied where only the caller's own group is mapped */
	if (syscall(SYS_setgroups, user->group_count, user->groups) < 0 &&
	    (user->group_count || errno != EPERM))
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot set the groups");
	if (syscall(SYS_setresgid, user->gid, user->gid, user->gid) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot become group %u", user->gid);
	if (syscall(SYS_setresuid, user->uid, user->uid, user->uid) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot become user %u", user->uid);
	return 0;
}

int process_own_streams(const struct oci_process *process, const struct process_user *user,
			bool pipes_are_ours, struct containr_error *err)
{
	struct stat info;

	if (user->uid == 0)
		return 0;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		bool is_ours = process->terminal ||
			       (pipes_are_ours && fstat(fd, &info) == 0 && S_ISFIFO(info.st_mode));

		if (is_ours && fchown(fd, user->uid, (gid_t)-1) < 0)
			return fail_sys(err, CONTAINR_E_PROCESS_SETUP,
					"cannot give away standard stream %d", fd);
	}
	return 0;
}

static int load_filter(const struct seccomp_filter *filter, const struct rendezvous *meeting,
		       struct containr_error *err)
{
	int listener = -1;
	int r = seccomp_filter_load(filter, &listener, err);

	return r < 0 || listener < 0 ? r : rendezvous_send_listener(meeting, listener, err);
}

int process_drop_rights(const struct oci_process *process, const struct process_user *user,
			const struct seccomp_filter *filter, const struct rendezvous *meeting,
			struct containr_error *err)
{
	int r = 0;

	if (filter->len && !process->no_new_privileges)
		r = load_filter(filter, meeting, err);
	if (r == 0 && process->has_capabilities)
		r = caps_apply_bounding(&process->caps, err);
	if (r < 0)
		return r;
	/* root keeps them by itself */
	if (process->has_capabilities && user->uid != 0 && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return fail_sys(err, CONTAINR_E_SECURITY_CAPABILITIES, "cannot keep capabilities");
	r = set_ids(user, err);
	if (r == 0 && process->has_capabilities)
		r = caps_apply(&process->caps, err);
	if (r == 0 && process->no_new_privileges && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		r = fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot set no_new_privs");
	return r;
}

int process_confine(const struct oci_process *process, const struct seccomp_filter *filter,
		    const struct rendezvous *meeting, struct containr_error *err)
{
	return filter->len && process->no_new_privileges ? load_filter(filter, meeting, err) : 0;
}

/*
 * Handlers end with execve(2), but what is ignored stays ignored: these are the signals that
 * shells, nohup and language runtimes ignore for their children.
 */
static const int often_ignored[] = { SIGHUP,  SIGINT,  SIGQUIT, SIGPIPE, SIGTERM, SIGUSR1,
				     SIGUSR2, SIGCHLD, SIGTSTP, SIGTTIN, SIGTTOU };

void process_reset_signals(void)
{
	struct sigaction standard = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (size_t i = 0; i < ARRAY_LEN(often_ignored); i++)
		(void)sigaction(often_ignored[i], &standard, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static int close_between(int first, unsigned int last, struct containr_error *err)
{
	if ((unsigned int)first > last)
		return 0;
	if (syscall(SYS_close_range, first, last, 0) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot close descriptors");
	return 0;
}

int process_close_others(int first, const int *keep, size_t count, struct containr_error *err)
{
	for (;;) {
		int next = INT_MAX;
		int r;

		for (size_t i = 0; i < count; i++)
			if (keep[i] >= first && keep[i] < next)
				next = keep[i];
		if (next == INT_MAX)
			return close_between(first, ~0u, err);
		r = close_between(first, (unsigned int)next - 1, err);
		if (r < 0)
			return r;
		first = next + 1;
	}
}

int process_execute(const char *path, char *const *argv, char *const *env,
		    struct containr_error *err)
{
	(void)execve(path, argv, env);
	if (errno != ENOENT)
		return fail_execute(path, errno, err);
	/* it was there just now: what is not there is the interpreter that it asks for */
	return fail(err, CONTAINR_E_COMMAND_NOT_FOUND,
		    "cannot execute '%s': no such file or directory", path);
}
