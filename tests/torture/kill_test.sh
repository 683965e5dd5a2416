#!/bin/bash
# SPDX-License-Identifier: MIT
# SIGKILL of whoever starts a container, at many moments of a start. Whatever is left then is
# listed and can be removed, and a later command brings the rest away.
. "$(dirname "$0")/../system/lib.sh"

kill_after=$CONTAINR_BUILD/tests/kill_after
killed=0
missed=0

# Removes what is listed; what is not listed has to go by itself or with the next container.
clean_up() {
	local ids

	ids=$(containr ps -aq --no-trunc)
	# shellcheck disable=SC2086 # one argument an id
	[ -z "$ids" ] || containr rm -f $ids > /dev/null || fail "cannot remove what is listed"
	expect_output after -- containr run --rm busybox echo after
	assert_nothing_left
}

kill_at() {
	local us=$1

	shift
	if "$kill_after" "$us" "$@" > /dev/null 2>&1; then
		killed=$((killed + 1))
	else
		missed=$((missed + 1))
	fi
}

fact "the starter of a container in the background is killed"
for ((us = 0; us <= 8000; us += 200)); do
	fact_name="run -d, killed after $us us"
	kill_at $us containr run -d --memory 64m busybox sleep 100
	clean_up
done

fact "the starter of a container that it waits for is killed"
for ((us = 0; us <= 8000; us += 400)); do
	fact_name="run --rm, killed after $us us"
	kill_at $us containr run --rm busybox sleep 100
	clean_up
done

fact "who creates one is killed"
for ((us = 0; us <= 3000; us += 200)); do
	fact_name="create, killed after $us us"
	kill_at $us containr create --name box busybox true
	clean_up
done

fact "who removes one is killed"
for ((us = 0; us <= 3000; us += 300)); do
	fact_name="rm -f, killed after $us us"
	containr run -d --name box busybox sleep 100 > /dev/null
	kill_at $us containr rm -f box
	clean_up
done

fact "the moments lie before and after the end"
if [ $killed -lt 10 ] || [ $missed -lt 3 ]; then
	fail "$killed killed, $missed had ended"
fi

finish
