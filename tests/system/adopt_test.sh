#!/bin/bash
# SPDX-License-Identifier: MIT
# A container whose monitor was killed gets another one from the next command that looks.
. "$(dirname "$0")/lib.sh"

# monitors ID: its monitors; inspect would start one.
monitors() {
	pgrep -f "^containr-monitor $1" || true
}

# log_of ID
log_of() {
	echo "$CONTAINR_ROOT/containers/$1/container.log"
}

# Also when its parent, a client, has not looked yet.
is_gone() {
	[ ! -d "/proc/$1" ] || grep -q '^State:.*Z' "/proc/$1/status"
}

# lose_monitor ID: the command that started the container does not wait for the monitor.
lose_monitor() {
	local monitor

	wait_for pgrep -f "^containr-monitor $1"
	monitor=$(monitors "$1")
	kill -KILL "$monitor"
	wait_for is_gone "$monitor"
}

has_ended() {
	[ "$(inspect_value "$1" Status)" = '"exited"' ]
}

# Whether the kernel tells how a process ended that nobody of ours reaped: since Linux 6.15.
[ "$(printf '6.15\n%s\n' "$(uname -r)" | sort -V | head -n 1)" = 6.15 ] ||
	skip "the kernel tells exit codes to the parent only"

fact "what it writes is never an error to it, and the log goes on"
mkdir shared
containr run -d --name busy -v "$scratch/shared:/shared" busybox sh -c '
	i=0
	while [ ! -e /shared/end ]; do
		i=$((i + 1))
		echo "line $i" || echo "$i" >> /shared/errors
		echo "error $i" >&2 || echo "$i" >> /shared/errors
	done
	echo "last $i"
	exit 7' > id
id=$(cat id)
for _ in 1 2 3 4 5; do
	wait_for grep -q "line 10" "$(log_of "$id")"
	lose_monitor "$id"
	containr ps > out
	equal 1 "$(monitors "$id" | wc -l)"
	sleep 0.1
done
: > shared/end
expect_output 7 -- containr wait busy
equal true "$(inspect_value busy ExitCodeKnown)"
[ ! -e shared/errors ] || fail "it had $(wc -l < shared/errors) errors, first at $(head -n 1 shared/errors)"
containr logs busy > logs.out 2> logs.err
last=$(sed -n 's/^last //p' logs.out)
# a monitor may be killed between reading a piece, of at most 4096 bytes, and writing it
lost=$((last - $(grep -c '^line ' logs.out)))
[ "$lost" -le 2000 ] || fail "$lost of $last lines are lost"
sed -n 's/^line //p' logs.out | sort -n -c || fail "the lines are in disorder"
equal "error $last" "$(tail -n 1 logs.err)"
expect_output busy -- containr rm busy
assert_nothing_left

fact "more than the pipe holds waits for the new monitor, and nothing of it is lost"
rm -f shared/*
containr run -d --name flood -v "$scratch/shared:/shared" busybox sh -c '
	while [ ! -e /shared/go ]; do sleep 0.01; done
	i=0
	while [ $i -lt 20000 ]; do i=$((i + 1)); echo "line $i" || exit 1; done
	: > /shared/done
	sleep 100' > id
id=$(cat id)
lose_monitor "$id"
: > shared/go
sleep 0.5
[ ! -e shared/done ] || fail "200 kB fit a pipe"
containr ps > out
wait_for [ -e shared/done ]
wait_for grep -q "line 20000" "$(log_of "$id")"
equal 20000 "$(containr logs flood | wc -l)"
expect_output flood -- containr rm -f flood
assert_nothing_left

fact "the output is found where only a child has it"
rm -f shared/*
containr run -d --name redirected -v "$scratch/shared:/shared" busybox sh -c '
	(while [ ! -e /shared/go ]; do sleep 0.01; done; echo from the child; sleep 100) &
	exec > /shared/file 2>&1
	echo mine
	wait' > id
wait_for [ -s shared/file ]
lose_monitor "$(cat id)"
containr ps > out
: > shared/go
wait_for grep -q "from the child" "$(log_of "$(cat id)")"
equal "from the child" "$(containr logs redirected)"
expect_output redirected -- containr rm -f redirected
assert_nothing_left

fact "what stands in the place of the output is not read"
rm -f shared/*
mkfifo shared/pipe
containr run -d --name swapped -v "$scratch/shared:/shared" busybox sh -c '
	exec 3<> /shared/pipe
	echo secret >&3
	exec >&3 2>&1
	: > /shared/done
	sleep 100' > id
wait_for [ -e shared/done ]
lose_monitor "$(cat id)"
containr ps > out
equal 1 "$(monitors "$(cat id)" | wc -l)"
sleep 0.2
equal "" "$(containr logs swapped 2>&1)"
expect_output swapped -- containr rm -f swapped
assert_nothing_left

fact "commands that look at once start one monitor"
containr run -d --name box busybox sleep 100 > id
for _ in 1 2 3; do
	lose_monitor "$(cat id)"
	for n in 1 2 3 4 5 6 7 8; do
		containr ps > "ps.$n" 2>&1 &
	done
	wait
	equal 1 "$(monitors "$(cat id)" | wc -l)"
	equal "" "$(grep -h 'monitor' ps.? || true)"
done

fact "stop, exec and pause find it as ever"
lose_monitor "$(cat id)"
expect_output here -- containr exec box echo here
lose_monitor "$(cat id)"
expect_output box -- containr pause box
lose_monitor "$(cat id)"
equal '"paused"' "$(inspect_value box Status)"
expect_output box -- containr unpause box
lose_monitor "$(cat id)"
expect_output box -- containr stop -t 0 box
equal true "$(inspect_value box ExitCodeKnown)"
equal 137 "$(inspect_value box ExitCode)"
expect_output box -- containr rm box
assert_nothing_left

fact "a new monitor serves clients"
containr run -d --name talk busybox sh -c 'trap "exit 4" TERM; while :; do echo tick; sleep 0.05; done' > id
lose_monitor "$(cat id)"
status=0
containr attach --no-stdin talk > attached 2> err &
client=$!
wait_for grep -q tick attached

fact "a client goes on with the monitor after the one it had"
lose_monitor "$(cat id)"
wait_for sh -c '[ $(wc -l < attached) -gt 20 ]'
equal 1 "$(monitors "$(cat id)" | wc -l)"
containr stop talk > out
wait $client || status=$?
equal 4 $status
equal "" "$(cat err)"
expect_output talk -- containr rm talk
assert_nothing_left

fact "memory that runs out is told by a new monitor"
containr run -d --name greedy -m 32m busybox sh -c 'while [ ! -e /go ]; do sleep 0.01; done; tail /dev/zero' > id
lose_monitor "$(cat id)"
containr exec greedy touch /go
expect_output 137 -- containr wait greedy
equal true "$(inspect_value greedy OOMKilled)"
equal 1 "$(containr events --since 1h --until 0s --filter container=greedy --filter event=oom | wc -l)"
expect_output greedy -- containr rm greedy
assert_nothing_left

fact "--rm leaves nothing, whether it ends before somebody looks or after"
containr run -d --rm --name brief busybox sleep 100 > id
lose_monitor "$(cat id)"
containr ps > out
expect_output brief -- containr kill brief
wait_for sh -c '[ -z "$(containr ps -aq)" ]'
assert_nothing_left
containr run -d --rm --name brief busybox sleep 100 > id
pid=$(inspect_value brief Pid)
lose_monitor "$(cat id)"
kill -KILL "$pid"
wait_for is_gone "$pid"
expect_status 125 -- containr stop brief
matches "Error: \[CONTAINER_NOT_FOUND\] no such container: brief*" "$(cat err)"
equal "" "$(containr ps -aq)"
assert_nothing_left
equal "" "$(find "$CONTAINR_RUNROOT"/exits "$CONTAINR_RUNROOT"/monitors -mindepth 1)"

fact "a restart policy holds, whether it ends before somebody looks or after"
containr run -d --name again --restart always busybox sh -c 'trap "exit 3" TERM; while :; do sleep 0.01; done' > id
runs() {
	[ "$(inspect_value again RestartCount)" = "$1" ] && [ "$(inspect_value again Status)" = '"running"' ]
}
lose_monitor "$(cat id)"
containr ps > out
kill -KILL "$(inspect_value again Pid)"
wait_for runs 1
pid=$(inspect_value again Pid)
lose_monitor "$(cat id)"
kill -KILL "$pid"
wait_for is_gone "$pid"
wait_for runs 2
equal 2 "$(containr events --since 1h --until 0s --filter container=again --filter event=die | wc -l)"
lose_monitor "$(cat id)"
expect_output again -- containr stop again
equal '"exited"' "$(inspect_value again Status)"
equal 3 "$(inspect_value again ExitCode)"
expect_output again -- containr rm again
assert_nothing_left

fact "whoever waits knows the exit code without any monitor"
containr run -d --name waited busybox sh -c 'while [ ! -e /go ]; do sleep 0.01; done; exit 6' > id
pid=$(inspect_value waited Pid)
containr wait waited > code &
client=$!
sleep 0.2
lose_monitor "$(cat id)"
touch "/proc/$pid/root/go"
wait $client
equal 6 "$(cat code)"
equal 6 "$(inspect_value waited ExitCode)"
equal true "$(inspect_value waited ExitCodeKnown)"
expect_output waited -- containr rm waited
assert_nothing_left

fact "a container in the foreground goes on with input, output and exit code"
mkfifo input
containr run -i --name front busybox sh -c 'echo ready; while read -r w; do echo "got $w"; done; echo end; exit 9' \
	< input > front.out 2> front.err &
client=$!
exec 3> input
wait_for grep -q ready front.out
id=$(containr ps -q --no-trunc)
echo one >&3
wait_for grep -q "got one" front.out
for word in two three; do
	lose_monitor "$id"
	wait_for sh -c "pgrep -f '^containr-monitor $id'"
	echo $word >&3
	wait_for grep -q "got $word" front.out
done
exec 3>&-
status=0
wait $client || status=$?
equal 9 $status
equal $'ready\ngot one\ngot two\ngot three\nend' "$(cat front.out)"
equal "" "$(cat front.err)"
equal 9 "$(inspect_value front ExitCode)"
expect_output front -- containr rm front
assert_nothing_left

fact "its exit code is known also where it ended with its monitor"
rm front.out # or the old one would do
containr run --name front busybox sh -c 'echo ready; exec sleep 100' > front.out 2> front.err &
client=$!
wait_for grep -q ready front.out
pid=$(inspect_value front Pid)
id=$(containr ps -q --no-trunc)
wait_for pgrep -f "^containr-monitor $id"
kill -KILL "$(monitors "$id")" "$pid"
status=0
wait $client || status=$?
equal 137 $status
equal "" "$(cat front.err)"
equal 137 "$(inspect_value front ExitCode)"
equal true "$(inspect_value front ExitCodeKnown)"
expect_output front -- containr rm front
assert_nothing_left

fact "a terminal of a container in the foreground lives on"
export SHELL=/bin/bash
containr_tty="containr run --rm -it --name tty busybox sh -c 'echo ready; read -r w; echo got \$w; exit 8'"
status=0
script -qec "$containr_tty" /dev/null < input > tty.out 2>&1 &
client=$!
exec 3> input
wait_for grep -q ready tty.out
id=$(containr ps -q --no-trunc)
lose_monitor "$id"
wait_for sh -c "pgrep -f '^containr-monitor $id'"
echo word >&3
wait $client || status=$?
exec 3>&-
equal 8 $status
grep -q "got word" tty.out || fail "the terminal was $(cat tty.out)"
assert_nothing_left

finish
