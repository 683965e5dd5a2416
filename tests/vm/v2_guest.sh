#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs as the first process of the virtual machine of v2_test.sh, under busybox: nothing but the
# kernel, cgroup2 and containr. Prints FAIL lines, and at last how many facts it stated.
# shellcheck disable=SC2009 # Debian's busybox has no pgrep
export PATH=/bin:/containr/bin LC_ALL=C HOME=/

# The first root is the kernel's own and can be neither pivoted nor unmounted: start again on a tmpfs.
if [ -z "$SECOND" ]; then
	mkdir -p /proc /sys /dev /new
	mount -t proc proc /proc
	mount -t sysfs sysfs /sys
	mount -t devtmpfs devtmpfs /dev
	insmod /overlay.ko || echo "FAIL: insmod overlay"
	mount -t tmpfs -o mode=755 root /new
	cp -a /bin /containr /state /etc /bundles /guest.sh /new
	mkdir -p /new/proc /new/sys /new/dev /new/tmp /new/run /new/var
	mount --move /proc /new/proc
	mount --move /sys /new/sys
	mount --move /dev /new/dev
	SECOND=1 exec switch_root /new /bin/sh /guest.sh
fi

mount -t cgroup2 cgroup2 /sys/fs/cgroup
export CONTAINR_ROOT=/state/root CONTAINR_RUNROOT=/run/containr
cd /tmp || exit 1
facts=0

fact() {
	name=$1
	facts=$((facts + 1))
}

fail() {
	echo "FAIL: $name: $*"
}

equal() {
	[ "$1" = "$2" ] || fail "got '$2' instead of '$1'"
}

# as_user COMMAND...: an ordinary user's, in a cgroup that is root's.
user_home=/state/user
as_user() {
	HOME=$user_home XDG_RUNTIME_DIR=$user_home/run CONTAINR_ROOT=$user_home/root \
		CONTAINR_RUNROOT=$user_home/run/containr su -p -s /bin/sh -c 'exec "$@"' -- user sh "$@"
}

# in_place COMMAND...: the same, in a cgroup that was delegated to him. With controllers enabled in it
# it takes no process any more.
in_place() {
	(
		echo 0 2> /dev/null > $place/cgroup.procs || echo 0 > $place/supervisor/cgroup.procs
		as_user "$@"
	)
}

wait_until_empty() {
	tries=0
	while [ -n "$(find "$1" -mindepth 1 -type d)" ] && [ $tries -lt 50 ]; do
		tries=$((tries + 1))
		usleep 100000
	done
}

# in_line COMMAND...: its output with single blanks between the words.
in_line() {
	"$@" 2>&1 | xargs
}

# before root's containers, with the same images
mkdir -p $user_home/run
cp -a /state/root $user_home/root
chown -R 1000:1000 $user_home

fact "the host is pure v2"
equal "cgroup2" "$(awk '$2 ~ "^/sys/fs/cgroup" { print $3 }' /proc/mounts | tr '\n' ' ' | sed 's/ $//')"

fact "limits stand in the container's own cgroup"
equal "67108864 50 50000 100000" "$(containr run --rm --memory 64m --pids-limit 50 --cpus 0.5 busybox \
	sh -c 'cd /sys/fs/cgroup; echo $(cat memory.max pids.max cpu.max)' 2>&1)"

fact "the container sees its cgroup as the root"
equal "0::/" "$(containr run --rm busybox cat /proc/self/cgroup 2>&1)"

fact "a process too many cannot be forked"
containr run --rm --pids-limit 5 busybox sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait' \
	> out 2>&1
grep -q "can't fork" out || fail "no fork was refused: $(cat out)"

fact "a device that is not allowed cannot be opened, also where its node can be made"
equal "cat: can't open 'mem': Operation not permitted" \
	"$(containr run --rm busybox sh -c 'cd /tmp; mknod mem c 1 1 && cat mem' 2>&1)"
equal "fine" "$(containr run --rm busybox \
	sh -c 'cd /root; mknod n c 1 3 && echo x > n && echo x > /dev/null && echo fine' 2>&1)"

fact "a container that wants too much memory is killed, and that is known"
containr run --name hungry --memory 20m busybox tail /dev/zero > out 2>&1
equal 137 $?
containr inspect hungry | grep -qi '"oom_\{0,1\}killed": true' || fail "inspect: $(containr inspect hungry)"
grep -q '"Action":"oom"' /state/root/events.jsonl || fail "no event tells of it"
containr rm hungry > /dev/null || fail "rm"

fact "a container in the background can be looked at and stopped"
id=$(containr run -d --name web --memory 64m busybox sh -c 'trap "exit 3" TERM; echo up; sleep 1000 & wait')
equal "in" "$(containr exec web echo in 2>&1)"
equal "up" "$(containr logs web 2>&1)"
containr stats --no-stream web > out 2>&1 || fail "stats: $(cat out)"
grep -q "64MiB" out || fail "stats: $(cat out)"
[ -d "/sys/fs/cgroup/containr/$id" ] || fail "its cgroup is not there: $(find /sys/fs/cgroup -name "$id")"
equal "web" "$(containr stop web 2>&1)"
equal 3 "$(containr wait web)"
equal "web" "$(containr rm web 2>&1)"

fact "where a monitor was killed another one sees the output, the end and that it was for memory"
containr run -d --name lost -m 32m busybox sh -c \
	'while [ ! -e /go ]; do sleep 0.1; done; echo after; tail /dev/zero' > /dev/null
kill -9 "$(sed -n 's/^PPid:\t//p' "/proc/$(containr inspect --format '{{.State.Pid}}' lost)/status")"
usleep 100000
containr exec lost touch /go
containr wait lost > /dev/null
equal "exited true" "$(containr inspect --format '{{.State.Status}} {{.State.OOMKilled}}' lost)"
equal after "$(containr logs lost)"
equal oom "$(containr events --since 1h --until 0s --filter container=lost --filter event=oom --format '{{.Action}}')"
# this kernel is older than 6.15, or tells it
equal "$(case $(uname -r) in 6.1.*) echo false 255 ;; *) echo true 137 ;; esac)" \
	"$(containr inspect --format '{{.State.ExitCodeKnown}} {{.State.ExitCode}}' lost)"
containr rm lost > /dev/null

fact "in the foreground it is no guess either"
containr run --name front busybox sh -c \
	'echo up; while [ ! -e /go ]; do sleep 0.1; done; echo after; exit 7' > front.out 2> front.err &
client=$!
until grep -q up front.out; do usleep 10000; done
kill -9 "$(sed -n 's/^PPid:\t//p' "/proc/$(containr inspect --format '{{.State.Pid}}' front)/status")"
usleep 300000
containr exec front touch /go
status=0
wait $client || status=$?
equal "$(case $(uname -r) in 6.1.*) echo 125 ;; *) echo 7 ;; esac)" $status
equal "up after" "$(xargs < front.out)"
case $(uname -r) in
6.1.*) grep -q MONITOR_LOST front.err || fail "it said $(cat front.err)" ;;
esac
containr rm front > /dev/null

fact "what a container leaves running is killed with it"
containr run --rm busybox sh -c 'sleep 1000 & sleep 1000 &' || fail "run"

fact "the OCI runtime works the same"
mkdir -p bundle/rootfs/bin
cp /bin/busybox bundle/rootfs/bin/sh
(cd bundle && containr spec) || fail "spec"
sed -i 's/"terminal": true/"terminal": false/; s/"sh"$/"sh", "-c", "echo from the bundle"/' bundle/config.json
equal "from the bundle" "$(containr-runtime run -b bundle one 2>&1)"

# The bundles that follow share a root file system; their configurations come with the machine.
use_bundle() {
	cp "/bundles/$1.json" bundle/config.json
}

fact "resources of a bundle are files of v2"
use_bundle limits
containr-runtime run -d -b bundle box > out 2>&1 || fail "run: $(cat out)"
cd /sys/fs/cgroup/containr/box || fail "no cgroup"
equal "39 33554432 33554432 16777216 9 3" "$(in_line cat cpu.weight memory.max memory.swap.max memory.low pids.max cgroup.max.depth)"

fact "update changes them while it runs"
containr-runtime update --memory 41943040 --memory-swap 41943040 --pids-limit 11 --cpu-share 2048 box > /tmp/out 2>&1 || fail "update: $(cat /tmp/out)"
equal "79 41943040 0 11" "$(in_line cat cpu.weight memory.max memory.swap.max pids.max)"

fact "pause freezes it, and kill reaches it all the same"
containr-runtime pause box || fail "pause"
equal "1 paused" "$(cat cgroup.freeze) $(containr-runtime state box | sed -n 's/.*"status": *"\([a-z]*\)".*/\1/p')"
containr-runtime resume box || fail "resume"
equal 0 "$(cat cgroup.freeze)"
containr-runtime pause box
cd /tmp || exit 1
containr-runtime delete --force box || fail "delete"
[ ! -d /sys/fs/cgroup/containr/box ] || fail "its cgroup is left"

fact "events tell its numbers"
use_bundle pids
containr-runtime run -d -b bundle box > out 2>&1 || fail "run: $(cat out)"
containr-runtime events --stats box > out 2>&1 || fail "events: $(cat out)"
grep -q '"limit": *7' out || fail "events: $(cat out)"
containr-runtime delete --force box

fact "what only v1 knows is refused with its name"
use_bundle swappiness
containr-runtime run -b bundle box > out 2>&1 && fail "it ran"
grep -q swappiness out || fail "$(cat out)"

fact "a user namespace has its ids, on Debian 12's own kernel too"
use_bundle userns
mkdir -p bundle/rootfs/proc bundle/rootfs/dev bundle/rootfs/sys
chown -R 100000:100000 bundle/rootfs
for applet in id cat; do ln -sf sh bundle/rootfs/bin/$applet; done
equal "0 0 100000 1000" "$(in_line containr-runtime run -b bundle box)"

fact "containr pauses, updates and restarts"
containr run -d --name web --memory 64m busybox sleep 1000 > out 2>&1 || fail "run: $(cat out)"
equal "web" "$(containr pause web 2>&1)"
containr exec web true > out 2>&1 && fail "exec went into a paused one"
grep -q CONTAINER_PAUSED out || fail "$(cat out)"
equal "web" "$(containr unpause web 2>&1)"
equal "web" "$(containr update --memory 32m --memory-swap 32m web 2>&1)"
equal "33554432" "$(containr exec web cat /sys/fs/cgroup/memory.max 2>&1)"
equal "web" "$(containr restart -t 0 web 2>&1)"
equal "33554432" "$(containr exec web cat /sys/fs/cgroup/memory.max 2>&1)"
equal "web" "$(containr rm -f web 2>&1)"

# check_health AS...: as root, or as somebody else. Checks of a container are told by their exit codes.
check_health() {
	"$@" containr run -d --name ill --health-cmd 'test ! -e /slow || { setsid sleep 333 & sleep 333; }' \
		--health-interval 50ms --health-timeout 300ms --health-retries 1 busybox sleep 1000 > out 2>&1 ||
		fail "run: $(cat out)"
	wait_for_health healthy "$@"
	"$@" containr exec ill touch /slow
	wait_for_health unhealthy "$@"
	"$@" containr exec ill rm /slow
	wait_for_health healthy "$@"
	equal "" "$(ps -o args | grep '^sleep 333')"
	equal "ill" "$("$@" containr rm -f ill 2>&1)"
}

# wait_for_health STATUS AS...
wait_for_health() {
	wanted=$1
	tries=0
	shift
	while [ "$("$@" containr inspect --format '{{.State.Health.Status}}' ill)" != "$wanted" ] && [ $tries -lt 100 ]; do
		tries=$((tries + 1))
		usleep 100000
	done
	[ $tries -lt 100 ] || fail "not $wanted: $("$@" containr inspect ill | grep -A 60 '"Health"' | head -n 60)"
}

fact "health is checked, and a check that takes too long is killed with what it started"
check_health env

fact "an ordinary user to whom nothing was delegated is told how to get it"
as_user containr run --rm --pids-limit 5 busybox true > out 2>&1 && fail "it ran without its limit"
grep -q 'an ordinary user has no cgroups here' out || fail "$(cat out)"
grep -q 'systemd-run --user --scope -p Delegate=yes' out || fail "$(cat out)"
equal "0" "$(as_user containr run --rm busybox id -u 2>&1)"

# As systemd delegates: the folder, and the files that make it usable. The user's shell is in it.
place=/sys/fs/cgroup/user/manager
mkdir -p $place
echo "+memory +pids +cpu +io" > /sys/fs/cgroup/cgroup.subtree_control
echo "+memory +pids +cpu +io" > /sys/fs/cgroup/user/cgroup.subtree_control
chown 1000:1000 $place $place/cgroup.procs $place/cgroup.subtree_control $place/cgroup.threads

fact "an ordinary user's limits stand in a cgroup of what is delegated to him"
equal "67108864 50 50000 100000" "$(in_place containr run --rm --memory 64m --pids-limit 50 --cpus 0.5 busybox \
	sh -c 'cd /sys/fs/cgroup; echo $(cat memory.max pids.max cpu.max)' 2>&1)"
in_place containr run --rm --pids-limit 5 busybox sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait' \
	> out 2>&1
grep -q "can't fork" out || fail "no fork was refused: $(cat out)"

fact "he pauses, updates, looks at and stops it, from inside and from elsewhere"
id=$(in_place containr run -d --name mine --memory 64m busybox sh -c 'trap "exit 3" TERM; sleep 1000 & wait' 2>&1)
[ -d "$place/containr/$id" ] || fail "its cgroup is not there: $id, $(find /sys/fs/cgroup -name "$id")"
for where in in_place as_user; do
	equal "mine" "$($where containr pause mine 2>&1)"
	equal "1 paused" "$(cat $place/containr/"$id"/cgroup.freeze) $(as_user containr ps -a --format '{{.State}}')"
	equal "mine" "$($where containr unpause mine 2>&1)"
	$where containr stats --no-stream mine > out 2>&1 || fail "stats: $(cat out)"
	grep -q "64MiB" out || fail "stats: $(cat out)"
done
equal "mine" "$(in_place containr update --memory 32m --memory-swap 32m mine 2>&1)"
equal "33554432" "$(in_place containr exec mine cat /sys/fs/cgroup/memory.max 2>&1)"
equal "0::/" "$(in_place containr exec mine cat /proc/self/cgroup 2>&1)"
as_user containr exec mine true > out 2>&1 && fail "exec moved a process from elsewhere into it"
grep -q 'PERMISSION_DENIED.*cannot enter the cgroup' out || fail "$(cat out)"
grep -q 'run it where cgroups are delegated: systemd-run --user --scope' out || fail "$(cat out)"
equal "mine" "$(in_place containr stop mine 2>&1)"
equal 3 "$(as_user containr wait mine 2>&1)"
equal "mine" "$(in_place containr start mine 2>&1)"
equal "mine" "$(as_user containr rm -f mine 2>&1)"

fact "health of his containers is checked"
check_health in_place

fact "his container that wants too much memory is killed, and that is known"
in_place containr run --name hungry --memory 20m busybox tail /dev/zero > out 2>&1
equal 137 $?
as_user containr inspect hungry | grep -qi '"oom_\{0,1\}killed": true' || fail "inspect: $(as_user containr inspect hungry)"
as_user containr rm hungry > /dev/null || fail "rm"

fact "his OCI runtime has the delegated cgroup too"
use_bundle users
chown -R 1000:1000 bundle
in_place containr-runtime run -d -b bundle box > out 2>&1 < /dev/null || fail "run: $(cat out)"
equal "7" "$(cat $place/containr/box/pids.max)"
as_user containr-runtime pause box || fail "pause"
equal "1" "$(cat $place/containr/box/cgroup.freeze)"
as_user containr-runtime kill --all box KILL || fail "kill"
as_user containr-runtime delete --force box || fail "delete"
[ ! -d $place/containr/box ] || fail "its cgroup is left"

fact "of what was delegated nothing stays but the folder of containr and the user's own processes"
wait_until_empty $place/containr
equal "containr supervisor" "$(find $place -mindepth 1 -maxdepth 1 -type d | sed 's,.*/,,' | sort | xargs)"
equal "" "$(ls -A $user_home/run/containr/cgroups 2>&1)"

fact "nothing is left"
tries=0
while left=$(find /sys/fs/cgroup/containr /state/root/containers /state/root/names /run/containr/containers \
	-mindepth 1 ! -type f 2> /dev/null; ps -o pid,comm | grep -E 'sleep|containr' | grep -v grep); [ -n "$left" ] && [ $tries -lt 50 ]; do
	tries=$((tries + 1))
	usleep 100000
done
equal "" "$left"
echo "FACTS $facts"
sync
poweroff -f
