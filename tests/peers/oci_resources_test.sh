#!/bin/bash
# SPDX-License-Identifier: MIT
# Limits of the configuration arrive in the files of the container's cgroups, `update` changes them
# while it runs, and what this host lacks is an error and no missing limit.
# shellcheck source=../system/lib.sh
. "$(dirname "$0")/../system/lib.sh"
# shellcheck source=bundle.sh
. "$CONTAINR_SOURCE/tests/peers/bundle.sh"

make_bundle b
cd b
stopped() { [ "$(status_of "$1")" = stopped ]; }
v2=false
[ "$(stat -fc %T /sys/fs/cgroup)" != cgroup2fs ] || v2=true

# file_of CONTROLLER NAME: where the container's cgroup has it.
file_of() {
	if $v2; then
		echo "/sys/fs/cgroup$BUNDLE_CGROUP/$2"
	else
		echo "/sys/fs/cgroup/$1$BUNDLE_CGROUP/$2"
	fi
}

# limit_is VALUE CONTROLLER V1 V2
limit_is() {
	local file

	file=$(file_of "$2" "$($v2 && echo "$4" || echo "$3")")
	equal "$1" "$(cat "$file")"
}

# has CONTROLLER
has() {
	if $v2; then
		grep -qw "$1" /sys/fs/cgroup/cgroup.controllers
	else
		mountpoint -q "/sys/fs/cgroup/$1"
	fi
}

begin() {
	configure . "$1"$'\nsh("sleep 1000")'
	runtime create limited > out.create 2>&1 || fail "create: $(cat out.create)"
	expect_status 0 -- runtime start limited
}

end() {
	expect_status 0 -- runtime delete --force limited
	no_bundle_left || fail "something is left of it"
}

for controller in memory pids cpu cpuset; do
	has $controller || skip "the host has no $controller controller"
done

fact "limits of the configuration are in the cgroup"
begin 'linux["resources"]["memory"] = {"limit": 64 << 20, "reservation": 32 << 20}
linux["resources"]["cpu"] = {"quota": 50000, "period": 100000, "burst": 10000}
linux["resources"]["pids"] = {"limit": 40}'
limit_is $((64 << 20)) memory memory.limit_in_bytes memory.max
limit_is $((32 << 20)) memory memory.soft_limit_in_bytes memory.low
limit_is 10000 cpu cpu.cfs_burst_us cpu.max.burst
limit_is 40 pids pids.max pids.max

fact "update changes limits of a container that runs, by options"
expect_status 0 -- runtime update --memory 128m --memory-reservation 16m --pids-limit 20 \
	--cpu-quota 20000 --cpu-burst 5000 limited
limit_is $((128 << 20)) memory memory.limit_in_bytes memory.max
limit_is $((16 << 20)) memory memory.soft_limit_in_bytes memory.low
limit_is 20 pids pids.max pids.max
limit_is 5000 cpu cpu.cfs_burst_us cpu.max.burst
expect_status 0 -- runtime update --pids-limit -1 limited
limit_is max pids pids.max pids.max

fact "update raises memory and swap at once, and lowers them again"
if [ -e "$(file_of memory memory.memsw.limit_in_bytes)" ] || $v2; then
	expect_status 0 -- runtime update --memory 80m --memory-swap 100m limited
	expect_status 0 -- runtime update --memory 200m --memory-swap 300m limited
	limit_is $((200 << 20)) memory memory.limit_in_bytes memory.max
	expect_status 0 -- runtime update --memory 80m --memory-swap 100m limited
	limit_is $((80 << 20)) memory memory.limit_in_bytes memory.max
else
	not_here "the kernel does not count swap"
fi

fact "update takes the limits as JSON, from a file and from standard input"
echo '{"memory": {"limit": 67108864}, "pids": {"limit": 9}}' > limits.json
expect_status 0 -- runtime update -r limits.json limited
limit_is $((64 << 20)) memory memory.limit_in_bytes memory.max
limit_is 9 pids pids.max pids.max
echo '{"pids": {"limit": 11}}' | runtime update --resources - limited || fail "update: -r -"
limit_is 11 pids pids.max pids.max
echo '{"pids": 5}' > limits.json
expect_error INVALID_CONFIG 125 "pids: expected an object" \
	"see the OCI runtime specification, config.md" -- runtime update -r limits.json limited

fact "a limit below what is used is refused where that is asked for"
echo '{"memory": {"limit": 4096, "checkBeforeUpdate": true}}' > limits.json
expect_status 125 -- runtime update -r limits.json limited
matches "Error: \[CGROUP_APPLY_LIMITS\] memory limit 4096 is below what is used, *" "$(cat err)"
limit_is $((64 << 20)) memory memory.limit_in_bytes memory.max
end

fact "update puts a container into a hierarchy that it was not in, with all its processes"
configure . 'linux["resources"].pop("cpu", None); sh("sleep 999 & sleep 1000")'
runtime create limited > out.create 2>&1 || fail "create: $(cat out.create)"
expect_status 0 -- runtime start limited
two_run() { [ "$(runtime ps limited | wc -l)" -ge 3 ]; }
wait_for two_run
expect_status 0 -- runtime update --cpu-share 512 --cpuset-cpus 0 limited
$v2 || limit_is 512 cpu cpu.shares -
limit_is 0 cpuset cpuset.cpus cpuset.cpus
equal "$(runtime ps limited | tail -n +2 | tr -d ' ' | sort)" "$(sort "$(file_of cpuset cgroup.procs)")"
end

fact "a stopped container is not updated"
configure . 'sh("true")'
runtime create limited > /dev/null 2>&1
expect_status 0 -- runtime start limited
wait_for stopped limited
expect_error INVALID_STATE 125 "cannot update container 'limited': it is stopped" "" -- \
	runtime update --pids-limit 5 limited
end

fact "rare limits arrive too"
if $v2; then
	begin 'linux["resources"]["unified"] = {"memory.high": "67108864"}'
	limit_is 67108864 - - memory.high
else
	begin 'linux["resources"]["memory"] = {"swappiness": 10, "disableOOMKiller": True}
linux["resources"]["cpu"] = {"idle": 1}'
	limit_is 10 memory memory.swappiness -
	grep -q "oom_kill_disable 1" "$(file_of memory memory.oom_control)" || fail "OOM kills"
	limit_is 1 cpu cpu.idle -
fi
end

fact "block devices get their rates"
device=$(lsblk -dno MAJ:MIN,TYPE 2> /dev/null | awk '$2 == "disk" { print $1; exit }')
if [ -n "$device" ] && has "$($v2 && echo io || echo blkio)"; then
	begin "linux['resources']['blockIO'] = {'throttleReadBpsDevice': [{'major': ${device%:*},
'minor': ${device#*:}, 'rate': 1048576}], 'throttleWriteIOPSDevice': [{'major': ${device%:*},
'minor': ${device#*:}, 'rate': 77}]}"
	if $v2; then
		limit_is "$device rbps=1048576 wbps=max riops=max wiops=77" - - io.max
	else
		limit_is "$device 1048576" blkio blkio.throttle.read_bps_device -
		limit_is "$device 77" blkio blkio.throttle.write_iops_device -
	fi
	end
else
	not_here "there is no block device with a controller"
fi

if [ "$(stat -fc %T /sys/fs/cgroup/unified 2> /dev/null)" = cgroup2fs ]; then
	fact "hybrid hosts have the files of v2 as well"
	begin 'linux["resources"]["unified"] = {"cgroup.max.depth": "7"}'
	equal 7 "$(cat "/sys/fs/cgroup/unified$BUNDLE_CGROUP/cgroup.max.depth")"
	end
	configure . 'linux["resources"]["unified"] = {"memory.high": "7"}; sh("true")'
	expect_error CGROUP_APPLY_LIMITS 125 \
		"cannot set memory.high to '7': No such file or directory" "" -- runtime run limited
	no_bundle_left || fail "something is left of it"
fi

# lacks CONTROLLER STATEMENT WHAT: where the host has no such controller this is an error.
lacks() {
	if ! has "$1"; then
		fact "a limit of $1, which the host lacks, is an error"
		configure . "$2; sh('true')"
		expect_error CGROUP_APPLY_LIMITS 125 \
			"cannot set $3: the host has no $1 controller" "" -- runtime run limited
		no_bundle_left || fail "something is left of it"
	fi
}
lacks hugetlb 'linux["resources"]["hugepageLimits"] = [{"pageSize": "2MB", "limit": 0}]' hugepageLimits
lacks rdma 'linux["resources"]["rdma"] = {"mlx": {"hcaHandles": 1}}' rdma.max
$v2 || lacks net_cls 'linux["resources"]["network"] = {"classID": 7}' net_cls.classid

finish
