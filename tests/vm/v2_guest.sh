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

# in_line COMMAND...: its output with single blanks between the words.
in_line() {
	"$@" 2>&1 | xargs
}

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
