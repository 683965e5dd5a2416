#!/bin/bash
# SPDX-License-Identifier: MIT
# docker works with containr-runtime below it as it does with runc.
# shellcheck source=../system/lib.sh
. "$(dirname "$0")/../system/lib.sh"

# the client that belongs to the daemon, not one that somebody has put before it
PATH=$CONTAINR_BUILD/bin:/usr/bin:/usr/sbin:$PATH
for tool in dockerd docker containerd docker-init; do
	command -v $tool > /dev/null || skip "$tool is not installed"
done
# shellcheck source=engine.sh
. "$CONTAINR_SOURCE/tests/peers/engine.sh"

# nothing of what the host has configured; the containers' networks are no work of the runtime
echo '{}' > daemon.json
dockerd --config-file "$scratch/daemon.json" --data-root "$scratch/docker" \
	--exec-root "$scratch/docker-run" -p "$scratch/docker.pid" -H "unix://$scratch/docker.sock" \
	--iptables=false --ip6tables=false --bridge=none --cgroup-parent "/$parent" \
	--add-runtime "containr=$CONTAINR_BUILD/bin/containr-runtime" --default-runtime containr \
	> dockerd.log 2>&1 &
engine_pid=$!
export DOCKER_HOST=unix://$scratch/docker.sock DOCKER_CONFIG=$scratch/docker-client

for _ in {1..200}; do
	docker version > /dev/null 2>&1 && break
	kill -0 "$engine_pid" 2> /dev/null || skip "dockerd does not start here: $(tail -n 1 dockerd.log)"
	sleep 0.05
done
make_layer
docker import layer.tar box > import.out 2>&1 ||
	skip "docker does not work here: $(tail -n 1 import.out)"
declare -p DOCKER_HOST DOCKER_CONFIG PATH > shell

# state FORMAT CONTAINER
state() {
	docker inspect -f "$1" "$2"
}
has_state() { [ "$(state "$1" "$2")" = "$3" ]; }

fact "it is this runtime that docker uses"
equal containr "$(docker info -f '{{.DefaultRuntime}}')"

fact "run passes output, input and exit code on"
expect_output "hello from docker" -- docker run --rm box echo hello from docker
expect_status 7 -- docker run --rm box sh -c 'exit 7'
equal "typed" "$(echo typed | docker run --rm -i box cat)"

fact "a command that is not there is 127, one that cannot be executed 126"
expect_status 127 -- docker run --rm box nosuch
matches "*cannot execute 'nosuch': executable file not found in \$PATH*" "$(cat err)"
expect_status 127 -- docker run --rm box /nosuch
expect_status 126 -- docker run --rm box /etc/passwd
expect_status 126 -- docker run --rm box /etc

fact "run -it has a terminal"
equal "/dev/pts/0" "$(on_terminal docker run --rm -it box tty)"

fact "the limits that docker is asked for hold"
expect_output "8388608
33" -- docker run --rm --memory 8m --pids-limit 33 box sh -c \
	'for f in memory/memory.limit_in_bytes memory.max; do
		test ! -f /sys/fs/cgroup/$f || cat /sys/fs/cgroup/$f; done
	for f in pids/pids.max pids.max; do
		test ! -f /sys/fs/cgroup/$f || cat /sys/fs/cgroup/$f; done'
expect_output "100" -- docker run --rm --ulimit nofile=100:200 box sh -c 'ulimit -n'
expect_status 137 -- docker run --name greedy --memory 8m box sh -c 'x=a; while :; do x=$x$x; done'
equal "true 137" "$(state '{{.State.OOMKilled}} {{.State.ExitCode}}' greedy)"
docker rm greedy > /dev/null

fact "rights are those of the options"
expect_output "CapEff:	0000000000000000" -- docker run --rm --cap-drop all box \
	grep CapEff /proc/self/status
# shellcheck disable=SC2016 # expanded in the container
expect_output "33 44 /tmp" -- docker run --rm --user 33:44 --workdir /tmp box \
	sh -c 'echo $(id -u) $(id -g) $(pwd)'
expect_status 1 -- docker run --rm --read-only box touch /x
equal "touch: /x: Read-only file system" "$(cat err)"
expect_output "1" -- docker run --rm --sysctl net.ipv4.ip_forward=1 box \
	cat /proc/sys/net/ipv4/ip_forward
expect_status 0 -- docker run --rm --pid host --ipc host --uts host --network host box true

fact "a privileged container has all rights, or docker says why not"
if holds_capability 24; then # CAP_SYS_RESOURCE
	expect_output "Seccomp:	0" -- docker run --rm --privileged box \
		grep Seccomp: /proc/self/status
else
	expect_status 125 -- docker run --rm --privileged box true
	matches "*OCI runtime create failed: cannot set capabilities: Operation not permitted*" \
		"$(cat err)"
fi

fact "--init reaps and passes the exit code on"
matches "*1 root */sbin/docker-init -- ps*" "$(docker run --rm --init box ps | tr '\n' ' ')"
expect_status 3 -- docker run --rm --init box sh -c 'exit 3'

fact "a container runs in the background, and its logs show what it wrote"
# shellcheck disable=SC2016 # expanded in the container
docker run -d --name web box sh -c 'trap "exit 9" USR1; echo to stdout; echo to stderr >&2
	while :; do sleep 0.05; done' > id
equal "$(cat id)" "$(docker ps -q --no-trunc)"
two_lines() { [ "$(docker logs web 2>&1 | wc -l)" = 2 ]; }
wait_for two_lines
docker logs web > out 2> err
equal "to stdout" "$(cat out)"
equal "to stderr" "$(cat err)"

fact "exec runs in it and passes the exit code on"
expect_output "inside" -- docker exec web echo inside
expect_status 5 -- docker exec web sh -c 'exit 5'
# shellcheck disable=SC2016 # expanded in the container
expect_output "33 /tmp b" -- docker exec -u 33 -w /tmp -e A=b web sh -c 'echo $(id -u) $(pwd) $A'
expect_status 126 -- docker exec web /etc/passwd
equal "/dev/pts/0" "$(on_terminal docker exec -it web tty)"

fact "top and stats look at it"
matches "*while :; do sleep*" "$(docker top web | tr '\n' ' ')"
matches "web [1-9]*" "$(docker stats --no-stream --format '{{.Name}} {{.PIDs}}' web)"

fact "pause and unpause"
expect_status 0 -- docker pause web
equal "paused" "$(state '{{.State.Status}}' web)"
expect_status 0 -- docker unpause web
equal "running" "$(state '{{.State.Status}}' web)"

fact "update changes its limits"
expect_status 0 -- docker update --memory 64m --memory-swap -1 --pids-limit 77 --cpus 0.5 web
for file in $(cgroups | sed -n "s|/$(cat id)\$|&/pids.max|p"); do
	[ ! -f "$file" ] || equal 77 "$(cat "$file")"
done

fact "kill sends the signal that is named, and wait learns the exit code"
expect_status 0 -- docker kill -s USR1 web
equal 9 "$(docker wait web)"
equal "exited 9" "$(state '{{.State.Status}} {{.State.ExitCode}}' web)"

fact "start, restart and stop"
expect_status 0 -- docker start web
expect_status 0 -- docker restart -t 0 web
equal "running" "$(state '{{.State.Status}}' web)"
expect_status 0 -- docker stop -t 0 web
equal "exited 137" "$(state '{{.State.Status}} {{.State.ExitCode}}' web)"
expect_status 0 -- docker rm web

fact "a restart policy starts it again"
docker run -d --name again --restart on-failure:2 box sh -c 'exit 3' > id
wait_for has_state '{{.State.Status}} {{.State.ExitCode}} {{.RestartCount}}' again "exited 3 2"
expect_status 0 -- docker rm again

fact "health checks look into it"
docker run -d --name checked --health-cmd 'test -e /tmp/fine' --health-interval 0.1s \
	--health-retries 1 box sleep 1000 > id
wait_for has_state '{{.State.Health.Status}}' checked unhealthy
expect_status 0 -- docker exec checked touch /tmp/fine
wait_for has_state '{{.State.Health.Status}}' checked healthy
expect_status 0 -- docker rm -f checked

fact "nothing is left: no state, no cgroup, no process, no mount"
leftovers() {
	find "$scratch/docker-run/runtime-runc" -mindepth 2 2> /dev/null
	cgroups | grep "$parent/." || true
	grep -E " $scratch/.*(merged|rootfs)" /proc/self/mountinfo || true
	pgrep -af '^[^ ]*containerd-shim' || true
}
nothing_left() {
	[ -z "$(leftovers)" ]
}
[ -n "$(cgroups)" ] || fail "the containers were not in cgroups of ours"
wait_for nothing_left
equal "" "$(leftovers)"
equal "" "$(docker ps -aq)"
expect_status 0 -- kill "$engine_pid"
wait "$engine_pid" || true
engine_pid=''
remove_cgroups
equal "" "$(cgroups)"

finish
