/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * kill_at_call DEPTH|PROGRAM N COMMAND...: runs a command and kills one process by SIGKILL just before
 * its N-th system call: the command itself (DEPTH 0), its first child (1), that one's first child (2),
 * or the first process that executes PROGRAM. Programs that the process executes go on counting.
 *
 * Exit status 0: it was killed; 1: it made fewer calls; 3: the command did not end afterwards.
 */

#define TRACED_MAX 64
#define DEPTH_UNKNOWN (-1) /* it stopped before its parent told of it */
#define DEPTH_OTHER 99
#define DEPTH_PROGRAM 98 /* the one that is looked for by its name */
#define QUIET_MS 150
#define PATIENCE_S 20

struct traced {
	pid_t pid;
	int depth;
	long calls;
	bool is_inside; /* a system call */
	bool has_child;
	bool waits; /* for its depth */
};

static struct traced all[TRACED_MAX];
static int wanted_depth;
static const char *wanted_program; /* NULL once it was found */
static long wanted_calls;
static bool was_killed;

static struct traced *find(pid_t pid)
{
	struct traced *free_one = NULL;

	for (int i = 0; i < TRACED_MAX; i++) {
		if (all[i].pid == pid)
			return &all[i];
		if (all[i].pid == 0 && !free_one)
			free_one = &all[i];
	}
	if (!free_one)
		exit(2);
	*free_one = (struct traced) { .pid = pid, .depth = DEPTH_UNKNOWN };
	return free_one;
}

static bool is_any_left(void)
{
	/* it may still be executed */
	if (wanted_program)
		return true;
	for (int i = 0; i < TRACED_MAX; i++)
		if (all[i].pid != 0 && all[i].depth == wanted_depth)
			return true;
	return false;
}

static void go_on(const struct traced *traced, int signal)
{
	(void)ptrace(PTRACE_SYSCALL, traced->pid, NULL, (void *)(intptr_t)signal);
}

static void take_child(struct traced *parent)
{
	unsigned long pid = 0;
	struct traced *child;

	if (ptrace(PTRACE_GETEVENTMSG, parent->pid, NULL, &pid) < 0)
		return;
	child = find((pid_t)pid);
	child->depth =
		parent->has_child || parent->depth == DEPTH_OTHER ? DEPTH_OTHER : parent->depth + 1;
	parent->has_child = true;
	if (child->waits)
		go_on(child, 0);
	child->waits = false;
}

static void take_program(struct traced *traced)
{
	char path[64];
	char name[32] = "";
	FILE *comm;

	(void)snprintf(path, sizeof(path), "/proc/%d/comm", (int)traced->pid);
	comm = wanted_program ? fopen(path, "r") : NULL;
	if (!comm)
		return;
	if (fgets(name, sizeof(name), comm)) {
		name[strcspn(name, "\n")] = '\0';
		if (strcmp(name, wanted_program) == 0) {
			traced->depth = DEPTH_PROGRAM;
			wanted_program = NULL;
		}
	}
	(void)fclose(comm);
}

static void take_call(struct traced *traced)
{
	traced->is_inside = !traced->is_inside;
	if (traced->is_inside && traced->depth == wanted_depth && !was_killed &&
	    ++traced->calls == wanted_calls) {
		was_killed = true;
		(void)kill(traced->pid, SIGKILL);
	}
	go_on(traced, 0);
}

static void take_stop(struct traced *traced, int status)
{
	int event = status >> 16;
	int signal = WSTOPSIG(status);

	if (signal == (SIGTRAP | 0x80)) {
		take_call(traced);
	} else if (event == PTRACE_EVENT_STOP) {
		traced->waits = traced->depth == DEPTH_UNKNOWN;
		if (!traced->waits)
			go_on(traced, 0);
	} else if (event == PTRACE_EVENT_EXEC) {
		take_program(traced);
		go_on(traced, 0);
	} else if (event != 0) {
		take_child(traced);
		go_on(traced, 0);
	} else {
		go_on(traced, signal);
	}
}

static pid_t start(char **argv)
{
	int gate[2];
	pid_t pid;
	char byte;
	long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
		       PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;

	if (pipe(gate) < 0)
		exit(2);
	pid = fork();
	if (pid < 0)
		exit(2);
	if (pid == 0) {
		(void)close(gate[1]);
		(void)!read(gate[0], &byte, 1);
		(void)close(gate[0]);
		(void)execvp(argv[0], argv);
		_exit(127);
	}
	find(pid)->depth = 0;
	/* not PTRACE_TRACEME: children of one that was seized are not left stopped by our exit */
	if (ptrace(PTRACE_SEIZE, pid, NULL, (void *)options) < 0 ||
	    ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0)
		exit(2);
	(void)close(gate[0]);
	(void)close(gate[1]);
	return pid;
}

/* Handles one change of one process; false when there is none within the time. */
static bool step(bool block, pid_t command, bool *command_ended)
{
	int status;
	pid_t pid = 0;

	for (int waited_ms = 0; pid == 0 && (block || waited_ms < QUIET_MS); waited_ms++) {
		pid = waitpid(-1, &status, __WALL | (block ? 0 : WNOHANG));
		if (pid == 0)
			(void)usleep(1000);
	}
	if (pid <= 0)
		return false;
	if (WIFSTOPPED(status)) {
		take_stop(find(pid), status);
		return true;
	}
	*command_ended = *command_ended || pid == command;
	*find(pid) = (struct traced) { 0 };
	return true;
}

static void give_up(int signal)
{
	(void)signal;
	_exit(3);
}

int main(int argc, char **argv)
{
	bool ended = false;
	pid_t command;

	if (argc < 4) {
		(void)fprintf(stderr, "usage: %s DEPTH|PROGRAM N COMMAND...\n", argv[0]);
		return 2;
	}
	if (strspn(argv[1], "0123456789") == strlen(argv[1])) {
		wanted_depth = (int)strtol(argv[1], NULL, 10);
	} else {
		wanted_depth = DEPTH_PROGRAM;
		wanted_program = argv[1];
	}
	wanted_calls = strtol(argv[2], NULL, 10);
	(void)signal(SIGALRM, give_up);
	(void)alarm(PATIENCE_S);
	command = start(argv + 3);
	while (!ended && step(true, command, &ended))
		;
	/* what it left behind may still come to the call, or it waits for something */
	while (!was_killed && is_any_left() && step(false, command, &ended))
		;
	return was_killed ? 0 : 1;
}
