#!/bin/bash
# SPDX-License-Identifier: MIT
# Root's containers with ids of their own.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

[ -e /etc/subuid ] || : > /etc/subuid
[ -e /etc/subgid ] || : > /etc/subgid
: > subids
mount --bind subids /etc/subuid
mount --bind subids /etc/subgid

fact "without ids to give there is no user namespace"
expect_error INVALID_ARGUMENT 125 "--userns auto: /etc/subuid gives no 65536 ids to 'containr' or 'containers'" \
	"add a line there, e.g. containr:2000000000:16777216" -- containr run --rm --userns auto busybox true
echo "containers:900000:65535" > subids
expect_status 125 -- containr run --rm --userns auto busybox true
printf 'containers:900000:65536\ncontainr:3000000:131080\n' > subids

fact "each container has ids of its own"
containr run -d --name one --userns auto busybox sleep 1000 > id
containr run -d --name two --userns=auto busybox sleep 1000 > id
expect_output "0 3000000 65536" -- containr exec one sh -c 'echo $(cat /proc/self/uid_map)'
expect_output "0 3065536 65536" -- containr exec two sh -c 'echo $(cat /proc/self/gid_map)'
equal 3000000 "$(stat -c %u "/proc/$(inspect_value one Pid)")"

fact "more containers than ids are refused, and nothing is left of them"
expect_error NO_SPACE 125 "all 2 ranges of ids are taken" \
	"remove containers, or give more ids in /etc/subuid and /etc/subgid" -- \
	containr run --name three --userns auto busybox true
expect_output "two
one" -- containr ps -a --format '{{.Names}}'

fact "the range of a container that is gone is free"
containr rm -f one > /dev/null
expect_output "0 3000000 65536" -- containr run --rm --userns auto busybox sh -c 'echo $(cat /proc/self/uid_map)'

fact "the image belongs to the container's root, and what it writes to its own ids"
expect_output "0 0 0" -- containr run --name files --userns auto busybox sh -c \
	'touch /new; mkdir /etc/below; echo $(stat -c %u /bin /new /etc/hosts)'
equal "3000000" "$(stat -c %u "$CONTAINR_ROOT/containers/$(containr ps -aq --no-trunc --filter name=files)/upper/new")"
containr start -a files > out 2>&1 || fail "it does not start again: $(cat out)"
containr rm files > /dev/null

fact "its other users are mapped, too"
expect_output "33:44" -- containr run --rm --userns auto -u 33:44 busybox sh -c 'echo $(id -u):$(id -g) > /dev/stdout'

fact "a volume keeps its owners whoever's namespace it is in"
expect_output "7" -- containr run --rm --userns auto -v vol:/data busybox sh -c 'touch /data/f; chown 7 /data/f; stat -c %u /data/f'
expect_output "7" -- containr run --rm -v vol:/data busybox stat -c %u /data/f

fact "limits and read-only roots hold as without"
expect_output "8388608 read-only" -- containr run --rm --userns auto -m 8m --read-only busybox sh -c '
	(: > /x) 2> /dev/null || r=read-only
	for f in memory/memory.limit_in_bytes memory.max; do
		test ! -f /sys/fs/cgroup/$f || echo $(cat /sys/fs/cgroup/$f) $r; done'

fact "what contradicts it is refused"
expect_error INVALID_ARGUMENT 125 "--userns auto: cannot be given beside --privileged" "" -- \
	containr run --rm --userns auto --privileged busybox true
expect_error INVALID_ARGUMENT 125 "--userns: 'mine' is no mode" "use host or auto" -- \
	containr run --rm --userns mine busybox true
expect_output "0 0 4294967295" -- containr run --rm --userns host busybox sh -c 'echo $(cat /proc/self/uid_map)'

containr rm -f two > /dev/null
containr volume rm vol > /dev/null
umount /etc/subuid /etc/subgid
assert_nothing_left
finish
