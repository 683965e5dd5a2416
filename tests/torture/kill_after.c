/* SPDX-License-Identifier: MIT */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * kill_after MICROSECONDS COMMAND...: runs a command and kills it, and only it, by SIGKILL after
 * that time. Exit status 0: it was killed; 1: it had ended before.
 */
int main(int argc, char **argv)
{
	struct timespec pause = { 0 };
	long us = argc > 2 ? strtol(argv[1], NULL, 10) : -1;
	pid_t child;
	int status;

	if (us < 0) {
		(void)fprintf(stderr, "usage: %s MICROSECONDS COMMAND...\n", argv[0]);
		return 2;
	}
	child = fork();
	if (child < 0)
		return 2;
	if (child == 0) {
		(void)execvp(argv[2], argv + 2);
		_exit(127);
	}
	pause.tv_sec = us / 1000000;
	pause.tv_nsec = us % 1000000 * 1000;
	(void)prctl(PR_SET_TIMERSLACK, 1);
	(void)nanosleep(&pause, NULL);
	(void)kill(child, SIGKILL);
	if (waitpid(child, &status, 0) != child)
		return 2;
	return WIFSIGNALED(status) ? 0 : 1;
}
