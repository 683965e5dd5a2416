# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Bundles for tests of the OCI runtime; read after system/lib.sh.
: "${scratch:?is set by lib.sh}" "${CONTAINR_SOURCE:?is the source folder}"

# A cgroup of this run of this test: ids are not unique on a host where the tests run twice at once.
export BUNDLE_CGROUP=/containr/test-${scratch##*.}

command -v python3 > /dev/null || skip "python3 is not installed"
command -v busybox > /dev/null || skip "busybox is not installed"

# make_bundle FOLDER: a root file system of busybox and the configuration that podman would give.
make_bundle() {
	local applet profile=/usr/share/containers/seccomp.json

	[ -f $profile ] || profile=''
	mkdir -p "$1"/rootfs/{bin,etc,tmp}
	cp "$(command -v busybox)" "$1/rootfs/bin/busybox"
	for applet in cat echo env grep hostname id ls mkdir readlink sh sleep sort tr tty; do
		ln -s busybox "$1/rootfs/bin/$applet"
	done
	echo root:x:0:0:root:/root:/bin/sh > "$1/rootfs/etc/passwd"
	# shellcheck disable=SC2086 # no argument if there is no profile
	python3 "$CONTAINR_SOURCE/tests/bench/make_bundle.py" "$1/config.json" $profile
	cp "$1/config.json" "$1/config.orig"
}

# configure FOLDER STATEMENTS: changes the configuration as it was made; python with `c` being it.
configure() {
	python3 - "$@" << 'EOF'
import json, os, sys
with open(sys.argv[1] + "/config.orig", encoding="utf-8") as file:
    c = json.load(file)
process, linux = c["process"], c["linux"]
linux["cgroupsPath"] = os.environ["BUNDLE_CGROUP"]
def sh(text):
    process["args"] = ["/bin/sh", "-c", text]
exec(sys.argv[2])
with open(sys.argv[1] + "/config.json", "w", encoding="utf-8") as file:
    json.dump(c, file)
EOF
}

runtime() {
	containr-runtime --root "$scratch/runtime" "$@"
}

# crun does not work on hosts that have both kinds of cgroups: the unified ones are hidden from it.
crun_on_v1() {
	# shellcheck disable=SC2016 # expanded by the inner shell
	unshare -m --propagation private sh -c '
		! mountpoint -q /sys/fs/cgroup/unified || umount /sys/fs/cgroup/unified
		exec crun "$@"' sh --root "$scratch/crun" "$@"
}

# status_of ID
status_of() {
	runtime state "$1" | sed -n 's/.*"status": *"\([a-z]*\)".*/\1/p'
}

# no_bundle_left: neither state nor a cgroup of any container.
no_bundle_left() {
	[ -z "$(ls -A "$scratch/runtime")" ] &&
		[ -z "$(find /sys/fs/cgroup -type d -path "*$BUNDLE_CGROUP" 2> /dev/null)" ]
}

# Before lib.sh takes its folder away: what a test that failed left running goes.
leave_bundles() {
	local status=$? id

	set +e # what is returned is not to end the trap
	for id in $(runtime list -q 2> /dev/null); do
		runtime delete --force "$id" > /dev/null 2>&1 || true
	done
	return $status
}
trap 'leave_bundles; leave' EXIT
