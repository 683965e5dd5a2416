/* SPDX-License-Identifier: MIT */
#include <containr/container.h>

#include "base/cleanup.h"
#include "container/cgroup_place.h"
#include "container/config_parts.h"
#include "container/create.h"
#include "container/handover.h"
#include "container/helpers.h"
#include "container/live.h"
#include "container/oci_resources.h"
#include "container/resources_apply.h"

#include <stdio.h>
#include <string.h>

static bool asks_for_limits(const struct containr_spec *limits)
{
	return limits->memory_bytes || limits->memory_swap_bytes ||
	       limits->memory_reservation_bytes || limits->nano_cpus || limits->cpu_shares ||
	       limits->cpu_quota_us || limits->cpu_period_us || limits->cpuset_cpus ||
	       limits->cpuset_mems || limits->pids_limit || limits->blkio_weight;
}

static int64_t or_else(int64_t given, int64_t before)
{
	return given || before == OCI_UNSET ? given : before;
}

/*
 * Limits of memory depend on each other, so that new ones are checked, and written, together with
 * those that stay.
 */
static int design(const struct containr_spec *limits, const struct oci_resources *before,
		  struct oci_config *ret_config, struct containr_error *err)
{
	struct containr_spec whole = *limits;
	struct config_maker maker = { .spec = &whole, .config = ret_config, .err = err };
	int r;

	whole.memory_bytes = or_else(limits->memory_bytes, before->memory_limit);
	whole.memory_swap_bytes = or_else(limits->memory_swap_bytes, before->memory_swap);
	whole.memory_reservation_bytes =
		or_else(limits->memory_reservation_bytes, before->memory_reservation);
	whole.memory_swappiness = 0;
	whole.oom_kill_disable = false;
	r = config_set_limits(&maker);
	if (limits->pids_limit < 0)
		ret_config->resources.pids_limit = -1;
	return r;
}

static void merge_settings(struct oci_resources *into, const struct oci_resources *from)
{
	for (size_t i = 0; i < from->setting_count; i++)
		for (size_t k = 0; k < into->setting_count; k++)
			if (into->settings[k].kind == from->settings[i].kind)
				into->settings[k].value = from->settings[i].value;
}

static bool has_setting(const struct oci_resources *resources, enum oci_setting_kind kind)
{
	for (size_t i = 0; i < resources->setting_count; i++)
		if (resources->settings[i].kind == kind)
			return true;
	return false;
}

/* Puts what @from sets in the place of what @into had. */
static int merge(struct oci_resources *into, struct oci_resources *from, struct containr_error *err)
{
	const struct {
		int64_t *into;
		int64_t from;
	} numbers[] = {
		{ &into->memory_limit, from->memory_limit },
		{ &into->memory_swap, from->memory_swap },
		{ &into->memory_reservation, from->memory_reservation },
		{ &into->pids_limit, from->pids_limit },
		{ &into->cpu_shares, from->cpu_shares },
		{ &into->cpu_quota, from->cpu_quota },
		{ &into->cpu_period, from->cpu_period },
	};
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		if (numbers[i].from != OCI_UNSET)
			*numbers[i].into = numbers[i].from;
	if (from->cpuset_cpus) {
		free(into->cpuset_cpus);
		into->cpuset_cpus = steal_ptr(&from->cpuset_cpus);
	}
	if (from->cpuset_mems) {
		free(into->cpuset_mems);
		into->cpuset_mems = steal_ptr(&from->cpuset_mems);
	}
	merge_settings(into, from);
	for (size_t i = 0; i < from->setting_count && r == 0; i++)
		if (!has_setting(into, from->settings[i].kind))
			r = oci_add_setting(into, from->settings[i].kind, NULL,
					    from->settings[i].value, err);
	return r;
}

/* Puts a new restart policy into the record; changes nothing outside. */
static int design_restart(struct containr *engine, const char *restart, struct record *record,
			  struct containr_error *err)
{
	const struct containr_spec spec = { .restart = restart,
					    .auto_remove = record->auto_remove };
	autohelpers helpers = { 0 };
	struct policy policy = { 0 };
	int r = policy_of_spec(&spec, &policy, err);

	if (r < 0)
		return r;
	record->policy.restart = policy.restart;
	record->policy.restart_max = policy.restart_max;
	return helpers_find(engine, record, &helpers, err);
}

/* Its monitor, and every later one, goes by the policy from the next end on. */
static int update_restart(const struct live *live, const struct record *record,
			  struct containr_error *err)
{
	int r = record_write(live->dir, record, err);

	if (r == 0 && state_is_up(&live->state))
		r = handover_tell_restart(live->dir, &record->policy, err);
	return r;
}

static int update_limits(struct containr *engine, const struct live *live,
			 const struct containr_spec *limits, bool auto_remove,
			 struct containr_error *err)
{
	struct oci_config config;
	struct oci_config changes;
	struct cgroup_place place;
	int r;

	oci_config_init(&config);
	oci_config_init(&changes);
	r = oci_config_load(live->dir, "config.json", &config, err);
	if (r == 0)
		r = design(limits, &config.resources, &changes, err);
	cgroup_place_find(engine, live->id, &place);
	if (r == 0 && live->state.status == STATE_RUNNING)
		r = resources_apply(engine->libexec, &place, &changes.resources, err);
	if (r == 0)
		r = merge(&config.resources, &changes.resources, err);
	if (r == 0)
		r = container_write_config(live->dir, &config,
					   auto_remove ? FS_VOLATILE : FS_DURABLE, err);
	oci_config_release(&config);
	oci_config_release(&changes);
	return r;
}

static int update(struct containr *engine, struct live *live, const struct containr_spec *changes,
		  struct containr_error *err)
{
	const bool has_restart = changes->restart && *changes->restart;
	autorecord record = { 0 };
	autoclose int lock = -1;
	int r = record_lock(live->dir, &lock, err);

	if (r == 0)
		r = record_read(live->dir, &record, err);
	if (r == 0 && has_restart)
		r = design_restart(engine, changes->restart, &record, err);
	if (r == 0 && asks_for_limits(changes))
		r = update_limits(engine, live, changes, record.auto_remove, err);
	if (r == 0 && has_restart)
		r = update_restart(live, &record, err);
	if (r == 0)
		record_tell(engine, live->id, &record, "update", "");
	return r;
}

int containr_update(struct containr *engine, const char *container,
		    const struct containr_spec *changes, struct containr_error *err)
{
	autolive live = LIVE_INIT;
	int r;

	if (!asks_for_limits(changes) && !(changes->restart && *changes->restart)) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "nothing is given to change");
		return fail_hint(err, "say what to change, e.g. --memory 200m");
	}
	r = live_find(engine, container, &live, err);
	return r < 0 ? r : update(engine, &live, changes, err);
}
