#!/bin/bash
# SPDX-License-Identifier: MIT
# Limits stand in the cgroups, and the kernel enforces them.
. "$(dirname "$0")/lib.sh"

# number FILE: its content; a limit that the kernel rounded to pages is what it made of it.
number() {
	cat "$(cgroup_file "$id" "$@")"
}

is_hit() {
	[ "$(inspect_value "$1" OOMKilled)" = true ]
}

fact "limits stand in the cgroups of the container"
id=$(containr run -d --name limited -m 64m --cpus 0.5 --pids-limit 20 busybox sleep 100)
equal 67108864 "$(number memory.limit_in_bytes memory.max)"
equal 20 "$(number pids.max)"
if cgroup_file "$id" cpu.max > /dev/null; then
	equal "50000 100000" "$(number cpu.max)"
else
	equal "50000 100000" "$(number cpu.cfs_quota_us) $(number cpu.cfs_period_us)"
fi
containr stats --no-stream --format json limited > stats.json
equal 67108864 "$(sed -n 's/.*"memory_limit_bytes": \([0-9]*\).*/\1/p' stats.json)"
equal 20 "$(sed -n 's/.*"pids_limit": \([0-9]*\).*/\1/p' stats.json)"
expect_output limited -- containr rm -f limited

fact "without limits none are set"
id=$(containr run -d --name free busybox sleep 100)
if cgroup_file "$id" pids.max > /dev/null; then
	equal max "$(number pids.max)"
fi
if cgroup_file "$id" memory.max > /dev/null; then
	equal max "$(number memory.max)"
fi
expect_output free -- containr rm -f free

fact "the container sees its own cgroup as the root"
equal "/" "$(containr run --rm -m 64m busybox sh -c 'cut -d: -f3 /proc/self/cgroup | sort -u')"

fact "a container that needs too much memory is killed, and that is noted"
status=0
containr run --name hungry -m 8m busybox sh -c 'tail /dev/zero' > out 2> err || status=$?
equal 137 $status
is_hit hungry || fail "inspect does not say OOMKilled"
equal 137 "$(inspect_value hungry ExitCode)"
equal "create start oom die" \
	"$(containr events --since 1h --until 0s -f container=hungry | cut -d' ' -f3 | tr '\n' ' ' | sed 's/ $//')"
expect_output hungry -- containr rm hungry

fact "a process that is killed for memory while the first one goes on is noted too, at its end"
containr run -d --name half -m 8m busybox sh -c 'tail /dev/zero; echo survived; sleep 100' > out
wait_for sh -c 'containr logs half | grep -q survived'
wait_for sh -c 'containr events --since 1h --until 0s -f container=half | grep -q " oom "'
expect_output half -- containr stop -t 0 half
is_hit half || fail "inspect does not say OOMKilled"
expect_output half -- containr rm half

fact "the limit of processes bites"
status=0
containr run --rm --pids-limit 5 busybox sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait' > out 2> err || status=$?
matches "*can't fork*" "$(cat err)"

fact "a limit of CPU bites"
id=$(containr run -d --name slow --cpus 0.1 busybox sh -c 'while :; do :; done')
sleep 0.5
percent=$(containr stats --no-stream slow | sed -e 1d -e 's/   */\t/g' | cut -f3)
[ "${percent%%.*}" -le 60 ] || fail "it used $percent"
if throttled=$(cgroup_file "$id" cpu.stat); then
	[ "$(sed -n 's/^nr_throttled //p' "$throttled")" -gt 0 ] || fail "it was never throttled"
fi
expect_output slow -- containr rm -f slow

fact "a limit of memory holds for exec too"
containr run -d --name outer -m 8m busybox sh -c 'sleep 100; :' > out
expect_status 137 -- containr exec outer sh -c 'tail /dev/zero & wait $!; exit $?'
expect_output outer -- containr rm -f outer

assert_nothing_left
finish
