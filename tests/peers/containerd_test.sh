#!/bin/bash
# SPDX-License-Identifier: MIT
# containerd and its shim for runc work with containr-runtime as they do with runc.
# shellcheck source=../system/lib.sh
. "$(dirname "$0")/../system/lib.sh"

for tool in containerd ctr containerd-shim-runc-v2; do
	command -v $tool > /dev/null || skip "$tool is not installed"
done

# shellcheck source=engine.sh
. "$CONTAINR_SOURCE/tests/peers/engine.sh"

cat > config.toml << EOF
version = 2
root = "$scratch/containerd"
state = "$scratch/containerd-run"
disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]
[grpc]
  address = "$scratch/containerd.sock"
[ttrpc]
  address = "$scratch/containerd.ttrpc"
EOF
# the namespace is the parent of the containers' cgroups
export CONTAINERD_ADDRESS=$scratch/containerd.sock CONTAINERD_NAMESPACE=$parent
containerd --config config.toml > containerd.log 2>&1 &
engine_pid=$!
wait_for ctr version

# make_image: image.tar as docker save writes it.
make_image() {
	local digest

	make_layer
	digest=$(sha256sum layer.tar)
	cat > image.json <<- EOF_IMAGE
	{"architecture": "amd64", "os": "linux", "config": {"Env": ["PATH=/bin"], "Cmd": ["sh"]},
	 "rootfs": {"type": "layers", "diff_ids": ["sha256:${digest%% *}"]}}
	EOF_IMAGE
	echo '[{"Config": "image.json", "RepoTags": ["'$image'"], "Layers": ["layer.tar"]}]' \
		> manifest.json
	tar -cf image.tar image.json manifest.json layer.tar
}

image=docker.io/library/box:latest
make_image
ctr image import image.tar > import.out 2>&1 ||
	skip "containerd does not work here: $(tail -n 1 import.out)"

# run OPTION... IMAGE ID [COMMAND...]
run() {
	ctr run --runc-binary "$CONTAINR_BUILD/bin/containr-runtime" "$@"
}

# task_status ID
task_status() {
	ctr task ls | sed -n "s/^$1  *[0-9]*  *\([A-Z]*\).*/\1/p"
}
has_status() { [ "$(task_status "$1")" = "$2" ]; }

# remove ID: a task that has ended and its container.
remove() {
	ctr task rm "$1" > out 2> task.err || fail "task rm $1: $(cat task.err)"
	ctr container rm "$1" > out 2> err || fail "container rm $1: $(cat err)"
}

ctr events > events.out &
events_pid=$!

fact "run passes output, input and exit code on"
expect_output "hello" -- run --rm $image one echo hello
expect_status 7 -- run --rm $image two sh -c 'exit 7'
# shellcheck disable=SC2016 # expanded in the container
equal "typed" "$(echo typed | run --rm $image three sh -c 'read -r line; echo $line')"

fact "what cannot be executed is told"
expect_status 1 -- run --rm $image four nosuch
equal "ctr: failed to create shim task: OCI runtime create failed: cannot execute 'nosuch': executable file not found in \$PATH: unknown" \
	"$(cat err)"
expect_status 1 -- run --rm $image five /etc/passwd
matches "*OCI runtime create failed: cannot execute '/etc/passwd': permission denied: unknown" "$(cat err)"

fact "run -t has a terminal"
declare -p CONTAINERD_ADDRESS CONTAINERD_NAMESPACE CONTAINR_BUILD image > shell
declare -f run >> shell
equal "/dev/pts/0" "$(on_terminal run --rm -t $image six tty)"

fact "limits hold, on whichever cgroups there are"
expect_output "4194304" -- run --rm --memory-limit 4194304 \
	--mount type=cgroup,src=cgroup,dst=/sys/fs/cgroup,options=ro:nosuid $image limited \
	sh -c 'for f in memory/memory.limit_in_bytes memory.max; do
		test ! -f /sys/fs/cgroup/$f || cat /sys/fs/cgroup/$f; done'
expect_status 137 -- run --rm --memory-limit 8388608 $image greedy \
	sh -c 'x=a; while :; do x=$x$x; done'

fact "options of a process and of its root folder hold"
expect_status 1 -- run --rm --read-only $image sealed touch /x
equal "touch: /x: Read-only file system" "$(cat err)"
# shellcheck disable=SC2016 # expanded in the container
expect_output "b /tmp" -- run --rm --env A=b --cwd /tmp $image placed sh -c 'echo $A $(pwd)'
expect_output "CapEff:	00000000a80425fa" -- run --rm --cap-drop CAP_CHOWN $image meek \
	grep CapEff /proc/self/status
expect_output "Seccomp:	2" -- run --rm --seccomp $image filtered grep Seccomp: /proc/self/status
expect_status 0 -- run --rm --net-host $image networked true

fact "a container runs in the background"
# shellcheck disable=SC2016 # expanded in the container
expect_status 0 -- run -d --null-io --pid-file pid $image web \
	sh -c 'trap "exit 9" USR1; while :; do sleep 0.05; done'
equal RUNNING "$(task_status web)"
matches "PID *$(cat pid) *" "$(ctr task ps web | tr '\n' ' ')"

fact "exec runs in it and passes the exit code on"
expect_output "inside" -- ctr task exec --exec-id a web echo inside
expect_status 5 -- ctr task exec --exec-id b web sh -c 'exit 5'
equal "typed" "$(echo typed | ctr task exec --exec-id c web sh -c 'read -r line; echo $line')"
expect_status 1 -- ctr task exec --exec-id d web nosuch
equal "ctr: OCI runtime exec failed: cannot execute 'nosuch': executable file not found in \$PATH: unknown" \
	"$(cat err)"
equal "/dev/pts/0" "$(on_terminal ctr task exec -t --exec-id e web \
	"sh -c 'tty; sleep 0.2'")"

fact "metrics are read from its cgroup"
matches "*pids.current *[1-9]*" "$(ctr task metrics web)"

fact "pause and resume"
expect_status 0 -- ctr task pause web
equal PAUSED "$(task_status web)"
expect_status 0 -- ctr task resume web
equal RUNNING "$(task_status web)"

fact "kill sends the signal that is named, and the exit code comes back"
expect_status 0 -- ctr task kill -s USR1 web
wait_for has_status web STOPPED
remove web
matches "*exit code 9*" "$(cat task.err)"
equal "" "$(ctr container ls -q)"

fact "an id is free again, and kill --all ends everything"
expect_status 0 -- run -d --null-io $image web sh -c 'sleep 1000 & sleep 1000'
expect_status 0 -- ctr task kill --all -s KILL web
wait_for has_status web STOPPED
remove web

fact "a cgroup that a killed runtime has left is taken over"
for dir in /sys/fs/cgroup /sys/fs/cgroup/*; do
	[ ! -d "$dir/$parent" ] || mkdir "$dir/$parent/again"
done
expect_output "through" -- run --rm $image again echo through

fact "events tell all of it"
kill "$events_pid"
wait "$events_pid" || true
for topic in create start exec-added exec-started paused resumed exit delete oom; do
	grep -q "/tasks/$topic " events.out || fail "no event /tasks/$topic"
done

fact "nothing is left: no state, no cgroup, no process, no mount"
leftovers() {
	find /run/containerd/runc "$scratch"/containerd-run/io.containerd.runtime.v2.task \
		-mindepth 2 2> /dev/null
	cgroups | grep "$parent/." || true
	grep -E " $scratch/.*rootfs" /proc/self/mountinfo || true
	pgrep -af '^[^ ]*containerd-shim' || true
}
nothing_left() {
	[ -z "$(leftovers)" ]
}
[ -n "$(cgroups)" ] || fail "the containers were not in cgroups of ours"
wait_for nothing_left
equal "" "$(leftovers)"
expect_status 0 -- kill "$engine_pid"
wait "$engine_pid" || true
engine_pid=''
remove_cgroups
equal "" "$(cgroups)"

finish
