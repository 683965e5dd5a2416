#!/bin/bash
# SPDX-License-Identifier: MIT
# docs/DOCKER.md says what is so: each line of "yes" has a record, each of "no" has none, and each
# record has a line.
set -uo pipefail

bin=$CONTAINR_BUILD/bin/containr
page=$(dirname "$0")/../../docs/DOCKER.md
failed=0

if ! command -v jq > /dev/null; then
	echo "SKIPPED: jq is not installed"
	exit 77
fi

# The records: commands without groups, "GROUP NAME" for those in one; "--NAME" for options of run.
records=$("$bin" __commands --json | jq -r '
	def shown: select(.hidden | not);
	(.commands[] | shown | if (.commands // []) | length > 0
		then .name as $group | .commands[] | shown | "\($group) \(.name)"
		else .name end),
	(.commands[] | select(.name == "run") | .options[] | shown | "--\(.name)")' | sort)

# What the page says: its lines have the form "| `NAME` | yes | ..."; those of what only containr
# has lack the "yes".
said=$(sed -n 's/^| `\([^`]*\)` | yes |.*/\1/p; /^| `[^`]*` | \(yes\|no\) |/d; s/^| `\([^`]*\)` |.*/\1/p' "$page" | sort)
denied=$(sed -n 's/^| `\([^`]*\)` | no |.*/\1/p' "$page" | sort)

# complain WHAT NAMES
complain() {
	[ -z "$2" ] || while read -r name; do
		echo "FAIL: $1: $name"
		failed=1
	done <<< "$2"
}

[ "$(wc -l <<< "$said")" -gt 50 ] || complain "too few lines were read of" "$page"
complain "docs/DOCKER.md says yes, but there is no record of" "$(comm -23 <(echo "$said") <(echo "$records"))"
complain "docs/DOCKER.md has no line, or says no, for" "$(comm -13 <(echo "$said") <(echo "$records"))"
complain "docs/DOCKER.md says no, but there is a record of" "$(comm -12 <(echo "$denied") <(echo "$records"))"
complain "docs/DOCKER.md has two lines for" "$(sort <(echo "$said") <(echo "$denied") | uniq -d)"
complain "docs/DOCKER.md says no without a reason for" \
	"$(sed -n 's/^| `\([^`]*\)` | no | *|$/\1/p' "$page")"
exit $failed
