/* SPDX-License-Identifier: MIT */
#include "container/handover.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

void handover_init(struct handover *handover, const struct containr *engine, const char *id)
{
	*handover = (struct handover) { .engine = engine, .id = id };
	for (int i = 0; i < MONITOR_FD_COUNT; i++)
		handover->fds[i] = -1;
}

int *handover_slot(struct handover *handover, enum monitor_fd fd)
{
	return &handover->fds[fd - MONITOR_FD_ROOT];
}

unsigned int handover_restart_flags(const struct policy *policy)
{
	static const unsigned int flags[] = {
		[RESTART_ALWAYS] = MONITOR_RESTART_ALWAYS,
		[RESTART_ON_FAILURE] = MONITOR_RESTART_ON_FAILURE,
		/* the two differ when the host starts, not here */
		[RESTART_UNLESS_STOPPED] = MONITOR_RESTART_ALWAYS,
	};

	return flags[policy->restart];
}

int handover_tell_restart(int dir, const struct policy *policy, struct containr_error *err)
{
	char text[64];
	int len = snprintf(text, sizeof(text), "%u %lld", handover_restart_flags(policy),
			   (long long)policy->restart_max);

	return fs_replace_file(dir, MONITOR_RESTART_FILE, text, (size_t)len, 0600, FS_VOLATILE,
			       err);
}

void handover_forget_restart(int dir)
{
	(void)unlinkat(dir, MONITOR_RESTART_FILE, 0);
}

int handover_leave_caller(int null, struct containr_error *err)
{
	for (int fd = 0; fd < 3; fd++)
		if (dup2(null, fd) < 0)
			return fail_sys(err, CONTAINR_E_PROCESS_SETUP,
					"cannot set standard stream");
	/* who starts a container again has a session of its own already */
	if ((getsid(0) != getpid() && setsid() < 0) || chdir("/") < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot leave the caller's session");
	return 0;
}

/* The descriptors are copied to where the monitor expects them; execve(2) closes the originals. */
static int place_descriptors(const struct handover *handover, struct containr_error *err)
{
	/* what the caller left open for its children is none of the monitor's */
	if (syscall(SYS_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot close descriptors");
	for (int i = MONITOR_FD_ROOT; i < MONITOR_FD_END; i++)
		if (handover->fds[i - MONITOR_FD_ROOT] >= 0 &&
		    dup2(handover->fds[i - MONITOR_FD_ROOT], i) < 0)
			return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot move descriptors");
	return 0;
}

static int become(const struct handover *handover, const char *program, const char *const *argv,
		  struct containr_error *err)
{
	char *const env[] = { NULL };
	int r = place_descriptors(handover, err);

	if (r < 0)
		return r;
	(void)execve(program, (char *const *)(uintptr_t)argv, env);
	return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot execute '%s'", program);
}

#define NUMBER_SIZE 24

static const char *number(int64_t value, char text[NUMBER_SIZE])
{
	(void)snprintf(text, NUMBER_SIZE, "%lld", (long long)value);
	return text;
}

int handover_become_monitor(const struct handover *handover, struct containr_error *err)
{
	const struct record *record = handover->record;
	const struct helpers *helpers = handover->helpers;
	const unsigned int flags = handover_restart_flags(&record->policy) |
				   (record->auto_remove ? MONITOR_AUTO_REMOVE : 0) |
				   (record->tty ? MONITOR_TTY : 0) |
				   (handover->adopted ? MONITOR_ADOPTED : 0);
	char texts[5][NUMBER_SIZE];
	const char *argv[MONITOR_ARG_COUNT + 1] = {
		[MONITOR_ARG_PROGRAM] = "containr-monitor",
		[MONITOR_ARG_ID] = handover->id,
		[MONITOR_ARG_NAME] = record->name,
		[MONITOR_ARG_PID] = number(handover->pid, texts[0]),
		[MONITOR_ARG_ATTRIBUTES] = helpers->attributes,
		[MONITOR_ARG_FLAGS] = number(flags, texts[1]),
		[MONITOR_ARG_CLEANUP] = helpers->cleanup,
		[MONITOR_ARG_ROOT] = handover->engine->root,
		[MONITOR_ARG_RUNROOT] = handover->engine->runroot,
		[MONITOR_ARG_LOG_BYTES] = number(record->policy.log_max_bytes, texts[2]),
		[MONITOR_ARG_LOG_FILES] = number(record->policy.log_max_files, texts[3]),
		[MONITOR_ARG_RESTARTS] = number(record->policy.restart_max, texts[4]),
		[MONITOR_ARG_KEEPER] = helpers->keeper,
	};

	return become(handover, helpers->monitor, argv, err);
}

int handover_become_keeper(const struct handover *handover, struct containr_error *err)
{
	const char *argv[] = { handover->helpers->keeper, "restart",	handover->engine->root,
			       handover->engine->runroot, handover->id, NULL };

	return become(handover, handover->helpers->keeper, argv, err);
}
