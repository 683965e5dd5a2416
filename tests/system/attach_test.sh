#!/bin/bash
# SPDX-License-Identifier: MIT
# Clients of a running container: several at once, slow ones, ones that leave.
. "$(dirname "$0")/lib.sh"

# log_of NAME
log_of() {
	echo "$CONTAINR_ROOT/containers/$(inspect_value "$1" Id | tr -d '"')/container.log"
}

# waits_for_word is a container that prints "ready", and what it reads, until it reads "end".
script='echo ready; while read -r word; do [ "$word" = end ] && exit 5; echo "got $word"; done; echo eof'

fact "two clients see the same, and input reaches the container"
containr run -d -i --name talk busybox sh -c "$script" > /dev/null
wait_for grep -q ready "$(log_of talk)"
mkfifo input
containr attach --no-stdin talk > second.out 2> second.err &
second=$!
containr attach talk < input > first.out 2> first.err &
first=$!
exec 3> input
sleep 0.2
echo one >&3
wait_for grep -q "got one" first.out
wait_for grep -q "got one" second.out
equal "got one" "$(cat first.out)"

fact "the end of a client's input is not that of the container's"
exec 3>&-
sleep 0.1
equal '"running"' "$(inspect_value talk Status)"
echo two | timeout 2 containr attach --sig-proxy=false talk > third.out 2>&1 || true
grep -q "got two" third.out || fail "no answer: $(cat third.out)"

fact "all clients exit as the container does"
echo end | containr attach --sig-proxy=false talk > /dev/null && fail "it exited with 0"
status=0
wait $first || status=$?
equal 5 $status
status=0
wait $second || status=$?
equal 5 $status
equal "" "$(cat first.err second.err)"
expect_output talk -- containr rm talk

fact "a client that does not read delays nobody and hears what it missed"
containr run -d --name flood busybox sh -c \
	'sleep 0.5; i=0; while [ $i -lt 60000 ]; do echo "line $i of a flood of lines that nobody reads"; i=$((i+1)); done; echo last; sleep 100' > /dev/null
mkfifo slow
containr attach flood > slow 2> slow.err &
client=$!
exec 4< slow
wait_for grep -q "F last" "$(log_of flood)"
equal 60001 "$(containr logs flood | wc -l)"
containr kill flood > /dev/null
cat <&4 > /dev/null
exec 4<&-
status=0
wait $client || status=$?
equal 137 $status
matches "*bytes of output were not read in time; see containr logs*" "$(cat slow.err)"
expect_output flood -- containr rm flood

fact "signals that reach a client reach the container"
containr run -d --name proxied busybox \
	sh -c 'trap "exit 3" TERM; echo ready; while :; do sleep 0.01; done' > /dev/null
wait_for grep -q ready "$(log_of proxied)"
containr attach proxied &
client=$!
sleep 0.2
kill -TERM $client
status=0
wait $client || status=$?
equal 3 $status
expect_output proxied -- containr start proxied

fact "start --attach attaches to what runs already"
containr start -a proxied &
client=$!
sleep 0.2
containr stop -t 5 proxied > /dev/null
status=0
wait $client || status=$?
equal 3 $status
expect_output proxied -- containr rm proxied

fact "a terminal: its size, its echo, and keys that leave"
if command -v script > /dev/null; then
	containr run -d -it --name term busybox sh > /dev/null
	(
		sleep 0.4
		printf 'stty size\n'
		sleep 0.4
		printf '\x10\x11'
		sleep 0.2
	) | SHELL=/bin/bash script -qec "stty rows 33 cols 77; containr attach term; echo left=\$?" /dev/null > typescript
	grep -q "33 77" typescript || fail "no size: $(cat typescript)"
	grep -q "left=0" typescript || fail "it did not leave: $(cat typescript)"
	equal '"running"' "$(inspect_value term Status)"
	expect_error INVALID_ARGUMENT 125 "container 'term' has a terminal, standard input is none" \
		"leave out its standard input, or run it from a terminal" -- containr attach term
	expect_output term -- containr rm -f term
else
	not_here "script is not installed"
fi

fact "there must be something to attach to"
expect_error CONTAINER_NOT_FOUND 125 "no such container: nobody" "list containers with: containr ps -a" \
	-- containr attach nobody
containr create --name idle busybox true > /dev/null
expect_error CONTAINER_NOT_RUNNING 125 "container 'idle' is not running" \
	"start it with: containr start NAME" -- containr attach idle
expect_output idle -- containr rm idle

fact "no socket stays"
equal "" "$(ls "$CONTAINR_RUNROOT/monitors")"
assert_nothing_left

finish
