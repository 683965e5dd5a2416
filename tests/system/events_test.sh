#!/bin/bash
# SPDX-License-Identifier: MIT
# The event stream: what happened, in order, to whom.
. "$(dirname "$0")/lib.sh"

# actions [OPTION...]: of all events so far, in a line.
actions() {
	containr events --since 1h --until 0s "$@" | cut -d' ' -f3 | tr '\n' ' ' | sed 's/ $//'
}

# attribute NAME KEY ACTION: of a container's last such event.
attribute() {
	containr events --since 1h --until 0s -f "container=$1" -f "event=$3" |
		sed -n "s/.*[(, ]$2=\([^,)]*\).*/\1/p" | tail -n 1
}

is_followed() {
	grep -q " $2 " "$1"
}

fact "a whole life"
expect_status 5 -- containr run --rm --name once -l team=blue busybox sh -c 'exit 5'
assert_nothing_left
equal "create start die destroy" "$(actions --filter container=once)"
equal 5 "$(attribute once exitCode die)"
equal busybox "$(attribute once image start)"
equal blue "$(attribute once team start)"

fact "a line has time, type, action, id and attributes"
id=$(containr create --name line busybox true)
matches "20??-??-??T??:??:??.?????????Z container create $id \(image=busybox, name=line\)" \
	"$(containr events --since 1h --until 0s --filter container=line)"
expect_output line -- containr rm line

fact "stop and kill are told"
containr run -d --name stopped busybox sleep 100 > out
containr stop -t 0 stopped > out
equal "create start kill kill die stop" "$(actions --filter container=stopped)"
equal 137 "$(attribute stopped exitCode die)"
expect_output stopped -- containr rm stopped

fact "what is followed comes at once, from then on"
containr events > followed &
follower=$!
sleep 0.2
containr run -d --name seen busybox true > out
wait_for is_followed followed die
containr rm -f seen > out
wait_for is_followed followed destroy
kill $follower
wait $follower || true
equal "create start die destroy" "$(cut -d' ' -f3 followed | tr '\n' ' ' | sed 's/ $//')"

fact "filters of one key are alternatives, of several keys all hold"
equal "image import" "$(containr events --since 1h --until 0s --filter type=image | cut -d' ' -f2,3)"
equal "image import" \
	"$(containr events --since 1h --until 0s -f image=busybox:latest -f type=image | cut -d' ' -f2,3)"
equal "start die" "$(actions -f container=once -f event=start -f event=die)"
equal "" "$(actions -f container=once -f container=other -f event=oom)"
equal create "$(actions -f "container=$id" -f event=create)"
expect_error INVALID_ARGUMENT 125 "--filter: 'color=red' is not KEY=VALUE with a known key" \
	"keys are container, event, image, label, type, volume" -- containr events --filter color=red

fact "--since and --until bound the stream"
expect_output "" -- containr events --since 2000-01-01 --until 2001-01-01
start=$(date +%s%N)
expect_output "" -- containr events --until "$(date -u -d '+1 second' +%s)"
[ $((($(date +%s%N) - start) / 1000000)) -lt 3000 ] || fail "it did not end at --until"

fact "JSON is an object a line"
containr events --since 1h --until 0s --format json > events.json
is_json_lines events.json
equal "$(containr events --since 1h --until 0s | wc -l)" "$(wc -l < events.json)"
matches '{"Type":"container","Action":"create",*' "$(grep once events.json | head -n 1)"

fact "a killed monitor is told by an end without a known code"
containr run -d --name lost busybox sleep 100 > out
pid=$(inspect_value lost Pid)
kill -KILL "$(sed -n 's/^PPid:\t//p' "/proc/$pid/status")"
kill -KILL "$pid"
wait_for sh -c "! [ -d /proc/$pid ]"
containr ps > out
equal "create start die" "$(actions -f container=lost)"
expect_output lost -- containr rm lost
assert_nothing_left

finish
