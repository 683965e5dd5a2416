#!/bin/bash
# SPDX-License-Identifier: MIT
# podman works with containr-runtime below it as it does with crun.
# shellcheck source=../system/lib.sh
. "$(dirname "$0")/../system/lib.sh"

for tool in podman conmon busybox; do
	command -v $tool > /dev/null || skip "$tool is not installed"
done

# podman keeps locks and sockets in /run whatever it is told: it gets one of its own.
mount -t tmpfs run /run
cat > containers.conf << 'EOF'
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
EOF
export CONTAINERS_CONF=$scratch/containers.conf

podman() {
	command podman --root "$scratch/podman" --runroot "$scratch/podman-run" \
		--storage-driver vfs --runtime "$CONTAINR_BUILD/bin/containr-runtime" "$@"
}

# All cgroups of this run of the test lie below one.
parent=/containr-test-${scratch##*.}

# run OPTION...: without a network, whose set-up is no work of the runtime.
run() {
	podman run --network none --cgroup-parent "$parent" "$@"
}

# on_terminal COMMAND...: with a terminal for its standard streams; carriage returns and
# the echo of the end of the input are dropped.
on_terminal() {
	declare -p CONTAINERS_CONF scratch CONTAINR_BUILD parent > shell
	declare -f podman run >> shell
	SHELL=/bin/bash script -qec ". ./shell; $*" /dev/null < /dev/null | tr -d '\r' | sed 's/\^@//'
}

busybox=$(command -v busybox)
mkdir -p tree/bin tree/proc tree/dev tree/sys tree/etc tree/tmp
cp "$busybox" tree/bin/busybox
for applet in cat echo id kill ls ps sh sleep test true tty; do
	ln -s busybox tree/bin/$applet
done
echo root:x:0:0:root:/root:/bin/sh > tree/etc/passwd
tar -C tree -cf tree.tar .
podman import -q tree.tar box > import.out 2> import.err ||
	skip "podman does not work here: $(tail -n 1 import.err)"

cgroups() {
	find /sys/fs/cgroup -depth -type d -path "*$parent*" 2> /dev/null || true
}

fact "run passes output and exit code on"
expect_output "hello from podman" -- run --rm box echo hello from podman
expect_status 7 -- run --rm box sh -c 'exit 7'

fact "standard input reaches the container"
equal "typed" "$(echo typed | run --rm -i box cat)"

fact "a command that is not there is 127, one that cannot be executed 126"
expect_status 127 -- run --rm box nosuch
expect_status 126 -- run --rm box /etc/passwd

fact "the limits that podman asks for hold"
expect_output "2097152
33" -- run --rm --memory 2m --pids-limit 33 --entrypoint '["/bin/sh", "-c"]' box \
	'for f in memory/memory.limit_in_bytes memory.max; do
		test ! -f /sys/fs/cgroup/$f || cat /sys/fs/cgroup/$f; done
	for f in pids/pids.max pids.max; do
		test ! -f /sys/fs/cgroup/$f || cat /sys/fs/cgroup/$f; done'

fact "user and working folder are those of the options"
expect_output "33 44 /tmp" -- run --rm --user 33:44 --workdir /tmp box \
	sh -c 'echo $(id -u) $(id -g) $(pwd)'

fact "run -it has a terminal"
equal "/dev/pts/0" "$(on_terminal run --rm -it box tty)"

fact "a container runs in the background"
run -d --name web box sh -c 'echo to stdout; echo to stderr >&2; sleep 1000' > id
id=$(cat id)
equal "$id" "$(podman ps -q --no-trunc)"
equal running "$(podman inspect -f '{{.State.Status}}' web)"
conmon_pid=$(cat "$(podman inspect -f '{{.ConmonPidFile}}' web)")

fact "logs show what it wrote"
wait_for sh -c "test \$(wc -l < '$scratch'/podman/vfs-containers/$id/userdata/ctr.log) = 2"
podman logs web > out 2> err
equal "to stdout" "$(cat out)"
equal "to stderr" "$(cat err)"

fact "exec runs in it and passes the exit code on"
expect_output "inside" -- podman exec web echo inside
expect_status 5 -- podman exec web sh -c 'exit 5'
matches "*sleep 1000*" "$(podman exec web ps)"
expect_status 127 -- podman exec web nosuch

fact "exec -t has a terminal"
equal "/dev/pts/0" "$(on_terminal podman exec -it web tty)"

fact "stats are read from its cgroup"
matches "web [1-9]*" "$(podman stats --no-stream --format '{{.Name}} {{.PIDs}}' web)"

fact "a container that is there keeps its name"
expect_status 125 -- run -d --name web box true

fact "stop ends it, and podman learns how"
expect_status 0 -- podman stop -t 1 web
equal "exited 137" "$(podman inspect -f '{{.State.Status}} {{.State.ExitCode}}' web)"
expect_status 0 -- podman rm web

fact "kill sends the signal that is named"
run -d --name trap box sh -c 'trap "exit 9" USR1; echo ready; while :; do sleep 0.05; done' > id
wait_for sh -c "grep -q ready '$scratch'/podman/vfs-containers/$(cat id)/userdata/ctr.log"
expect_status 0 -- podman kill -s USR1 trap
equal 9 "$(podman wait trap)"
expect_status 0 -- podman rm trap

fact "create and start are two steps"
podman create --name later --network none --cgroup-parent "$parent" box sh -c 'echo started' > /dev/null
equal created "$(podman inspect -f '{{.State.Status}}' later)"
expect_output "started" -- podman start -a later
expect_status 0 -- podman rm -f later

fact "nothing is left: no state, no cgroup, no process"
leftovers() {
	find /run/containr-runtime -mindepth 1
	cgroups | grep /libpod- || true
	! [ -d "/proc/$conmon_pid" ] || echo "conmon $conmon_pid"
}
nothing_left() {
	[ -z "$(leftovers)" ]
}
[ -n "$(cgroups)" ] || fail "the containers were not in cgroups of ours"
wait_for nothing_left
equal "" "$(leftovers)"
equal "" "$(podman ps -aq)"
# the parents are podman's to make and nobody's to remove
cgroups | xargs -r rmdir

finish
