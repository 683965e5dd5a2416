#!/bin/bash
# SPDX-License-Identifier: MIT
# Restart policies, and the command restart.
. "$(dirname "$0")/lib.sh"

is() {
	[ "$(inspect_value "$1" Status)" = "\"$2\"" ]
}

# runs_at_least CONTAINER NUMBER: restarts.
runs_at_least() {
	[ "$(inspect_value "$1" RestartCount)" -ge "$2" ]
}

fact "on-failure:N gives up after N restarts, and the container is as it ended last"
containr run -d --name flaky --restart on-failure:2 busybox sh -c 'echo run; exit 3' > out
expect_output 3 -- containr wait flaky
equal $'run\nrun\nrun' "$(containr logs flaky)"
equal 2 "$(inspect_value flaky RestartCount)"
equal '"exited"' "$(inspect_value flaky Status)"
equal "on-failure 2" "$(containr inspect --format '{{.HostConfig.RestartPolicy.Name}} {{.HostConfig.RestartPolicy.MaximumRetryCount}}' flaky)"
containr events --since 1h --until 0s --filter container=flaky --format '{{.Action}}' > told
equal "create start die start die start die" "$(tr '\n' ' ' < told | sed 's/ $//')"
containr rm flaky > out
assert_nothing_left

fact "on-failure leaves alone what succeeded"
containr run -d --name fine --restart on-failure busybox true > out
expect_output 0 -- containr wait fine
equal 0 "$(inspect_value fine RestartCount)"
containr rm fine > out

fact "always starts again what succeeded, later and later, until it is stopped"
containr run -d --name again --restart always busybox sh -c 'echo run' > out
wait_for runs_at_least again 4
wait_for is again restarting
matches "*Restarting (0)*again" "$(containr ps | tail -n 1)"
equal again "$(containr ps --filter status=restarting --format '{{.Names}}')"
equal true "$(inspect_value again Restarting)"
expect_error CONTAINER_NOT_RUNNING 125 "container 'again' is not running" \
	"start it with: containr start NAME" -- containr exec again true
expect_error CONTAINER_RUNNING 125 "container 'again' is running" "stop it first, or use --force" \
	-- containr rm again
expect_output again -- containr stop again
equal '"exited"' "$(inspect_value again Status)"
count=$(inspect_value again RestartCount)
sleep 0.3
equal "$count" "$(inspect_value again RestartCount)"
containr events --since 1h --until 0s --filter container=again --format json |
	sed -n 's/.*"Action":"\(start\|die\)".*"timeNano":\([0-9]*\).*/\1 \2/p' > steps
# from each end to the next start, in milliseconds
gaps=$(awk '$1 == "start" && end { print int(($2 - end) / 1000000) } $1 == "die" { end = $2 }' steps | head -n 3)
read -rd '' first second third <<< "$gaps" || true
[ "$first" -ge 100 ] && [ "$second" -ge 200 ] && [ "$third" -ge 400 ] || fail "waited $gaps"
expect_output again -- containr start again
wait_for runs_at_least again 1
expect_output again -- containr rm -f again
assert_nothing_left

fact "kill ends it for good, and so does rm -f between two runs"
containr run -d --name up --restart unless-stopped busybox sleep 100 > out
expect_output up -- containr kill up
expect_output 137 -- containr wait up
equal 0 "$(inspect_value up RestartCount)"
containr rm up > out
containr run -d --name waits --restart always busybox false > out
wait_for runs_at_least waits 2
expect_output waits -- containr rm -f waits
assert_nothing_left

fact "a container that a policy started again is as the first one was"
containr run -d --name whole --restart on-failure -m 64m -v keep:/keep busybox sh -c \
	'[ -e /keep/x ] && exec sleep 100; touch /keep/x; exit 1' > out
wait_for runs_at_least whole 1
wait_for is whole running
equal "$((64 << 20))" "$(cat "$(cgroup_file "$(containr ps -q --no-trunc)" memory.limit_in_bytes memory.max)")"
expect_output hello -- containr exec whole echo hello
expect_output whole -- containr rm -f whole
containr volume rm keep > out
assert_nothing_left

fact "restart stops and starts"
containr run -d --name web busybox sh -c 'echo up; trap "exit 0" TERM; while :; do sleep 0.01; done' > out
first=$(inspect_value web Pid)
expect_output web -- containr restart web
[ "$first" != "$(inspect_value web Pid)" ] || fail "it is still the first process"
equal 0 "$(inspect_value web RestartCount)"
containr events --since 1h --until 0s --filter container=web --format '{{.Action}}' > told
equal "create start kill die stop start restart" "$(tr '\n' ' ' < told | sed 's/ $//')"
containr stop web > out
expect_output web -- containr restart -t 0 web
wait_for is web running
expect_error CONTAINER_NOT_FOUND 125 "no such container: nope" \
	"list containers with: containr ps -a" -- containr restart nope
containr rm -f web > out
assert_nothing_left

fact "a container that is to be removed when it ends is not when it is restarted, but afterwards"
containr run -d --rm --name brief -v /data busybox sh -c 'echo up; exec sleep 100' > out
containr exec brief touch /kept /data/kept
expect_output brief -- containr restart -t 0 brief
is brief running || fail "it does not run"
expect_status 0 -- containr exec brief ls /kept /data/kept
expect_output brief -- containr stop -t 0 brief
assert_nothing_left
expect_output "" -- containr volume ls -q

fact "after a boot: what is to run is started"
containr create --name a --restart always busybox sleep 100 > out
containr create --name b --restart unless-stopped busybox sleep 100 > out
containr create --name c --restart unless-stopped busybox sleep 100 > out
containr create --name d busybox sleep 100 > out
containr start c > out
containr stop -t 0 c > out
containr start --all --filter should-start-on-boot=true | sort > out
equal $'a\nb' "$(cat out)"
expect_output "" -- containr start --all --filter should-start-on-boot=true
expect_output d -- containr start --all --filter restart-policy=no
equal c "$(containr ps -a --filter restart-policy=unless-stopped --filter status=exited --format '{{.Names}}')"
expect_error INVALID_ARGUMENT 125 "--all takes no containers, and does not attach" \
	"choose among all with --filter" -- containr start --all a
expect_error INVALID_ARGUMENT 125 "--filter needs --all" "name the containers, or use --all" \
	-- containr start --filter name=a a
containr rm -f a b c d > out
assert_nothing_left

fact "a monitor that is killed while it waits leaves a container that is started by who looks next"
containr run -d --name lost --restart always busybox sh -c 'exit 6' > out
wait_for runs_at_least lost 3
wait_for is lost restarting
pid=$(pgrep -f "containr-monitor $(containr ps -aq --no-trunc)")
kill -KILL "$pid"
runs=$(inspect_value lost RestartCount)
wait_for runs_at_least lost $((runs + 2))
expect_output lost -- containr stop lost
equal '"exited"' "$(inspect_value lost Status)"
equal 6 "$(inspect_value lost ExitCode)"
expect_output lost -- containr rm lost
assert_nothing_left

fact "policies that are none are refused"
expect_error INVALID_ARGUMENT 125 "--restart: 'often' is no restart policy" \
	"use no, always, unless-stopped or on-failure[:NUMBER]" -- containr create --restart often busybox
expect_error INVALID_ARGUMENT 125 "--restart: only on-failure takes a number, not 'always:3'" \
	"use on-failure:3" -- containr create --restart always:3 busybox
expect_error INVALID_ARGUMENT 125 "--restart and --rm contradict each other" \
	"a container that is removed cannot run again" -- containr run --rm --restart always busybox
expect_status 125 -- containr create --restart on-failure:x busybox
assert_nothing_left

finish
