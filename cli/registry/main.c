/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/registry/login.h"
#include "cli/registry/pull.h"
#include "cli/registry/push.h"

#include <malloc.h>

/*
 * containr-registry: the room for what speaks to registries. It is one of its own because libcurl
 * brings thirty libraries along, which the rest of the image commands should not wait for.
 */
int main(int argc, char **argv, char **envp)
{
	/* what a layer took goes back to the system when it is done; the C library would keep it */
	enum { MMAP_THRESHOLD = 128 << 10 };
	static const struct cmd_binding bindings[] = {
		{ .cmd = &cmd_login, .run = login_run },
		{ .cmd = &cmd_logout, .run = logout_run },
		{ .cmd = &cmd_pull, .run = pull_run },
		{ .cmd = &cmd_push, .run = push_run },
		{ 0 },
	};

	(void)mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD);
	return cmd_dispatch(&program_containr, bindings, argc, argv, envp);
}
