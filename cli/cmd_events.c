/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/event.h>

#include "base/json.h"
#include "base/time.h"
#include "cli/engine.h"
#include "cli/filter.h"
#include "cli/format.h"
#include "cli/image_name.h"
#include "cli/printable.h"
#include "cli/template.h"

#include <string.h>

#define SHORT_ID_MIN 3 /* what the engine takes for the prefix of an id */

struct events_args {
	const char *format;
	const char *since;
	const char *until;
	struct strv filters;
};

static const struct opt events_opts[] = {
	STRINGS('f', "filter", struct events_args, filters, "KEY=VALUE",
		"only those with this container, event, image or type"),
	FORMAT(struct events_args, format, "text, json (one object a line), or a template"),
	STRING(0, "since", struct events_args, since, "TIME",
	       "begin with what happened since then, e.g. 2026-01-31T12:00:00 or 10m"),
	STRING(0, "until", struct events_args, until, "TIME",
	       "end there, at once if it is past; else go on for ever"),
	END,
};

struct printer {
	const struct strv *filters;
	bool json;
	const char *template; /* NULL for none */
	FILE *out;
	struct containr_error *err;
	int result;
};

static const char *attribute(const struct json *attributes, const char *key)
{
	const struct json *value = json_get(attributes, key);

	return value && value->type == JSON_STRING ? value->string : "";
}

static bool is_id_of(const char *id, const char *wanted)
{
	return strlen(wanted) >= SHORT_ID_MIN && str_starts_with(id, wanted);
}

static bool passes_container(const struct strv *filters, const struct containr_event *event)
{
	if (!filter_has(filters, "container"))
		return true;
	return strcmp(event->type, "container") == 0 &&
	       (filter_passes(filters, "container", event->id, is_id_of) ||
		filter_passes(filters, "container", event->name, filter_is_equal));
}

/* An image's own events, and those of the containers made of it. */
static bool passes_image(const struct strv *filters, const struct containr_event *event,
			 const struct json *attributes)
{
	if (!filter_has(filters, "image"))
		return true;
	if (strcmp(event->type, "image") == 0)
		return filter_passes(filters, "image", event->id, filter_is_equal) ||
		       filter_passes(filters, "image", event->name, image_name_is_same);
	return filter_passes(filters, "image", attribute(attributes, "image"), image_name_is_same);
}

static bool passes_volume(const struct strv *filters, const struct containr_event *event)
{
	return !filter_has(filters, "volume") ||
	       (strcmp(event->type, "volume") == 0 &&
		filter_passes(filters, "volume", event->id, filter_is_equal));
}

/* Labels stand among the attributes of an event. */
static bool passes_labels(const struct strv *filters, const struct json *attributes)
{
	autostrv labels = { 0 };

	if (!filter_has(filters, "label"))
		return true;
	for (const struct json *item = json_first(attributes); item; item = item->next)
		strv_pushf(&labels, "%s=%s", item->key,
			   item->type == JSON_STRING ? item->string : "");
	return labels.items && filter_passes_labels(filters, labels.items);
}

/* Actions that end in what they are about, "health_status: healthy", are found by either, as in docker. */
static bool is_action(const char *action, const char *wanted)
{
	size_t len = strcspn(action, ":");

	return strcmp(action, wanted) == 0 ||
	       (action[len] && strlen(wanted) == len && strncmp(action, wanted, len) == 0);
}

static bool is_wanted(const struct strv *filters, const struct containr_event *event,
		      const struct json *attributes)
{
	return filter_passes(filters, "type", event->type, filter_is_equal) &&
	       filter_passes(filters, "event", event->action, is_action) &&
	       passes_container(filters, event) && passes_image(filters, event, attributes) &&
	       passes_volume(filters, event) && passes_labels(filters, attributes);
}

static void write_text(struct str *out, const struct containr_event *event,
		       const struct json *attributes)
{
	const struct json *item = json_first(attributes);
	char time[TIME_TEXT_SIZE];

	time_format_utc(event->time_ns, time);
	str_appendf(out, "%s %s %s ", time, event->type, event->action);
	printable_append(out, event->id);
	str_append(out, item ? " (" : "");
	for (; item; item = item->next) {
		printable_append(out, item->key);
		str_append_char(out, '=');
		printable_append(out, item->type == JSON_STRING ? item->string : "");
		str_append(out, item->next ? ", " : ")");
	}
	str_append_char(out, '\n');
}

/* Prints an event at once: who follows the stream waits for it. */
static int print_event(const struct containr_event *event, void *context)
{
	struct printer *printer = context;
	const struct json *attributes;
	autojson doc = { 0 };
	autostr line = STR_INIT;

	printer->result = json_parse(event->json, strlen(event->json), "event", &doc, printer->err);
	if (printer->result < 0)
		return printer->result;
	attributes = json_get(json_get(doc.root, "Actor"), "Attributes");
	if (!is_wanted(printer->filters, event, attributes))
		return 0;
	if (printer->template) {
		printer->result = template_render(printer->template, doc.root, &line, printer->err);
		if (printer->result < 0)
			return printer->result;
		str_append_char(&line, '\n');
	} else if (printer->json)
		str_appendf(&line, "%s\n", event->json);
	else
		write_text(&line, event, attributes);
	if (line.failed)
		printer->result = fail_oom(printer->err);
	else if (fwrite(line.data, 1, line.len, printer->out) != line.len ||
		 fflush(printer->out) != 0)
		printer->result =
			fail_sys(printer->err, CONTAINR_E_IO, "cannot write to standard output");
	return printer->result;
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	static const char *const keys[] = { "container", "event",  "image", "label",
					    "type",	 "volume", NULL };
	const struct events_args *args = untyped;
	struct containr_event_options options = { 0 };
	struct printer printer = { .filters = &args->filters,
				   .json = cmd_wants_json(args->format),
				   .template =
					   format_has_template(args->format) ? args->format : NULL,
				   .out = ctx->out,
				   .err = ctx->err };
	int64_t now = time_now_ns();
	autoengine *engine = NULL;
	int r = format_check(args->format, ctx->err);

	(void)argc;
	(void)argv;
	if (r == 0)
		r = filter_check(&args->filters, keys, ctx->err);
	if (r == 0 && args->since)
		r = time_parse(args->since, "--since", now, &options.since_ns, ctx->err);
	if (r == 0 && args->until)
		r = time_parse(args->until, "--until", now, &options.until_ns, ctx->err);
	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r == 0)
		r = containr_events(engine, &options, print_event, &printer, ctx->err);
	return r < 0 ? r : printer.result;
}

static const struct cmd_example examples[] = {
	{ "containr events", "follow what happens from now on" },
	{ "containr events --since 1h --until 0s --filter event=die",
	  "which containers ended in the last hour" },
	{ "containr events --format json --filter container=web",
	  "what happens to one container, for a program" },
	{ 0 },
};

const struct cmd cmd_events = {
	.name = "events",
	.summary = "show what happens to containers and images",
	.description = "Prints one line for each event: when, the type and the name of the event, "
		       "the id of what it happened to, and its attributes. Without --until it goes "
		       "on until it is interrupted.\n"
		       "\n"
		       "Filters: type=container|image, event=create|start|die|..., "
		       "container=NAME|ID, image=NAME, volume=NAME, label=KEY[=VALUE]. Of several "
		       "filters with one key one must "
		       "hold.",
	.section = CMD_SECTION_SYSTEM,
	.opts = events_opts,
	.examples = examples,
	.args_size = sizeof(struct events_args),
	.run = run,
};
