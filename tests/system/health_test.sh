#!/bin/bash
# SPDX-License-Identifier: MIT
# Health checks: who is healthy and when, what is shown, and that nothing of a check outlives it.
. "$(dirname "$0")/lib.sh"

# health NAME: as inspect has it.
health() {
	containr inspect --format '{{.State.Health.Status}}' "$1"
}

is_health() {
	[ "$(health "$1")" = "$2" ]
}

# streak NAME
streak() {
	containr inspect --format '{{.State.Health.FailingStreak}}' "$1"
}

# checks NAME: how many results are kept.
checks() {
	containr inspect --format '{{len .State.Health.Log}}' "$1"
}

has_checks() {
	[ "$(checks "$1")" -ge "$2" ]
}

# first_result NAME: exit code and output of the oldest check that is kept.
first_result() {
	containr inspect --format '{{index .State.Health.Log 0 "ExitCode"}} {{index .State.Health.Log 0 "Output"}}' "$1"
}

status_of() {
	containr ps -a --filter name="$1" --format '{{.Status}}'
}

checker_of() {
	pgrep -f "containr-health $(containr inspect --format '{{.Id}}' "$1")"
}

has_one_checker() {
	[ "$(checker_of web | wc -l)" = 1 ]
}

is_gone() {
	[ ! -d "/proc/$1" ] || grep -q '^State:.Z' "/proc/$1/status"
}

fact "a check that passes makes a container healthy, and it is shown everywhere"
containr run -d --name web --health-cmd 'echo fine; test -e /ok' --health-interval 100ms busybox sleep 1000 > out
matches 'Up * (health: starting)' "$(status_of web)"
equal starting "$(health web)"
containr exec web touch /ok
wait_for is_health web healthy
matches 'Up * (healthy)' "$(status_of web)"
equal web "$(containr ps --filter health=healthy --format '{{.Names}}')"
equal "" "$(containr ps --filter health=unhealthy --format '{{.Names}}')"
equal "" "$(containr ps --filter health=none --format '{{.Names}}')"
matches '*"health": "healthy"*' "$(containr ps --format json)"
matches '0 fine*' "$(first_result web)"
equal '{"Test":["CMD-SHELL","echo fine; test -e /ok"],"Interval":100000000}' \
	"$(containr inspect --format '{{json .Config.Healthcheck}}' web)"

fact "after so many failures in a row it is unhealthy, and five results are kept"
containr exec web rm /ok
wait_for is_health web unhealthy
matches 'Up * (unhealthy)' "$(status_of web)"
[ "$(streak web)" -ge 3 ] || fail "it failed $(streak web) times only"
wait_for has_checks web 5
sleep 0.3
equal 5 "$(checks web)"
containr exec web touch /ok
wait_for is_health web healthy
equal 0 "$(streak web)"

fact "events tell of it, and are found as with docker"
equal 'health_status: healthy
health_status: unhealthy
health_status: healthy' "$(containr events --since 1h --until 0s --filter container=web --filter event=health_status --format '{{.Action}}')"
equal 'health_status: unhealthy' "$(containr events --since 1h --until 0s --filter event='health_status: unhealthy' --format '{{.Action}}')"
matches '*exec_create: /bin/sh -c echo fine; test -e /ok*' "$(containr events --since 1h --until 0s --filter container=web --filter event=exec_create --format '{{.Action}}')"

fact "a paused container is not checked, and stays what it was"
containr pause web > out
sleep 0.3
before=$(containr inspect --format '{{json .State.Health}}' web)
sleep 0.4
equal "$before" "$(containr inspect --format '{{json .State.Health}}' web)"
matches 'Up * (Paused)' "$(status_of web)"
expect_error CONTAINER_PAUSED 125 "container 'web' is paused" "let it go on with: containr unpause NAME" -- \
	containr healthcheck run web
containr unpause web > out
goes_on() {
	[ "$before" != "$(containr inspect --format '{{json .State.Health}}' web)" ]
}
wait_for goes_on
equal healthy "$(health web)"

fact "restart begins anew, and what does not run is unhealthy"
containr stop -t 0 web > out
equal unhealthy "$(health web)"
matches 'Exited *' "$(status_of web)"
equal web "$(containr ps -a --filter health=unhealthy --format '{{.Names}}')"
containr start web > out
equal starting "$(health web)"
wait_for is_health web healthy
containr restart -t 0 web > out
wait_for is_health web healthy
equal 1 "$(checker_of web | wc -l)"

fact "healthcheck run checks now, and tells by its exit status"
expect_output "" -- containr healthcheck run web
containr exec web rm /ok
expect_status 1 -- containr healthcheck run web
matches '*healthy' "$(cat out)"
containr run -d --name plain busybox sleep 1000 > out
expect_error INVALID_ARGUMENT 125 "container 'plain' has no health check" \
	"give it one with: containr run --health-cmd" -- containr healthcheck run plain
if containr inspect plain | grep -q '"Health":'; then
	fail "it has a state of health"
fi
equal plain "$(containr ps --filter health=none --format '{{.Names}}')"
if [ -n "$(pgrep -f "containr-health $(containr inspect --format '{{.Id}}' plain)")" ]; then
	fail "a container without a check has a checker"
fi
containr rm -f plain > out

fact "a checker that is killed is started again by whoever looks, and nothing of before counts"
containr exec web touch /ok
wait_for is_health web healthy
checker=$(checker_of web)
kill -KILL "$checker"
wait_for is_gone "$checker"
containr exec web rm /ok
equal starting "$(health web)"
wait_for is_health web unhealthy
[ "$(checker_of web)" != "$checker" ] || fail "it is the old one"
equal 1 "$(checker_of web | wc -l)"

fact "of several who look at once one starts it"
checker=$(checker_of web)
kill -KILL "$checker"
wait_for is_gone "$checker"
looks=''
for n in {1..8}; do
	containr ps > "looked$n" &
	looks+=" $!"
done
# shellcheck disable=SC2086 # one argument a process
wait $looks
wait_for has_one_checker
sleep 0.3
equal 1 "$(checker_of web | wc -l)"

fact "a record that is gone is made again"
rm -r "$CONTAINR_RUNROOT/health"
equal starting "$(health web)"
wait_for is_health web unhealthy
wait_for has_one_checker

fact "without its monitor it is checked as well"
containr exec web touch /ok
kill -KILL "$(sed -n 's/^PPid:\t//p' "/proc/$(inspect_value web Pid)/status")"
wait_for is_health web healthy
matches 'Up * (healthy)' "$(status_of web)"
containr rm -f web > out
assert_nothing_left

fact "a check that takes too long has failed, and is killed with all that it started"
containr run -d --name slow --health-cmd 'echo begun; (setsid sleep 2222 &); sleep 2222' --health-timeout 300ms \
	--health-interval 100ms --health-retries 2 busybox sleep 1000 > id
wait_for is_health slow unhealthy
equal '-1 Health check exceeded timeout (300ms): begun\x0a' \
	"$(first_result slow | head -n 1)"
checker=$(checker_of slow)
kill -STOP "$checker"
is_idle() {
	[ -z "$(pgrep -f '^sleep 2222')" ]
}
wait_for is_idle
kill -CONT "$checker"

fact "a check by hand is interrupted at once, and takes its command along"
containr run -d --name long --health-cmd 'sleep 4444' --health-interval 1h busybox sleep 1000 > out
containr healthcheck run long &
runner=$!
is_checking() {
	pgrep -f '^sleep 4444'
}
is_done() {
	! is_checking
}
wait_for is_checking
kill -TERM $runner
status=0
wait $runner || status=$?
equal 143 $status
wait_for is_done
equal "starting 0" "$(health long) $(checks long)"
containr rm -f long > out

fact "a check whose own process is killed leaves nothing behind for longer than until the next"
kill_check() {
	local check

	check=$(pgrep -P "$checker") && kill -KILL "$check"
}
containr exec slow true
wait_for kill_check
wait_for has_checks slow 5
equal unhealthy "$(health slow)"
[ "$(pgrep -c -f '^sleep 2222')" -le 2 ] || fail "sleeps pile up: $(pgrep -c -f '^sleep 2222')"
containr rm -f slow > out
assert_nothing_left

fact "in the start period failures do not count, and the interval is that of the start"
containr run -d --name late --health-cmd false --health-start-period 1s --health-start-interval 50ms \
	--health-interval 100ms --health-retries 2 busybox sleep 1000 > out
wait_for has_checks late 4
equal "starting 0" "$(health late) $(streak late)"
wait_for is_health late unhealthy
containr rm -f late > out

fact "output is cut behind 4096 bytes, and what is no text is shown as such"
containr run -d --name loud --health-cmd 'head -c 100000 /dev/zero | tr "\0" x; exit 3' --health-interval 50ms busybox sleep 1000 > out
wait_for has_checks loud 1
first_result loud > told
equal 4101 "$(tr -d '\n' < told | wc -c)"
matches '3 xxx*xxx...' "$(cat told)"
containr rm -f loud > out

fact "a command that is not there is a result as well"
containr import --change 'HEALTHCHECK --interval=50ms --retries=1 CMD ["/nope", "x"]' --change 'CMD ["sleep", "1000"]' \
	- broken < <(containr create --name tmp busybox true > /dev/null; containr export tmp; containr rm tmp > /dev/null) > out 2> err
containr run -d --name broken broken > out
wait_for is_health broken unhealthy
matches "-1 cannot execute '/nope': *" "$(first_result broken)"
equal '{"Test":["CMD","/nope","x"],"Interval":50000000,"Retries":1}' "$(containr inspect --format '{{json .Config.Healthcheck}}' broken)"
equal '{"Test":["CMD","/nope","x"],"Interval":50000000,"Retries":1}' "$(containr image inspect --format '{{json .Config.Healthcheck}}' broken)"

fact "options go before what the image says, and --no-healthcheck before all"
containr create --name mine --health-cmd 'exit 0' --health-retries 7 broken > out
equal '{"Test":["CMD-SHELL","exit 0"],"Interval":50000000,"Retries":7}' "$(containr inspect --format '{{json .Config.Healthcheck}}' mine)"
containr run -d --name none --no-healthcheck broken > out
equal '{"Test":["NONE"]}' "$(containr inspect --format '{{json .Config.Healthcheck}}' none)"
if containr inspect none | grep -q '"Health":'; then
	fail "it has a state of health"
fi

fact "commit keeps the check of the container, and changes it"
containr commit mine kept > out
equal '{"Test":["CMD-SHELL","exit 0"],"Interval":50000000,"Retries":7}' "$(containr image inspect --format '{{json .Config.Healthcheck}}' kept)"
containr commit --change 'HEALTHCHECK NONE' mine changed > out
equal '{"Test":["NONE"]}' "$(containr image inspect --format '{{json .Config.Healthcheck}}' changed)"
containr rm -f mine none broken > out

fact "what docker refuses is refused"
refused() {
	expect_error INVALID_ARGUMENT 125 "$1" "$2" -- containr create "${@:3}" busybox true
}
refused "--no-healthcheck conflicts with --health-* options" "give one or the other" --no-healthcheck --health-cmd true
refused "--health-interval cannot be less than 1ms" "" --health-cmd true --health-interval 999us
refused "--health-timeout cannot be less than 1ms" "" --health-cmd true --health-timeout 1ns
refused "--health-retries: '-1' is out of range (0 to 2147483647)" "" --health-cmd true --health-retries=-1
expect_error INVALID_ARGUMENT 125 "--filter: 'well' is no health of a container" \
	"health is starting, healthy, unhealthy or none" -- containr ps --filter health=well

fact "a check is run as exec does: user, folder and variables of the container"
containr run -d --name who -u 12:34 -w /etc -e A=b --health-cmd 'echo $(id -u) $(id -g) $PWD $A' --health-interval 50ms busybox sleep 1000 > out
wait_for is_health who healthy
equal '0 12 34 /etc b\x0a' "$(first_result who | head -n 1)"
containr rm -f who > out

fact "a container that is started again by its policy is checked again"
containr run -d --name again --restart always --health-cmd true --health-interval 50ms busybox sleep 1000 > out
wait_for is_health again healthy
first=$(inspect_value again Pid)
kill -KILL "$first"
is_another() {
	[ "$(inspect_value again Pid)" != "$first" ] && is_health again healthy
}
wait_for is_another
equal 1 "$(checker_of again | wc -l)"
containr rm -f again > out

fact "--rm leaves nothing of it"
containr run --rm --health-cmd 'sleep 1' --health-interval 10ms busybox sleep 0.3
assert_nothing_left
finish
