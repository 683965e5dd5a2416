#!/bin/bash
# SPDX-License-Identifier: MIT
# SIGKILL of each process that works on a container, just before each of its system calls: no state
# is wrong afterwards, every command works, and nothing is left. By default every STRIDE-th call and
# a few monitors; CONTAINR_CRASH_EVERY=1 is each call, CONTAINR_CRASH_MONITORS=1000 is many monitors.
. "$(dirname "$0")/../system/lib.sh"

stride=${CONTAINR_CRASH_EVERY:-17}
monitors=${CONTAINR_CRASH_MONITORS:-20}
kill_at_call=$CONTAINR_BUILD/tests/kill_at_call
kills=0
seen_id='' seen_state='' seen_pid='' seen_code='' seen_known=''

# look ID: how inspect says that a container is.
look() {
	read -r seen_state seen_pid seen_code seen_known < <(containr inspect --format \
		'{{.State.Status}} {{.State.Pid}} {{.State.ExitCode}} {{.State.ExitCodeKnown}}' "$1") || true
	seen_id=$1
}

is_settled() {
	look "$1"
	[ "$seen_state" != running ] && [ "$seen_state" != restarting ]
}

# Whoever looks at one that is to run again has started it.
is_no_longer_restarting() {
	look "$1"
	[ "$seen_state" != restarting ]
}

# What a record says is so: one that runs has a process, and no other has.
check_state() {
	case $seen_state in
	# it may have ended between the two looks: then the record says so in a moment
	running) [ -d "/proc/$seen_pid" ] || wait_for is_settled "$seen_id" ;;
	created | exited) [ "$seen_pid" = 0 ] || fail "$seen_id does not run, but has a process" ;;
	*) fail "$seen_id is '$seen_state'" ;;
	esac
	[ "$seen_state" != exited ] || [ -z "$pinned" ] || [ "$seen_known" = true ] ||
		fail "the exit code of $seen_id is lost"
	# it is the program's, or that of our SIGKILL
	[ "$seen_state" != exited ] || [ "$seen_known" != true ] || [[ " $codes " = *" $seen_code "* ]] ||
		fail "$seen_id exited with $seen_code, not one of $codes"
}

# Everything that is there can be listed, looked at and removed, and then nothing is left.
check_all() {
	local ids id

	ids=$(containr ps -aq --no-trunc) || fail "ps does not work"
	for id in $ids; do
		# what runs for a moment only may end between two looks
		[ -z "$short_lived" ] || wait_for is_settled "$id"
		wait_for is_no_longer_restarting "$id"
		check_state
		containr logs "$id" > /dev/null 2>&1 || fail "logs of $id does not work"
		containr rm -f "$id" > /dev/null 2> err || fail "cannot remove $id: $(cat err)"
	done
	expect_output after -- containr run --rm --name box busybox echo after
	assert_nothing_left
	rm -f "$CONTAINR_ROOT"/events.jsonl*
}

# crash DEPTH BEFORE COMMAND...: runs BEFORE, and COMMAND with a kill at each call.
crash() {
	local depth=$1 before=$2 n status what=$fact_name

	shift 2
	for ((n = 1; n < 5000; n += stride)); do
		fact_name="$what: killed at call $n"
		[ -z "$before" ] || eval "$before" > /dev/null
		status=0
		"$kill_at_call" "$depth" $n "$@" > out 2> err < /dev/null || status=$?
		[ $status -le 1 ] || fail "kill_at_call exited with $status: $(cat err)"
		check_all
		[ $status -ne 1 ] || break
		kills=$((kills + 1))
	done
	fact_name=$what
	[ $n -gt 20 ] || fail "it made $n calls only"
}

# keeps_exits: whether the kernel tells how a process ended that nobody of ours reaped.
keeps_exits() {
	[ "$(printf '6.15\n%s\n' "$(uname -r)" | sort -V | head -n 1)" = 6.15 ]
}

# lose_monitor: kills that of "box".
lose_monitor() {
	local monitor

	look box
	monitor=$(sed -n 's/^PPid:\t//p' "/proc/$seen_pid/status")
	# who started it may not have become the monitor yet
	wait_for pgrep -f "^containr-monitor $(containr ps -q --no-trunc)"
	kill -KILL "$monitor"
	wait_for sh -c "! [ -d /proc/$monitor ]"
}

# lose_both: and the container with it, before anybody looks.
lose_both() {
	lose_monitor
	kill -KILL "$seen_pid"
	wait_for sh -c "! [ -d /proc/$seen_pid ]"
}

pinned=''
sleeper="containr run -d --name box busybox sleep 100"

short_lived='' codes='0 137'
fact "the command line of create"
crash 0 '' containr create --name box busybox true
fact "the command line of run"
crash 0 '' containr run --name box -m 64m busybox true
fact "the command line of run -d"
crash 0 '' containr run -d --name box busybox sleep 100
fact "the command line of start"
crash 0 'containr create --name box busybox sleep 100' containr start box
fact "the command line of stop"
crash 0 "$sleeper" containr stop -t 0 box
fact "the command line of rm -f"
crash 0 "$sleeper" containr rm -f box
fact "the command line of rm"
crash 0 'containr create --name box busybox true' containr rm box
fact "the command line of exec"
crash 0 "$sleeper" containr exec box true
fact "the command line of kill"
crash 0 "$sleeper" containr kill box
fact "the command line of update"
crash 0 "$sleeper" containr update --restart always box
fact "who looks first at a container whose monitor was killed"
crash 0 "$sleeper; lose_monitor" containr ps
fact "the monitor in its place, and its cleanup"
crash 2 "$sleeper; lose_monitor" containr kill box
fact "who looks first at one that ended as well"
crash 0 "$sleeper; lose_both" containr ps
fact "who looks first at one that ended and is removed"
crash 0 "containr run -d --rm --name box busybox sleep 100; lose_both" containr ps
fact "who looks first at one that is to run again"
crash 0 "containr run -d --restart always --name box busybox sleep 100; lose_both" containr ps
fact "the keeper that runs it again"
crash 2 "containr run -d --restart always --name box busybox sleep 100; lose_both" containr ps

short_lived=1 codes='7 137'
# only what runs detached keeps its exit code without a monitor
keeps_exits && pinned=1
fact "starter, monitor and cleanup of run -d"
crash 1 '' containr run -d --name box -m 64m busybox sh -c 'exit 7'
pinned=''
fact "starter, monitor and cleanup of run"
crash 1 '' containr run --name box busybox sh -c 'exit 7'
fact "starter, monitor and cleanup of run --rm"
crash 1 '' containr run --rm --name box busybox sh -c 'exit 7'
fact "monitor and keeper of a container that is started again"
crash 1 '' containr run -d --name box --restart on-failure:1 busybox sh -c 'exit 7'
fact "the first process of a container"
crash 2 '' containr run -d --name box -m 64m busybox sh -c 'exit 7'
fact "the first process of a container that is waited for"
crash 2 '' containr run --rm --name box busybox sh -c 'exit 7'

# crash_checker PROGRAM MOST: kills who looks after the health of a container, at each of its calls up to
# MOST; whoever looks next sees to it that it is checked, and is told nothing that is not so.
crash_checker() {
	local n status what=$fact_name

	for ((n = 1; n < $2; n += stride)); do
		fact_name="$what: killed at call $n"
		status=0
		"$kill_at_call" "$1" $n containr run -d --name box --health-cmd 'test ! -e /ill' --health-interval 20ms \
			--health-retries 1 --health-timeout 5s busybox sleep 100 > out 2> err < /dev/null || status=$?
		[ $status -le 1 ] || fail "kill_at_call exited with $status: $(cat err)"
		containr exec box touch /ill
		wait_for is_health unhealthy
		containr exec box rm /ill
		wait_for is_health healthy
		wait_for has_one_checker
		expect_output box -- containr rm -f box
		assert_nothing_left
		rm -f "$CONTAINR_ROOT"/events.jsonl*
		[ $status -ne 1 ] || break
		kills=$((kills + 1))
	done
	fact_name=$what
	[ $n -gt 20 ] || fail "it made $n calls only"
}

# A child that it has forked and that executes nothing yet looks like it.
has_one_checker() {
	[ "$(pgrep -c -f '^containr-health')" = 1 ]
}

is_health() {
	[ "$(containr inspect --format '{{.State.Health.Status}}' box)" = "$1" ]
}

fact "who waits for a health check to be due"
# a round is about ten calls, and all are alike
crash_checker containr-health 60
fact "a health check"
crash_checker containr-keeper 400
fact "starter and monitor of a container that has a health check"
crash 1 '' containr run -d --name box --health-cmd true --health-interval 20ms busybox sh -c 'sleep 0.1; exit 7'
echo "$kills killed"

fact "monitors that are killed lose no container and no exit code"
short_lived='' codes='5'
keeps_exits && pinned=1
for ((n = 0; n < monitors; n++)); do
	containr run -d --name box busybox sh -c 'trap "exit 5" TERM; echo up; while :; do sleep 0.01; done' > out
	wait_for grep -q up "$CONTAINR_ROOT/containers/$(cat out)/container.log"
	look box
	kill -KILL "$(sed -n 's/^PPid:\t//p' "/proc/$seen_pid/status")"
	is_settled box && fail "it ended with its monitor"
	expect_output here -- containr exec box echo here
	expect_output box -- containr stop box
	look box
	check_state
	equal exited "$seen_state"
	expect_output box -- containr rm box
	[ $((n % 50)) -ne 49 ] || rm -f "$CONTAINR_ROOT"/events.jsonl*
done
assert_nothing_left

finish
