#!/bin/bash
# SPDX-License-Identifier: MIT
# From create to rm, also when the command line or the monitor is killed half-way.
. "$(dirname "$0")/lib.sh"

# column NUMBER: of the lines below the heading; columns are parted by at least three blanks.
column() {
	sed -e 1d -e 's/   */\t/g' | cut -f "$1"
}

# status_of CONTAINER: as ps shows it, without the times.
status_of() {
	containr ps -a --filter "name=$1" | column 5 | sed -e 's/ [^ ]* [^ ]* ago$//' -e 's/ Less than.*//' \
		-e 's/ About.*//' -e 's/ [0-9]* seconds*$//'
}

# monitor_of CONTAINER: the parent of its first process.
monitor_of() {
	sed -n 's/^PPid:\t//p' "/proc/$(inspect_value "$1" Pid)/status"
}

is_running() {
	[ "$(inspect_value "$1" Status)" = '"running"' ]
}

# lose_monitor CONTAINER: what SIGKILL leaves of a process is there for a moment.
lose_monitor() {
	local monitor

	monitor=$(monitor_of "$1")
	kill -KILL "$monitor"
	wait_for is_gone "$monitor"
}

# Whether the kernel tells how a process ended that nobody of ours reaped: since Linux 6.15.
keeps_exits() {
	[ "$(printf '6.15\n%s\n' "$(uname -r)" | sort -V | head -n 1)" = 6.15 ]
}

is_gone() {
	[ ! -d "/proc/$1" ]
}

fact "create, start, wait, rm"
id=$(containr create --name job -l team=blue busybox sh -c 'echo worked; exit 4')
matches "[0-9a-f]*" "$id"
equal 64 ${#id}
equal Created "$(status_of job)"
expect_output job -- containr start job
expect_output 4 -- containr wait job
equal "Exited (4)" "$(status_of job)"
expect_output worked -- containr logs job
expect_status 4 -- containr start --attach job
equal worked "$(cat out)"
expect_output job -- containr rm job
assert_nothing_left

fact "--rm leaves nothing, in the foreground and in the background"
expect_status 3 -- containr run --rm busybox sh -c 'exit 3'
assert_nothing_left
containr run -d --rm busybox true > out
assert_nothing_left

fact "ps shows columns, ids, and the newest first"
one=$(containr run -d --name one busybox sleep 100)
two=$(containr run -d --name two busybox sh -c 'echo "a long line that is cut"; sleep 100; :')
containr create --name three busybox true > out
matches "CONTAINER ID   IMAGE     COMMAND*CREATED*STATUS*NAMES" "$(containr ps | head -n 1)"
equal "two one" "$(containr ps | column 6 | tr '\n' ' ' | sed 's/ $//')"
equal "three two one" "$(containr ps -a | column 6 | tr '\n' ' ' | sed 's/ $//')"
equal '"sleep 100"' "$(containr ps --filter name=one | column 3)"
equal '"sh -c echo \"a long …"' "$(containr ps --filter name=two | column 3)"
equal "${two:0:12} ${one:0:12}" "$(containr ps -q | tr '\n' ' ' | sed 's/ $//')"
equal "$two $one" "$(containr ps -q --no-trunc | tr '\n' ' ' | sed 's/ $//')"
equal "$(containr ps)" "$(containr list)"
equal "$(containr ps)" "$(containr container ls)"

fact "ps selects"
equal three "$(containr ps -l | column 6)"
equal "three two" "$(containr ps -n 2 | column 6 | tr '\n' ' ' | sed 's/ $//')"
equal three "$(containr ps --filter status=created | column 6)"
equal one "$(containr ps --filter "id=${one:0:20}" | column 6)"
equal "" "$(containr ps --filter label=team | column 6)"

fact "ps and inspect write JSON"
containr ps -a --format json > ps.json
is_json ps.json
equal 3 "$(grep -c '"status"' ps.json)"
containr inspect one two busybox > inspect.json
is_json inspect.json
equal "$one" "$(inspect_value one Id | tr -d '"')"
matches "*\"busybox:latest\"*" "$(containr image inspect busybox)"
equal '"one"' "$(inspect_value "${one:0:12}" Name)"

fact "stats counts what is used"
containr stats --no-stream > out
equal "CONTAINER ID NAME CPU % MEM USAGE / LIMIT MEM % NET I/O BLOCK I/O PIDS" \
	"$(head -n 1 out | sed 's/   */ /g')"
equal "two one" "$(column 2 < out | tr '\n' ' ' | sed 's/ $//')"
equal "2 1" "$(column 8 < out | tr '\n' ' ' | sed 's/ $//')"
containr run -d --name busy busybox sh -c 'while :; do :; done' > out
percent=$(containr stats --no-stream busy | column 3)
[ "${percent%%.*}" -ge 20 ] || fail "a busy loop uses only $percent of a CPU"
containr stats --no-stream --all --format json > stats.json
is_json stats.json
expect_output busy -- containr rm -f busy

fact "what runs is not removed without --force"
expect_error CONTAINER_RUNNING 125 "container 'one' is running" \
	"stop it first, or use --force" -- containr rm one
expect_output $'one\ntwo\nthree' -- containr rm -f one two three
assert_nothing_left

fact "commands for several containers go on after an error"
containr create --name last busybox true > out
expect_status 125 -- containr rm missing last
equal last "$(cat out)"
equal "Error: [CONTAINER_NOT_FOUND] no such container: missing" "$(head -n 1 err)"
expect_output "" -- containr rm --force missing
assert_nothing_left

fact "stop asks first, and the container may end in its own way"
containr run -d --name polite busybox sh -c 'trap "exit 6" TERM; echo ready; while :; do sleep 0.01; done' > out
wait_for grep -q ready "$CONTAINR_ROOT/containers/$(cat out)/container.log"
expect_output polite -- containr stop polite
expect_output 6 -- containr wait polite
expect_output polite -- containr rm polite

fact "stop kills what does not end in time"
containr run -d --name deaf busybox sleep 100 > out
start=$(date +%s%N)
expect_output deaf -- containr stop -t 1 deaf
took_ms=$((($(date +%s%N) - start) / 1000000))
[ $took_ms -ge 1000 ] || fail "it was killed after $took_ms ms"
[ $took_ms -lt 5000 ] || fail "it took $took_ms ms"
equal "Exited (137)" "$(status_of deaf)"
expect_output deaf -- containr stop deaf
expect_output deaf -- containr rm deaf

fact "the stop signal is the one that was asked for"
containr run -d --name usr --stop-signal USR1 busybox \
	sh -c 'trap "exit 8" USR1; echo ready; while :; do sleep 0.01; done' > out
wait_for grep -q ready "$CONTAINR_ROOT/containers/$(cat out)/container.log"
expect_output usr -- containr stop usr
expect_output 8 -- containr wait usr
expect_output usr -- containr rm usr

fact "kill sends any signal"
containr run -d --name victim busybox \
	sh -c 'trap "echo got it" HUP; echo ready; while :; do sleep 0.01; done' > out
log=$CONTAINR_ROOT/containers/$(cat out)/container.log
wait_for grep -q ready "$log"
expect_output victim -- containr kill -s HUP victim
wait_for grep -q "got it" "$log"
expect_output victim -- containr kill victim
expect_output 137 -- containr wait victim
expect_error CONTAINER_NOT_RUNNING 125 "container 'victim' is not running" \
	"start it with: containr start NAME" -- containr kill victim
expect_output victim -- containr rm victim
assert_nothing_left

fact "what a container wrote is there when it is started again"
containr create --name again busybox sh -c 'echo x >> /count; wc -l < /count' > out
equal 1 "$(containr start -a again)"
equal 2 "$(containr start -a again)"
expect_output again -- containr rm again

fact "signals that reach the command line reach the container"
containr run --name proxied busybox \
	sh -c 'trap "exit 3" TERM; echo ready; while :; do sleep 0.01; done' > ready &
wait_for grep -q ready ready
kill -TERM $!
status=0
wait $! || status=$?
equal 3 $status
expect_output proxied -- containr rm proxied

fact "a container goes on when the command line is killed"
containr run --name orphan busybox sh -c 'echo one; sleep 0.5; echo two; sleep 100' > ready &
wait_for grep -q one ready
kill -KILL $!
{ wait $!; } 2> /dev/null || true
is_running orphan || fail "it ended with the command line"
equal "Up" "$(status_of orphan)"
wait_for sh -c 'containr logs orphan | grep -q two'
expect_output orphan -- containr stop -t 0 orphan
equal "Exited (137)" "$(status_of orphan)"
expect_output orphan -- containr rm orphan
assert_nothing_left

fact "with a killed monitor everything is as before, by the first command that looks"
containr run -d --name lost busybox sh -c 'trap "exit 5" TERM; while :; do sleep 0.01; done' > out
pid=$(inspect_value lost Pid)
lose_monitor lost
matches 'Up*' "$(containr ps | column 5)"
equal false "$(inspect_value lost MonitorLost)"
expect_output here -- containr exec lost echo here
expect_output lost -- containr stop lost
wait_for is_gone "$pid"
if keeps_exits; then
	equal "Exited (5)" "$(status_of lost)"
	expect_output 5 -- containr wait lost
	equal true "$(inspect_value lost ExitCodeKnown)"
	equal die=5 "$(containr events --since 1h --until 0s --filter event=die --format '{{.Action}}={{.Actor.Attributes.exitCode}}' | tail -n 1)"
else
	equal "Exited (unknown)" "$(status_of lost)"
	equal false "$(inspect_value lost ExitCodeKnown)"
fi
expect_output lost -- containr start lost
is_running lost || fail "it cannot be started again"
expect_output lost -- containr rm -f lost
assert_nothing_left

fact "the end of a container without a monitor is found by the next command"
containr run -d --name lost busybox sleep 100 > out
id=$(cat out)
pid=$(inspect_value lost Pid)
lose_monitor lost
kill -KILL "$pid"
wait_for is_gone "$pid"
if keeps_exits; then
	equal "Exited (137)" "$(status_of lost)"
else
	equal "Exited (unknown)" "$(status_of lost)"
fi
cgroup_file "$id" cgroup.procs tasks && fail "its cgroup is still there"
expect_output lost -- containr rm lost
assert_nothing_left

fact "where no new monitor can be started the container lives on, and who waits is told"
cp -a "$CONTAINR_BUILD/libexec/containr" helpers
export CONTAINR_LIBEXEC=$scratch/helpers
containr run --name lost busybox sh -c 'echo up; sleep 100' > ready 2> err &
client=$!
wait_for grep -q up ready
monitor=$(monitor_of lost)
mv helpers/containr-monitor helpers/away
kill -KILL "$monitor"
{ wait $client; } 2> /dev/null || true
matches "*has lost its monitor and gets no other: cannot find the helpers in '*MONITOR_LOST*lost the monitor of container*" "$(cat err)"
matches 'Up*\(monitor lost\)' "$(containr ps 2> /dev/null | column 5)"
equal true "$(inspect_value lost MonitorLost 2> /dev/null)"
expect_status 0 -- containr pause lost
matches "*\"paused\"*" "$(inspect_value lost Status 2> /dev/null)"
expect_status 0 -- containr unpause lost
expect_status 0 -- containr exec lost true
mv helpers/away helpers/containr-monitor
matches 'Up*' "$(containr ps | column 5)"
equal false "$(inspect_value lost MonitorLost)"
unset CONTAINR_LIBEXEC
expect_output lost -- containr rm -f lost
assert_nothing_left

fact "the pin of a container that nobody took down is swept"
containr run -d --name lost busybox sleep 100 > out
pid=$(inspect_value lost Pid)
lose_monitor lost
kill -KILL "$pid"
wait_for is_gone "$pid"
rm -r "$CONTAINR_ROOT/containers/$(cat out)" "$CONTAINR_ROOT/names/lost"
rmdir /sys/fs/cgroup/{,*/}containr/"$(cat out)" 2> /dev/null || true
containr run --rm busybox true
assert_nothing_left
equal "" "$(ls "$CONTAINR_RUNROOT/exits")"

finish
