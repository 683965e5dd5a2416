# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What every system test begins with: a private place, an image in it, and words to state facts.
#
#	#!/bin/bash
#	. "$(dirname "$0")/lib.sh"
#
#	fact "run passes the exit code on"
#	expect_status 7 -- containr run --rm busybox sh -c 'exit 7'
#	assert_nothing_left
#
#	finish
#
# The script is started again in mount, network and pid namespaces of its own: what it mounts is
# gone with it, and every process that is left can be seen and ends with it. State lies in a tmpfs
# that is $scratch. Only cgroups are the host's; the containers' are looked after by their ids.
set -euo pipefail

skip() {
	echo "SKIPPED: $*"
	exit 77
}

: "${CONTAINR_BUILD:?is the build directory}"
if [ -z "${CONTAINR_TEST_INSIDE:-}" ]; then
	[ "$(id -u)" = 0 ] || skip "needs root"
	unshare -m -n -p -f --mount-proc --propagation private true 2> /dev/null ||
		skip "may not create namespaces"
	CONTAINR_TEST_INSIDE=1 exec unshare -m -n -p -f --mount-proc --kill-child \
		--propagation private -- bash "$0" "$@"
fi

export LC_ALL=C PATH=$CONTAINR_BUILD/bin:$PATH
unset NO_COLOR CONTAINR_LIBEXEC
failures=0
fact_count=0
fact_name="set-up"
finished=''

scratch=$(mktemp -d "${TMPDIR:-/tmp}/containr-test.XXXXXX")
mount -t tmpfs -o mode=755 scratch "$scratch"
export CONTAINR_ROOT=$scratch/root CONTAINR_RUNROOT=$scratch/run
cd "$scratch"

# Nothing of a test that failed may stay: its containers, their cgroups, the folder.
leave() {
	local status=$?
	local ids

	ids=$(containr ps -aq --no-trunc 2> /dev/null) || true
	# shellcheck disable=SC2086 # one argument an id
	[ -z "$ids" ] || containr rm -f $ids > /dev/null 2>&1 || true
	cd /
	umount -l "$scratch" && rmdir "$scratch"
	if [ -z "$finished" ]; then
		[ $status -eq 77 ] || echo "ABORTED (exit status $status) in: $fact_name"
		[ $status -ne 0 ] || exit 1
	fi
}
trap leave EXIT

ip link set lo up
containr import --default > /dev/null 2> import.err || skip "no default image: $(cat import.err)"

# fact NAME: what follows, up to the next fact, shows this.
fact() {
	fact_name=$1
	fact_count=$((fact_count + 1))
}

fail() {
	printf 'FAIL: %s: %s\n' "$fact_name" "$*"
	failures=$((failures + 1))
}

# not_here REASON: the rest of this fact cannot be shown on this machine.
not_here() {
	echo "not checked: $fact_name: $*"
}

# equal WANTED GOT
equal() {
	[ "$1" = "$2" ] || fail "got"$'\n'"$2"$'\n'"instead of"$'\n'"$1"
}

# matches PATTERN GOT: a shell pattern.
matches() {
	# shellcheck disable=SC2053 # the pattern is one
	[[ $2 == $1 ]] || fail "got"$'\n'"$2"$'\n'"which does not look like"$'\n'"$1"
}

# expect_output TEXT -- COMMAND...: it succeeds, prints this to standard output and nothing to
# standard error.
expect_output() {
	local wanted=$1 status=0

	shift 2
	"$@" > out 2> err || status=$?
	[ $status -eq 0 ] || fail "'$*' exited with $status: $(cat err)"
	equal "$wanted" "$(cat out)"
	equal "" "$(cat err)"
}

# expect_status STATUS -- COMMAND...
expect_status() {
	local wanted=$1 status=0

	shift 2
	"$@" > out 2> err || status=$?
	[ $status -eq "$wanted" ] || fail "'$*' exited with $status, not $wanted: $(cat out err)"
}

# expect_error CODE STATUS MESSAGE HINT -- COMMAND...: exactly this error and no output; an empty
# HINT is an error without one.
expect_error() {
	local wanted="Error: [$1] $3" wanted_status=$2 status=0

	[ -z "$4" ] || wanted+=$'\n'"Hint: $4"
	shift 5
	"$@" > out 2> err < /dev/null || status=$?
	[ $status -eq "$wanted_status" ] || fail "'$*' exited with $status, not $wanted_status"
	equal "$wanted" "$(cat err)"
	equal "" "$(cat out)"
}

# wait_for COMMAND...: until it succeeds, for at most ten seconds.
wait_for() {
	local tries

	for tries in {1..1000}; do
		if "$@" > /dev/null 2>&1; then
			return 0
		fi
		sleep 0.01
	done
	fail "waited in vain for '$*' ($tries times)"
}

# inspect_value CONTAINER KEY: a member of its JSON that is no object or array, as it stands there.
inspect_value() {
	containr inspect "$1" | sed -n "s/^ *\"$2\": \(.*[^,]\),*\$/\1/p" | head -n 1
}

# is_json FILE: parsed by somebody else.
is_json() {
	if command -v jq > /dev/null; then
		jq empty "$1" || fail "'$1' is not JSON"
	elif command -v python3 > /dev/null; then
		python3 -m json.tool "$1" > /dev/null || fail "'$1' is not JSON"
	else
		not_here "neither jq nor python3 is installed"
	fi
}

# is_json_lines FILE: the same for one value a line.
is_json_lines() {
	if command -v jq > /dev/null; then
		jq empty "$1" || fail "'$1' is not JSON"
	elif command -v python3 > /dev/null; then
		python3 -m json.tool --json-lines "$1" > /dev/null || fail "'$1' is not JSON"
	else
		not_here "neither jq nor python3 is installed"
	fi
}

# cgroup_file ID NAME...: the first of these files that the container has, in any hierarchy.
cgroup_file() {
	local id=$1 name dir

	shift
	for name in "$@"; do
		for dir in /sys/fs/cgroup /sys/fs/cgroup/*; do
			if [ -f "$dir/containr/$id/$name" ]; then
				echo "$dir/containr/$id/$name"
				return
			fi
		done
	done
	return 1
}

# Writes the ids of all containers that were ever created here to the file known_ids.
write_known_ids() {
	sed -n 's/.*"Action":"create","Actor":{"ID":"\([0-9a-f]*\)".*/\1/p' \
		"$CONTAINR_ROOT"/events.jsonl* > known_ids 2> /dev/null || true
}

# What is left of containers, in $left: a line each. No subshell: it would be a process to explain.
find_leftovers() {
	local dir id comm state

	left=''
	for dir in /proc/[0-9]*; do
		[ "${dir#/proc/}" != $$ ] || continue
		comm='' state=''
		{ read -r comm < "$dir/comm" && read -r _ _ state _ < "$dir/stat"; } 2> /dev/null || continue
		[ "$state" = Z ] || left+="process ${dir#/proc/} $comm"$'\n'
	done
	for dir in "$CONTAINR_ROOT"/{containers,names,tmp,trash}/* "$CONTAINR_RUNROOT"/{containers,health}/*; do
		[ ! -e "$dir" ] && [ ! -L "$dir" ] || left+="$dir"$'\n'
	done
	while read -r _ _ _ _ dir _; do
		[[ $dir != "$scratch"/* ]] || left+="mount $dir"$'\n'
	done < /proc/self/mountinfo
	while read -r id; do
		for dir in "/sys/fs/cgroup/containr/$id" /sys/fs/cgroup/*/containr/"$id"; do
			[ ! -d "$dir" ] || left+="cgroup $dir"$'\n'
		done
	done < known_ids
}

# assert_nothing_left: no process, state, mount or cgroup of any container is there. A monitor may
# still be busy with that when the command that waited for the container has ended.
assert_nothing_left() {
	local tries

	for ((tries = 0; tries < 500; tries++)); do
		write_known_ids
		find_leftovers
		[ -n "$left" ] || return 0
		sleep 0.01
	done
	fail "something is left:"$'\n'"$left"
}

finish() {
	finished=1
	echo "$fact_count facts, $failures failures"
	[ $failures -eq 0 ] || exit 1
	exit 0
}
