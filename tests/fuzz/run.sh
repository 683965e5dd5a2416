#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs every fuzzer of a build for a while, on top of its corpus. New inputs stay in a work folder
# of the build; an input that breaks a target is named and makes the exit status 1.
#
#	tests/fuzz/run.sh BUILD [SECONDS [TARGET...]]
set -euo pipefail

build=${1:?is the build directory}
seconds=${2:-30}
source=$(cd "$(dirname "$0")" && pwd)
targets=("${@:3}")
failed=()

if [ ${#targets[@]} -eq 0 ]; then
	for target in "$source"/*_fuzz.c; do
		target=$(basename "$target" _fuzz.c)
		targets+=("$target")
	done
fi
for target in "${targets[@]}"; do
	program=$build/tests/fuzz.$target
	work=$build/fuzz-work/$target
	if [ ! -x "$program" ]; then
		echo "$program is missing: build the preset fuzz first" >&2
		exit 2
	fi
	mkdir -p "$work"
	echo "fuzz: $target, $seconds s"
	"$program" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="$work/../$target-" "$work" "$source/corpus/$target" \
		> "$work.log" 2>&1 || {
		tail -n 40 "$work.log"
		failed+=("$target")
	}
	grep -E 'stat::number_of_executed_units' "$work.log" || true
done
if [ ${#failed[@]} -gt 0 ]; then
	echo "failed: ${failed[*]} (inputs in $build/fuzz-work)"
	exit 1
fi
