/* SPDX-License-Identifier: MIT */
#include "cli/prune.h"

#include "base/time.h"
#include "cli/engine.h"
#include "cli/filter.h"
#include "cli/human.h"

#include <string.h>

void prune_filter_release(struct prune_filter *filter)
{
	strv_release(&filter->labels);
	strv_release(&filter->not_labels);
}

int prune_filter_parse(const struct prune_args *args, struct prune_filter *ret_filter,
		       struct containr_error *err)
{
	static const char *const keys[] = { "label", "label!", "until", NULL };
	int r = filter_check(&args->filters, keys, err);

	for (size_t i = 0; i < args->filters.len && r == 0; i++) {
		const char *item = args->filters.items[i];
		const char *value = strchr(item, '=') + 1;

		if (str_starts_with(item, "until="))
			r = time_parse(value, "--filter until", time_now_ns(),
				       &ret_filter->options.until_ns, err);
		else
			strv_push(str_starts_with(item, "label=") ? &ret_filter->labels
								  : &ret_filter->not_labels,
				  value);
	}
	if (r == 0 && (ret_filter->labels.failed || ret_filter->not_labels.failed))
		r = fail_oom(err);
	ret_filter->options.labels = (const char *const *)ret_filter->labels.items;
	ret_filter->options.not_labels = (const char *const *)ret_filter->not_labels.items;
	ret_filter->options.all = args->all;
	return r;
}

bool prune_confirm(struct cmd_context *ctx, const struct prune_args *args, const char *what)
{
	char answer[16] = "";

	if (args->force)
		return true;
	(void)fprintf(ctx->out,
		      "WARNING! This will remove %s.\nAre you sure you want to continue? [y/N] ",
		      what);
	(void)fflush(ctx->out);
	if (!fgets(answer, sizeof(answer), stdin))
		(void)fputc('\n', ctx->out);
	return strcmp(answer, "y\n") == 0 || strcmp(answer, "Y\n") == 0;
}

int prune_and_print(struct cmd_context *ctx, struct containr *engine, prune_function *function,
		    const struct containr_prune_options *options, const char *heading,
		    int64_t *total)
{
	struct containr_pruned pruned = { 0 };
	int r = function(engine, options, &pruned, ctx->err);

	if (r < 0)
		return r;
	if (*pruned.names)
		(void)fprintf(ctx->out, "%s:\n", heading);
	for (size_t i = 0; pruned.names[i]; i++)
		(void)fprintf(ctx->out, "%s\n", pruned.names[i]);
	if (*pruned.names)
		(void)fputc('\n', ctx->out);
	*total += pruned.bytes;
	containr_pruned_release(&pruned);
	return 0;
}

int prune_print_total(struct cmd_context *ctx, int64_t total)
{
	char size[HUMAN_TEXT_SIZE];

	human_size(total, 4, size);
	(void)fprintf(ctx->out, "Total reclaimed space: %s\n", size);
	return 0;
}

int prune_run(struct cmd_context *ctx, const struct prune_args *args, const char *what,
	      prune_function *function, const char *heading)
{
	autoprunefilter filter = { 0 };
	autoengine *engine = NULL;
	int64_t total = 0;
	int r = prune_filter_parse(args, &filter, ctx->err);

	if (r < 0)
		return r;
	if (!prune_confirm(ctx, args, what))
		return 1;
	r = engine_open(ctx, &engine);
	if (r == 0)
		r = prune_and_print(ctx, engine, function, &filter.options, heading, &total);
	return r < 0 ? r : prune_print_total(ctx, total);
}
