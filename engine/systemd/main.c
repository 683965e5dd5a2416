/* SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "systemd/property.h"
#include "systemd/systemd.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

/*
 * containr-systemd: one unit of systemd for one container. A process of its own, because libsystemd
 * is no static library and what starts containers links none.
 */

#define DESTINATION "org.freedesktop.systemd1"
#define MANAGER DESTINATION ".Manager"
#define OBJECT "/org/freedesktop/systemd1"
#define JOB_TIMEOUT_USEC UINT64_C(30000000)
#define NO_SUCH_UNIT DESTINATION ".NoSuchUnit"
#define UNIT_EXISTS DESTINATION ".UnitExists"

enum { ARG_VERB = 1, ARG_BUS, ARG_UNIT, ARG_PROPERTIES };

/* A job that systemd has accepted, and what became of it. */
struct job {
	char path[256];
	char result[64]; /* "done", "failed" ...; empty while it is at work */
};

struct work {
	sd_bus *bus;
	const char *unit;
	char **properties;
	struct job job;
	struct containr_error *err;
};

static int fail_bus(struct work *w, int r, const sd_bus_error *error, const char *what)
{
	enum containr_error_code code = r == -EACCES || r == -EPERM ? CONTAINR_E_PERMISSION_DENIED
								    : CONTAINR_E_CGROUP_SETUP;

	return fail(w->err, code, "systemd: cannot %s '%s': %s", what, w->unit,
		    error && error->message ? error->message : strerror(-r));
}

/* XDG_RUNTIME_DIR is missing where a container ends long after its command. */
static int open_bus(struct work *w, bool of_user)
{
	char folder[64];
	int r;

	(void)snprintf(folder, sizeof(folder), "/run/user/%u", (unsigned int)getuid());
	if (of_user && setenv("XDG_RUNTIME_DIR", folder, 0) < 0)
		return fail_oom(w->err);
	r = of_user ? sd_bus_open_user(&w->bus) : sd_bus_open_system(&w->bus);
	if (r >= 0)
		return 0;
	(void)fail(w->err, CONTAINR_E_CGROUP_SETUP, "cannot connect to the %s bus of systemd: %s",
		   of_user ? "user's" : "system", strerror(-r));
	return fail_hint(w->err, "is systemd running? Without it use --cgroup-manager cgroupfs");
}

static int on_job_removed(sd_bus_message *message, void *userdata, sd_bus_error *error)
{
	struct job *job = userdata;
	const char *path;
	const char *result;
	uint32_t number;

	(void)error;
	if (sd_bus_message_read(message, "uoss", &number, &path, NULL, &result) >= 0 &&
	    strcmp(path, job->path) == 0)
		(void)snprintf(job->result, sizeof(job->result), "%s", result);
	return 0;
}

/* Before the job is asked for: it may be done before the answer is read. */
static int watch_jobs(struct work *w)
{
	int r = sd_bus_match_signal(w->bus, NULL, DESTINATION, OBJECT, MANAGER, "JobRemoved",
				    on_job_removed, &w->job);

	if (r >= 0)
		r = sd_bus_call_method(w->bus, DESTINATION, OBJECT, MANAGER, "Subscribe", NULL,
				       NULL, NULL);
	return r < 0 ? fail_bus(w, r, NULL, "watch") : 0;
}

static int wait_for_job(struct work *w, sd_bus_message *reply, const char *what)
{
	const char *path;
	int r = sd_bus_message_read(reply, "o", &path);

	if (r >= 0)
		(void)snprintf(w->job.path, sizeof(w->job.path), "%s", path);
	while (r >= 0 && !w->job.result[0]) {
		r = sd_bus_process(w->bus, NULL);
		if (r == 0)
			r = sd_bus_wait(w->bus, JOB_TIMEOUT_USEC);
		else
			continue;
		if (r == 0)
			r = -ETIMEDOUT;
	}
	if (r < 0)
		return fail_bus(w, r, NULL, what);
	if (strcmp(w->job.result, "done") != 0)
		return fail(w->err, CONTAINR_E_CGROUP_SETUP,
			    "systemd: cannot %s '%s': the job ended as '%s'", what, w->unit,
			    w->job.result);
	return 0;
}

static int append_properties(sd_bus_message *message, char **properties)
{
	int r = 0;

	for (; *properties && r >= 0; properties++)
		r = property_append(message, *properties);
	return r;
}

static int ask_for_scope(struct work *w, sd_bus_message **ret_reply, sd_bus_error *error)
{
	sd_bus_message *message = NULL;
	int r = sd_bus_message_new_method_call(w->bus, &message, DESTINATION, OBJECT, MANAGER,
					       "StartTransientUnit");

	if (r >= 0)
		r = sd_bus_message_append(message, "ss", w->unit, "fail");
	if (r >= 0)
		r = sd_bus_message_open_container(message, 'a', "(sv)");
	if (r >= 0)
		r = sd_bus_message_append(message, "(sv)", "PIDs", "au", 1, (uint32_t)getpid());
	if (r >= 0)
		r = append_properties(message, w->properties);
	if (r >= 0)
		r = sd_bus_message_close_container(message);
	if (r >= 0)
		r = sd_bus_message_append(message, "a(sa(sv))", 0);
	if (r >= 0)
		r = sd_bus_call(w->bus, message, 0, error, ret_reply);
	sd_bus_message_unref(message);
	return r;
}

/* A unit that has failed keeps its name until it is told to forget that. */
static int start(struct work *w)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	int r = watch_jobs(w);

	if (r < 0)
		return r;
	r = ask_for_scope(w, &reply, &error);
	if (r < 0 && sd_bus_error_has_name(&error, UNIT_EXISTS)) {
		sd_bus_error_free(&error);
		(void)sd_bus_call_method(w->bus, DESTINATION, OBJECT, MANAGER, "ResetFailedUnit",
					 NULL, NULL, "s", w->unit);
		r = ask_for_scope(w, &reply, &error);
	}
	r = r < 0 ? fail_bus(w, r, &error, "start") : wait_for_job(w, reply, "start");
	sd_bus_error_free(&error);
	sd_bus_message_unref(reply);
	return r;
}

static int stop(struct work *w)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	int r = watch_jobs(w);

	if (r < 0)
		return r;
	r = sd_bus_call_method(w->bus, DESTINATION, OBJECT, MANAGER, "StopUnit", &error, &reply,
			       "ss", w->unit, "fail");
	if (r >= 0)
		r = wait_for_job(w, reply, "stop");
	else if (sd_bus_error_has_name(&error, NO_SUCH_UNIT))
		r = 0;
	else
		r = fail_bus(w, r, &error, "stop");
	/* a failed one would stay in the list of units */
	if (r == 0)
		(void)sd_bus_call_method(w->bus, DESTINATION, OBJECT, MANAGER, "ResetFailedUnit",
					 NULL, NULL, "s", w->unit);
	sd_bus_error_free(&error);
	sd_bus_message_unref(reply);
	return r;
}

static int set(struct work *w)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *message = NULL;
	int r = sd_bus_message_new_method_call(w->bus, &message, DESTINATION, OBJECT, MANAGER,
					       "SetUnitProperties");

	if (r >= 0)
		r = sd_bus_message_append(message, "sb", w->unit, 1);
	if (r >= 0)
		r = sd_bus_message_open_container(message, 'a', "(sv)");
	if (r >= 0)
		r = append_properties(message, w->properties);
	if (r >= 0)
		r = sd_bus_message_close_container(message);
	if (r >= 0)
		r = sd_bus_call(w->bus, message, 0, &error, NULL);
	r = r < 0 ? fail_bus(w, r, &error, "change") : 0;
	sd_bus_error_free(&error);
	sd_bus_message_unref(message);
	return r;
}

static int attach(struct work *w, int32_t pid)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int r = sd_bus_call_method(w->bus, DESTINATION, OBJECT, MANAGER, "AttachProcessesToUnit",
				   &error, NULL, "ssau", w->unit, "", 1, (uint32_t)pid);

	r = r < 0 ? fail_bus(w, r, &error, "move a process into") : 0;
	sd_bus_error_free(&error);
	return r;
}

/* In the unified hierarchy, else where systemd has its own names: the path is the same in all. */
static int find_cgroup(struct work *w, char ret_path[SYSTEMD_PATH_SIZE])
{
	FILE *file = fopen("/proc/self/cgroup", "re");
	char line[SYSTEMD_PATH_SIZE + 64];

	ret_path[0] = '\0';
	while (file && fgets(line, sizeof(line), file)) {
		const char *path = strstr(line, ":name=systemd:/");

		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "0::/", 4) == 0 && strstr(line, w->unit))
			(void)snprintf(ret_path, SYSTEMD_PATH_SIZE, "%s", line + 3);
		else if (path && !ret_path[0])
			(void)snprintf(ret_path, SYSTEMD_PATH_SIZE, "%s",
				       strchr(path + 1, ':') + 1);
	}
	if (file)
		(void)fclose(file);
	if (ret_path[0])
		return 0;
	return fail(w->err, CONTAINR_E_CGROUP_SETUP, "systemd: '%s' has no cgroup", w->unit);
}

static void report(const struct systemd_report *report)
{
	if (write(SYSTEMD_REPORT_FD, report, sizeof(*report)) != sizeof(*report))
		_exit(EXIT_FAILURE);
}

/* The scope is there as long as this process is in it. */
static void hold(struct work *w, struct systemd_report *answer)
{
	int32_t pid;

	while (read(STDIN_FILENO, &pid, sizeof(pid)) == sizeof(pid)) {
		error_clear(w->err);
		error_ignore(attach(w, pid));
		report(answer);
	}
}

int main(int argc, char **argv)
{
	struct systemd_report answer = { 0 };
	struct work w = { .err = &answer.error };
	bool starts;
	int r;

	if (argc < ARG_PROPERTIES)
		return EXIT_FAILURE;
	w.unit = argv[ARG_UNIT];
	w.properties = argv + ARG_PROPERTIES;
	starts = strcmp(argv[ARG_VERB], "start") == 0;
	r = open_bus(&w, strcmp(argv[ARG_BUS], "user") == 0);
	if (r == 0)
		r = starts ? start(&w) : strcmp(argv[ARG_VERB], "set") == 0 ? set(&w) : stop(&w);
	if (r == 0 && starts)
		r = find_cgroup(&w, answer.cgroup);
	report(&answer);
	if (r == 0 && starts)
		hold(&w, &answer);
	sd_bus_flush_close_unref(w.bus);
	return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
