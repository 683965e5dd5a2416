/* SPDX-License-Identifier: MIT */
#include "cli/complete_values.h"

#include "cli/commands.h"
#include "cli/complete_names.h"
#include "kernel/caps.h"
#include "kernel/signal_name.h"

#include <signal.h>

static void offer(struct strv *values, const char *value, const char *prefix)
{
	if (str_starts_with(value, prefix))
		strv_push(values, value);
}

static void offer_words(struct strv *values, const char *const *words, const char *prefix)
{
	for (; *words; words++)
		offer(values, *words, prefix);
}

/* With or without "CAP_", as the user began to write it. */
static void offer_capabilities(struct strv *values, const char *prefix)
{
	bool long_form = str_starts_with(prefix, "CAP_");

	offer(values, "ALL", prefix);
	for (int cap = 0; caps_name(cap); cap++)
		offer(values, caps_name(cap) + (long_form ? 0 : sizeof("CAP_") - 1), prefix);
}

static void offer_signals(struct strv *values, const char *prefix)
{
	bool long_form = str_starts_with(prefix, "SIG");

	for (int number = 1; number < NSIG; number++) {
		const char *name = signal_name(number);
		char text[32];

		if (!name)
			continue;
		(void)snprintf(text, sizeof(text), "%s%s", long_form ? "SIG" : "", name);
		offer(values, text, prefix);
	}
}

static void offer_commands(const struct cmd *program, struct strv *values, const char *prefix)
{
	for (const struct cmd_entry *entry = program->commands; entry->cmd; entry++)
		if (!entry->cmd->hidden)
			offer(values, cmd_entry_name(entry), prefix);
}

static int offer_containers(struct cmd_context *ctx, enum complete_kind kind, const char *prefix,
			    struct strv *values)
{
	if (ctx->program == &program_runtime)
		return complete_bundles(ctx, kind, prefix, values);
	return complete_containers(ctx, kind, prefix, values);
}

int complete_values(struct cmd_context *ctx, enum complete_kind kind, const char *prefix,
		    struct strv *values)
{
	static const char *const networks[] = { "none", "host", NULL };
	static const char *const storage[] = { "erofs", "overlay", NULL };
	static const char *const shells[] = { "bash", "fish", "zsh", NULL };
	int result = 0;

	switch (kind) {
	case COMPLETE_CAPABILITIES:
		offer_capabilities(values, prefix);
		break;
	case COMPLETE_COMMANDS:
		offer_commands(ctx->program, values, prefix);
		break;
	case COMPLETE_CONTAINERS:
	case COMPLETE_RUNNING:
	case COMPLETE_STOPPED:
		result = offer_containers(ctx, kind, prefix, values);
		break;
	case COMPLETE_IMAGES:
		result = complete_images(ctx, prefix, values);
		break;
	case COMPLETE_NETWORKS:
		offer_words(values, networks, prefix);
		break;
	case COMPLETE_SHELLS:
		offer_words(values, shells, prefix);
		break;
	case COMPLETE_SIGNALS:
		offer_signals(values, prefix);
		break;
	case COMPLETE_SNAPSHOTS:
		result = complete_snapshots(ctx, prefix, values);
		break;
	case COMPLETE_STORAGE:
		offer_words(values, storage, prefix);
		break;
	case COMPLETE_VOLUMES:
		result = complete_volumes(ctx, prefix, values);
		break;
	case COMPLETE_NONE:
	case COMPLETE_FILES:
	case COMPLETE_DIRS:
		break;
	}
	if (result < 0)
		return result;
	return values->failed ? fail_oom(ctx->err) : 0;
}
