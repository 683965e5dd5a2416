#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# A real session: images from nothing but this machine's packages, containers, limits, errors, times.
#
# usage: demo.sh BUILD_DIR
set -euo pipefail

build=$(realpath "${1:?usage: demo.sh BUILD_DIR}")
export PATH=$build/bin:$PATH
state=$(mktemp -d)
export CONTAINR_ROOT=$state/root CONTAINR_RUNROOT=$state/run

clean_up() {
	containr ps -aq | xargs -r containr rm -f >/dev/null || true
	# what podman made for an ordinary user belongs to ids that are his in a user namespace only
	rm -rf "$state" 2>/dev/null || env -u CONTAINERS_CONF podman unshare rm -rf "$state"
}
trap clean_up EXIT

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$'\e[1m' plain=$'\e[0m'
fi

say() {
	printf '\n%s# %s%s\n' "$bold" "$*" "$plain"
}

# Shows a command and runs it; what it exits with is shown when it is not 0.
show() {
	local status=0
	printf '%s$ %s%s\n' "$bold" "$*" "$plain"
	"$@" || status=$?
	[ "$status" = 0 ] || echo "(exit status $status)"
}

say "Images: busybox comes with containr, Debian is made here"
show containr import --default busybox
if command -v mmdebstrap >/dev/null; then
	show mmdebstrap --quiet --variant=minbase bookworm "$state/debian.tar"
	show containr import "$state/debian.tar" debian:bookworm
	rm -f "$state/debian.tar"
fi
show containr images

say "A first container"
show containr run --rm busybox echo "hello from a container"
# shellcheck disable=SC2016 # the container's shell is to expand it
if containr images -q debian:bookworm >/dev/null 2>&1; then
	show containr run --rm debian:bookworm sh -c '. /etc/os-release; echo "$PRETTY_NAME, as $(id -un)"'
fi

# Limits are cgroups, which an ordinary user may not have.
limits=() hungry=()
if containr run --rm -m 64m busybox true 2>/dev/null; then
	limits=(-m 64m --cpus 0.5 --pids-limit 20)
	hungry=(-m 8m)
fi
say "In the background${limits:+, with limits}"
# shellcheck disable=SC2016
show containr run -d --name web "${limits[@]}" busybox \
	sh -c 'i=0; while sleep 0.2; do i=$((i+1)); echo "request $i"; done'
show containr ps
if [ ${#limits[@]} -gt 0 ]; then
	show containr exec web sh -c 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max'
else
	show containr exec web cat /proc/self/uid_map
fi
sleep 1
show containr logs --tail 3 web
show containr stats --no-stream web

say "What was done, before it is done"
show bash -c 'containr run --dry-run --read-only busybox true | head -20'

say "An end that is asked for, and one that is not"
show containr stop -t 1 web
if [ ${#hungry[@]} -gt 0 ]; then
	show containr run --name hungry "${hungry[@]}" busybox sh -c 'tail /dev/zero'
	show bash -c 'containr inspect hungry | grep OOMKilled'
else
	show containr run --name hungry busybox sh -c 'exit 3'
fi

say "Errors say what to do"
show containr run --rm busybox no-such-command
show containr run --rm no-such-image true
show containr rnu busybox

say "What happened"
show containr events --since 1h --until 0s
show containr rm web hungry

say "How long it takes"
time_of() {
	local best=999999 start end
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		start=$(date +%s%N)
		"$@" >/dev/null
		end=$(date +%s%N)
		[ $(((end - start) / 1000)) -lt "$best" ] && best=$(((end - start) / 1000))
	done
	printf '%8d.%02d ms  %s\n' $((best / 1000)) $((best % 1000 / 10)) "$*"
}
time_of containr run --rm --network none busybox true
containr run -d --name w busybox sleep 600 >/dev/null
time_of containr exec w true
time_of containr ps
if command -v podman >/dev/null; then
	cat >"$state/containers.conf" <<-CONF
	[containers]
	default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
	[engine]
	cgroup_manager = "cgroupfs"
	events_logger = "file"
	CONF
	export CONTAINERS_CONF=$state/containers.conf
	podman=(command podman --root "$state/podman" --runroot "$state/podman-run" --storage-driver vfs)
	mkdir -p "$state/fs/bin"
	cp "$(command -v busybox)" "$state/fs/bin/busybox"
	ln -s busybox "$state/fs/bin/true"
	tar -C "$state/fs" -cf "$state/fs.tar" .
	# crun 1.8 refuses hosts that have both kinds of cgroups; runc does not
	"${podman[@]}" import -q "$state/fs.tar" demo >/dev/null 2>&1 || true
	for runtime in crun runc; do
		if "${podman[@]}" --runtime "$runtime" run --rm --network none demo true 2>/dev/null; then
			podman() { "${podman[@]}" --runtime "$runtime" "$@" 2>/dev/null; }
			time_of podman run --rm --network none demo true
			break
		fi
	done
fi
say "Done. Everything of this session is removed again."
