/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/*
 * containr-init: the first process of a container that was run with --init.
 *
 *   containr-init [--] PROGRAM [ARGUMENT...]
 *
 * A first process gets no signal it has no handler for, and every orphan of the container becomes
 * its child. Most programs know neither. This one starts the program in its place, passes signals
 * on, collects whatever ends, and ends as the program did.
 */

static void complain(const char *name, const char *problem)
{
	(void)!write(STDERR_FILENO, "containr-init: ", 15);
	(void)!write(STDERR_FILENO, name, strlen(name));
	(void)!write(STDERR_FILENO, ": ", 2);
	(void)!write(STDERR_FILENO, problem, strlen(problem));
	(void)!write(STDERR_FILENO, "\n", 1);
}

static pid_t start(char **argv, const sigset_t *before)
{
	pid_t child = fork();

	if (child != 0)
		return child;
	(void)sigprocmask(SIG_SETMASK, before, NULL);
	/* its own group in the foreground: Ctrl-C is for the program, not for its keeper */
	(void)setpgid(0, 0);
	if (isatty(STDIN_FILENO)) {
		(void)signal(SIGTTOU, SIG_IGN);
		(void)tcsetpgrp(STDIN_FILENO, getpid());
		(void)signal(SIGTTOU, SIG_DFL);
	}
	(void)execvp(argv[0], argv);
	complain(argv[0], strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* Collects everything that has ended; returns the exit code of @child once it is among it, else -1.
 */
static int collect(pid_t child)
{
	int code = -1;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if (pid == child)
			code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return code;
}

int main(int argc, char **argv)
{
	sigset_t all;
	sigset_t before;
	pid_t child;
	int first = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;

	if (first >= argc) {
		complain("usage", "containr-init [--] PROGRAM [ARGUMENT...]");
		return 125;
	}
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &before);
	child = start(argv + first, &before);
	if (child < 0) {
		complain(argv[first], strerror(errno));
		return 125;
	}
	for (;;) {
		int number;
		int code;

		if (sigwait(&all, &number) != 0)
			continue;
		if (number != SIGCHLD) {
			(void)kill(child, number);
			continue;
		}
		code = collect(child);
		if (code >= 0)
			return code;
	}
}
