#!/bin/bash
# SPDX-License-Identifier: MIT
# pause and unpause, and what other commands do with a container that is paused.
. "$(dirname "$0")/lib.sh"

monitor_of() {
	sed -n 's/^PPid:\t//p' "/proc/$(inspect_value "$1" Pid)/status"
}

is_gone() {
	[ ! -d "/proc/$1" ]
}

# ticks CONTAINER: how far its first process has counted.
ticks() {
	containr logs "$1" | tail -n 1
}

has_ticked() {
	[ -n "$(ticks "$1")" ]
}

fact "a paused container stands still, and goes on where it was"
containr run -d --name clock busybox sh -c 'i=0; while :; do i=$((i + 1)); echo $i; sleep 0.02; done' > out
wait_for has_ticked clock
expect_output clock -- containr pause clock
before=$(ticks clock)
sleep 0.2
equal "$before" "$(ticks clock)"
matches "*Up *(Paused)*clock" "$(containr ps | tail -n 1)"
equal '"paused"' "$(inspect_value clock Status)"
equal "true" "$(inspect_value clock Paused)"
equal "true" "$(inspect_value clock Running)"
equal clock "$(containr ps --filter status=paused --format '{{.Names}}')"
equal "" "$(containr ps --filter status=running --format '{{.Names}}')"
expect_output clock -- containr unpause clock
equal '"running"' "$(inspect_value clock Status)"
goes_on() {
	[ "$(ticks clock)" -gt "$before" ]
}
wait_for goes_on

fact "what cannot be paused or unpaused is told"
expect_error INVALID_STATE 125 "container 'clock' is not paused" \
	"list those that are with: containr ps --filter status=paused" -- containr unpause clock
containr pause clock > out
expect_error CONTAINER_PAUSED 125 "container 'clock' is paused already" \
	"let it go on with: containr unpause NAME" -- containr pause clock
expect_error CONTAINER_PAUSED 125 "container 'clock' is paused" \
	"let it go on with: containr unpause NAME" -- containr exec clock true
containr create --name idle busybox true > out
expect_error CONTAINER_NOT_RUNNING 125 "container 'idle' is not running" \
	"start it with: containr start NAME" -- containr pause idle
expect_error CONTAINER_NOT_RUNNING 125 "container 'idle' is not running" \
	"start it with: containr start NAME" -- containr unpause idle
expect_error CONTAINER_NOT_FOUND 125 "no such container: nope" \
	"list containers with: containr ps -a" -- containr pause nope
expect_output idle -- containr rm idle

fact "stop, kill and rm of a paused container thaw it"
expect_output clock -- containr stop -t 0 clock
equal '"exited"' "$(inspect_value clock Status)"
equal "false" "$(inspect_value clock Paused)"
containr start clock > out
equal '"running"' "$(inspect_value clock Status)"
containr pause clock > out
expect_output clock -- containr kill clock
expect_output 137 -- containr wait clock
containr start clock > out
containr pause clock > out
expect_output clock -- containr rm -f clock
containr run -d --name polite busybox sh -c 'trap "exit 5" TERM; echo 1; while :; do sleep 0.01; done' > out
wait_for has_ticked polite
containr pause polite > out
expect_output polite -- containr stop polite
equal 5 "$(containr wait polite)"
containr rm polite > out
assert_nothing_left

fact "events tell of it"
containr events --since 1h --until 0s --filter event=pause --filter event=unpause --format '{{.Action}} {{.Actor.Attributes.name}}' > told
equal "pause clock" "$(head -n 1 told)"
equal "unpause clock" "$(sed -n 2p told)"
equal 6 "$(wc -l < told)"

fact "a container that lost its monitor can be paused too"
containr run -d --name orphan busybox sleep 100 > out
monitor=$(monitor_of orphan)
kill -KILL "$monitor"
wait_for is_gone "$monitor"
expect_output orphan -- containr pause orphan
equal '"paused"' "$(inspect_value orphan Status)"
expect_output orphan -- containr unpause orphan
equal '"running"' "$(inspect_value orphan Status)"
containr pause orphan > out
expect_output orphan -- containr rm -f orphan
assert_nothing_left

finish
