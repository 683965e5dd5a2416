#!/bin/bash
# SPDX-License-Identifier: MIT
# Commands that need no rights: spec and validate; options that are refused before anything is done.
set -uo pipefail

export PATH=$CONTAINR_BUILD/bin:$PATH
unset NO_COLOR
dir=$(mktemp -d)
trap 'rm -r "$dir"' EXIT
cd "$dir" || exit 1
export CONTAINR_ROOT=$dir/root CONTAINR_RUNROOT=$dir/run
failed=0

# refused MESSAGE HINT COMMAND...: exit status 125 and this error; an empty HINT is none.
refused() {
	local wanted="Error: $1" status got

	[ -z "$2" ] || wanted+=$'\n'"Hint: $2"
	shift 2
	got=$("$@" 2>&1 > out)
	status=$?
	if [ "$got" != "$wanted" ] || [ $status != 125 ] || [ -s out ]; then
		printf 'FAIL: %s: exit status %s\n%s\ninstead of\n%s\n' "$*" $status "$got" "$wanted"
		failed=1
	fi
}

# says TEXT COMMAND...: success, and this is printed.
says() {
	local wanted=$1 got status

	shift
	got=$("$@" 2>&1)
	status=$?
	if [ "$got" != "$wanted" ] || [ $status != 0 ]; then
		printf 'FAIL: %s: exit status %s\n%s\ninstead of\n%s\n' "$*" $status "$got" "$wanted"
		failed=1
	fi
}

config_hint="see the OCI runtime specification, config.md"

mkdir bundle
says "" containr spec --bundle bundle
refused "[INVALID_ARGUMENT] 'bundle/config.json' exists already" \
	"remove it, or give another folder with --bundle" containr spec -b bundle
refused "[IO] cannot open folder 'nowhere': No such file or directory" "" containr spec -b nowhere
refused "[INVALID_CONFIG] bundle: root.path: cannot open 'rootfs': No such file or directory" \
	"$config_hint" containr validate bundle
touch bundle/rootfs
refused "[INVALID_CONFIG] bundle: root.path: 'rootfs' is no folder" "$config_hint" \
	containr validate bundle
rm bundle/rootfs
mkdir bundle/rootfs
says "bundle: valid" containr validate bundle
says ".: valid" env -C bundle containr validate
refused "[INVALID_ARGUMENT] cannot open the bundle 'nowhere': No such file or directory" "" \
	containr validate nowhere

# broken SED_SCRIPT MESSAGE: what this makes of the configuration is refused.
broken() {
	mkdir -p broken/rootfs
	sed "$1" bundle/config.json > broken/config.json
	cmp -s bundle/config.json broken/config.json && {
		echo "FAIL: '$1' changes nothing"
		failed=1
	}
	refused "[INVALID_CONFIG] broken: $2" "${3-$config_hint}" containr validate broken
}

broken 's/"network"/"netwrok"/' "linux.namespaces[5].type: unknown namespace 'netwrok'"
broken 's/"cwd": "\/"/"cwd": "x"/' "process.cwd: 'x' is not absolute"
broken 's/"path": "rootfs"/"path": 5/' "root.path: expected a string"
broken 's/"CAP_CHOWN"/"CAP_CHWON"/' "process.capabilities.bounding[0]: unknown capability 'CAP_CHWON'"

refused "[INVALID_ARGUMENT] --format: 'yaml' is not supported" \
	"use table, json, or a template such as '{{.ID}}'" containr ps --format yaml
refused "[INVALID_ARGUMENT] --filter: 'x' is no status of a container" \
	"a status is created, running, paused, restarting or exited" containr ps --filter status=x
refused "[INVALID_ARGUMENT] --signal: 'FOO' is no signal" \
	"write a name such as SIGTERM or a number from 1 to 64" containr kill -s FOO web
refused "[INVALID_ARGUMENT] only one container can be attached to" \
	"leave out --attach and --interactive, or start them one by one" containr start -a one two
if [ -e root ]; then
	echo "FAIL: a refused command has made its state folder"
	failed=1
fi
exit $failed
