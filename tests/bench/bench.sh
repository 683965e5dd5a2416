#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Measures containr beside its peers in one run and prints a table; see docs/PERFORMANCE.md.
#
# usage: bench.sh BUILD_DIR [RUNS [PART...]]
#
# Everything happens in a mount and network namespace of its own, on a fresh journaled file system.
set -euo pipefail

build=$(realpath "${1:?usage: bench.sh BUILD_DIR [RUNS [PART...]]}")
runs=${2:-60}
parts=("${@:3}")
[ ${#parts[@]} -gt 0 ] ||
	parts=(runtime control engine calls memory_and_hundred hundred cycles smallest rootless pull commit)
source=$(dirname "$(realpath "$0")")
seccomp=/usr/share/containers/seccomp.json

if [ "${CONTAINR_BENCH_INSIDE:-}" != 1 ]; then
	[ -x /usr/bin/time ] || { echo "bench: /usr/bin/time is missing" >&2; exit 77; }
	for tool in crun runc podman conmon python3 strace mkfs.ext4 busybox skopeo docker-registry; do
		command -v "$tool" >/dev/null || { echo "bench: '$tool' is missing" >&2; exit 77; }
	done
	CONTAINR_BENCH_INSIDE=1 exec unshare -m -n --propagation private "$0" "$build" "$runs" "${parts[@]}"
fi

spawn=$build/tests/spawn_bench
containr=$build/bin/containr
runtime=$build/bin/containr-runtime

make_place() {
	place=$(mktemp -d)
	trap 'clean_up' EXIT
	ip link set lo up
	mount -t tmpfs tmpfs /run
	truncate -s 4G "$place/disk"
	mkfs.ext4 -q "$place/disk"
	mkdir "$place/fs"
	mount -o loop "$place/disk" "$place/fs"
	# crun 1.8 refuses hosts with both kinds of cgroups
	mountpoint -q /sys/fs/cgroup/unified && umount /sys/fs/cgroup/unified
	export CONTAINR_ROOT=$place/fs/containr CONTAINR_RUNROOT=/run/containr
	cat >"$place/containers.conf" <<-CONF
	[containers]
	default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
	[engine]
	cgroup_manager = "cgroupfs"
	events_logger = "file"
	CONF
	export CONTAINERS_CONF=$place/containers.conf
	podman=(podman --root "$place/fs/podman" --runroot /run/podman --storage-driver overlay)
}

clean_up() {
	"${podman[@]}" rm -f -t 0 -a >/dev/null 2>&1 || true
	"$containr" ps -aq 2>/dev/null | xargs -r "$containr" rm -f >/dev/null 2>&1 || true
	cd /
	umount -l "$place/fs" || true
	rm -rf "$place"
}

make_inputs() {
	"$containr" import --default busybox >/dev/null
	mkdir -p "$place/fs/bundle" "$place/fs/plain"
	mkdir -p "$place/fs/bundle/rootfs"/{bin,proc,dev,sys,etc,tmp}
	cp "$(command -v busybox)" "$place/fs/bundle/rootfs/bin/busybox"
	for applet in sh true sleep; do
		ln -s busybox "$place/fs/bundle/rootfs/bin/$applet"
	done
	ln -s ../bundle/rootfs "$place/fs/plain/rootfs"
	python3 "$source/make_bundle.py" "$place/fs/bundle/config.json" "$seccomp"
	python3 "$source/make_bundle.py" "$place/fs/plain/config.json"
	tar -C "$place/fs/bundle/rootfs" -cf "$place/rootfs.tar" .
	"${podman[@]}" import -q "$place/rootfs.tar" bench >/dev/null
	# the first start of a shell or a store is no example
	"${podman[@]}" run --rm --network none bench true
	"$containr" run --rm --network none busybox true
}

# row NAME TARGET OURS_MIN OURS_MED PEER_MIN PEER_MED
row() {
	awk -v name="$1" -v target="$2" -v om="$3" -v od="$4" -v pm="$5" -v pd="$6" 'BEGIN {
		printf "| %-46s | %8.2f / %-8.2f | %8.2f / %-8.2f | 1/%-6.1f | %-7s | %s |\n",
			name, om, od, pm, pd, pd / od, "1/" target, (pd / od >= target ? "yes" : "no") }'
}

# pair NAME TARGET RUNS GAP_MS OURS... -- PEER...: time both in turn
pair() {
	local name=$1 target=$2 count=$3 gap=$4 out
	shift 4
	out=$("$spawn" -n "$count" -g "$gap" "$@")
	# shellcheck disable=SC2046 # two lines of two numbers
	row "$name" "$target" $(echo "$out" | tr '\n' ' ')
}

bench_runtime() {
	cd "$place/fs/bundle"
	pair "OCI run, seccomp, limits: crun" 8 "$runs" 0 "$runtime" run 'o{}' -- crun run 'c{}'
	pair "OCI run, seccomp, limits: runc" 12 "$runs" 0 "$runtime" run 'o{}' -- runc run 'r{}'
	pair "OCI run, one each 100 ms: crun" 6 25 100 "$runtime" run 'o{}' -- crun run 'c{}'
	cd "$place/fs/plain"
	pair "OCI run without seccomp: crun" 2.5 "$runs" 0 "$runtime" run 'o{}' -- crun run 'c{}'
	cd /
}

bench_engine() {
	pair "run --rm: podman" 25 25 0 "$containr" run --rm --network none busybox true -- \
		"${podman[@]}" run --rm --network none bench true
	pair "run --rm, one each 100 ms: podman" 25 15 100 \
		"$containr" run --rm --network none busybox true -- \
		"${podman[@]}" run --rm --network none bench true
	"$containr" run -d --name one --network none busybox sleep 3600 >/dev/null
	"${podman[@]}" run -d --name one --network none bench sleep 3600 >/dev/null
	pair "exec: podman" 50 25 0 "$containr" exec one true -- "${podman[@]}" exec one true
	pair "ps, 1 container: podman" 35 25 0 "$containr" ps -- "${podman[@]}" ps
}

pss() {
	awk '/^Pss:/ { print $2 }' "/proc/$1/smaps_rollup"
}

# mean_pss PATTERN: of the processes whose command line matches
mean_pss() {
	local pid sum=0 count=0
	for pid in $(pgrep -f "$1"); do
		sum=$((sum + $(pss "$pid")))
		count=$((count + 1))
	done
	echo $((sum / count))
}

bench_memory_and_hundred() {
	local alone conmon_alone
	alone=$(mean_pss "^containr-monitor")
	conmon_alone=$(mean_pss "^[^ ]*conmon ")
	for _ in $(seq 2 100); do
		"$containr" run -d --network none busybox sleep 3600 >/dev/null
		"${podman[@]}" run -d --network none bench sleep 3600 >/dev/null
	done
	pair "ps, 100 containers: podman" 35 15 0 "$containr" ps -- "${podman[@]}" ps
	row "monitor, Pss in kB, alone: conmon" 18 "$alone" "$alone" "$conmon_alone" "$conmon_alone"
	row "monitor, Pss in kB, each of 100: conmon" 14 \
		"$(mean_pss "^containr-monitor")" "$(mean_pss "^containr-monitor")" \
		"$(mean_pss "^[^ ]*conmon ")" "$(mean_pss "^[^ ]*conmon ")"
	echo "processes beside the containers' own: $(pgrep -fc "^containr-monitor") for 100 containers"
	"$containr" ps -q | xargs "$containr" rm -f >/dev/null
	"${podman[@]}" rm -f -t 0 -a >/dev/null
}


total_calls() {
	strace -f -o "$place/calls" "$@" >/dev/null
	grep -cE '^[0-9]+ +[a-z_0-9]+\(' "$place/calls"
}

bench_calls() {
	local ours peer engine
	cd "$place/fs/bundle"
	ours=$(total_calls "$runtime" run s1)
	peer=$(total_calls crun run s1)
	cd /
	row "system calls of one OCI run: crun" 3.5 "$ours" "$ours" "$peer" "$peer"
	engine=$(total_calls "$containr" run --rm --network none busybox true)
	peer=$(total_calls "${podman[@]}" run --rm --network none bench true)
	row "system calls of one run: podman" 20 "$engine" "$engine" "$peer" "$peer"
}

make_place
# shellcheck source=lifecycle.sh
. "$source/lifecycle.sh"
# shellcheck source=images.sh
. "$source/images.sh"
# shellcheck source=rootless.sh
. "$source/rootless.sh"
make_inputs
echo "machine: $(nproc) CPUs, kernel $(uname -r), load $(cut -d' ' -f1 /proc/loadavg)"
echo "peers:   $(crun --version | head -1), $(runc --version | head -1), $(podman --version)"
echo
echo "Times in ms, minimum / median of alternating runs; the ratio is that of the medians."
echo
printf '| %-46s | %-19s | %-19s | %-8s | %-7s | %s |\n' what containr peer ratio target met
echo '|---|---|---|---|---|---|'
for part in "${parts[@]}"; do
	"bench_$part"
done
