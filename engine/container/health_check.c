/* SPDX-License-Identifier: MIT */
#include <containr/container.h>

#include "base/cleanup.h"
#include "base/duration.h"
#include "base/fs.h"
#include "base/time.h"
#include "container/exec_command.h"
#include "container/health_config.h"
#include "container/health_watch.h"
#include "image/healthcheck.h"
#include "kernel/pidfd.h"

#include <string.h>

#define CAPTURE_MAX 4096 /* bytes of output that are kept; docker's number */

/* One check on its way. */
struct checkup {
	struct containr *engine;
	struct live live;
	struct record record;
	int pidfd; /* of the container's first process */
	int fd;	   /* of the record, with the lock of the writer */
	struct str output;
	bool is_cut;
	struct health_entry entry;
	struct health health;
	struct containr_error *err;
};

static void checkup_release(struct checkup *c)
{
	live_release(&c->live);
	record_release(&c->record);
	cleanup_close(&c->pidfd);
	cleanup_close(&c->fd);
	str_release(&c->output);
}

static void keep_output(void *context, const char *bytes, size_t len)
{
	struct checkup *c = context;
	size_t room = CAPTURE_MAX - c->output.len;

	c->is_cut = c->is_cut || len > room;
	str_append_len(&c->output, bytes, len < room ? len : room);
}

static void put_output(struct health_entry *entry, const char *text, size_t len)
{
	size_t room = sizeof(entry->output) - entry->len;

	if (len > room)
		len = room;
	memcpy(entry->output + entry->len, text, len);
	entry->len += (uint32_t)len;
}

static int open_all(struct checkup *c, const char *container)
{
	int r = live_find(c->engine, container, &c->live, c->err);

	if (r == 0)
		r = record_read(c->live.dir, &c->record, c->err);
	if (r == 0 && !healthcheck_is_on(&c->record.healthcheck)) {
		(void)fail(c->err, CONTAINR_E_INVALID_ARGUMENT,
			   "container '%s' has no health check", container);
		r = fail_hint(c->err, "give it one with: containr run --health-cmd");
	}
	if (r == 0)
		r = live_open_process(&c->live, container, &c->pidfd, c->err);
	if (r == 0 && c->live.state.paused)
		r = fail(c->err, CONTAINR_E_CONTAINER_PAUSED, "container '%s' is paused",
			 container);
	if (r < 0)
		return r;
	health_watch_revive(c->engine, &c->live, &c->record);
	return health_record_open(c->engine, c->live.id, &c->fd, c->err);
}

/* What a check left behind whose caller was killed is killed first; then it is noted who comes now. */
static int note_begin(struct checkup *c, const char *exec_id)
{
	int r;

	if (!health_lock(c->fd, HEALTH_LOCK_WRITER, true))
		return fail_sys(c->err, CONTAINR_E_LOCKED, "cannot lock the record of health");
	r = health_read(c->fd, &c->health, c->err);
	if (r < 0)
		return r;
	if (c->health.checking[0])
		exec_group_sweep(c->engine, c->live.id, c->health.checking);
	(void)snprintf(c->health.checking, sizeof(c->health.checking), "%s", exec_id);
	return health_write(c->fd, &c->health, c->err);
}

/* The words are docker's. */
static void describe_timeout(struct checkup *c, int64_t timeout_ns)
{
	autostr text = STR_INIT;

	str_append(&text, "Health check exceeded timeout (");
	duration_append(&text, timeout_ns);
	str_append(&text, c->output.len ? "): " : ")");
	if (!text.failed)
		put_output(&c->entry, text.data, text.len);
}

/* Runs the command; whatever comes of it is a result. */
static int run_command(struct checkup *c, const char *exec_id)
{
	autostrv command = { 0 };
	struct containr_error why = { 0 };
	int64_t timeout_ns = c->record.healthcheck.timeout_ns ? c->record.healthcheck.timeout_ns
							      : HEALTH_TIMEOUT_NS;
	struct containr_exec_spec spec = { .take_output = keep_output,
					   .context = c,
					   .timeout_ns = timeout_ns };
	int exit_code = -1;
	int r;

	health_config_command(&c->record.healthcheck, &command);
	if (command.failed)
		return fail_oom(c->err);
	spec.command = (const char *const *)command.items;
	c->entry.start_ns = time_now_ns();
	r = exec_command(c->engine, c->live.id, &spec, exec_id, &exit_code, &why);
	c->entry.end_ns = time_now_ns();
	c->entry.exit_code = r < 0 ? -1 : exit_code;
	if (r == -CONTAINR_E_TIMEOUT)
		describe_timeout(c, timeout_ns);
	else if (r < 0)
		put_output(&c->entry, why.message, strlen(why.message));
	if (c->output.len)
		put_output(&c->entry, c->output.data, c->output.len);
	if (c->is_cut)
		put_output(&c->entry, "...", 3);
	return r == -CONTAINR_E_CONTAINER_PAUSED
		       ? fail(c->err, CONTAINR_E_CONTAINER_PAUSED, "%s", why.message)
		       : 0;
}

static bool has_ended(const struct checkup *c)
{
	struct containr_error ignored;
	bool ended = true;

	return pidfd_wait_end(c->pidfd, 0, &ended, &ignored) < 0 || ended;
}

static void tell_status(const struct checkup *c)
{
	char action[48];

	(void)snprintf(action, sizeof(action), "health_status: %s",
		       health_status_name(c->health.tally.status));
	record_tell(c->engine, c->live.id, &c->record, action, "");
}

/* Counts the result, unless the container ended while it came about: then it says nothing. */
static int note_result(struct checkup *c, bool *ret_is_recorded)
{
	const struct containr_healthcheck *check = &c->record.healthcheck;
	bool counts = !has_ended(c) && health_is_of_run(&c->health, &c->live.state);
	uint32_t before;
	int r = health_read(c->fd, &c->health, c->err);

	if (r < 0)
		return r;
	before = c->health.tally.status;
	c->health.checking[0] = '\0';
	if (counts) {
		health_count(&c->health.tally, c->entry.exit_code, check->retries,
			     check->start_period_ns, c->entry.start_ns - c->live.state.started_ns);
		health_log(&c->health, &c->entry);
	}
	r = health_write(c->fd, &c->health, c->err);
	if (r == 0 && c->health.tally.status != before)
		tell_status(c);
	*ret_is_recorded = counts;
	return r;
}

/* There was no check after all. */
static int note_nothing(struct checkup *c, int r)
{
	struct containr_error ignored;

	c->health.checking[0] = '\0';
	error_ignore(health_write(c->fd, &c->health, &ignored));
	return r;
}

int containr_health_check(struct containr *engine, const char *container,
			  struct containr_health_result *ret_result, struct containr_error *err)
{
	CLEANUP(checkup_release)
	struct checkup c = {
		.engine = engine, .live = LIVE_INIT, .pidfd = -1, .fd = -1, .err = err
	};
	char exec_id[EXEC_ID_LENGTH + 1];
	bool is_recorded = false;
	int r = open_all(&c, container);

	if (r == 0)
		r = fs_random_hex(EXEC_ID_LENGTH / 2, exec_id, err);
	if (r == 0)
		r = note_begin(&c, exec_id);
	if (r < 0)
		return r;
	r = run_command(&c, exec_id);
	if (r < 0)
		return note_nothing(&c, r);
	r = note_result(&c, &is_recorded);
	if (r < 0)
		return r;
	*ret_result = (struct containr_health_result) { .is_recorded = is_recorded,
							.exit_code = c.entry.exit_code,
							.start_ns = c.entry.start_ns,
							.end_ns = c.entry.end_ns };
	(void)snprintf(ret_result->status, sizeof(ret_result->status), "%s",
		       health_status_name(c.health.tally.status));
	return 0;
}
