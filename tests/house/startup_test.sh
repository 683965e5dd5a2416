#!/bin/bash
# SPDX-License-Identifier: MIT
# What the executables cost before they do anything: libraries to load, bytes to map, system calls.
# Counted, never timed.
set -uo pipefail

: "${CONTAINR_CORE_LIBC:?is musl or host}" "${CONTAINR_BUILD_TYPE:=}"
dir=$(mktemp -d)
trap 'rm -r "$dir"' EXIT
failed=0

# executable, bytes of code and data at most (Release is the largest: -O3), libraries at most ("-": none, the file is static)
budget='
bin/containr                        820000 -
libexec/containr/containr-monitor    32000 -
libexec/containr/containr-init       14000 -
libexec/containr/containr-health     10000 -
libexec/containr/containr-keeper    340000 -
libexec/containr/containr-cleanup    90000 -
libexec/containr/containr-image    2300000 libarchive libcrypto libisal libzstd libc
libexec/containr/containr-registry 2200000 libarchive libcrypto libcurl libdeflate libisal libzstd libc
'
# `containr --version`, execve included
system_calls=16

check_libraries() {
	local file=$1 allowed=$2 needed library

	needed=$(readelf -d "$CONTAINR_BUILD/$file" | sed -n 's/.*(NEEDED).*\[\([^].]*\).*/\1/p')
	if [ "$allowed" = - ] && readelf -l "$CONTAINR_BUILD/$file" | grep -q INTERP; then
		echo "FAIL: $file is not static"
		failed=1
	fi
	for library in $needed; do
		case " $allowed " in
		*" $library "*) ;;
		*)
			echo "FAIL: $file needs $library"
			failed=1
			;;
		esac
	done
}

check_size() {
	local file=$1 allowed=$2 bytes

	bytes=$(size "$CONTAINR_BUILD/$file" | awk 'NR == 2 { print $4 }')
	if [ "$bytes" -gt "$allowed" ]; then
		echo "FAIL: $file is $bytes bytes, more than $allowed"
		failed=1
	fi
}

if [ "$CONTAINR_CORE_LIBC" != musl ]; then
	echo "SKIPPED: the executables of this build are not the static ones"
	exit 77
fi
while read -r file bytes libraries; do
	[ -n "$file" ] || continue
	check_libraries "$file" "$libraries"
	case $CONTAINR_BUILD_TYPE in
	Release | RelWithDebInfo | MinSizeRel) check_size "$file" "$bytes" ;;
	esac
done <<< "$budget"

if strace -o /dev/null true 2> /dev/null; then
	strace -f -o "$dir/calls" "$CONTAINR_BUILD/bin/containr" --version > /dev/null
	calls=$(grep -c '(' "$dir/calls")
	if [ "$calls" -gt $system_calls ]; then
		echo "FAIL: containr --version makes $calls system calls, more than $system_calls:"
		cat "$dir/calls"
		failed=1
	fi
else
	echo "not checked: system calls, as strace cannot be used"
fi
exit $failed
