#!/bin/bash
# SPDX-License-Identifier: MIT
# Manual pages render without a warning, and every command that is shown has one.
set -euo pipefail

bin=$CONTAINR_BUILD/bin
dir=$(mktemp -d)
trap 'rm -r "$dir"' EXIT
failed=0

problem() {
	echo "FAIL: $*"
	failed=1
}

SOURCE_DATE_EPOCH=86400 "$bin/containr" __man "$dir/man"
SOURCE_DATE_EPOCH=86400 "$bin/containr-runtime" __man "$dir/man"

for program in containr containr-runtime; do
	# a command is listed in help as "  NAME  SUMMARY"
	"$bin/$program" --help | sed -n 's/^  \([a-z][a-z-]*\)  .*/\1/p' > "$dir/commands"
	[ -s "$dir/commands" ] || problem "$program lists no command"
	while read -r command; do
		[ -s "$dir/man/$program-$command.1" ] || problem "$program $command has no page"
	done < "$dir/commands"
done

grep -q '"1970-01-02"' "$dir/man/containr.1" || problem "SOURCE_DATE_EPOCH is not the date"
grep -q '^\\fB\\-h\\fR, \\fB\\-\\-help\\fR$' "$dir/man/containr.1" || problem "no --help in containr.1"

# an option of a page is one of the help and the other way round
"$bin/containr" --help | grep -o -- '--[a-z-]*' | sort -u > "$dir/in-help"
sed -n '/^\.SH OPTIONS/,/^\.SH EX/p' "$dir/man/containr.1" | sed 's/\\-/-/g; s/\\f[BIR]//g' |
	grep -o -- '--[a-z-]*' | sort -u > "$dir/in-page"
comm -3 "$dir/in-help" "$dir/in-page" | while read -r option; do
	problem "only one of help and page has $option"
	exit 1
done || failed=1

if command -v man > /dev/null; then
	for page in "$dir"/man/*; do
		warnings=$(LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -l "$page" 2>&1 > /dev/null)
		[ -z "$warnings" ] || problem "$page: $warnings"
	done
else
	echo "not checked: man is not installed"
fi
if command -v mandoc > /dev/null; then
	mandoc -Tlint -Wwarning "$dir"/man/* || problem "mandoc has warnings"
else
	echo "not checked: mandoc is not installed"
fi
exit $failed
