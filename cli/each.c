/* SPDX-License-Identifier: MIT */
#include "cli/each.h"

#include "cli/engine.h"
#include "cli/error_print.h"

int each_operand(struct cmd_context *ctx, const void *args, char *const *operands,
		 each_function *function)
{
	autoengine *engine = NULL;
	int status = 0;
	int r = engine_open(ctx, &engine);

	if (r < 0)
		return r;
	for (; *operands; operands++) {
		r = function(ctx, engine, args, *operands);
		if (r == 0)
			continue;
		error_print(ctx);
		status = containr_error_exit_status(-r);
	}
	return status;
}
