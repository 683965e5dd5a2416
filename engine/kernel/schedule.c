/* SPDX-License-Identifier: MIT */
#include "kernel/schedule.h"

#include "base/cleanup.h"

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define IOPRIO_WHO_PROCESS 1
#define IOPRIO_CLASS_SHIFT 13

struct name {
	const char *name;
	uint64_t value;
};

/* include/uapi/linux/sched.h */
static const struct name policies[] = {
	{ "SCHED_OTHER", 0 }, { "SCHED_FIFO", 1 }, { "SCHED_RR", 2 },	    { "SCHED_BATCH", 3 },
	{ "SCHED_ISO", 4 },   { "SCHED_IDLE", 5 }, { "SCHED_DEADLINE", 6 },
};

static const struct name flags[] = {
	{ "SCHED_FLAG_RESET_ON_FORK", 0x01 },  { "SCHED_FLAG_RECLAIM", 0x02 },
	{ "SCHED_FLAG_DL_OVERRUN", 0x04 },     { "SCHED_FLAG_KEEP_POLICY", 0x08 },
	{ "SCHED_FLAG_KEEP_PARAMS", 0x10 },    { "SCHED_FLAG_UTIL_CLAMP_MIN", 0x20 },
	{ "SCHED_FLAG_UTIL_CLAMP_MAX", 0x40 },
};

/* include/uapi/linux/ioprio.h */
static const struct name io_classes[] = {
	{ "IOPRIO_CLASS_RT", 1 },
	{ "IOPRIO_CLASS_BE", 2 },
	{ "IOPRIO_CLASS_IDLE", 3 },
};

static bool find_value(const struct name *names, size_t count, const char *name,
		       uint64_t *ret_value)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(names[i].name, name) != 0)
			continue;
		*ret_value = names[i].value;
		return true;
	}
	return false;
}

static const char *find_name(const struct name *names, size_t count, uint64_t value)
{
	for (size_t i = 0; i < count; i++)
		if (names[i].value == value)
			return names[i].name;
	return NULL;
}

bool schedule_find_policy(const char *name, uint32_t *ret_policy)
{
	uint64_t value;

	if (!find_value(policies, ARRAY_LEN(policies), name, &value))
		return false;
	*ret_policy = (uint32_t)value;
	return true;
}

bool schedule_find_flag(const char *name, uint64_t *ret_flag)
{
	return find_value(flags, ARRAY_LEN(flags), name, ret_flag);
}

bool schedule_find_io_class(const char *name, int *ret_class)
{
	uint64_t value;

	if (!find_value(io_classes, ARRAY_LEN(io_classes), name, &value))
		return false;
	*ret_class = (int)value;
	return true;
}

const char *schedule_policy_name(uint32_t policy)
{
	return find_name(policies, ARRAY_LEN(policies), policy);
}

const char *schedule_flag_name(uint64_t flag)
{
	return find_name(flags, ARRAY_LEN(flags), flag);
}

const char *schedule_io_class_name(int io_class)
{
	return find_name(io_classes, ARRAY_LEN(io_classes), (uint64_t)io_class);
}

/* A number below SCHEDULE_CPUS; NULL if there is none. */
static const char *parse_cpu(const char *text, unsigned long *ret_cpu)
{
	char *end;

	if (*text < '0' || *text > '9')
		return NULL;
	*ret_cpu = strtoul(text, &end, 10);
	return *ret_cpu < SCHEDULE_CPUS ? end : NULL;
}

bool cpu_list_parse(const char *text, struct cpu_list *ret_list)
{
	struct cpu_list list = { .is_set = true };

	do {
		unsigned long first = 0;
		unsigned long last;

		text = parse_cpu(text, &first);
		last = first;
		if (text && *text == '-')
			text = parse_cpu(text + 1, &last);
		if (!text || last < first)
			return false;
		for (; first <= last; first++)
			list.bits[first / 64] |= UINT64_C(1) << first % 64;
	} while (*text++ == ',');
	if (text[-1])
		return false;
	*ret_list = list;
	return true;
}

int cpu_list_apply(const struct cpu_list *list, struct containr_error *err)
{
	if (list->is_set && syscall(SYS_sched_setaffinity, 0, sizeof(list->bits), list->bits) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot bind the process to CPUs");
	return 0;
}

/* struct sched_attr of sched_setattr(2), as far as all kernels know it. */
struct attributes {
	uint32_t size;
	uint32_t policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime;
	uint64_t deadline;
	uint64_t period;
};

int schedule_apply(const struct schedule *schedule, struct containr_error *err)
{
	const struct attributes attributes = {
		.size = sizeof(attributes),
		.policy = schedule->policy,
		.flags = schedule->flags,
		.nice = schedule->nice,
		.priority = schedule->priority,
		.runtime = schedule->runtime_ns,
		.deadline = schedule->deadline_ns,
		.period = schedule->period_ns,
	};
	int io = schedule->io_class << IOPRIO_CLASS_SHIFT | schedule->io_priority;

	if (schedule->has_policy && syscall(SYS_sched_setattr, 0, &attributes, 0) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot set the scheduler to %s",
				schedule_policy_name(schedule->policy));
	if (schedule->has_io_priority && syscall(SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, io) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot set the I/O priority to %s",
				schedule_io_class_name(schedule->io_class));
	return 0;
}
