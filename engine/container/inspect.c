/* SPDX-License-Identifier: MIT */
#include <containr/container.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/time.h"
#include "container/health_watch.h"
#include "container/inspect_docker.h"
#include "container/live.h"

#include <string.h>

#define CONFIG_MAX (16 << 20)

/* Docker writes a time that has not come yet as the year 1. */
static void write_time(struct json_writer *w, const char *key, int64_t ns)
{
	char text[TIME_TEXT_SIZE];

	if (ns)
		time_format_utc(ns, text);
	json_string(w, key, ns ? text : "0001-01-01T00:00:00Z");
}

static void write_health(struct json_writer *w, const struct health *health)
{
	json_open_object(w, "Health");
	json_string(w, "Status", health_status_name(health->tally.status));
	json_int(w, "FailingStreak", health->tally.streak);
	json_open_array(w, "Log");
	for (uint32_t i = 0; i < health->count; i++) {
		const struct health_entry *entry = &health->log[i];

		json_open_object(w, NULL);
		write_time(w, "Start", entry->start_ns);
		write_time(w, "End", entry->end_ns);
		json_int(w, "ExitCode", entry->exit_code);
		json_string_len(w, "Output", entry->output, entry->len);
		json_close_object(w);
	}
	json_close_array(w);
	json_close_object(w);
}

static void write_state(struct json_writer *w, const struct live *live, const struct health *health)
{
	const struct state *state = &live->state;
	bool running = state->status == STATE_RUNNING;

	json_open_object(w, "State");
	json_string(w, "Status", state->paused ? "paused" : state_status_name(state->status));
	json_bool(w, "Running", state_is_up(state));
	json_bool(w, "Paused", state->paused != 0);
	json_bool(w, "Restarting", state->status == STATE_RESTARTING);
	json_int(w, "Pid", running ? state->pid : 0);
	json_int(w, "ExitCode", state->exit_code);
	json_bool(w, "ExitCodeKnown",
		  running || state->status == STATE_CREATED || state->exit_known);
	json_bool(w, "OOMKilled", state->oom_killed != 0);
	json_bool(w, "MonitorLost", live->monitor_lost);
	write_time(w, "StartedAt", state->started_ns);
	write_time(w, "FinishedAt", state->finished_ns);
	if (health)
		write_health(w, health);
	json_close_object(w);
}

static void write_labels(struct json_writer *w, const struct strv *labels)
{
	json_open_object(w, "Labels");
	for (size_t i = 0; i < labels->len; i++) {
		const char *item = labels->items[i];
		size_t len = strcspn(item, "=");
		autofree char *key = strndup(item, len);

		if (key)
			json_string(w, key, item[len] ? item + len + 1 : "");
	}
	json_close_object(w);
}

/* The OCI configuration as it stands on disk: what was decided, not what would be decided now. */
static int write_config(struct json_writer *w, const struct containr *engine,
			const struct live *live, const struct record *record,
			struct containr_error *err)
{
	autostr text = STR_INIT;
	autojson doc = { 0 };
	int r = fs_read_file(live->dir, "config.json", CONFIG_MAX, &text, err);

	if (r == 0)
		r = json_parse(text.data, text.len, "config.json", &doc, err);
	if (r < 0)
		return r;
	inspect_write_docker(w, engine, record, doc.root);
	json_copy(w, "Spec", doc.root);
	return 0;
}

int containr_container_inspect(struct containr *engine, const char *container, char **ret_json,
			       struct containr_error *err)
{
	autolive live = LIVE_INIT;
	autorecord record = { 0 };
	autostr text = STR_INIT;
	autofree char *log_path = NULL;
	struct json_writer w = JSON_WRITER_PRETTY(&text);
	struct health health;
	bool has_health;
	int r = live_find(engine, container, &live, err);

	if (r == 0)
		r = record_read(live.dir, &record, err);
	if (r < 0)
		return r;
	if (asprintf(&log_path, "%s/containers/%s/container.log", engine->root, live.id) < 0) {
		log_path = NULL;
		return fail_oom(err);
	}
	json_open_object(&w, NULL);
	json_string(&w, "Id", record.id);
	json_string(&w, "Name", record.name);
	write_time(&w, "Created", record.created_ns);
	json_string(&w, "Path", record.command.len ? record.command.items[0] : "");
	json_strings(&w, "Args", record.command.len ? record.command.items + 1 : NULL);
	has_health = health_look(engine, &live, &record, &health);
	write_state(&w, &live, has_health ? &health : NULL);
	json_string(&w, "Image", record.image_id);
	json_string(&w, "ImageName", record.image);
	if (record.snapshot && *record.snapshot)
		json_string(&w, "Snapshot", record.snapshot);
	json_string(&w, "LogPath", log_path);
	json_int(&w, "RestartCount", live.state.restart_count);
	json_string(&w, "StopSignal", record.stop_signal);
	json_int(&w, "StopTimeout", record.stop_timeout_s);
	json_bool(&w, "AutoRemove", record.auto_remove);
	json_bool(&w, "Tty", record.tty);
	json_bool(&w, "OpenStdin", record.stdin_open);
	write_labels(&w, &record.labels);
	json_strings(&w, "Layers", record.lower.items);
	r = write_config(&w, engine, &live, &record, err);
	json_close_object(&w);
	if (r < 0)
		return r;
	*ret_json = str_steal(&text);
	return *ret_json ? 0 : fail_oom(err);
}
