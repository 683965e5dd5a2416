#!/bin/bash
# SPDX-License-Identifier: MIT
# What the options of `run` do, seen from inside the container.
. "$(dirname "$0")/lib.sh"

# inside OPTION... -- COMMAND...: the output of a container that is thrown away.
inside() {
	local options=()

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	containr run --rm "${options[@]}" busybox "$@" < /dev/null 2>&1
}

fact "output and exit code of the command are those of run"
expect_output hello -- containr run --rm busybox echo hello
expect_status 7 -- containr run --rm busybox sh -c 'exit 7'
expect_status 137 -- containr run --rm --init busybox sh -c 'kill -KILL $$'
assert_nothing_left

fact "standard output and standard error stay apart"
containr run --rm busybox sh -c 'echo out; echo err >&2' > out 2> err
equal out "$(cat out)"
equal err "$(cat err)"

fact "standard input is passed on with -i, and is empty without"
equal "from outside" "$(echo "from outside" | containr run --rm -i busybox cat)"
equal "" "$(echo "from outside" | containr run --rm busybox cat)"
head -c 3000000 /dev/zero > big
equal 3000000 "$(containr run --rm -i busybox wc -c < big)"

fact "-t gives the container a terminal"
script -qec "containr run --rm -t busybox sh -c 'tty; test -t 0 && test -t 1 && test -t 2 && echo yes'" \
	/dev/null > out < /dev/null
equal "/dev/pts/0 yes" "$(tr -d '\r' < out | tr '\n' ' ' | sed 's/ $//')"
fact "-it passes keys on, and the exit code back"
status=0
(sleep 0.5; printf 'exit 5\r') | script -qec "containr run --rm -it busybox sh" /dev/null > out || status=$?
equal 5 $status
assert_nothing_left

fact "--hostname sets the name of the host, otherwise it is the short id"
equal box "$(inside --hostname box -- hostname)"
equal box "$(inside --hostname box -- cat /etc/hostname)"
id=$(containr run -d --name web busybox hostname)
containr wait web > /dev/null
equal "${id:0:12}" "$(containr logs web)"
equal web "$(containr rm web)"

fact "--workdir, --env and --entrypoint"
equal /etc "$(inside -w /etc -- pwd)"
equal "1 two words" "$(inside -e A=1 -e 'B=two words' -- sh -c 'echo $A $B')"
equal passed "$(FROM_CALLER=passed inside -e FROM_CALLER -- sh -c 'echo $FROM_CALLER')"
equal "" "$(inside -e NOT_SET_BY_CALLER -- sh -c 'echo $NOT_SET_BY_CALLER')"
equal "a b" "$(inside --entrypoint /bin/echo -- a b)"

fact "--user takes names and numbers"
equal "nobody 65534" "$(inside -u nobody -- sh -c 'echo $(id -un) $(id -g)')"
equal "1234 0" "$(inside -u 1234 -- sh -c 'echo $(id -u) $(id -g)')"
equal "1234 99" "$(inside -u 1234:99 -- sh -c 'echo $(id -u) $(id -g)')"

fact "volumes are writable, and read-only with ro"
mkdir shared
inside -v "$scratch/shared:/data" -- sh -c 'echo written > /data/file'
equal written "$(cat shared/file)"
equal written "$(inside -v ./shared:/data:ro -- cat /data/file)"
expect_status 1 -- containr run --rm -v "$scratch/shared:/data:ro" busybox touch /data/other
equal written "$(inside --mount "type=bind,src=$scratch/shared,dst=/data,ro" -- cat /data/file)"
[ ! -e shared/other ] || fail "a read-only volume was written to"

fact "tmpfs mounts have their options"
matches "tmpfs*size=1024k*" \
	"$(inside --tmpfs /cache:size=1m -- sh -c 'grep " /cache " /proc/mounts')"
matches "tmpfs /cache tmpfs *" \
	"$(inside --mount type=tmpfs,dst=/cache -- sh -c 'grep " /cache " /proc/mounts')"

fact "--read-only makes the root file system read-only, and nothing else"
expect_status 1 -- containr run --rm --read-only busybox touch /file
matches "*Read-only file system*" "$(cat err)"
expect_status 0 -- containr run --rm --read-only --tmpfs /tmp busybox touch /tmp/file

fact "what a container writes is its own"
containr run --name first busybox touch /made
expect_status 1 -- containr run --rm busybox ls /made
equal first "$(containr rm first)"

fact "--init runs a first process that collects orphans"
matches "*containr-init*" "$(inside --init -- sh -c 'tr "\0" " " < /proc/1/cmdline')"
expect_status 9 -- containr run --rm --init busybox sh -c 'exit 9'

status_field() {
	sed -n "s/^$1:[[:space:]]*//p"
}

fact "capabilities are docker's, and --cap-drop and --cap-add change them"
equal 00000000a80425fb "$(inside -- cat /proc/self/status | status_field CapEff)"
equal 00000000a80425fb "$(inside -- cat /proc/self/status | status_field CapBnd)"
equal 0000000000000000 "$(inside --cap-drop ALL -- cat /proc/self/status | status_field CapEff)"
equal 0000000000000400 \
	"$(inside --cap-drop ALL --cap-add NET_BIND_SERVICE -- cat /proc/self/status | status_field CapEff)"
equal 00000000a80435fb \
	"$(inside --cap-add CAP_NET_ADMIN -- cat /proc/self/status | status_field CapEff)"
equal "$(status_field CapEff < /proc/self/status)" \
	"$(inside --cap-add ALL -- cat /proc/self/status | status_field CapEff)"
equal 0000000000000000 "$(inside -u nobody -- cat /proc/self/status | status_field CapEff)"

fact "a system call filter and no_new_privs hold, unless they are asked away"
equal 2 "$(inside -- cat /proc/self/status | status_field Seccomp)"
equal 0 "$(inside --security-opt seccomp=unconfined -- cat /proc/self/status | status_field Seccomp)"
equal 1 "$(inside -- cat /proc/self/status | status_field NoNewPrivs)"
equal 0 "$(inside --security-opt no-new-privileges=false -- cat /proc/self/status | status_field NoNewPrivs)"

fact "all namespaces are the container's own"
for ns in cgroup ipc mnt net pid uts; do
	[ "$(readlink /proc/self/ns/$ns)" != "$(inside -- readlink /proc/self/ns/$ns)" ] ||
		fail "the $ns namespace is that of the host"
done
equal 1 "$(inside -- sh -c 'echo $$')"

fact "--network none has a loopback that is up; host has the host's network"
equal lo "$(inside -- ls /sys/class/net)"
matches "*LOOPBACK,UP*" "$(inside -- ip link show lo)"
equal "$(readlink /proc/self/ns/net)" "$(inside --network host -- readlink /proc/self/ns/net)"

fact "the host's kernel settings are masked or read-only"
expect_status 1 -- containr run --rm busybox sh -c 'echo 1 > /proc/sys/kernel/panic'
equal 0 "$(inside -- sh -c 'wc -c < /proc/keys')"
matches "*ro,*" "$(inside -- sh -c 'grep " /sys " /proc/mounts')"

fact "ulimits are set"
equal 512 "$(inside --ulimit nofile=512:512 -- sh -c 'ulimit -n')"

fact "no descriptor of the caller gets in"
exec 9< /etc/hostname
containr run -d --name fds busybox sleep 100 > /dev/null
equal "0 1 2" "$(containr exec fds ls /proc/1/fd | tr '\n' ' ' | sed 's/ $//')"
# a shell gives what it puts into the background another standard input, which takes a moment
equal "0 1 2" "$(containr exec fds sh -c 'sleep 2 & sleep 0.2; ls /proc/$!/fd' | tr '\n' ' ' | sed 's/ $//')"
equal fds "$(containr rm -f fds)"
exec 9<&-

fact "--dry-run prints a plan and changes nothing"
containr run --dry-run -m 64m busybox true > plan.json
is_json plan.json
assert_nothing_left

finish
