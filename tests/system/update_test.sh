#!/bin/bash
# SPDX-License-Identifier: MIT
# update, and info.
. "$(dirname "$0")/lib.sh"

# number FILE: its content.
number() {
	cat "$(cgroup_file "$id" "$@")"
}

fact "a running container gets limits, and keeps those that are not given"
id=$(containr run -d --name web -m 64m busybox sleep 1000)
expect_output web -- containr update --pids-limit 30 --cpus 0.5 web
equal 30 "$(number pids.max)"
if cgroup_file "$id" cpu.max > /dev/null; then
	equal "50000 100000" "$(number cpu.max)"
else
	equal "50000 100000" "$(number cpu.cfs_quota_us) $(number cpu.cfs_period_us)"
fi
equal 67108864 "$(number memory.limit_in_bytes memory.max)"
expect_output web -- containr update -m 128m web
equal 134217728 "$(number memory.limit_in_bytes memory.max)"
expect_output "134217728 500000000 30" -- containr inspect \
	-f '{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}}' web
equal 2 "$(grep -c '"Action":"update"' "$CONTAINR_ROOT/events.jsonl")"

fact "the next start has them too"
expect_output web -- containr stop -t 0 web
expect_output web -- containr update --pids-limit -1 web
expect_output web -- containr start web
equal 134217728 "$(number memory.limit_in_bytes memory.max)"
expect_output 134217728 -- containr inspect -f '{{.HostConfig.Memory}}' web
if cgroup_file "$id" pids.max > /dev/null; then
	equal max "$(number pids.max)"
fi

fact "limits of memory have to fit each other"
expect_error INVALID_ARGUMENT 125 "--memory-swap: is smaller than the memory limit" \
	"it is the sum of memory and swap; -1 for no limit" -- containr update --memory-swap 64m web
expect_output web -- containr update --memory-swap 256m web
expect_output web -- containr update -m 256m --memory-swap 512m web
equal 268435456 "$(number memory.limit_in_bytes memory.max)"

fact "what cannot be is refused, and changes nothing"
expect_error INVALID_ARGUMENT 125 "nothing is given to change" \
	"say what to change, e.g. --memory 200m" -- containr update web
expect_error CGROUP_APPLY_LIMITS 125 "cpu limit is below the minimum of 0.01 CPUs" \
	"use --cpus 0.01 or more" -- containr update --cpus 0.001 web
expect_error INVALID_ARGUMENT 125 "--cpuset-cpus: 'all' is no list of numbers" "write e.g. 0-2,4" -- \
	containr update --cpuset-cpus all web
expect_error CONTAINER_NOT_FOUND 125 "no such container: nobody" \
	"list containers with: containr ps -a" -- containr update -m 64m nobody
equal 268435456 "$(number memory.limit_in_bytes memory.max)"

fact "a running container gets a restart policy, which holds from its next end on"
expect_output web -- containr update --restart always web
equal "always 0" "$(containr inspect -f '{{.HostConfig.RestartPolicy.Name}} {{.HostConfig.RestartPolicy.MaximumRetryCount}}' web)"
restarted() {
	[ "$(inspect_value web RestartCount)" = "$1" ] && [ "$(inspect_value web Status)" = '"running"' ]
}
kill -KILL "$(inspect_value web Pid)"
wait_for restarted 1
kill -KILL "$(inspect_value web Pid)"
wait_for restarted 2

fact "and loses it again"
expect_output web -- containr update --restart no -m 512m web
equal 536870912 "$(number memory.limit_in_bytes memory.max)"
kill -KILL "$(inspect_value web Pid)"
expect_output 137 -- containr wait web
equal '"exited"' "$(inspect_value web Status)"
equal 2 "$(inspect_value web RestartCount)"

fact "a stopped container has the new policy when it is started"
expect_output web -- containr update --restart on-failure:1 web
expect_output web -- containr start web
kill -KILL "$(inspect_value web Pid)"
wait_for restarted 1
kill -KILL "$(inspect_value web Pid)"
expect_output 137 -- containr wait web
equal 1 "$(inspect_value web RestartCount)"

fact "stop ends what got a policy while it ran"
expect_output web -- containr update --restart no web
expect_output web -- containr start web
expect_output web -- containr update --restart always web
expect_output web -- containr stop -t 0 web
sleep 0.3
equal '"exited"' "$(inspect_value web Status)"

fact "a monitor in place of a killed one goes by it too"
expect_output web -- containr update --restart no web
expect_output web -- containr start web
expect_output web -- containr update --restart always web
pid=$(inspect_value web Pid)
kill -KILL "$(sed -n 's/^PPid:\t//p' "/proc/$pid/status")"
containr ps > out
kill -KILL "$pid"
wait_for restarted 1
expect_output web -- containr update --restart no web
expect_output web -- containr start web

fact "a policy that is none changes nothing"
expect_error INVALID_ARGUMENT 125 "--restart: 'often' is no restart policy" \
	"use no, always, unless-stopped or on-failure[:NUMBER]" -- containr update --restart often -m 300m web
equal 536870912 "$(number memory.limit_in_bytes memory.max)"
containr run -d --rm --name brief busybox sleep 1000 > out
expect_error INVALID_ARGUMENT 125 "--restart and --rm contradict each other" \
	"a container that is removed cannot run again" -- containr update --restart always brief
containr kill brief > out
wait_for sh -c '[ "$(containr ps -aq | wc -l)" = 1 ]'

fact "info counts"
containr create --name second busybox true > out
expect_output "2 1 0 1 1" -- containr info -f \
	'{{.Containers}} {{.ContainersRunning}} {{.ContainersPaused}} {{.ContainersStopped}} {{.Images}}'
expect_output "$CONTAINR_ROOT $(uname -r) linux" -- \
	containr info --format '{{.DockerRootDir}} {{.KernelVersion}} {{.OSType}}'
containr info --format json > info.json
is_json info.json
containr info > info.txt
matches $'Client:\n Version: *\n\nServer:\n Containers: 2\n  Running: 1\n  Paused: 0\n  Stopped: 1\n Images: 1\n*' \
	"$(cat info.txt)"
matches "*CPUs: $(nproc --all)*" "$(cat info.txt)"
expect_error INVALID_ARGUMENT 125 "--format: there is no field 'Nothing'" \
	"see all fields with: --format '{{json .}}'" -- \
	containr info -f '{{.Nothing}}'

expect_output $'web\nsecond' -- containr rm -f web second
assert_nothing_left

finish
