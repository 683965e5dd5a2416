#!/bin/bash
# SPDX-License-Identifier: MIT
# The executable itself: its names, its descriptors, how errors reach a person.
set -uo pipefail

bin=$CONTAINR_BUILD/bin
dir=$(mktemp -d)
trap 'rm -r "$dir"' EXIT
failed=0

# check WHAT GOT WANTED
check() {
	if [ "$2" != "$3" ]; then
		printf 'FAIL: %s: got\n%s\nnot\n%s\n' "$1" "$2" "$3"
		failed=1
	fi
}

check "name of the program" "$("$bin/containr" --version | cut -d' ' -f1)" containr
check "name of the runtime" "$("$bin/containr-runtime" --version | cut -d' ' -f1)" containr-runtime
ln -s "$bin/containr" "$dir/containr-runtime"
check "any link of that name" "$("$dir/containr-runtime" --version | cut -d' ' -f1)" containr-runtime

"$bin/containr" frobnicate > "$dir/out" 2> "$dir/err"
check "exit status of a mistake" $? 125
check "standard output of a mistake" "$(cat "$dir/out")" ""
check "text of a mistake" "$(cat "$dir/err")" \
	"Error: [INVALID_ARGUMENT] 'frobnicate' is not a command of 'containr'
Hint: see 'containr --help'"

"$bin/containr" version --format json --bad 2> "$dir/err"
check "exit status as JSON" $? 125
check "lines of a JSON error" "$(wc -l < "$dir/err")" 1
check "beginning of a JSON error" "$(cut -c1-35 "$dir/err")" '{"error":{"code":"INVALID_ARGUMENT"'

# colour only for a terminal, and not for one that says no
if command -v script > /dev/null; then
	terminal() {
		TERM=xterm script -qec "$1" /dev/null 2>&1 < /dev/null | tr -d '\r' | head -n 1
	}
	check "colour on a terminal" "$(terminal "$bin/containr x")" \
		$'\033[1;31mError:\033[0m [INVALID_ARGUMENT] \'x\' is not a command of \'containr\''
	check "NO_COLOR" "$(terminal "NO_COLOR=1 $bin/containr x")" \
		"Error: [INVALID_ARGUMENT] 'x' is not a command of 'containr'"
	check "dumb terminal" "$(terminal "TERM=dumb $bin/containr x")" \
		"Error: [INVALID_ARGUMENT] 'x' is not a command of 'containr'"
else
	echo "not checked: colours, as script(1) is not installed"
fi

"$bin/containr" --help > /dev/full 2> "$dir/err"
check "exit status on a full disk" $? 125
check "full disk" "$(head -n 1 "$dir/err")" \
	"Error: [NO_SPACE] cannot write to standard output: No space left on device"

# with 0, 1 and 2 closed a file that is opened must not become standard error
"$bin/containr" --log "$dir/log" frobnicate 0>&- 1>&- 2>&-
check "exit status without descriptors" $? 125
check "lines in the log without descriptors" "$(wc -l < "$dir/log")" 1

# an environment without anything, and no arguments at all
check "empty environment" "$(env -i "$bin/containr" version --short)" \
	"$("$bin/containr" --version | cut -d' ' -f3)"
check "without arguments" "$("$bin/containr" | head -n 1)" "Usage:  containr [OPTIONS] COMMAND"
exit $failed
