/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * spawn_bench [-n RUNS] [-g GAP_MS] COMMAND_A [-- COMMAND_B]...
 *
 * Runs the commands in turn, A B A B ..., so that a machine that slows down slows down all of them,
 * and prints for each the minimum and the median of the time from its start to its end. Commands
 * are separated by "--"; "{}" in an argument becomes the number of the run. Standard output and
 * error are thrown away; a command that fails ends the benchmark.
 *
 * vfork(2) and exec(3), nothing else, lie between the clock and the command: a shell or an
 * interpreter would add more than a container takes to start.
 */

#define COMMANDS_MAX 8
#define ARGS_MAX 64

struct command {
	char *argv[ARGS_MAX];
	int argc;
	double *ms;
};

static double now_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Replaces an argument that is "{}" or ends in it; the text lives until the next run. */
static void number_args(const struct command *command, int run, char **argv, char (*texts)[256])
{
	for (int i = 0; i <= command->argc; i++) {
		char *place = command->argv[i] ? strstr(command->argv[i], "{}") : NULL;

		argv[i] = command->argv[i];
		if (!place)
			continue;
		(void)snprintf(texts[i], sizeof(texts[i]), "%.*s%d",
			       (int)(place - command->argv[i]), command->argv[i], run);
		argv[i] = texts[i];
	}
}

static double run_once(const struct command *command, int run, int null)
{
	static char texts[ARGS_MAX][256];
	char *argv[ARGS_MAX];
	double start;
	int status;
	pid_t pid;

	number_args(command, run, argv, texts);
	start = now_ms();
	pid = vfork();
	if (pid == 0) {
		(void)dup2(null, STDOUT_FILENO);
		(void)dup2(null, STDERR_FILENO);
		/* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): there is a first word */
		(void)execvp(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return status == 0 ? now_ms() - start : -1;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a;
	double right = *(const double *)b;

	return (left > right) - (left < right);
}

/* Reads the commands behind the options; returns how many, 0 if there are none or too many. */
static int read_commands(char **argv, struct command *commands)
{
	int count = 0;

	for (; *argv; argv++) {
		if (strcmp(*argv, "--") == 0 || count == 0) {
			if (++count > COMMANDS_MAX)
				return 0;
			if (strcmp(*argv, "--") == 0)
				continue;
		}
		if (commands[count - 1].argc + 1 >= ARGS_MAX)
			return 0;
		commands[count - 1].argv[commands[count - 1].argc++] = *argv;
	}
	return count;
}

static bool run_all(struct command *commands, int count, int runs, long gap_ms, int null)
{
	const struct timespec gap = { .tv_sec = gap_ms / 1000, .tv_nsec = gap_ms % 1000 * 1000000 };

	for (int run = -1; run < runs; run++) {
		for (int i = 0; i < count; i++) {
			double ms = run_once(&commands[i], run + 1, null);

			if (ms < 0) {
				fprintf(stderr, "spawn_bench: '%s' failed\n", commands[i].argv[0]);
				return false;
			}
			if (run >= 0) /* the first round only warms up */
				commands[i].ms[run] = ms;
			if (gap_ms)
				(void)nanosleep(&gap, NULL);
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	static struct command commands[COMMANDS_MAX];
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	long gap_ms = 0;
	int runs = 50;
	int count;
	int option;

	while ((option = getopt(argc, argv, "+n:g:")) != -1) {
		if (option == 'n')
			runs = (int)strtol(optarg, NULL, 10);
		else if (option == 'g')
			gap_ms = strtol(optarg, NULL, 10);
		else
			return 2;
	}
	count = read_commands(argv + optind, commands);
	if (null < 0 || count == 0 || runs < 1) {
		fprintf(stderr, "usage: spawn_bench [-n RUNS] [-g GAP_MS] A [-- B]...\n");
		return 2;
	}
	for (int i = 0; i < count; i++) {
		commands[i].ms = calloc((size_t)runs, sizeof(double));
		if (!commands[i].ms)
			return 2;
	}
	if (!run_all(commands, count, runs, gap_ms, null))
		return 1;
	for (int i = 0; i < count; i++) {
		qsort(commands[i].ms, (size_t)runs, sizeof(double), compare);
		printf("%.3f %.3f\n", commands[i].ms[0], commands[i].ms[runs / 2]);
		free(commands[i].ms);
	}
	return 0;
}
