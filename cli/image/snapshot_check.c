/* SPDX-License-Identifier: MIT */
#include "cli/image/snapshot.h"

#include "base/cleanup.h"
#include "cli/engine.h"
#include "cli/error_print.h"
#include "cli/image/own_ids.h"
#include "image/archive/snapshot_check.h"

#define EXIT_DAMAGED 1

static int tell(struct cmd_context *ctx, const char *name, const struct strv *sentences)
{
	for (size_t i = 0; i < sentences->len; i++)
		(void)fprintf(ctx->out, "%s: %s\n", name, sentences->items[i]);
	return sentences->len > 0 ? EXIT_DAMAGED : 0;
}

static int verify_one(struct cmd_context *ctx, struct containr *engine, const char *name)
{
	autosnapshot *snapshot = NULL;
	autostrv problems = { 0 };
	int r = snapshot_stat(engine, name, &snapshot, ctx->err);

	if (r == 0)
		r = snapshot_verify(engine, snapshot, &problems, ctx->err);
	return r < 0 ? r : tell(ctx, name, &problems);
}

/* What is wrong still afterwards is told as well. */
static int repair_one(struct cmd_context *ctx, struct containr *engine, const char *name)
{
	autostrv repairs = { 0 };
	int r = snapshot_repair(engine, name, &repairs, ctx->err);

	if (r < 0)
		return r;
	(void)tell(ctx, name, &repairs);
	return verify_one(ctx, engine, name);
}

typedef int check_function(struct cmd_context *ctx, struct containr *engine, const char *name);

/* The first that cannot be looked at does not keep the others. */
static int check_names(struct cmd_context *ctx, struct containr *engine, char *const *names,
		       check_function *check)
{
	int status = 0;

	for (; names && *names; names++) {
		int r = check(ctx, engine, *names);

		if (r < 0) {
			error_print(ctx);
			error_clear(ctx->err);
			status = containr_error_exit_status(-r);
		} else if (r > 0 && status == 0) {
			status = r;
		}
	}
	return status;
}

static int check_all(struct cmd_context *ctx, int argc, char **argv, check_function *check)
{
	autoengine *engine = NULL;
	autostrv names = { 0 };
	struct containr_snapshot **list = NULL;
	size_t count = 0;
	int r = own_ids_enter(ctx->err);

	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r == 0 && argc == 0)
		r = containr_snapshot_list(engine, &list, &count, ctx->err);
	for (size_t i = 0; i < count; i++)
		strv_push(&names, list[i]->name);
	containr_snapshot_list_free(list, count);
	if (r == 0 && names.failed)
		r = fail_oom(ctx->err);
	return r < 0 ? r : check_names(ctx, engine, argc ? argv : names.items, check);
}

int snapshot_verify_run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	(void)args;
	return check_all(ctx, argc, argv, verify_one);
}

int snapshot_repair_run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	(void)args;
	return check_all(ctx, argc, argv, repair_one);
}
