/* SPDX-License-Identifier: MIT */
#include "container/oci.h"

#include "base/cleanup.h"

#include <inttypes.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static int parse(const char *text, struct oci_config *config, struct containr_error *err)
{
	return oci_config_parse(text, strlen(text), "config.json", config, err);
}

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

static char *text_of(const struct oci_config *config)
{
	struct str text = STR_INIT;
	struct json_writer writer = JSON_WRITER(&text);

	oci_config_write(&writer, config);
	return str_steal(&text);
}

#define HEAD "'ociVersion': '1.0.2', 'root': {'path': 'r'}"
#define PROCESS(members) "{" HEAD ", 'process': {'cwd': '/', 'args': ['a'], " members "}}"
#define LINUX(members) "{" HEAD ", 'linux': {" members "}}"

struct error_case {
	const char *text;
	const char *message;
};

static const struct error_case wrong_configs[] = {
	{ "", "config.json:1:1: unexpected end of the text" },
	{ "{'a': 1,}", "config.json:1:9: expected a member name in quotes" },
	{ "[]", "config.json: expected an object" },
	{ "{'root': {'path': 'r'}}", "ociVersion: expected a version of 1.x, found ''" },
	{ "{'ociVersion': '2.0', 'root': {'path': 'r'}}",
	  "ociVersion: expected a version of 1.x, found '2.0'" },
	{ "{'ociVersion': 1}", "ociVersion: expected a string" },
	{ "{'ociVersion': '1.0.2'}", "root: is required" },
	{ "{'ociVersion': '1.0.2', 'root': {}}", "root.path: is required" },
	{ "{'ociVersion': '1.0.2', 'root': 'r'}", "root: expected an object" },
	{ "{'ociVersion': '1.0.2', 'root': {'path': 'r', 'readonly': 'yes'}}",
	  "root.readonly: expected true or false" },
	{ "{" HEAD ", 'hostname': 'a', 'hostname': 'b'}",
	  "config.json:1:65: member name is given twice" },
	{ "{" HEAD ", 'process': {'args': ['a']}}", "process.cwd: is required" },
	{ "{" HEAD ", 'process': {'cwd': '/'}}", "process.args: needs at least one item" },
	{ "{" HEAD ", 'process': {'cwd': '/', 'args': ['a', 7]}}",
	  "process.args[1]: expected a string" },
	{ "{" HEAD ", 'process': {'cwd': 'a', 'args': ['a']}}",
	  "process.cwd: 'a' is not absolute" },
	{ "{" HEAD ", 'process': {'cwd': '', 'args': ['a']}}", "process.cwd: '' is not absolute" },
	{ PROCESS("'env': ['A=1', 'B']"), "process.env[1]: 'B' is not KEY=VALUE" },
	{ PROCESS("'user': {'uid': -1}"),
	  "process.user.uid: number is out of range (0 to 4294967294)" },
	{ PROCESS("'user': {'uid': 4294967295}"),
	  "process.user.uid: number is out of range (0 to 4294967294)" },
	{ PROCESS("'user': {'additionalGids': [1, 'x']}"),
	  "process.user.additionalGids[1]: expected a group id" },
	{ PROCESS("'capabilities': {'bounding': ['CAP_KILL', 'CAP_FLY']}"),
	  "process.capabilities.bounding[1]: unknown capability 'CAP_FLY'" },
	{ PROCESS("'rlimits': [{'type': 'RLIMIT_NOFILE'}, {'type': 'RLIMIT_X'}]"),
	  "process.rlimits[1].type: unknown limit 'RLIMIT_X'" },
	{ PROCESS("'rlimits': [{'hard': 1}]"), "process.rlimits[0].type: is required" },
	{ PROCESS("'oomScoreAdj': 1001"),
	  "process.oomScoreAdj: number is out of range (-1000 to 1000)" },
	{ PROCESS("'consoleSize': {'height': 65536}"),
	  "process.consoleSize.height: number is out of range (0 to 65535)" },
	{ "{" HEAD ", 'mounts': [{'destination': '/a', 'type': 't'}, 'x']}",
	  "mounts[1]: expected an object" },
	{ "{" HEAD ", 'mounts': [{'type': 't'}]}", "mounts[0].destination: is required" },
	{ "{" HEAD ", 'annotations': {'a=b': 'c'}}", "annotations: 'a=b' may not contain '='" },
	{ "{" HEAD ", 'annotations': {'a': 5}}", "annotations.a: expected a string" },
	{ LINUX("'namespaces': [{'type': 'pid'}, {'type': 'pit'}]"),
	  "linux.namespaces[1].type: unknown namespace 'pit'" },
	{ LINUX("'namespaces': [{'type': 'pid'}, {'type': 'pid'}]"),
	  "linux.namespaces[1].type: 'pid' is given twice" },
	{ LINUX("'devices': [{'type': 'c'}]"), "linux.devices[0].path: is required" },
	{ LINUX("'devices': [{'path': '/dev/a', 'type': 'x'}]"),
	  "linux.devices[0].type: expected c, b, u or p" },
	{ LINUX("'resources': {'devices': [{'type': 'd'}]}"),
	  "linux.resources.devices[0].type: expected a, c or b" },
	{ LINUX("'resources': {'devices': [{'access': 'rx'}]}"),
	  "linux.resources.devices[0].access: expected letters of rwm" },
	{ LINUX("'resources': {'memory': {'limit': -2}}"),
	  "linux.resources.memory.limit: number is out of range (-1 to 9223372036854775807)" },
	{ LINUX("'resources': {'memory': {'limit': 9223372036854775808}}"),
	  "linux.resources.memory.limit: number is out of range (-1 to 9223372036854775807)" },
	{ LINUX("'resources': {'pids': {'limit': 1.5}}"),
	  "linux.resources.pids.limit: expected a whole number" },
	{ LINUX("'maskedPaths': '/a'"), "linux.maskedPaths: expected an array" },
	{ "{" HEAD ", 'hooks': {'prestart': [{'path': '/a'}, {'args': []}]}}",
	  "hooks.prestart[1].path: is required" },
	{ "{" HEAD ", 'hooks': {'poststop': [{'path': 'a'}]}}",
	  "hooks.poststop[0].path: 'a' is not absolute" },
	{ "{" HEAD ", 'hooks': {'poststart': [{'path': '/a', 'timeout': 0}]}}",
	  "hooks.poststart[0].timeout: number is out of range (1 to 31536000)" },
	{ LINUX("'resources': {'unified': {'../../x.y': '1'}}"),
	  "linux.resources.unified: '../../x.y' is no file of a controller" },
	{ LINUX("'resources': {'unified': {'cgroup.procs': '1'}}"),
	  "linux.resources.unified: 'cgroup.procs' is no file of a controller" },
	{ LINUX("'resources': {'hugepageLimits': [{'limit': 1}]}"),
	  "linux.resources.hugepageLimits[0].pageSize: is required" },
	{ LINUX("'resources': {'hugepageLimits': [{'pageSize': '2M/B', 'limit': 1}]}"),
	  "linux.resources.hugepageLimits[0].pageSize: '2M/B' is no size like 2MB" },
	{ LINUX("'resources': {'memory': {'swappiness': 101}}"),
	  "linux.resources.memory.swappiness: number is out of range (0 to 100)" },
	{ LINUX("'resources': {'blockIO': {'throttleReadBpsDevice': [{'major': 8}]}}"),
	  "linux.resources.blockIO.throttleReadBpsDevice[0].minor: is required" },
	{ LINUX("'resources': {'blockIO': {'weightDevice': [{'major': 8, 'minor': 0,"
		"'weight': 1001}]}}"),
	  "linux.resources.blockIO.weightDevice[0].weight: number is out of range (0 to 1000)" },
	{ LINUX("'resources': {'network': {'priorities': [{'name': 'a b', 'priority': 1}]}}"),
	  "linux.resources.network.priorities[0]: 'a b' is no name of an interface" },
	{ LINUX("'resources': {'rdma': {'a\\nb': {'hcaHandles': 1}}}"),
	  "linux.resources.rdma.a\nb: 'a\nb' is no name of a device" },
	{ LINUX("'resources': {'rdma': {'a': 1}}"), "linux.resources.rdma.a: expected an object" },
	{ PROCESS("'scheduler': {'policy': 'SCHED_FAST'}"),
	  "process.scheduler.policy: unknown policy 'SCHED_FAST'" },
	{ PROCESS("'scheduler': {'nice': 1}"), "process.scheduler.policy: is required" },
	{ PROCESS("'scheduler': {'policy': 'SCHED_RR', 'flags': ['SCHED_FLAG_X']}"),
	  "process.scheduler.flags: unknown flag 'SCHED_FLAG_X'" },
	{ PROCESS("'ioPriority': {'class': 'IOPRIO_CLASS_X', 'priority': 1}"),
	  "process.ioPriority.class: unknown class 'IOPRIO_CLASS_X'" },
	{ PROCESS("'ioPriority': {'class': 'IOPRIO_CLASS_BE', 'priority': 8}"),
	  "process.ioPriority.priority: number is out of range (0 to 7)" },
	{ PROCESS("'execCPUAffinity': {'initial': '0-', 'final': '1'}"),
	  "process.execCPUAffinity.initial: '0-' is no list of CPUs" },
	{ PROCESS("'execCPUAffinity': {'final': '3-1024'}"),
	  "process.execCPUAffinity.final: '3-1024' is no list of CPUs" },
	{ LINUX("'personality': {'domain': 'BSD'}"),
	  "linux.personality.domain: expected LINUX or LINUX32, found 'BSD'" },
	{ LINUX("'seccomp': []"), "linux.seccomp: expected an object" },
	{ LINUX("'uidMappings': [{'containerID': 0, 'hostID': 1}]"),
	  "linux.uidMappings[0].size: is required" },
	{ LINUX("'gidMappings': [{'containerID': 0, 'hostID': 1, 'size': 9}, {'containerID': 8,"
		"'hostID': 100, 'size': 1}]"),
	  "linux.gidMappings[1]: id mappings 0:1:9 and 8:100:1 overlap" },
	{ "{" HEAD ", 'mounts': [{'destination': '/a', 'type': 'bind', 'source': '/b',"
	  "'uidMappings': [{'containerID': 0, 'hostID': 1, 'size': 0}]}]}",
	  "mounts[0].uidMappings[0]: id mapping 0:1:0 is empty or leaves the range of ids" },
	{ LINUX("'memoryPolicy': {'nodes': '0'}"), "linux.memoryPolicy.mode: is required" },
	{ LINUX("'memoryPolicy': {'mode': 'BIND'}"),
	  "linux.memoryPolicy.mode: unknown mode 'BIND'" },
	{ LINUX("'memoryPolicy': {'mode': 'MPOL_BIND', 'nodes': '1-'}"),
	  "linux.memoryPolicy.nodes: '1-' is no list of nodes" },
	{ LINUX("'memoryPolicy': {'mode': 'MPOL_BIND', 'flags': ['X']}"),
	  "linux.memoryPolicy.flags: unknown flag 'X'" },
	{ LINUX("'intelRdt': {'closID': 'a/b'}"),
	  "linux.intelRdt.closID: 'a/b' cannot be the name of a group" },
	{ LINUX("'intelRdt': {'closID': 'info'}"),
	  "linux.intelRdt.closID: 'info' cannot be the name of a group" },
	{ LINUX("'intelRdt': {'memBwSchema': 'L3:0=f'}"),
	  "linux.intelRdt.memBwSchema: expected one line that begins with 'MB:'" },
	{ LINUX("'intelRdt': {'memBwSchema': 'MB:0=10\\nL3:0=f'}"),
	  "linux.intelRdt.memBwSchema: expected one line that begins with 'MB:'" },
	{ LINUX("'intelRdt': {'schemata': ['L3:0=f', 'L3:1=f\\nL2:0=1']}"),
	  "linux.intelRdt.schemata[1]: expected one line" },
	{ LINUX("'intelRdt': {'enableMBM': 1}"),
	  "linux.intelRdt.enableMBM: expected true or false" },
	{ LINUX("'netDevices': {'eth0': 1}"), "linux.netDevices.eth0: expected an object" },
	{ LINUX("'netDevices': {'a/b': {}}"),
	  "linux.netDevices: 'a/b' is no name of a network device" },
	{ LINUX("'netDevices': {'a': {'name': 'longer-than-fifteen'}}"),
	  "linux.netDevices: 'longer-than-fifteen' is no name of a network device" },
	{ LINUX("'netDevices': {'a': {'name': 'c'}, 'b': {'name': 'c'}}"),
	  "linux.netDevices: two devices are to be called 'c'" },
	{ LINUX("'timeOffsets': {'boottime': {'secs': 1, 'nanosecs': 1000000000}}"),
	  "linux.timeOffsets.boottime.nanosecs: number is out of range (0 to 999999999)" },
};

static void wrong_configuration_names_the_place(void **state)
{
	struct containr_error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wrong_configs); i++) {
		autofree char *text = json_quotes(wrong_configs[i].text);
		struct oci_config config;

		if (parse(text, &config, &err) != -CONTAINR_E_INVALID_CONFIG)
			fail_msg("accepted or another error: %s", text);
		assert_string_equal(err.message, wrong_configs[i].message);
	}
}

static void what_would_protect_less_is_refused(void **state)
{
	static const struct error_case cases[] = {
		{ LINUX("'personality': {'domain': 'LINUX', 'flags': ['A']}"),
		  "linux.personality.flags: is not supported" },
	};
	struct containr_error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autofree char *text = json_quotes(cases[i].text);
		struct oci_config config;

		if (parse(text, &config, &err) != -CONTAINR_E_UNSUPPORTED)
			fail_msg("accepted or another error: %s", text);
		assert_string_equal(err.message, cases[i].message);
	}
}

/* As podman and containerd write what was not asked for. */
static void empty_wishes_are_none(void **state)
{
	static const char *const texts[] = {
		PROCESS("'apparmorProfile': '', 'selinuxLabel': '', 'scheduler': null"),
		"{" HEAD ", 'hooks': {'prestart': [], 'poststop': null}}",
		LINUX("'resources': {'unified': {}, 'hugepageLimits': [], 'network': {}}"),
		"{" HEAD ", 'process': null, 'mounts': null, 'linux': null, 'hooks': null}",
	};
	struct containr_error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		autofree char *text = json_quotes(texts[i]);
		autooci config;

		oci_config_init(&config);
		if (parse(text, &config, &err) < 0)
			fail_msg("%s: %s", text, err.message);
	}
}

static const char everything[] =
	"{'ociVersion': '1.2.0', 'root': {'path': '/r', 'readonly': true},"
	"'process': {'terminal': true, 'consoleSize': {'height': 24, 'width': 65535},"
	"'user': {'uid': 1, 'gid': 4294967294, 'umask': 63, 'additionalGids': [5, 4294967294]},"
	"'args': ['/bin/sh', '-c', 'echo \xc3\xa9\\n'], 'env': ['A=', 'B=x=y'], 'cwd': '/w',"
	"'capabilities': {'bounding': ['CAP_CHOWN', 'CAP_CHECKPOINT_RESTORE'],"
	"'effective': ['CAP_CHOWN'], 'permitted': ['CAP_CHOWN'], 'inheritable': [],"
	"'ambient': ['CAP_KILL']},"
	"'rlimits': [{'type': 'RLIMIT_CORE', 'hard': 18446744073709551615, 'soft': 0},"
	"{'type': 'RLIMIT_NOFILE', 'hard': 9223372036854775808, 'soft': 9223372036854775807}],"
	"'noNewPrivileges': true, 'oomScoreAdj': -1000, 'scheduler': {'policy': 'SCHED_DEADLINE',"
	"'nice': -20, 'priority': 99, 'flags': ['SCHED_FLAG_RESET_ON_FORK',"
	"'SCHED_FLAG_UTIL_CLAMP_MAX'], 'runtime': 1, 'deadline': 2, 'period': 3},"
	"'ioPriority': {'class': 'IOPRIO_CLASS_BE', 'priority': 0},"
	"'execCPUAffinity': {'initial': '0-3,7', 'final': '1'},"
	"'apparmorProfile': 'p', 'selinuxLabel': 'a:b:c'}, 'hostname': 'h', 'domainname': 'd',"
	"'mounts': [{'destination': '/p', 'type': 'proc', 'source': 'proc'},"
	"{'destination': '/b', 'type': 'bind', 'source': '/s', 'options': ['rbind', 'ro']}],"
	"'hooks': {'prestart': [{'path': '/a', 'args': ['a', 'b'], 'env': ['A=B'], 'timeout': 5},"
	"{'path': '/b'}], 'createContainer': [{'path': '/c'}], 'poststop': [{'path': '/d'}]},"
	"'annotations': {'a': '1', 'b': 'x=y'},"
	"'linux': {'namespaces': [{'type': 'mount'}, {'type': 'network', 'path': '/n'}],"
	"'devices': [{'path': '/dev/a', 'type': 'b', 'major': 4294967295, 'minor': 2,"
	"'fileMode': 384, 'uid': 1, 'gid': 2}], 'intelRdt': {'closID': 'a', 'l3CacheSchema': "
	"'L3:0=f',"
	"'memBwSchema': 'MB:0=20', 'schemata': ['L2:0=1', 'L3:0=3'], 'enableMonitoring': true},"
	"'cgroupsPath': '/a/b',"
	"'resources': {'devices': [{'allow': false, 'type': 'a', 'access': 'rwm'},"
	"{'allow': true, 'type': 'c', 'major': 1, 'minor': 3, 'access': 'r'}],"
	"'memory': {'limit': 9223372036854775807, 'swap': -1, 'reservation': 0,"
	"'kernel': 5, 'kernelTCP': 6, 'swappiness': 0, 'disableOOMKiller': true,"
	"'useHierarchy': true, 'checkBeforeUpdate': true},"
	"'cpu': {'shares': 2, 'quota': -1, 'period': 1000, 'cpus': '0-1', 'mems': '0',"
	"'burst': 4, 'realtimePeriod': 9, 'realtimeRuntime': 5, 'idle': 0},"
	"'pids': {'limit': -1}, 'blockIO': {'weight': 10, 'leafWeight': 20, 'weightDevice': ["
	"{'major': 8, 'minor': 1, 'weight': 30}, {'major': 8, 'minor': 1, 'leafWeight': 40}],"
	"'throttleReadBpsDevice': [{'major': 8, 'minor': 0, 'rate': 0}],"
	"'throttleWriteIOPSDevice': [{'major': 8, 'minor': 0, 'rate': 7}]},"
	"'hugepageLimits': [{'pageSize': '2MB', 'limit': 9}],"
	"'network': {'classID': 4294967295, 'priorities': [{'name': 'lo', 'priority': 3}]},"
	"'rdma': {'a': {'hcaHandles': 1, 'hcaObjects': 2}, 'b': {'hcaObjects': 0}},"
	"'unified': {'memory.high': '1', 'io.max': '8:0 rbps=1'}}, 'sysctl': {'net.a': '1 2'}, "
	"'rootfsPropagation': 'rslave',"
	"'personality': {'domain': 'LINUX32'},"
	"'seccomp': {'defaultAction': 'SCMP_ACT_ERRNO', 'x': [1, {'y': null}]},"
	"'maskedPaths': ['/m'], 'readonlyPaths': ['/o', "
	"'/q']}}";

/* Removes the blanks that only the reader of the source needs. */
static void squeeze(char *text)
{
	bool quoted = false;
	char *to = text;

	for (const char *from = text; *from; from++) {
		if (*from == '"')
			quoted = !quoted;
		if (quoted || *from != ' ')
			*to++ = *from;
	}
	*to = '\0';
}

static void configuration_is_written_as_it_was_read(void **state)
{
	autofree char *text = json_quotes(everything);
	autofree char *written = NULL;
	struct containr_error err;
	autooci config;

	(void)state;
	oci_config_init(&config);
	if (parse(text, &config, &err) < 0)
		fail_msg("%s", err.message);
	written = text_of(&config);
	squeeze(text);
	assert_string_equal(written, text);
}

static void numbers_at_the_limits_are_exact(void **state)
{
	autofree char *text = json_quotes(everything);
	struct containr_error err;
	autooci config;

	(void)state;
	oci_config_init(&config);
	assert_int_equal(parse(text, &config, &err), 0);
	assert_true(config.resources.memory_limit == INT64_MAX);
	assert_true(config.resources.memory_swap == -1);
	assert_true(config.process.rlimits[0].hard == UINT64_MAX);
	assert_true(config.process.rlimits[1].hard == (uint64_t)INT64_MAX + 1);
	assert_true(config.process.rlimits[1].soft == INT64_MAX);
	assert_true(config.process.user.gid == 4294967294);
	assert_true(config.devices[0].major == UINT32_MAX);
}

static void limit_that_is_not_given_is_no_limit_of_zero(void **state)
{
	autofree char *text =
		json_quotes(LINUX("'resources': {'memory': {}, 'cpu': {'quota': 0}}"));
	struct containr_error err;
	autooci config;

	(void)state;
	oci_config_init(&config);
	assert_int_equal(parse(text, &config, &err), 0);
	assert_true(config.resources.memory_limit == OCI_UNSET);
	assert_true(config.resources.memory_swap == OCI_UNSET);
	assert_true(config.resources.pids_limit == OCI_UNSET);
	assert_true(config.resources.cpu_shares == OCI_UNSET);
	assert_true(config.resources.cpu_quota == 0);
}

static void capabilities_that_are_not_mentioned_are_not_those_of_an_empty_list(void **state)
{
	autofree char *without = json_quotes(PROCESS("'terminal': false"));
	autofree char *empty = json_quotes(PROCESS("'capabilities': {}"));
	struct containr_error err;
	autooci kept;
	autooci dropped;

	(void)state;
	oci_config_init(&kept);
	oci_config_init(&dropped);
	assert_int_equal(parse(without, &kept, &err), 0);
	assert_false(kept.process.has_capabilities);
	assert_int_equal(parse(empty, &dropped, &err), 0);
	assert_true(dropped.process.has_capabilities);
	assert_true(dropped.process.caps.bounding == 0);
}

static void profile_in_the_configuration_wins_over_the_named_one(void **state)
{
	autofree char *both =
		json_quotes("{" HEAD ", 'annotations': {'io.containr.seccomp': 'default'},"
			    "'linux': {'seccomp': {'defaultAction': 'SCMP_ACT_ALLOW'}}}");
	autofree char *named =
		json_quotes("{" HEAD ", 'annotations': {'io.containr.seccomp': 'default'}}");
	autofree char *other =
		json_quotes("{" HEAD ", 'annotations': {'io.containr.seccomp': 'unconfined'}}");
	struct containr_error err;
	autooci full;
	autooci by_name;
	autooci none;

	(void)state;
	oci_config_init(&full);
	oci_config_init(&by_name);
	oci_config_init(&none);
	assert_int_equal(parse(both, &full, &err), 0);
	assert_int_equal(full.seccomp, OCI_SECCOMP_PROFILE);
	assert_non_null(json_get(full.seccomp_profile, "defaultAction"));
	assert_int_equal(parse(named, &by_name, &err), 0);
	assert_int_equal(by_name.seccomp, OCI_SECCOMP_DEFAULT);
	assert_int_equal(parse(other, &none, &err), 0);
	assert_int_equal(none.seccomp, OCI_SECCOMP_NONE);
}

static void wrong_profile_is_an_error_and_not_no_filter(void **state)
{
	autofree char *text = json_quotes(LINUX("'seccomp': {'defaultAction': 'SCMP_ACT_X'}"));
	struct seccomp_filter filter;
	struct containr_error err;
	autooci config;

	(void)state;
	oci_config_init(&config);
	assert_int_equal(parse(text, &config, &err), 0);
	assert_true(oci_seccomp_compile(&config, &filter, &err) < 0);
	assert_true(str_starts_with(err.message, "linux.seccomp.defaultAction: "));
}

static void bind_mount_needs_no_type(void **state)
{
	autofree char *text = json_quotes(
		"{" HEAD ", 'mounts': [{'destination': '/a', 'source': '/b', 'options': ['rbind']},"
		"{'destination': '/c', 'source': '/d'}]}");
	struct containr_error err;
	autooci config;

	(void)state;
	oci_config_init(&config);
	assert_int_equal(parse(text, &config, &err), 0);
	assert_string_equal(config.mounts[0].type, "bind");
	assert_string_equal(config.mounts[1].type, "");
}

static void later_value_of_a_variable_takes_the_place_of_the_first(void **state)
{
	struct strv env = { 0 };

	(void)state;
	oci_set_env(&env, "PATH=/bin");
	oci_set_env(&env, "PATHS=1");
	oci_set_env(&env, "A=1");
	oci_set_env(&env, "PATH=");
	assert_int_equal(env.len, 3);
	assert_string_equal(env.items[0], "PATH=");
	assert_string_equal(env.items[1], "PATHS=1");
	assert_string_equal(env.items[2], "A=1");
	strv_release(&env);
}

static void annotation_is_found_by_its_whole_key(void **state)
{
	autofree char *text = json_quotes("{" HEAD ", 'annotations': {'ab': '1', 'a': '2'}}");
	struct containr_error err;
	autooci config;

	(void)state;
	oci_config_init(&config);
	assert_int_equal(parse(text, &config, &err), 0);
	assert_string_equal(oci_annotation(&config, "a"), "2");
	assert_null(oci_annotation(&config, "abc"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wrong_configuration_names_the_place),
		cmocka_unit_test(what_would_protect_less_is_refused),
		cmocka_unit_test(empty_wishes_are_none),
		cmocka_unit_test(configuration_is_written_as_it_was_read),
		cmocka_unit_test(numbers_at_the_limits_are_exact),
		cmocka_unit_test(limit_that_is_not_given_is_no_limit_of_zero),
		cmocka_unit_test(
			capabilities_that_are_not_mentioned_are_not_those_of_an_empty_list),
		cmocka_unit_test(profile_in_the_configuration_wins_over_the_named_one),
		cmocka_unit_test(wrong_profile_is_an_error_and_not_no_filter),
		cmocka_unit_test(bind_mount_needs_no_type),
		cmocka_unit_test(later_value_of_a_variable_takes_the_place_of_the_first),
		cmocka_unit_test(annotation_is_found_by_its_whole_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
