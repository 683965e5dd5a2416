/* SPDX-License-Identifier: MIT */
#include "container/plan_scope.h"

#include "engine/container/plan_fixture.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static char *joined(const struct strv *list)
{
	struct str text = STR_INIT;

	str_append(&text, "");
	for (size_t i = 0; i < list->len; i++)
		str_appendf(&text, "%s%s", i ? " " : "", list->items[i]);
	return str_steal(&text);
}

static void path_becomes_slice_unit_and_cgroup(void **state)
{
	static const struct {
		const char *path;
		bool of_user;
		const char *slice;
		const char *unit;
		const char *cgroup;
	} cases[] = {
		{ "machine.slice:containr:cafe", false, "machine.slice", "containr-cafe.scope",
		  "/machine.slice/containr-cafe.scope" },
		{ "a-b-c.slice:x:1", false, "a-b-c.slice", "x-1.scope",
		  "/a.slice/a-b.slice/a-b-c.slice/x-1.scope" },
		{ ":containr:cafe", false, "system.slice", "containr-cafe.scope",
		  "/system.slice/containr-cafe.scope" },
		{ ":containr:cafe", true, "user.slice", "containr-cafe.scope",
		  "/user.slice/containr-cafe.scope" },
		{ "-.slice::cafe", false, "-.slice", "cafe.scope", "/cafe.scope" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct scope_plan scope = { 0 };
		struct containr_error err = { 0 };
		autofree char *cgroup = NULL;

		if (scope_plan_path(cases[i].path, cases[i].of_user, &scope, &err) < 0)
			fail_msg("%s: %s", cases[i].path, err.message);
		cgroup = scope_plan_cgroup(&scope);
		assert_string_equal(scope.slice, cases[i].slice);
		assert_string_equal(scope.unit, cases[i].unit);
		assert_string_equal(cgroup, cases[i].cgroup);
		scope_plan_release(&scope);
	}
}

static void what_is_no_slice_or_unit_is_refused(void **state)
{
	static const struct {
		const char *path;
		const char *message;
	} cases[] = {
		{ "a.slice:b", "linux.cgroupsPath: 'a.slice:b' is not SLICE:PREFIX:NAME" },
		{ "a.slice:b:c:d", "linux.cgroupsPath: 'a.slice:b:c:d' is not SLICE:PREFIX:NAME" },
		{ "a.slice:b:", "linux.cgroupsPath: 'a.slice:b:' gives no name of a unit" },
		{ "a.slice:b:c/d", "linux.cgroupsPath: 'a.slice:b:c/d' gives no name of a unit" },
		{ "pods:b:c", "linux.cgroupsPath: 'pods' is no slice of systemd" },
		{ "a--b.slice:b:c", "linux.cgroupsPath: 'a--b.slice' is no slice of systemd" },
		{ "-a.slice:b:c", "linux.cgroupsPath: '-a.slice' is no slice of systemd" },
		{ "a-.slice:b:c", "linux.cgroupsPath: 'a-.slice' is no slice of systemd" },
		{ ".slice:b:c", "linux.cgroupsPath: '.slice' is no slice of systemd" },
		{ "../a.slice:b:c", "linux.cgroupsPath: '../a.slice' is no slice of systemd" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct scope_plan scope = { 0 };
		struct containr_error err = { 0 };

		assert_int_equal(scope_plan_path(cases[i].path, false, &scope, &err),
				 -CONTAINR_E_INVALID_CONFIG);
		assert_string_equal(err.message, cases[i].message);
		assert_null(scope.unit);
	}
}

static char *properties_of(const char *resources, const struct cgroup_host *host)
{
	autostr member = STR_INIT;
	autoplanned made;
	autostrv properties = { 0 };
	struct containr_error err;

	str_appendf(&member, ", \"resources\": {%s}", resources);
	if (make_small_plan(&made, "", member.data, host) < 0)
		fail_msg("%s: %s", resources, made.err.message);
	assert_int_equal(scope_add_limits(&made.plan.cgroup, &properties, &err), 0);
	return joined(&properties);
}

static void limits_are_properties_too(void **state)
{
	static const struct {
		const char *resources;
		const char *v1;
		const char *v2;
	} cases[] = {
		{ "\"memory\": {\"limit\": 100}", "MemoryLimit=t:100", "MemoryMax=t:100" },
		{ "\"memory\": {\"limit\": -1}", "MemoryLimit=t:18446744073709551615",
		  "MemoryMax=t:18446744073709551615" },
		{ "\"memory\": {\"limit\": 100, \"swap\": 300, \"reservation\": 50}",
		  "MemoryLimit=t:100", "MemoryMax=t:100 MemorySwapMax=t:200 MemoryLow=t:50" },
		{ "\"pids\": {\"limit\": 7}", "TasksMax=t:7", "TasksMax=t:7" },
		{ "\"cpu\": {\"shares\": 1024}", "CPUShares=t:1024", "CPUWeight=t:39" },
		/* half a CPU; systemd knows whole hundredths only, so it rounds up */
		{ "\"cpu\": {\"quota\": 50000, \"period\": 100000}",
		  "CPUQuotaPerSecUSec=t:500000 CPUQuotaPeriodUSec=t:100000",
		  "CPUQuotaPerSecUSec=t:500000 CPUQuotaPeriodUSec=t:100000" },
		{ "\"cpu\": {\"quota\": 33333, \"period\": 100000}",
		  "CPUQuotaPerSecUSec=t:340000 CPUQuotaPeriodUSec=t:100000",
		  "CPUQuotaPerSecUSec=t:340000 CPUQuotaPeriodUSec=t:100000" },
		{ "\"cpu\": {\"cpus\": \"0-2,9\", \"mems\": \"0\"}",
		  "AllowedCPUs=ay:0702 AllowedMemoryNodes=ay:01",
		  "AllowedCPUs=ay:0702 AllowedMemoryNodes=ay:01" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autofree char *v1 = properties_of(cases[i].resources, &host_v1);
		autofree char *v2 = properties_of(cases[i].resources, &host_v2);

		assert_string_equal(v1, cases[i].v1);
		assert_string_equal(v2, cases[i].v2);
	}
}

static void annotations_are_properties(void **state)
{
	static const struct {
		const char *annotation;
		const char *property;
	} cases[] = {
		{ "org.systemd.property.A=true", "A=b:true" },
		{ "org.systemd.property.A='some text'", "A=s:some text" },
		{ "org.systemd.property.A=\"it's\"", "A=s:it's" },
		{ "org.systemd.property.A=7", "A=i:7" },
		{ "org.systemd.property.A=uint32 7", "A=u:7" },
		{ "org.systemd.property.A=int64 -7", "A=x:-7" },
		{ "org.systemd.property.A=uint64 18446744073709551615",
		  "A=t:18446744073709551615" },
		{ "org.systemd.property.A=['a.service', 'b.service']", "A=as:a.service,b.service" },
		{ "org.systemd.property.A=@as []", "A=as:" },
		/* as unit files have it */
		{ "org.systemd.property.TimeoutStopSec=uint64 5", "TimeoutStopUSec=t:5000000" },
		{ "org.systemd.property.TimeoutStopUSec=uint64 5", "TimeoutStopUSec=t:5" },
		{ "org.example.property.A=true", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autostrv annotations = { 0 };
		autostrv properties = { 0 };
		autofree char *text = NULL;
		struct containr_error err = { 0 };

		strv_push(&annotations, cases[i].annotation);
		if (scope_add_annotations(&annotations, &properties, &err) < 0)
			fail_msg("%s: %s", cases[i].annotation, err.message);
		text = joined(&properties);
		assert_string_equal(text, cases[i].property);
	}
}

static void values_that_are_none_are_refused(void **state)
{
	static const char *const annotations[] = {
		"org.systemd.property.A=maybe",
		"org.systemd.property.A='open",
		"org.systemd.property.A='a' 'b'",
		"org.systemd.property.A=['a' 'b']",
		"org.systemd.property.A=['a'",
		"org.systemd.property.A=['a'] x",
		"org.systemd.property.A=uint32 -1",
		"org.systemd.property.A=uint32 4294967296",
		"org.systemd.property.A=2147483648",
		"org.systemd.property.A=uint64 1x",
		"org.systemd.property.A=",
		"org.systemd.property.=true",
		"org.systemd.property.a=true",
		"org.systemd.property.A.B=true",
		"org.systemd.property.TimeoutSec=-1",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(annotations); i++) {
		autostrv list = { 0 };
		autostrv properties = { 0 };
		autostr message = STR_INIT;
		struct containr_error err = { 0 };

		strv_push(&list, annotations[i]);
		str_appendf(&message, "annotations: cannot read '%s'", annotations[i]);
		assert_int_equal(scope_add_annotations(&list, &properties, &err),
				 -CONTAINR_E_INVALID_CONFIG);
		assert_string_equal(err.message, message.data);
		assert_int_equal(properties.len, 0);
	}
}

static void plan_asks_for_a_delegated_scope(void **state)
{
	autoplanned made;
	autofree char *text = NULL;

	(void)state;
	assert_int_equal(make_small_plan(&made, "",
					 ", \"cgroupsPath\": \"machine.slice:containr:cafe\", "
					 "\"resources\": {\"pids\": {\"limit\": 7}}",
					 &host_v2),
			 0);
	assert_string_equal(made.plan.scope.unit, "containr-cafe.scope");
	assert_string_equal(made.plan.cgroup.path, "/machine.slice/containr-cafe.scope");
	assert_true(made.plan.cgroup.is_given);
	text = joined(&made.plan.scope.properties);
	assert_string_equal(text, "Description=s:containr container cafe Slice=s:machine.slice "
				  "Delegate=b:true DefaultDependencies=b:false "
				  "MemoryAccounting=b:true CPUAccounting=b:true "
				  "TasksAccounting=b:true IOAccounting=b:true "
				  "CollectMode=s:inactive-or-failed TasksMax=t:7");
}

/* His systemd has them to give, wherever he is himself. */
static void scope_of_a_user_needs_nothing_delegated_to_his_session(void **state)
{
	const struct cgroup_host host = { .layout = CGROUP_LAYOUT_V2,
					  .is_denied = true,
					  .is_users = true,
					  .v2 = CGROUP_BIT(CGROUP_UNIFIED) };
	autoplanned made;

	(void)state;
	assert_int_equal(make_small_plan(&made, "",
					 ", \"cgroupsPath\": \"user.slice:containr:cafe\", "
					 "\"resources\": {\"pids\": {\"limit\": 7}}",
					 &host),
			 0);
	assert_true(made.plan.scope.of_user);
	assert_int_equal(made.plan.cgroup.used, CGROUP_BIT(CGROUP_UNIFIED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(path_becomes_slice_unit_and_cgroup),
		cmocka_unit_test(what_is_no_slice_or_unit_is_refused),
		cmocka_unit_test(limits_are_properties_too),
		cmocka_unit_test(annotations_are_properties),
		cmocka_unit_test(values_that_are_none_are_refused),
		cmocka_unit_test(plan_asks_for_a_delegated_scope),
		cmocka_unit_test(scope_of_a_user_needs_nothing_delegated_to_his_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
