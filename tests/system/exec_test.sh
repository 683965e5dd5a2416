#!/bin/bash
# SPDX-License-Identifier: MIT
# A further command in a running container.
. "$(dirname "$0")/lib.sh"

containr run -d --name web --hostname box -e FROM_RUN=1 -w /etc busybox \
	sh -c 'while :; do sleep 1; done' > id
containr create --name stopped busybox true > out

fact "output, exit code and standard input are those of the command"
expect_output hello -- containr exec web echo hello
expect_status 7 -- containr exec web sh -c 'exit 7'
expect_status 143 -- containr exec web sh -c 'kill -TERM $$'
containr exec web sh -c 'echo out; echo err >&2' > out 2> err
equal out "$(cat out)"
equal err "$(cat err)"
equal "from outside" "$(echo "from outside" | containr exec -i web cat)"
equal "" "$(echo "from outside" | containr exec web cat)"

fact "options behind the command are the command's"
expect_output "-u -t" -- containr exec web echo -u -t

fact "it has the container's variables, folder, host name and namespaces"
expect_output "1 /etc box" -- containr exec web sh -c 'echo $FROM_RUN $PWD $(hostname)'
for ns in cgroup ipc mnt net pid uts; do
	equal "$(readlink "/proc/$(inspect_value web Pid)/ns/$ns")" "$(containr exec web readlink /proc/self/ns/$ns)"
done
cgroup=$(cgroup_file "$(cat id)" cgroup.procs)
before=$(wc -l < "$cgroup")
containr exec web sleep 5 &
wait_for sh -c "[ \$(wc -l < $cgroup) -gt $before ]"
kill $!
wait $! || true

fact "--env, --user, --workdir"
expect_output "2 3" -- containr exec -e FROM_RUN=2 -e NEW=3 web sh -c 'echo $FROM_RUN $NEW'
PASSED=on expect_output on -- containr exec -e PASSED web sh -c 'echo $PASSED'
expect_output "nobody 65534" -- containr exec -u nobody web sh -c 'echo $(id -un) $(id -g)'
expect_output "12 34" -- containr exec -u 12:34 web sh -c 'echo $(id -u) $(id -g)'
expect_output /bin -- containr exec -w /bin web pwd

field() {
	containr exec "${@:2}" | sed -n "s/^$1:[[:space:]]*//p"
}

fact "it has the container's protection, and with --privileged none"
equal 00000000a80425fb "$(field CapEff web cat /proc/self/status)"
equal 2 "$(field Seccomp web cat /proc/self/status)"
equal 1 "$(field NoNewPrivs web cat /proc/self/status)"
equal 0 "$(field Seccomp --privileged web cat /proc/self/status)"
equal "$(sed -n 's/^CapEff:[[:space:]]*//p' /proc/self/status)" \
	"$(field CapEff --privileged web cat /proc/self/status)"

fact "-t gives it a terminal"
script -qec "containr exec -t web sh -c 'test -t 0 && test -t 1 && echo yes'" /dev/null \
	> out < /dev/null
equal yes "$(tr -d '\r' < out)"
status=0
(sleep 0.3; printf 'exit 5\r') | script -qec "containr exec -it web sh" /dev/null > out || status=$?
equal 5 $status
expect_error INVALID_ARGUMENT 125 "--tty with --interactive: standard input is no terminal" \
	"leave out -t, or run it from a terminal" -- containr exec -it web sh

fact "-d returns at once, and the command goes on"
expect_output "" -- containr exec -d web sh -c 'sleep 0.2; echo done > /marker'
wait_for containr exec web test -e /marker

fact "a signal that reaches the command line reaches the command"
containr exec web sh -c 'trap "exit 9" TERM; echo ready; while :; do sleep 0.01; done' > ready &
wait_for grep -q ready ready
kill -TERM $!
status=0
wait $! || status=$?
equal 9 $status

fact "errors are told as those of run"
expect_error COMMAND_NOT_FOUND 127 "cannot execute 'nope': executable file not found in \$PATH" \
	"give a path that exists in the image, or a name on its PATH" -- containr exec web nope
expect_error COMMAND_NOT_EXECUTABLE 126 "cannot execute '/etc/passwd': permission denied" \
	"the file must be executable and of this architecture" -- containr exec web /etc/passwd
expect_error CONTAINER_NOT_RUNNING 125 "container 'stopped' is not running" \
	"start it with: containr start NAME" -- containr exec stopped true
expect_error CONTAINER_NOT_FOUND 125 "no such container: nope" \
	"list containers with: containr ps -a" -- containr exec nope true
expect_error PROCESS_SETUP 125 "cannot change to the folder '/nope': No such file or directory" \
	"give a folder that exists in the container" -- containr exec -w /nope web true
expect_error INVALID_ARGUMENT 125 "--env: '=x' is not KEY=VALUE" "" -- containr exec -e =x web true
expect_error INVALID_ARGUMENT 125 "'containr exec' needs at least 2 arguments: CONTAINER COMMAND [ARG...]" \
	"see 'containr exec --help'" -- containr exec web

fact "--env-file sets variables, and -e has the last word"
printf 'A=1\nB=2\n' > vars
expect_output "1 3" -- containr exec --env-file vars -e B=3 web sh -c 'echo $A $B'

fact "--timeout kills a command that takes too long, with all that it started"
late() {
	expect_error TIMEOUT 125 "the command did not end within 300ms" \
		"it was killed, with all that it started" -- \
		containr exec --timeout 300ms web sh -c "$1"
}
is_asleep() {
	containr top web -o pid,args | grep -q " $1\$"
}
expect_status 5 -- containr exec --timeout 1m web sh -c 'exit 5'
late 'sleep 1111'
late 'sleep 1111 & sleep 1111'
late '(setsid sleep 1111 &) ; trap "" TERM; sleep 1111'
if is_asleep 'sleep 1111'; then
	fail "something of it is still there"
fi
equal "" "$(find "$(dirname "$(cgroup_file "$(cat id)" cgroup.procs)")" -name 'exec-*')"
expect_error INVALID_ARGUMENT 125 \
	"--timeout with --detach: nobody would be there to end the command" "" -- \
	containr exec -d --timeout 1s web true

fact "what a command left behind in time goes on, and ends with the container"
expect_output "" -- containr exec --timeout 1m web sh -c 'sleep 1112 > /dev/null 2>&1 & exit 0'
# the shell ends before its child has become sleep
wait_for is_asleep 'sleep 1112'

fact "with a terminal as well"
status=0
script -qec "containr exec -t --timeout 300ms web sleep 1111" /dev/null > out < /dev/null || status=$?
equal 125 $status
matches "*TIMEOUT*did not end within 300ms*" "$(cat out)"

fact "time in which the container is paused does not count"
containr exec --timeout 1s web sh -c 'sleep 0.3; exit 4' &
wait_for is_asleep 'sleep 0.3'
containr pause web > out
sleep 1.5
containr unpause web > out
status=0
wait $! || status=$?
equal 4 $status

fact "a command whose caller is killed goes with it when it has a timeout"
containr exec --timeout 1m web sleep 1113 &
wait_for is_asleep 'sleep 1113'
kill -KILL $!
wait $! 2> /dev/null || true
is_awake() {
	! is_asleep 'sleep 1113'
}
wait_for is_awake

fact "events tell of it, as docker does"
containr exec web sh -c 'exit 3 # "quoted"' || true
containr events --since 1h --until 0s --filter container=web \
	--format '{{.Action}}|{{.Actor.Attributes.exitCode}}|{{len .Actor.Attributes.execID}}' | tail -n 3 > told
equal 'exec_create: sh -c exit 3 # "quoted"||64
exec_start: sh -c exit 3 # "quoted"||64
exec_die|3|64' "$(sed 's/<no value>//' told)"

fact "what exec started ends with the container"
containr exec -d web sleep 1000
expect_output $'web\nstopped' -- containr rm -f web stopped
assert_nothing_left

finish
