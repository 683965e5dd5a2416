# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The parts of bench.sh that look at more than one start; read by it.
: "${place:?}" "${containr:?}" "${runtime:?}" "${source:?}" "${spawn:?}" "${runs:?}" "${seccomp:?}"

# The commands of an OCI runtime beside its start, on a container that sleeps.
bench_control() {
	local name peer

	cd "$place/fs/bundle" || return 1
	python3 "$source/make_bundle.py" config.json "$seccomp"
	sed -i 's|"/bin/true"|"/bin/sleep", "3600"|' config.json
	"$runtime" run -d mine
	for peer in crun runc; do
		"$peer" run -d "$peer" > /dev/null 2>&1 < /dev/null
		pair "OCI state: $peer" 4 "$runs" 0 "$runtime" state mine -- "$peer" state "$peer"
		pair "OCI kill: $peer" 4 "$runs" 0 "$runtime" kill mine URG -- "$peer" kill "$peer" URG
		pair "OCI exec: $peer" 3 "$runs" 0 "$runtime" exec mine /bin/true -- \
			"$peer" exec "$peer" /bin/true
		# the four in turn: each finds what the one before it has left
		"$spawn" -n "$runs" "$runtime" pause mine -- "$runtime" resume mine -- \
			"$peer" pause "$peer" -- "$peer" resume "$peer" | tr '\n' ' ' > "$place/times"
		for name in pause resume; do
			# shellcheck disable=SC2046 # four numbers
			row "OCI $name: $peer" 4 $(awk -v at="$name" '{ i = at == "pause" ? 1 : 3
				print $i, $(i + 1), $(i + 4), $(i + 5) }' "$place/times")
		done
		"$peer" delete -f "$peer"
	done
	"$runtime" delete --force mine
	python3 "$source/make_bundle.py" config.json "$seccomp"
	cd /
}

# elapsed COMMAND...: milliseconds
elapsed() {
	local begin=$EPOCHREALTIME

	"$@" > /dev/null
	awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.0f\n", (b - a) * 1000 }'
}

# hundred AT_ONCE COMMAND...: the command a hundred times
hundred() {
	seq 100 | xargs -P "$1" -I '{}' "${@:2}"
}

# once NAME TARGET OURS PEER: one figure each
once() {
	row "$1" "$2" "$3" "$3" "$4" "$4"
}

bench_hundred() {
	local at_once ours peer
	local -a mine=("$containr" run -d --network none busybox sleep 3600)
	local -a theirs=("${podman[@]}" run -d --network none bench sleep 3600)

	for at_once in 1 8; do
		ours=$(elapsed hundred $at_once "${mine[@]}")
		peer=$(elapsed hundred $at_once "${theirs[@]}")
		once "100 detached, $at_once at once: podman" 20 "$ours" "$peer"
		# shellcheck disable=SC2046 # ids
		ours=$(elapsed "$containr" rm -f $("$containr" ps -q))
		peer=$(elapsed "${podman[@]}" rm -f -t 0 -a)
		once "remove 100 that run: podman" 14 "$ours" "$peer"
	done
}

# What the kernel holds: network namespaces and mounts, cgroups of the memory controller.
kernel_counts() {
	local file=/sys/fs/cgroup/cgroup.stat

	awk '$1 == "net_namespace" || $1 == "mnt_cache" { print $1, $2 }' /proc/slabinfo
	awk '$1 == "memory" { print "cgroups", $3 }' /proc/cgroups
	[ ! -f $file ] || sed -n 's/^nr_/cgroups_/p' $file
}

# back_to COUNTS: whether nothing is more than a tenth above that; caches of the kernel breathe.
back_to() {
	paste -d ' ' <(echo "$1") <(kernel_counts) | awk '$4 > $2 * 1.1 + 8 { more = 1 } END { exit more }'
}

bench_cycles() {
	local before begin ours left

	before=$(kernel_counts)
	ours=$(elapsed eval 'for i in $(seq 1000); do
		"$containr" run --rm --network none busybox true; done')
	left=$(kernel_counts)
	begin=$EPOCHREALTIME
	for _ in $(seq 600); do
		! back_to "$before" || break
		sleep 0.1
	done
	echo
	echo "1,000 starts and ends in $ours ms. Before: ${before//$'\n'/, }; after: ${left//$'\n'/, };" \
		"back after $(awk -v a="$begin" -v b="$EPOCHREALTIME" \
			'BEGIN { printf "%.1f\n", b - a }') s: $(kernel_counts | paste -sd,)"
}

# runs_in KB COMMAND...: whether the bundle runs ten times with that limit of memory
runs_in() {
	python3 - "$1" << 'END'
import json, sys
with open("config.json", encoding="utf-8") as file:
    config = json.load(file)
config["linux"].setdefault("resources", {})["memory"] = {"limit": int(sys.argv[1]) * 1024}
config["process"]["args"] = ["/bin/small"]
with open("config.json", "w", encoding="utf-8") as file:
    json.dump(config, file)
END
	for _ in $(seq 10); do
		"${@:2}" > /dev/null 2>&1 || return 1
	done
}

# smallest COMMAND...: the smallest limit in kB with which it works
smallest() {
	local low=0 high=65536 middle

	while [ $((high - low)) -gt 4 ]; do
		middle=$(((low + high) / 2 & ~3))
		if runs_in "$middle" "$@"; then high=$middle; else low=$middle; fi
	done
	echo "$high"
}

bench_smallest() {
	cd "$place/fs/plain" || return 1
	printf 'int main(void) { return 0; }\n' > "$place/small.c"
	musl-gcc -static -Os -s -o rootfs/bin/small "$place/small.c" || return 0
	once "smallest memory limit in kB, 13 kB program: crun" 1 \
		"$(smallest "$runtime" run small)" "$(smallest crun run small)"
	cd /
}
