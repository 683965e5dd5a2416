/* SPDX-License-Identifier: MIT */
#include "cli/image/frozen.h"

#include <containr/container.h>

#include "base/cleanup.h"
#include "cli/engine.h"
#include "cli/image/own_ids.h"

#include <signal.h>
#include <string.h>

const char *frozen_text(const struct json *object, const char *key)
{
	const struct json *value = json_get(object, key);

	return value && value->type == JSON_STRING ? value->string : "";
}

static bool is_running(const struct json *inspected)
{
	return strcmp(frozen_text(json_get(inspected, "State"), "Status"), "running") == 0;
}

/* Nobody is to interrupt this and leave the container frozen: a signal waits until it runs again. */
static int work_frozen(struct cmd_context *ctx, struct containr *engine,
		       const struct json *inspected, frozen_work *work, const void *data)
{
	const char *id = frozen_text(inspected, "Id");
	struct containr_error ignored;
	sigset_t signals;
	sigset_t before;
	bool frozen;
	int r;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &signals, &before);
	r = containr_pause(engine, id, ctx->err);
	frozen = r == 0;
	/* an ordinary user's container may have no cgroup: docker's --pause is a default, not a wish */
	if (r == -CONTAINR_E_UNSUPPORTED) {
		(void)fprintf(stderr, "Warning: the container goes on running meanwhile: %s\n",
			      ctx->err->message);
		r = 0;
	}
	if (r == 0)
		r = own_ids_enter(ctx->err);
	if (r == 0)
		r = work(ctx, engine, inspected, data);
	if (r == 0 && frozen)
		r = containr_unpause(engine, id, ctx->err);
	else if (frozen && ctx->err->code != CONTAINR_E_CONTAINER_NOT_RUNNING)
		(void)containr_unpause(engine, id, &ignored);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

int frozen_run(struct cmd_context *ctx, const char *container, bool freeze, frozen_work *work,
	       const void *data)
{
	autoengine *engine = NULL;
	autofree char *text = NULL;
	autojson doc = { 0 };
	int r = engine_open(ctx, &engine);

	if (r == 0)
		r = containr_container_inspect(engine, container, &text, ctx->err);
	if (r == 0)
		r = json_parse(text, strlen(text), "container", &doc, ctx->err);
	if (r == 0 && freeze && is_running(doc.root))
		return work_frozen(ctx, engine, doc.root, work, data);
	if (r == 0)
		r = own_ids_enter(ctx->err);
	return r < 0 ? r : work(ctx, engine, doc.root, data);
}
