/* SPDX-License-Identifier: MIT */
#include "container/oci.h"

#include "base/cleanup.h"
#include "container/oci_place.h"

/* process.scheduler, ioPriority and execCPUAffinity of the configuration. */

static int fail_name(const struct place *at, const char *key, const char *what, const char *name)
{
	return fail(at->err, CONTAINR_E_INVALID_CONFIG, "%s.%s: unknown %s '%s'", at->path, key,
		    what, name);
}

static int read_flags(const struct place *at, struct schedule *schedule)
{
	autostrv names = { 0 };
	int r = json_read_strings(at->value, at->path, "flags", &names, at->err);

	for (size_t i = 0; i < names.len && r == 0; i++) {
		uint64_t flag = 0;

		if (!schedule_find_flag(names.items[i], &flag))
			r = fail_name(at, "flags", "flag", names.items[i]);
		schedule->flags |= flag;
	}
	return r;
}

static int read_scheduler(const struct place *at, void *target)
{
	struct schedule *schedule = target;
	const char *policy = "";
	int64_t nice = 0;
	int64_t priority = 0;
	int r = place_require(at, "policy");

	if (r == 0)
		r = json_read_string(at->value, at->path, "policy", &policy, at->err);
	if (r == 0 && !schedule_find_policy(policy, &schedule->policy))
		r = fail_name(at, "policy", "policy", policy);
	if (r == 0)
		r = json_read_int(at->value, at->path, "nice", -20, 19, &nice, at->err);
	if (r == 0)
		r = json_read_int(at->value, at->path, "priority", 0, 99, &priority, at->err);
	if (r == 0)
		r = read_flags(at, schedule);
	if (r == 0)
		r = json_read_uint(at->value, at->path, "runtime", UINT64_MAX,
				   &schedule->runtime_ns, at->err);
	if (r == 0)
		r = json_read_uint(at->value, at->path, "deadline", UINT64_MAX,
				   &schedule->deadline_ns, at->err);
	if (r == 0)
		r = json_read_uint(at->value, at->path, "period", UINT64_MAX, &schedule->period_ns,
				   at->err);
	schedule->nice = (int32_t)nice;
	schedule->priority = (uint32_t)priority;
	schedule->has_policy = r == 0;
	return r;
}

static int read_io_priority(const struct place *at, void *target)
{
	struct schedule *schedule = target;
	const char *name = "";
	int64_t priority = 0;
	int r = place_require(at, "class");

	if (r == 0)
		r = json_read_string(at->value, at->path, "class", &name, at->err);
	if (r == 0 && !schedule_find_io_class(name, &schedule->io_class))
		r = fail_name(at, "class", "class", name);
	if (r == 0)
		r = json_read_int(at->value, at->path, "priority", 0, 7, &priority, at->err);
	schedule->io_priority = (int)priority;
	schedule->has_io_priority = r == 0;
	return r;
}

static int read_cpus(const struct place *at, const char *key, char **text, struct cpu_list *list)
{
	int r = place_string(at, key, text);

	if (r < 0 || !*text || !**text || cpu_list_parse(*text, list))
		return r;
	return fail(at->err, CONTAINR_E_INVALID_CONFIG, "%s.%s: '%s' is no list of CPUs", at->path,
		    key, *text);
}

static int read_affinity(const struct place *at, void *target)
{
	struct oci_process *process = target;
	int r = read_cpus(at, "initial", &process->cpus_initial_text, &process->cpus_initial);

	return r < 0 ? r : read_cpus(at, "final", &process->cpus_final_text, &process->cpus_final);
}

int oci_schedule_read(const struct place *at, struct oci_process *process)
{
	int r = place_object(at, "scheduler", &process->schedule, read_scheduler);

	if (r == 0)
		r = place_object(at, "ioPriority", &process->schedule, read_io_priority);
	if (r == 0)
		r = place_object(at, "execCPUAffinity", process, read_affinity);
	return r;
}

static void write_number(struct json_writer *w, const char *key, uint64_t value)
{
	if (value)
		json_uint(w, key, value);
}

static void write_scheduler(struct json_writer *w, const struct schedule *schedule)
{
	json_open_object(w, "scheduler");
	json_string(w, "policy", schedule_policy_name(schedule->policy));
	if (schedule->nice)
		json_int(w, "nice", schedule->nice);
	write_number(w, "priority", schedule->priority);
	if (schedule->flags) {
		json_open_array(w, "flags");
		for (uint64_t flag = 1; schedule_flag_name(flag); flag <<= 1)
			if (schedule->flags & flag)
				json_string(w, NULL, schedule_flag_name(flag));
		json_close_array(w);
	}
	write_number(w, "runtime", schedule->runtime_ns);
	write_number(w, "deadline", schedule->deadline_ns);
	write_number(w, "period", schedule->period_ns);
	json_close_object(w);
}

void oci_schedule_write(struct json_writer *w, const struct oci_process *process)
{
	const struct schedule *schedule = &process->schedule;

	if (schedule->has_policy)
		write_scheduler(w, schedule);
	if (schedule->has_io_priority) {
		json_open_object(w, "ioPriority");
		json_string(w, "class", schedule_io_class_name(schedule->io_class));
		json_int(w, "priority", schedule->io_priority);
		json_close_object(w);
	}
	if (!process->cpus_initial.is_set && !process->cpus_final.is_set)
		return;
	json_open_object(w, "execCPUAffinity");
	if (process->cpus_initial.is_set)
		json_string(w, "initial", process->cpus_initial_text);
	if (process->cpus_final.is_set)
		json_string(w, "final", process->cpus_final_text);
	json_close_object(w);
}
