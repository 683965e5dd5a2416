#!/bin/bash
# SPDX-License-Identifier: MIT
# What containr-runtime does to a container that runs: pause, resume, ps, kill --all.
# shellcheck source=../system/lib.sh
. "$(dirname "$0")/../system/lib.sh"
# shellcheck source=bundle.sh
. "$CONTAINR_SOURCE/tests/peers/bundle.sh"

make_bundle b
cd b

stopped() { [ "$(status_of "$1")" = stopped ]; }

# begin ID: a container that counts in its file "beat".
begin() {
	configure . 'sh("i=0; while sleep 0.02; do i=$((i + 1)); echo $i > /tmp/beat; done")'
	runtime create "$1" > "$1.out" 2>&1 || fail "create: $(cat "$1.out")"
	expect_status 0 -- runtime start "$1"
	wait_for test -s rootfs/tmp/beat
}

# beats: whether it goes on counting.
beats() {
	local before

	before=$(cat rootfs/tmp/beat)
	sleep 0.2
	[ "$before" != "$(cat rootfs/tmp/beat)" ]
}

begin one

fact "pause stops all processes, resume lets them go on"
beats || fail "it does not count"
expect_status 0 -- runtime pause one
equal paused "$(status_of one)"
matches "*paused*" "$(runtime list)"
! beats || fail "it counts although it is paused"
expect_error INVALID_STATE 125 "cannot pause container 'one': it is paused" "" -- runtime pause one
expect_status 0 -- runtime resume one
equal running "$(status_of one)"
beats || fail "it does not count any more"
expect_error INVALID_STATE 125 "cannot resume container 'one': it is running" "" -- \
	runtime resume one

fact "exec waits for nobody: a paused container is refused, unless one says so"
expect_status 0 -- runtime pause one
expect_error INVALID_STATE 125 "cannot run a process in container 'one': it is paused" \
	"resume it first, or use --ignore-paused" -- runtime exec one true
runtime exec --ignore-paused one sh -c 'echo through' > through 2>&1 &
sleep 0.1
equal "" "$(cat through)"
expect_status 0 -- runtime resume one
wait $!
equal through "$(cat through)"

fact "ps lists the processes as the host sees them"
runtime ps -f json one > ps.json
is_json ps.json
equal true "$(python3 -c '
import json, sys
print(str(int(sys.argv[1]) in json.load(open("ps.json"))).lower())' "$(
	runtime state one | sed -n 's/.*"pid": *\([0-9]*\).*/\1/p')")"
equal PID "$(runtime ps one | head -1 | tr -d ' ')"
expect_status 125 -- runtime ps --format xml one

fact "a paused container is killed, and deleted by force"
expect_status 0 -- runtime pause one
expect_status 0 -- runtime kill one KILL
wait_for stopped one
expect_status 0 -- runtime delete one
rm -f rootfs/tmp/beat
begin two
expect_status 0 -- runtime pause two
expect_status 0 -- runtime delete --force two
no_bundle_left || fail "something is left of them"

fact "a stopped container has no processes to list, and none to freeze"
configure . 'sh("sleep 1000")'
runtime create three > /dev/null 2>&1
expect_error INVALID_STATE 125 "cannot pause container 'three': it is created" "" -- \
	runtime pause three
expect_status 0 -- runtime start three
expect_status 0 -- runtime kill --all three KILL
wait_for stopped three
expect_error INVALID_STATE 125 "cannot list processes of container 'three': it is stopped" "" -- \
	runtime ps three
expect_status 0 -- runtime delete three
no_bundle_left || fail "something is left of it"

fact "events tells figures, and when the kernel kills for memory, until the container ends"
configure . 'linux["resources"]["memory"] = {"limit": 16 << 20, "swap": 16 << 20}
sh("while ! [ -e /tmp/go ]; do sleep 0.02; done; busybox tail /dev/zero; sleep 1000")'
runtime create five > five.out 2>&1 || fail "create: $(cat five.out)"
expect_status 0 -- runtime start five
expect_status 0 -- runtime events --stats five
is_json_lines out
equal "stats five True True 16777216" "$(python3 -c '
import json
event = json.load(open("out"))
data = event["data"]
print(event["type"], event["id"], data["pids"]["current"] > 0, data["cpu"]["usage"]["total"] > 0,
    data["memory"]["usage"]["limit"])')"
runtime events --interval 100ms five > events.out 2>&1 &
wait_for grep -q '"type":"stats"' events.out
touch rootfs/tmp/go
wait_for grep -qx '{"type":"oom","id":"five"}' events.out
expect_status 0 -- runtime kill five KILL
wait $! || fail "events did not end with the container"
is_json_lines events.out
expect_error INVALID_STATE 125 "cannot watch container 'five': it is stopped" "" -- \
	runtime events --stats five
expect_error INVALID_ARGUMENT 125 "--interval: must be at least 1ms" "" -- \
	runtime events --interval 0 five
expect_status 0 -- runtime delete five
no_bundle_left || fail "something is left of it"

freezer=/sys/fs/cgroup/freezer
if [ -f $freezer/cgroup.procs ]; then
	fact "what froze in a v1 freezer is thawed to be deleted"
	rm -f rootfs/tmp/beat
	begin four
	mkdir -p "$freezer$BUNDLE_CGROUP"
	for pid in $(runtime ps -f json four | tr -d '[]' | tr ',' ' '); do
		echo "$pid" > "$freezer$BUNDLE_CGROUP/cgroup.procs" 2> /dev/null || true
	done
	echo FROZEN > "$freezer$BUNDLE_CGROUP/freezer.state"
	equal paused "$(status_of four)"
	expect_status 0 -- runtime delete --force four
	no_bundle_left || fail "something is left of it"
fi

finish
