/* SPDX-License-Identifier: MIT */
#include "image/registry/credential_helper.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_MAX (64 << 10)

static _Noreturn void become_helper(const char *program, const char *action, int stream)
{
	if (dup2(stream, STDIN_FILENO) >= 0 && dup2(stream, STDOUT_FILENO) >= 0) {
		(void)signal(SIGPIPE, SIG_DFL);
		(void)execlp(program, program, action, NULL);
	}
	_exit(127);
}

/* A helper that ends without listening must not end us by SIGPIPE. */
static int send_all(int stream, const char *text)
{
	while (*text) {
		ssize_t sent = send(stream, text, strlen(text), MSG_NOSIGNAL);

		if (sent < 0 && errno != EINTR)
			return -1;
		text += sent > 0 ? sent : 0;
	}
	return 0;
}

static int talk(int stream, const char *input, struct str *output)
{
	char buffer[4096];
	ssize_t got;

	if (send_all(stream, input) < 0 || shutdown(stream, SHUT_WR) < 0)
		return -1;
	do {
		got = read(stream, buffer, sizeof(buffer));
		if (got > 0)
			str_append_len(output, buffer, (size_t)got);
	} while ((got > 0 && output->len < OUTPUT_MAX) || (got < 0 && errno == EINTR));
	explicit_bzero(buffer, sizeof(buffer));
	return got < 0 || output->failed ? -1 : 0;
}

int credential_helper_run(const char *name, const char *action, const char *input,
			  struct str *output, int *ret_status, struct containr_error *err)
{
	autofree char *program = NULL;
	int pair[2];
	int status = 0;
	int result;
	pid_t pid;

	if (!*name || strchr(name, '/'))
		return fail(err, CONTAINR_E_INVALID_CONFIG, "'%.100s' is no credential helper",
			    name);
	if (asprintf(&program, "docker-credential-%s", name) < 0)
		return fail_oom(err);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot create a socket pair");
	pid = fork();
	if (pid == 0)
		become_helper(program, action, pair[1]);
	(void)close(pair[1]);
	if (pid < 0) {
		(void)close(pair[0]);
		return fail_sys(err, CONTAINR_E_IO, "cannot fork");
	}
	result = talk(pair[0], input, output);
	(void)close(pair[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (result < 0 || !WIFEXITED(status) || WEXITSTATUS(status) == 127) {
		(void)fail(err, CONTAINR_E_REGISTRY_DENIED, "cannot run the credential helper '%s'",
			   program);
		return fail_hint(err, "install it, or take it out of the configuration");
	}
	*ret_status = WEXITSTATUS(status);
	return 0;
}
