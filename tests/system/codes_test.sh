#!/bin/bash
# SPDX-License-Identifier: MIT
# Errors that take a broken store, a busy lock or a kernel that refuses: each is provoked for real,
# and leaves nothing behind.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

command -v python3 > /dev/null || skip "python3 is not installed"
[ "$(uname -m)" = x86_64 ] || skip "the system calls are those of x86_64"

# without_call NUMBER COMMAND...: where the kernel answers EINVAL to a system call.
without_call() {
	local number=$1

	shift
	python3 "$CONTAINR_SOURCE/tests/system/refuse_call.py" "$number" 22 "$@"
}
readonly pivot_root=155 capset=126 seccomp=317 setsid=112 unshare=272

fact "ROOTFS_PIVOT: the kernel does not change the root"
expect_error ROOTFS_PIVOT 125 "cannot make it the root folder: Invalid argument" "" -- \
	without_call $pivot_root containr run --rm busybox true
assert_nothing_left

fact "SECURITY_CAPABILITIES: it does not take capabilities away"
expect_error SECURITY_CAPABILITIES 125 "cannot set capabilities: Invalid argument" "" -- \
	without_call $capset containr run --rm busybox true
assert_nothing_left

fact "SECURITY_SECCOMP: it does not take the filter, and the program does not run without"
expect_status 125 -- without_call $seccomp containr run --rm busybox echo it ran
matches "Error: \[SECURITY_SECCOMP\] cannot load the seccomp filter: Invalid argument*" "$(cat err)"
equal "" "$(cat out)"
assert_nothing_left

fact "PROCESS_SETUP and NAMESPACE_SETUP: no session, no cgroup namespace"
expect_error PROCESS_SETUP 125 "cannot leave the caller's session: Invalid argument" "" -- \
	without_call $setsid containr run --rm busybox true
expect_error NAMESPACE_SETUP 125 "cannot create a cgroup namespace: Invalid argument" "" -- \
	without_call $unshare containr run --rm busybox true
assert_nothing_left

fact "OUT_OF_MEMORY: there is no memory for the command's own work"
head -c 3000000 /dev/zero | tr '\0' 'x' > words
cat > limited << 'END'
ulimit -v 1800
exec containr run --rm --env-file words busybox true
END
sed -i 's/^/A=/' words
expect_status 125 -- bash limited
matches "Error: \[OUT_OF_MEMORY\]*" "$(cat err)"
assert_nothing_left

fact "IMAGE_CORRUPT: the store is damaged, and the image is named"
cp -a "$CONTAINR_ROOT" damaged
manifest=$(containr --root damaged inspect --type image busybox 2> /dev/null | grep -o 'sha256:[0-9a-f]*' | head -n 1)
blob=damaged/images/blobs/sha256/${manifest#sha256:}
[ -f "$blob" ] || blob=$(find damaged/images/blobs -type f -size -2k | head -n 1)
for blob in damaged/images/blobs/sha256/*; do
	[ "$(stat -c %s "$blob")" -gt 4000 ] || echo '{"schemaVersion": 2}' > "$blob"
done
expect_status 125 -- containr --root damaged run --rm busybox true
matches "Error: \[IMAGE_CORRUPT\]*" "$(head -n 1 err)"
matches "Hint: *" "$(tail -n 1 err)"

fact "LOCKED: somebody else works on the container, and does not end"
containr create --name busy busybox true > id
cat > hold.py << 'END'
import fcntl, sys, time
file = open(sys.argv[1], "r+b")
fcntl.lockf(file, fcntl.LOCK_EX)
open("locked", "w").close()
time.sleep(60)
END
python3 hold.py "$CONTAINR_ROOT/containers/$(cat id)/state" &
holder=$!
wait_for test -e locked
expect_error LOCKED 125 "another process is working on the container" "another command is working on it; try again" -- \
	containr start busy
kill $holder
wait $holder 2> /dev/null || true
expect_output busy -- containr rm busy

fact "TIMEOUT: a command in a container does not end in the time that it has"
containr run -d --name slow busybox sleep 1000 > out
expect_error TIMEOUT 125 "the command did not end within 200ms" "it was killed, with all that it started" -- \
	containr exec --timeout 200ms slow sleep 1000
expect_output slow -- containr rm -f slow

fact "CGROUP_SETUP: the container's cgroup is there already, and is nobody's to take"
mkdir bundle
containr spec --bundle bundle
mkdir -p bundle/rootfs/{bin,proc,sys,dev}
cp "$(command -v busybox)" bundle/rootfs/bin/sh
python3 - << END
import json
with open("bundle/config.json", encoding="utf-8") as file:
    c = json.load(file)
c["process"].update(terminal=False, args=["/bin/sh", "-c", "sleep 100"])
c["linux"]["cgroupsPath"] = "/containr/codes-$$-${scratch##*.}"
with open("bundle/config.json", "w", encoding="utf-8") as file:
    json.dump(c, file)
END
containr-runtime --root "$scratch/oci" run -d -b bundle first > /dev/null 2>&1 < /dev/null
expect_status 125 -- containr-runtime --root "$scratch/oci" run -b bundle second
matches "Error: \[CGROUP_SETUP\] cannot create cgroup '*': File exists*" "$(cat err)"
equal first "$(containr-runtime --root "$scratch/oci" list -q)"
containr-runtime --root "$scratch/oci" delete -f first

fact "MONITOR_LOST: the monitor is killed while somebody is attached"
cp -a "$CONTAINR_BUILD/libexec/containr" helpers
CONTAINR_LIBEXEC=$scratch/helpers containr run --name lost busybox sh -c 'echo ready; sleep 1000' > out 2> err &
client=$!
wait_for grep -q ready out
rm helpers/containr-monitor
kill -9 "$(pgrep -f "containr-monitor $(containr ps -q --no-trunc)")"
status=0
wait $client || status=$?
equal 125 $status
matches "Error: \[MONITOR_LOST\] lost the monitor of container *" "$(tail -n 2 err | head -n 1)"
equal "Hint: look at the container with: containr inspect NAME" "$(tail -n 1 err)"
expect_output lost -- containr rm -f lost

assert_nothing_left
finish
