#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs as a service of systemd in the virtual machine of systemd_test.sh. Prints FAIL lines, and at last
# how many facts it stated.
export PATH=/containr/bin:/usr/bin:/usr/sbin LC_ALL=C HOME=/
export CONTAINR_ROOT=/state/root CONTAINR_RUNROOT=/run/containr
cd /tmp || exit 1
facts=0

fact() {
	name=$1
	facts=$((facts + 1))
	echo "# $name"
}

fail() {
	echo "FAIL: $name: $*"
}

equal() {
	[ "$1" = "$2" ] || fail "got '$2' instead of '$1'"
}

# show UNIT PROPERTY...: their values, with blanks between.
show() {
	unit=$1
	shift
	for property; do
		systemctl show -P "$property" "$unit" 2>&1
	done | xargs
}

# left: units of containers that are still there.
left() {
	systemctl list-units --all --plain --no-legend '*containr*.scope' 2>&1
}

wait_for() {
	tries=0
	until "$@" > /dev/null 2>&1 || [ $tries -ge 50 ]; do
		tries=$((tries + 1))
		usleep 100000
	done
}

# before root's containers, with the same images
user_home=/state/user
mkdir -p $user_home
cp -a /state/root $user_home/root
chown -R 1000:1000 $user_home

fact "a container is a scope of machine.slice, with its limits as properties"
id=$(containr --cgroup-manager systemd run -d --name web --memory 64m --pids-limit 50 --cpus 0.5 \
	busybox sh -c 'trap "exit 3" TERM; sleep 1000 & wait' 2>&1)
unit=containr-$id.scope
equal "active machine.slice /machine.slice/$unit yes" "$(show "$unit" ActiveState Slice ControlGroup Delegate)"
equal "67108864 50 500ms" "$(show "$unit" MemoryMax TasksMax CPUQuotaPerSecUSec)"
cd "/sys/fs/cgroup/machine.slice/$unit" || fail "it has no cgroup"
equal "67108864 50 50000 100000" "$(cat memory.max pids.max cpu.max | xargs)"
equal "2" "$(wc -l < cgroup.procs)"
cd /tmp || exit 1

fact "nobody but its processes is in there"
while read -r pid; do
	grep -q "^sh\|^sleep" "/proc/$pid/comm" || fail "$(cat "/proc/$pid/comm") is in there"
done < "/sys/fs/cgroup/machine.slice/$unit/cgroup.procs"

fact "exec, pause, stats and update reach it"
equal "0::/" "$(containr exec web cat /proc/self/cgroup 2>&1)"
equal "web" "$(containr pause web 2>&1)"
equal "1" "$(cat "/sys/fs/cgroup/machine.slice/$unit/cgroup.freeze")"
equal "web" "$(containr unpause web 2>&1)"
containr stats --no-stream web 2>&1 | grep -q 64MiB || fail "stats: $(containr stats --no-stream web 2>&1)"
equal "web" "$(containr update --memory 32m --memory-swap 32m --pids-limit 40 web 2>&1)"
equal "33554432 40" "$(show "$unit" MemoryMax TasksMax)"
equal "33554432 40" "$(cat "/sys/fs/cgroup/machine.slice/$unit/memory.max" "/sys/fs/cgroup/machine.slice/$unit/pids.max" | xargs)"

fact "a reload of systemd leaves the limits and the devices as they are"
systemctl daemon-reload
equal "33554432 40 50000 100000" "$(cd "/sys/fs/cgroup/machine.slice/$unit" && cat memory.max pids.max cpu.max | xargs)"
equal "cat: can't open 'mem': Operation not permitted" \
	"$(containr exec web sh -c 'cd /tmp; mknod mem c 1 1 && cat mem' 2>&1)"

fact "systemctl stop ends the container, and containr knows how"
equal "web" "$(containr restart -t 0 web 2>&1)"
equal "active 33554432" "$(show "$unit" ActiveState MemoryMax)"
systemctl stop "$unit" || fail "stop"
equal "3" "$(containr wait web 2>&1)"
wait_for sh -c '! systemctl is-active -q '"$unit"
equal "" "$(left)"
equal "web" "$(containr rm web 2>&1)"

fact "its memory is counted there, and an OOM kill is known"
containr --cgroup-manager systemd run --name hungry --memory 20m busybox tail /dev/zero > out 2>&1
equal 137 $?
containr inspect hungry | grep -qi '"oom_\{0,1\}killed": true' || fail "inspect: $(containr inspect hungry)"
containr rm hungry > /dev/null || fail "rm"
equal "" "$(left)"

fact "--cgroup-parent names the slice, which systemd makes, and the variable chooses the manager"
export CONTAINR_CGROUP_MANAGER=systemd
equal "0::/shop.slice/shop-front.slice" "$(containr run --rm --cgroupns host --cgroup-parent shop-front.slice \
	busybox cat /proc/self/cgroup 2>&1 | sed 's,/containr-.*,,')"
containr run --rm --cgroup-parent /shop busybox true > out 2>&1 && fail "it took a path for a slice"
grep -q "'/shop' is no slice of systemd" out || fail "$(cat out)"
unset CONTAINR_CGROUP_MANAGER
equal "" "$(left)"

fact "annotations are properties of the unit"
containr --cgroup-manager systemd run -d --name noted --annotation "org.systemd.property.TimeoutStopSec=uint64 7" \
	--annotation "org.systemd.property.CPUWeight=uint64 77" busybox sleep 1000 > id 2>&1
equal "7s 77" "$(show "containr-$(cat id).scope" TimeoutStopUSec CPUWeight)"
equal "77" "$(cat "/sys/fs/cgroup/machine.slice/containr-$(cat id).scope/cpu.weight")"
containr rm -f noted > out 2>&1 || fail "rm: $(cat out)"
containr --cgroup-manager systemd run --rm --annotation "org.systemd.property.NoSuch=true" busybox true > out 2>&1 &&
	fail "an unknown property was accepted"
grep -q "CGROUP_SETUP.*systemd: cannot start 'containr-.*NoSuch" out || fail "$(cat out)"
equal "" "$(left)"

fact "what cannot be started leaves no unit"
containr --cgroup-manager systemd run --rm busybox /no/such > out 2>&1
equal 127 $?
containr --cgroup-manager systemd run --rm --memory 4096m --memory-swap 2m busybox true > out 2>&1 && fail "it ran"
equal "" "$(left)"

fact "the OCI runtime makes a scope of SLICE:PREFIX:NAME, and delete ends it"
mkdir -p bundle/rootfs/bin
cp /bin/busybox bundle/rootfs/bin/sh
cp /bundles/scope.json bundle/config.json
containr-runtime run -b bundle one > out 2>&1 && fail "it ran with the other manager"
grep -q "is a path of the systemd cgroup manager" out || fail "$(cat out)"
mkfifo input
sleep 1000 > input &
containr-runtime --systemd-cgroup create -b bundle one > out 2>&1 < input || fail "create: $(cat out)"
equal "active pods.slice 7" "$(show box-one.scope ActiveState Slice TasksMax)"
containr-runtime start one || fail "start"
containr-runtime --systemd-cgroup update --pids-limit 9 one || fail "update"
equal "9 9" "$(show box-one.scope TasksMax) $(cat /sys/fs/cgroup/pods.slice/box-one.scope/pids.max)"
containr-runtime pause one || fail "pause"
equal paused "$(containr-runtime state one | sed -n 's/.*"status": *"\([a-z]*\)".*/\1/p')"
containr-runtime resume one || fail "resume"
containr-runtime delete --force one || fail "delete"
equal "inactive" "$(systemctl is-active box-one.scope)"
equal "" "$(systemctl list-units --all --plain --no-legend 'box-*')"
cp /bundles/path.json bundle/config.json
containr-runtime --systemd-cgroup run -b bundle one > out 2>&1 < /dev/null && fail "it took a path"
grep -q "'/pods' is not SLICE:PREFIX:NAME" out || fail "$(cat out)"
cp /bundles/none.json bundle/config.json
equal "0::/system.slice/containr-one.scope" "$(containr-runtime --systemd-cgroup run -b bundle one 2>&1 < /dev/null)"
equal "" "$(left)"

# An ordinary user whose session is no part of his systemd's cgroup, as with ssh.
systemctl start user@1000.service || fail "no systemd of a user"
as_user() {
	HOME=$user_home XDG_RUNTIME_DIR=/run/user/1000 CONTAINR_ROOT=$user_home/root \
		CONTAINR_RUNROOT=/run/user/1000/containr su -p -s /bin/sh -c 'exec "$@"' -- user sh "$@"
}
users=/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service

fact "an ordinary user's container is a scope of his own systemd, with limits"
id=$(as_user containr --cgroup-manager systemd run -d --name mine --memory 64m --pids-limit 50 busybox \
	sh -c 'trap "exit 3" TERM; sleep 1000 & wait' 2>&1)
place=$users/user.slice/containr-$id.scope
equal "67108864 50" "$(cat "$place/memory.max" "$place/pids.max" 2>&1 | xargs)"
equal "2" "$(wc -l < "$place/cgroup.procs")"
equal "active" "$(as_user systemctl --user show -P ActiveState "containr-$id.scope")"
equal "mine" "$(as_user containr pause mine 2>&1)"
equal "1" "$(cat "$place/cgroup.freeze")"
equal "mine" "$(as_user containr unpause mine 2>&1)"
as_user containr exec mine true > out 2>&1 && fail "exec moved a process from elsewhere"
grep -q 'run it where cgroups are delegated: systemd-run --user --scope' out || fail "$(cat out)"
equal "in" "$(as_user systemd-run --user --scope -q containr exec mine echo in 2>&1)"
equal "mine" "$(as_user containr stop mine 2>&1)"
equal "3" "$(as_user containr wait mine 2>&1)"
equal "mine" "$(as_user containr rm mine 2>&1)"
equal "0::/" "$(as_user containr --cgroup-manager systemd run --rm busybox cat /proc/self/cgroup 2>&1)"
wait_for test ! -d "$place"
equal "" "$(as_user systemctl --user list-units --all --plain --no-legend '*containr*')"

# systemd kills what a service leaves running, the one who cleans up too: that is made good by the next
fact "a service with a user of its own has those of its unit, and makes room in it"
equal "67108864" "$(systemd-run -q --pipe --wait -p User=user -p Delegate=yes -E HOME=$user_home \
	-E XDG_RUNTIME_DIR=/run/user/1000 -E CONTAINR_ROOT=$user_home/root -E CONTAINR_RUNROOT=/run/user/1000/containr \
	-E PATH="$PATH" containr run --rm --memory 64m busybox cat /sys/fs/cgroup/memory.max 2>&1)"

fact "what his systemd starts has delegated cgroups, without being asked for a scope"
equal "67108864" "$(as_user systemd-run --user --scope -q -p Delegate=yes \
	containr run --rm --memory 64m busybox cat /sys/fs/cgroup/memory.max 2>&1)"

fact "without its bus the manager is refused with a word on what to do"
DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nowhere containr --cgroup-manager systemd run --rm busybox true > out 2>&1 &&
	fail "it ran"
grep -q 'cannot connect to the system bus of systemd' out || fail "$(cat out)"
grep -q 'use --cgroup-manager cgroupfs' out || fail "$(cat out)"

fact "nothing is left"
remains() {
	find /state/root/containers /state/root/names $user_home/root/containers $user_home/root/names \
		/run/containr/containers /run/containr/cgroups /run/user/1000/containr/cgroups -mindepth 1 2> /dev/null
	find /sys/fs/cgroup -name '*containr-*'
	# shellcheck disable=SC2009 # there is no pgrep
	busybox ps -o pid,comm | grep containr
}
# what a monitor becomes may still be at work
nothing_remains() {
	[ -z "$(remains)" ]
}
wait_for nothing_remains
equal "" "$(remains)"
echo "FACTS $facts"
sync
poweroff -f
