/* SPDX-License-Identifier: MIT */
#include "engine/container/plan_fixture.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

/* What is written, "CONTROLLER FILE VALUE;" for each, without (or only) the rules for devices. */
static char *writes_of(const struct plan *plan, bool devices)
{
	struct str text = STR_INIT;

	str_append(&text, "");
	for (size_t i = 0; i < plan->cgroup.write_count; i++) {
		const struct cgroup_write *write = &plan->cgroup.writes[i];

		if ((write->controller == CGROUP_DEVICES) == devices)
			str_appendf(&text, "%s %s %s", cgroup_controller_name(write->controller),
				    write->file, write->value);
		if ((write->controller == CGROUP_DEVICES) == devices && write->other_file)
			str_appendf(&text, " or %s %s", write->other_file, write->other_value);
		if ((write->controller == CGROUP_DEVICES) == devices)
			str_append_char(&text, ';');
	}
	return str_steal(&text);
}

static void plan_resources(struct made_plan *made, const char *resources,
			   const struct cgroup_host *host)
{
	autostr member = STR_INIT;

	str_appendf(&member, ", \"resources\": {%s}", resources);
	assert_false(member.failed);
	if (make_small_plan(made, "", member.data, host) < 0)
		fail_msg("%s: %s", resources, made->err.message);
}

struct limit_case {
	const char *resources;
	const char *v1; /* on hybrid hosts too: the controllers are there */
	const char *v2;
};

static const struct limit_case limit_cases[] = {
	{ "", "", "" },
	{ "'memory': {'limit': 104857600}", "memory memory.limit_in_bytes 104857600;",
	  "memory memory.max 104857600;" },
	{ "'memory': {'limit': -1}", "memory memory.limit_in_bytes -1;", "memory memory.max max;" },
	/* 0 is "not given", as docker and podman write it */
	{ "'memory': {'limit': 0, 'swap': 0, 'reservation': 0}", "", "" },
	/* v1 counts memory and swap together, v2 swap alone */
	{ "'memory': {'limit': 100, 'swap': 300}",
	  "memory memory.limit_in_bytes 100;memory memory.memsw.limit_in_bytes 300;",
	  "memory memory.max 100;memory memory.swap.max 200;" },
	{ "'memory': {'limit': 100, 'swap': 100}",
	  "memory memory.limit_in_bytes 100;memory memory.memsw.limit_in_bytes 100;",
	  "memory memory.max 100;memory memory.swap.max 0;" },
	{ "'memory': {'limit': 100, 'swap': -1}",
	  "memory memory.limit_in_bytes 100;memory memory.memsw.limit_in_bytes -1;",
	  "memory memory.max 100;memory memory.swap.max max;" },
	{ "'memory': {'reservation': 50}", "memory memory.soft_limit_in_bytes 50;",
	  "memory memory.low 50;" },
	{ "'pids': {'limit': 7}", "pids pids.max 7;", "pids pids.max 7;" },
	{ "'pids': {'limit': -1}", "pids pids.max max;", "pids pids.max max;" },
	{ "'pids': {'limit': 0}", "", "" },
	{ "'cpu': {'shares': 512}", "cpu cpu.shares 512;", "cpu cpu.weight 20;" },
	{ "'cpu': {'quota': 50000, 'period': 200000}",
	  "cpu cpu.cfs_period_us 200000;cpu cpu.cfs_quota_us 50000;", "cpu cpu.max 50000 200000;" },
	{ "'cpu': {'quota': 50000}", "cpu cpu.cfs_quota_us 50000;", "cpu cpu.max 50000 100000;" },
	{ "'cpu': {'quota': -1}", "cpu cpu.cfs_quota_us -1;", "cpu cpu.max max 100000;" },
	{ "'cpu': {'period': 1000}", "cpu cpu.cfs_period_us 1000;", "cpu cpu.max max 1000;" },
	{ "'cpu': {'cpus': '0-1', 'mems': '0'}", "cpuset cpuset.cpus 0-1;cpuset cpuset.mems 0;",
	  "cpuset cpuset.cpus 0-1;cpuset cpuset.mems 0;" },
	{ "'cpu': {'cpus': '', 'mems': ''}", "", "" },
	{ "'cpu': {'idle': 1, 'burst': 5000, 'quota': 10000}",
	  "cpu cpu.cfs_quota_us 10000;cpu cpu.cfs_burst_us 5000;cpu cpu.idle 1;",
	  "cpu cpu.max 10000 100000;cpu cpu.max.burst 5000;cpu cpu.idle 1;" },
	{ "'blockIO': {'weight': 500, 'leafWeight': 0}",
	  "blkio blkio.weight 500 or blkio.bfq.weight 500;",
	  "blkio io.bfq.weight 500 or io.weight 4950;" },
	{ "'blockIO': {'weightDevice': [{'major': 8, 'minor': 0, 'weight': 10},"
	  "{'major': 8, 'minor': 16, 'weight': 1000}]}",
	  "blkio blkio.weight_device 8:0 10 or blkio.bfq.weight_device 8:0 10;"
	  "blkio blkio.weight_device 8:16 1000 or blkio.bfq.weight_device 8:16 1000;",
	  "blkio io.bfq.weight 8:0 10 or io.weight 8:0 1;"
	  "blkio io.bfq.weight 8:16 1000 or io.weight 8:16 10000;" },
	{ "'blockIO': {'throttleReadBpsDevice': [{'major': 8, 'minor': 0, 'rate': 7}],"
	  "'throttleWriteIOPSDevice': [{'major': 8, 'minor': 0, 'rate': 0}]}",
	  "blkio blkio.throttle.read_bps_device 8:0 7;"
	  "blkio blkio.throttle.write_iops_device 8:0 0;",
	  "blkio io.max 8:0 rbps=7;blkio io.max 8:0 wiops=max;" },
	{ "'blockIO': {'throttleWriteBpsDevice': [{'major': 8, 'minor': 0, 'rate': 7}],"
	  "'throttleReadIOPSDevice': [{'major': 8, 'minor': 0, 'rate': 9}]}",
	  "blkio blkio.throttle.write_bps_device 8:0 7;"
	  "blkio blkio.throttle.read_iops_device 8:0 9;",
	  "blkio io.max 8:0 wbps=7;blkio io.max 8:0 riops=9;" },
	{ "'hugepageLimits': [{'pageSize': '2MB', 'limit': 4194304}]",
	  "hugetlb hugetlb.2MB.limit_in_bytes 4194304;", "hugetlb hugetlb.2MB.max 4194304;" },
	{ "'rdma': {'mlx5_0': {'hcaHandles': 3, 'hcaObjects': 0}}",
	  "rdma rdma.max mlx5_0 hca_handle=3;rdma rdma.max mlx5_0 hca_object=0;",
	  "rdma rdma.max mlx5_0 hca_handle=3;rdma rdma.max mlx5_0 hca_object=0;" },
	{ "'memory': {'useHierarchy': true, 'disableOOMKiller': false}",
	  "memory memory.use_hierarchy 1;", "" },
};

/* What v2 does not have. */
static const struct limit_case v1_cases[] = {
	{ "'memory': {'kernel': 5, 'kernelTCP': 6, 'swappiness': 0, 'disableOOMKiller': true}",
	  "memory memory.kmem.limit_in_bytes 5;memory memory.kmem.tcp.limit_in_bytes 6;"
	  "memory memory.swappiness 0;memory memory.oom_control 1;",
	  "memory.kernel" },
	{ "'memory': {'swappiness': 60}", "memory memory.swappiness 60;", "memory.swappiness" },
	{ "'memory': {'disableOOMKiller': true}", "memory memory.oom_control 1;",
	  "memory.disableOOMKiller" },
	{ "'cpu': {'realtimeRuntime': 5, 'realtimePeriod': 9}",
	  "cpu cpu.rt_period_us 9;cpu cpu.rt_runtime_us 5;", "cpu.realtimePeriod" },
	{ "'blockIO': {'leafWeight': 20}", "blkio blkio.leaf_weight 20;", "blockIO.leafWeight" },
	{ "'blockIO': {'weightDevice': [{'major': 8, 'minor': 0, 'leafWeight': 30}]}",
	  "blkio blkio.leaf_weight_device 8:0 30;", "blockIO.weightDevice.leafWeight" },
	{ "'network': {'classID': 1048577, 'priorities': [{'name': 'lo', 'priority': 3}]}",
	  "net_cls net_cls.classid 1048577;net_prio net_prio.ifpriomap lo 3;", "network.classID" },
};

/* What only v2 has. */
static const struct limit_case v2_cases[] = {
	{ "'unified': {'memory.high': '100', 'cgroup.max.depth': '7'}", NULL,
	  "memory memory.high 100;unified cgroup.max.depth 7;" },
	{ "'unified': {'io.max': '8:0 rbps=1\\n8:16 rbps=2\\n'}", NULL,
	  "blkio io.max 8:0 rbps=1;blkio io.max 8:16 rbps=2;" },
};

/* The tables write ' for ", which C would make unreadable. */
static char *json_quotes(const char *text)
{
	char *copy = strdup(text);

	assert_non_null(copy);
	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	return copy;
}

static void check_limits(const struct cgroup_host *host, bool v2)
{
	for (size_t i = 0; i < ARRAY_LEN(limit_cases); i++) {
		autofree char *resources = json_quotes(limit_cases[i].resources);
		autofree char *writes = NULL;
		autoplanned made;

		plan_resources(&made, resources, host);
		writes = writes_of(&made.plan, false);
		assert_string_equal(writes, v2 ? limit_cases[i].v2 : limit_cases[i].v1);
	}
}

static void limits_become_the_files_of_v1(void **state)
{
	(void)state;
	check_limits(&host_v1, false);
}

static void limits_of_a_hybrid_host_are_those_of_v1(void **state)
{
	(void)state;
	check_limits(&host_hybrid, false);
}

static void limits_become_the_files_of_v2(void **state)
{
	(void)state;
	check_limits(&host_v2, true);
}

/* The formula that runc and crun used until 2025: 1 + (shares - 2) * 9999 / 262142. */
static void shares_become_weights_between_1_and_10000(void **state)
{
	static const struct {
		int64_t shares;
		const char *write;
	} cases[] = {
		{ 1, "cpu cpu.weight 1;" },	     { 2, "cpu cpu.weight 1;" },
		{ 1024, "cpu cpu.weight 39;" },	     { 262144, "cpu cpu.weight 10000;" },
		{ 999999, "cpu cpu.weight 10000;" }, { INT64_MAX, "cpu cpu.weight 10000;" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autofree char *writes = NULL;
		autostr resources = STR_INIT;
		autoplanned made;

		str_appendf(&resources, "\"cpu\": {\"shares\": %lld}", (long long)cases[i].shares);
		plan_resources(&made, resources.data, &host_v2);
		writes = writes_of(&made.plan, false);
		assert_string_equal(writes, cases[i].write);
	}
}

static void v1_has_limits_of_its_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(v1_cases); i++) {
		autofree char *resources = json_quotes(v1_cases[i].resources);
		autofree char *writes = NULL;
		autostr member = STR_INIT;
		autostr message = STR_INIT;
		autoplanned made;
		autoplanned refused;

		plan_resources(&made, resources, &host_hybrid);
		writes = writes_of(&made.plan, false);
		assert_string_equal(writes, v1_cases[i].v1);
		str_appendf(&member, ", \"resources\": {%s}", resources);
		str_appendf(&message, "linux.resources.%s: cgroup v2 has no such limit",
			    v1_cases[i].v2);
		assert_int_equal(make_small_plan(&refused, "", member.data, &host_v2),
				 -CONTAINR_E_UNSUPPORTED);
		assert_string_equal(refused.err.message, message.data);
	}
}

static void files_of_v2_are_set_by_name(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(v2_cases); i++) {
		autofree char *resources = json_quotes(v2_cases[i].resources);
		autofree char *writes = NULL;
		autostr member = STR_INIT;
		autoplanned made;
		autoplanned hybrid;
		autoplanned refused;

		plan_resources(&made, resources, &host_v2);
		writes = writes_of(&made.plan, false);
		assert_string_equal(writes, v2_cases[i].v2);
		plan_resources(&hybrid, resources, &host_hybrid);
		str_appendf(&member, ", \"resources\": {%s}", resources);
		assert_int_equal(make_small_plan(&refused, "", member.data, &host_v1),
				 -CONTAINR_E_UNSUPPORTED);
		assert_string_equal(refused.err.message,
				    "linux.resources.unified: this host has no cgroup v2");
	}
}

struct error_case {
	const char *resources;
	enum containr_error_code code;
	const char *message;
};

static void impossible_limits_are_refused(void **state)
{
	static const struct error_case cases[] = {
		{ "'memory': {'limit': 200, 'swap': 100}", CONTAINR_E_INVALID_CONFIG,
		  "memory swap limit (100) is below the memory limit (200)" },
		{ "'cpu': {'quota': 999}", CONTAINR_E_INVALID_CONFIG,
		  "cpu quota 999 is below the minimum of 1000 microseconds" },
		{ "'cpu': {'period': 999}", CONTAINR_E_INVALID_CONFIG,
		  "cpu period 999 is out of range (1000 to 1000000 microseconds)" },
		{ "'cpu': {'period': 1000001}", CONTAINR_E_INVALID_CONFIG,
		  "cpu period 1000001 is out of range (1000 to 1000000 microseconds)" },
	};
	static const struct cgroup_host *const hosts[] = { &host_v1, &host_hybrid, &host_v2 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases) * ARRAY_LEN(hosts); i++) {
		const struct error_case *wrong = &cases[i / ARRAY_LEN(hosts)];
		autofree char *resources = json_quotes(wrong->resources);
		autostr member = STR_INIT;
		autoplanned made;

		str_appendf(&member, ", \"resources\": {%s}", resources);
		assert_int_equal(make_small_plan(&made, "", member.data, hosts[i % 3]),
				 -(int)wrong->code);
		assert_string_equal(made.err.message, wrong->message);
	}
}

static void limit_without_its_controller_is_never_left_out(void **state)
{
	static const struct error_case cases[] = {
		{ "'memory': {'limit': 200}", CONTAINR_E_CGROUP_APPLY_LIMITS,
		  " memory controller" },
		{ "'pids': {'limit': 200}", CONTAINR_E_CGROUP_APPLY_LIMITS, " pids controller" },
		{ "'cpu': {'shares': 200}", CONTAINR_E_CGROUP_APPLY_LIMITS, " cpu controller" },
		{ "'cpu': {'quota': 2000}", CONTAINR_E_CGROUP_APPLY_LIMITS, " cpu controller" },
		{ "'cpu': {'cpus': '0'}", CONTAINR_E_CGROUP_APPLY_LIMITS, " cpuset controller" },
	};
	static const struct cgroup_host bare[] = {
		{ .layout = CGROUP_LAYOUT_NONE },
		{ .layout = CGROUP_LAYOUT_V1, .v1 = CGROUP_BIT(CGROUP_DEVICES) },
		/* what the unified half offers does not count: limits go to the v1 half */
		{ .layout = CGROUP_LAYOUT_HYBRID, .v1 = CGROUP_BIT(CGROUP_DEVICES), .v2 = ~0U },
		{ .layout = CGROUP_LAYOUT_V2, .v2 = CGROUP_BIT(CGROUP_HUGETLB) },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases) * ARRAY_LEN(bare); i++) {
		const struct error_case *wrong = &cases[i / ARRAY_LEN(bare)];
		autofree char *resources = json_quotes(wrong->resources);
		autostr member = STR_INIT;
		autoplanned made;

		str_appendf(&member, ", \"resources\": {%s}", resources);
		assert_int_equal(make_small_plan(&made, "", member.data, &bare[i % 4]),
				 -(int)wrong->code);
		if (!str_ends_with(made.err.message, wrong->message) ||
		    !str_starts_with(made.err.message, "cannot set "))
			fail_msg("%s: %s", resources, made.err.message);
	}
}

static void host_without_cgroups_runs_containers_without_limits(void **state)
{
	autoplanned made;

	(void)state;
	plan_resources(&made, "", &host_none);
	assert_int_equal(made.plan.cgroup.used, 0);
	assert_int_equal(made.plan.cgroup.write_count, 0);
}

static void hierarchies_are_those_that_protect_and_those_of_the_limits(void **state)
{
	const unsigned int basic =
		CGROUP_BIT(CGROUP_MEMORY) | CGROUP_BIT(CGROUP_PIDS) | CGROUP_BIT(CGROUP_DEVICES);
	autoplanned v1;
	autoplanned hybrid;
	autoplanned limited;
	autoplanned v2;

	(void)state;
	plan_resources(&v1, "", &host_v1);
	assert_int_equal(v1.plan.cgroup.used,
			 basic | CGROUP_BIT(CGROUP_CPUACCT) | CGROUP_BIT(CGROUP_FREEZER));
	plan_resources(&hybrid, "", &host_hybrid);
	assert_int_equal(hybrid.plan.cgroup.used, basic | CGROUP_BIT(CGROUP_UNIFIED));
	plan_resources(&limited, "\"cpu\": {\"shares\": 100}", &host_hybrid);
	assert_int_equal(limited.plan.cgroup.used,
			 basic | CGROUP_BIT(CGROUP_UNIFIED) | CGROUP_BIT(CGROUP_CPU));
	plan_resources(&v2, "\"cpu\": {\"cpus\": \"0\"}", &host_v2);
	assert_int_equal(v2.plan.cgroup.used, CGROUP_BIT(CGROUP_UNIFIED));
	assert_int_equal(v2.plan.cgroup.v2_enable,
			 CGROUP_BIT(CGROUP_MEMORY) | CGROUP_BIT(CGROUP_PIDS) |
				 CGROUP_BIT(CGROUP_CPU) | CGROUP_BIT(CGROUP_CPUSET));
}

#define DEVICE_RULES                                                                               \
	"\"devices\": [{\"allow\": false, \"access\": \"rwm\"},"                                   \
	"{\"allow\": true, \"type\": \"c\", \"major\": 10, \"minor\": 229, \"access\": \"rw\"},"   \
	"{\"allow\": false, \"type\": \"b\", \"major\": 8, \"access\": \"w\"}]"

#define ALWAYS_ALLOWED                                                                             \
	"devices devices.allow c *:* m;devices devices.allow b *:* m;"                             \
	"devices devices.allow c 1:3 rwm;devices devices.allow c 1:5 rwm;"                         \
	"devices devices.allow c 1:7 rwm;devices devices.allow c 1:8 rwm;"                         \
	"devices devices.allow c 1:9 rwm;devices devices.allow c 5:0 rwm;"                         \
	"devices devices.allow c 5:2 rwm;devices devices.allow c 136:* rwm;"

static void device_rules_begin_with_nothing_and_end_with_what_is_always_allowed(void **state)
{
	autofree char *plain = NULL;
	autofree char *writes = NULL;
	autoplanned without;
	autoplanned made;

	(void)state;
	plan_resources(&without, "", &host_v1);
	plain = writes_of(&without.plan, true);
	assert_string_equal(plain, "devices devices.deny a;" ALWAYS_ALLOWED);
	plan_resources(&made, DEVICE_RULES, &host_v1);
	writes = writes_of(&made.plan, true);
	assert_string_equal(writes, "devices devices.deny a;"
				    "devices devices.allow c 10:229 rw;"
				    "devices devices.deny b 8:* w;" ALWAYS_ALLOWED);
}

/* "a 5:1 r" would allow everything to be done with every device: devcgroup_update_access(). */
static void rule_for_both_kinds_that_says_less_than_everything_is_two(void **state)
{
	static const struct {
		const char *rule;
		const char *writes;
	} cases[] = {
		{ "'allow': true, 'major': 5, 'minor': 1, 'access': 'r'",
		  "devices devices.allow c 5:1 r;devices devices.allow b 5:1 r;" },
		{ "'allow': true, 'type': 'a', 'access': 'r'",
		  "devices devices.allow c *:* r;devices devices.allow b *:* r;" },
		{ "'allow': false, 'access': 'w'",
		  "devices devices.deny c *:* w;devices devices.deny b *:* w;" },
		{ "'allow': true, 'type': 'a', 'access': 'rwm'", "devices devices.allow a;" },
		{ "'allow': true", "devices devices.allow a;" },
		{ "'allow': false", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autofree char *rule = json_quotes(cases[i].rule);
		autofree char *writes = NULL;
		autostr resources = STR_INIT;
		autostr wanted = STR_INIT;
		autoplanned made;

		str_appendf(&resources, "\"devices\": [{%s}]", rule);
		str_appendf(&wanted, "devices devices.deny a;%s" ALWAYS_ALLOWED, cases[i].writes);
		plan_resources(&made, resources.data, &host_v1);
		writes = writes_of(&made.plan, true);
		assert_string_equal(writes, wanted.data);
	}
}

static void device_given_by_name_may_be_used(void **state)
{
	autofree char *writes = NULL;
	autoplanned made;

	(void)state;
	assert_int_equal(
		make_small_plan(&made, "",
				", \"devices\": [{\"path\": \"/dev/fuse\", \"type\": \"c\","
				"\"major\": 10, \"minor\": 229}, {\"path\": \"/dev/disk\","
				"\"type\": \"b\", \"major\": 8, \"minor\": 1},"
				"{\"path\": \"/dev/pipe\", \"type\": \"p\"}]",
				&host_v1),
		0);
	writes = writes_of(&made.plan, true);
	assert_string_equal(writes, "devices devices.deny a;" ALWAYS_ALLOWED
				    "devices devices.allow c 10:229 rwm;"
				    "devices devices.allow b 8:1 rwm;");
}

static void both_kinds_of_hosts_get_the_same_device_rules(void **state)
{
	autoplanned v1;
	autoplanned v2;

	(void)state;
	plan_resources(&v1, DEVICE_RULES, &host_v1);
	plan_resources(&v2, DEVICE_RULES, &host_v2);
	assert_int_equal(v1.plan.device_rule_count, v2.plan.device_rule_count);
	for (size_t i = 0; i < v1.plan.device_rule_count; i++) {
		char one[80];
		char other[80];

		device_rule_format(&v1.plan.device_rules[i], one, sizeof(one));
		device_rule_format(&v2.plan.device_rules[i], other, sizeof(other));
		assert_string_equal(one, other);
		assert_int_equal(v1.plan.device_rules[i].allow, v2.plan.device_rules[i].allow);
	}
	assert_int_equal(v2.plan.cgroup.write_count, 0);
}

static void path_is_the_given_one_or_made_of_the_id(void **state)
{
	autoplanned own;
	autoplanned given;

	(void)state;
	assert_int_equal(make_small_plan(&own, "", "", &host_v1), 0);
	assert_string_equal(own.plan.cgroup.path, "/containr/cafe");
	assert_int_equal(make_small_plan(&given, "", ", \"cgroupsPath\": \"/pods/a\"", &host_v1),
			 0);
	assert_string_equal(given.plan.cgroup.path, "/pods/a");
}

static void path_that_leads_elsewhere_is_refused(void **state)
{
	static const char *const paths[] = { "../up", "/a/../../b", "/..", "/", "." };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		autostr member = STR_INIT;
		autostr message = STR_INIT;
		autoplanned made;

		str_appendf(&member, ", \"cgroupsPath\": \"%s\"", paths[i]);
		str_appendf(&message, "linux.cgroupsPath: '%s' is no path of a cgroup", paths[i]);
		assert_int_equal(make_small_plan(&made, "", member.data, &host_v1),
				 -CONTAINR_E_INVALID_CONFIG);
		assert_string_equal(made.err.message, message.data);
	}
}

/* What was delegated to an ordinary user. */
static void paths_begin_at_the_callers_place(void **state)
{
	struct cgroup_host host = host_v2;
	autoplanned own;
	autoplanned relative;
	autoplanned absolute;

	(void)state;
	(void)snprintf(host.place, sizeof(host.place), "/user.slice/a.scope");
	assert_int_equal(make_small_plan(&own, "", "", &host), 0);
	assert_string_equal(own.plan.cgroup.path, "/user.slice/a.scope/containr/cafe");
	assert_int_equal(make_small_plan(&relative, "", ", \"cgroupsPath\": \"pods/a\"", &host), 0);
	assert_string_equal(relative.plan.cgroup.path, "/user.slice/a.scope/pods/a");
	assert_int_equal(make_small_plan(&absolute, "", ", \"cgroupsPath\": \"/pods/a\"", &host),
			 0);
	assert_string_equal(absolute.plan.cgroup.path, "/pods/a");
}

static void who_was_given_no_cgroup_gets_none_and_no_limits(void **state)
{
	const struct cgroup_host host = { .layout = CGROUP_LAYOUT_V2,
					  .is_denied = true,
					  .v2 = CGROUP_BIT(CGROUP_UNIFIED) };
	autoplanned none;
	autoplanned limited;

	(void)state;
	assert_int_equal(make_small_plan(&none, "", "", &host), 0);
	assert_int_equal(none.plan.cgroup.used, 0);
	assert_int_equal(make_small_plan(&limited, "",
					 ", \"resources\": {\"pids\": {\"limit\": 5}}", &host),
			 -CONTAINR_E_CGROUP_APPLY_LIMITS);
	assert_string_equal(limited.err.message,
			    "cannot set pids.max: an ordinary user has no cgroups here");
	assert_string_equal(limited.err.hint, "run it in a delegated cgroup: systemd-run --user "
					      "--scope -p Delegate=yes containr ...");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(limits_become_the_files_of_v1),
		cmocka_unit_test(limits_of_a_hybrid_host_are_those_of_v1),
		cmocka_unit_test(v1_has_limits_of_its_own),
		cmocka_unit_test(files_of_v2_are_set_by_name),
		cmocka_unit_test(limits_become_the_files_of_v2),
		cmocka_unit_test(shares_become_weights_between_1_and_10000),
		cmocka_unit_test(impossible_limits_are_refused),
		cmocka_unit_test(limit_without_its_controller_is_never_left_out),
		cmocka_unit_test(host_without_cgroups_runs_containers_without_limits),
		cmocka_unit_test(hierarchies_are_those_that_protect_and_those_of_the_limits),
		cmocka_unit_test(
			device_rules_begin_with_nothing_and_end_with_what_is_always_allowed),
		cmocka_unit_test(rule_for_both_kinds_that_says_less_than_everything_is_two),
		cmocka_unit_test(device_given_by_name_may_be_used),
		cmocka_unit_test(both_kinds_of_hosts_get_the_same_device_rules),
		cmocka_unit_test(path_is_the_given_one_or_made_of_the_id),
		cmocka_unit_test(path_that_leads_elsewhere_is_refused),
		cmocka_unit_test(paths_begin_at_the_callers_place),
		cmocka_unit_test(who_was_given_no_cgroup_gets_none_and_no_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
