#!/bin/bash
# SPDX-License-Identifier: MIT
# Completion scripts are valid, and really complete. bash is always there; fish and zsh are tested
# where they are installed. Each shell gets the same lines and must offer the same words.
set -uo pipefail

export PATH=$CONTAINR_BUILD/bin:$PATH
here=$(dirname "$(readlink -f "$0")")
dir=$(mktemp -d)
trap 'rm -r "$dir"' EXIT
failed=0

# An image whose name has a colon, in a state folder that only --root leads to.
export CONTAINR_ROOT=$dir/empty CONTAINR_RUNROOT=$dir/run
mkdir -p "$dir/rootfs/bin"
containr --root "$dir/state" import "$dir/rootfs" apple:red > /dev/null || exit 1

# LINE|WORDS that must be offered|words that must not
cat > "$dir/cases" <<'END'
containr |completion help version|__man --help
containr comp|completion|help version
containr --de|--debug|--root
containr --log-level |debug off|help
containr --log-level=de|debug|off
containr --log-level debug comp|completion|help
containr -l |debug off|help
containr -Dl |debug off|help
containr completion |bash fish zsh|completion
containr completion --|--help|--debug
containr help |completion version|bash
containr version --f|--format|--short
containr version --format json --|--short|--debug
containr --debug --root /x version --s|--short|--format
containr -- vers|version|help
containr-runtime |completion help|version
containr-runtime --log-format |json text|completion
containr __complete |-|containers
containr run --cap-add |ALL NET_RAW|CAP_NET_RAW
containr run --cap-drop CAP_NET_R|CAP_NET_RAW|NET_RAW
containr run --stop-signal=SIGK|SIGKILL|KILL
containr run |-|apple:red
END

# check SHELL LINE OFFERED WANTED UNWANTED
check() {
	local shell=$1 line=$2 offered=" ${3//$'\n'/ } " word

	for word in $4; do
		[[ $word == - || $offered == *" $word "* ]] || {
			echo "FAIL: $shell: '$line' does not offer $word but:$offered"
			failed=1
		}
	done
	for word in $5; do
		[[ $offered != *" $word "* ]] || {
			echo "FAIL: $shell: '$line' offers $word"
			failed=1
		}
	done
}

# check_shell NAME COMMAND...: the command prints what is offered for the line in its last argument
check_shell() {
	local shell=$1 line wanted unwanted

	shift
	while IFS='|' read -r line wanted unwanted; do
		check "$shell" "$line" "$("$@" "$line" 2> "$dir/err")" "$wanted" "$unwanted"
		[ ! -s "$dir/err" ] || {
			echo "FAIL: $shell: '$line': $(cat "$dir/err")"
			failed=1
		}
	done < "$dir/cases"
}

for shell in bash fish zsh; do
	command -v $shell > /dev/null || {
		echo "not checked: $shell is not installed"
		continue
	}
	for program in containr containr-runtime; do
		$program completion $shell > "$dir/$program.$shell"
		$shell -n "$dir/$program.$shell" || {
			echo "FAIL: $program completion $shell is not valid"
			failed=1
		}
	done
	check_shell $shell $shell "$here/complete_line.$shell" "$dir"
	# readline replaces only what follows the colon, the others the whole word
	if [ $shell = bash ]; then after_colon=red; else after_colon=apple:red; fi
	for line in "run ap|apple:red" "run -it apple:|$after_colon" "--debug rmi apple:r|$after_colon"; do
		check $shell "$line" "$($shell "$here/complete_line.$shell" "$dir" \
			"containr --root $dir/state ${line%|*}" 2> /dev/null)" "${line#*|}" ""
	done
done

if command -v shellcheck > /dev/null; then
	# 2034: the facts are read by the function that calls
	shellcheck -s bash -S warning -e 2034 "$dir"/*.bash || failed=1
else
	echo "not checked: shellcheck is not installed"
fi

containr completion tcsh 2> "$dir/err" && failed=1
grep -q "there is no completion for 'tcsh'" "$dir/err" || failed=1
exit $failed
