#!/bin/bash
# SPDX-License-Identifier: MIT
# Layers that are mounted instead of being unpacked.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# A tmpfs cannot carry the file system.
truncate -s 256M disk
mkfs.ext4 -q disk
mkdir -p disk.mnt
mount -o loop disk disk.mnt 2> /dev/null || skip "may not mount a loop device"
export CONTAINR_ROOT=$scratch/disk.mnt/root
list_tree=$(dirname "$(realpath "$0")")/list_tree.py

# A layer that has everything a layer can have.
make_tree() {
	mkdir -p a/b/c d/e many opaque 'd/!first'
	for i in {1..1500}; do echo "$i" > "many/file-with-a-rather-long-name-$i"; done
	ln -s /a/b link
	ln -s "$(printf 'x%.0s' {1..300})" long-link
	ln -s "$(printf 'y%.0s' {1..3000})" very-long-link
	echo hi > a/f
	ln a/f a/g
	ln a/f d/h
	mkfifo d/pipe
	mknod d/char c 5 1
	mknod d/block b 8 300
	chmod 4755 a/f
	chown 100000:65536 d/e
	touch -d 1960-01-01T00:00:00.5 d/e
	touch -d '2040-01-01 00:00:00.123456789' a/b
	python3 -c 'import os
os.setxattr("a/f", "user.one", b"1")
os.setxattr("a/f", "user.two", b"z" * 900)
os.setxattr("d", "user.folder", b"d")
os.setxattr("a/g", "security.capability", bytes.fromhex("0100000200200000000000000000000000000000"))'
	head -c 5000000 /dev/urandom > big
	: > empty
	touch "a/b/$(printf 'n%.0s' {1..255})" a/.wh.gone opaque/.wh..wh..opq opaque/inside
	cp "$(command -v busybox)" busybox
}

mkdir tree
(cd tree && make_tree)
tar --xattrs --xattrs-include='*' --format=posix -C tree -cf tree.tar .
CONTAINR_ROOT=$scratch/plain containr import tree.tar tree > /dev/null
containr --storage-driver erofs import tree.tar tree > /dev/null
layer=$(ls "$CONTAINR_ROOT/layers")
[ -e "$CONTAINR_ROOT/layers/$layer/index" ] || skip "the kernel mounts no file (before Linux 6.12)"

is_mounted() {
	mountpoint -q "$CONTAINR_ROOT/layers/$layer/mnt"
}

fact "a mounted layer is what an unpacked one would be"
containr run -d --name one tree /busybox sleep 1000 > id
python3 "$list_tree" "$scratch/plain/layers/$layer/fs" > plain.list
python3 "$list_tree" "$CONTAINR_ROOT/layers/$layer/mnt" > mounted.list
[ "$(wc -l < plain.list)" -gt 1500 ] || fail "the list is too short"
diff plain.list mounted.list > lists.diff || fail "$(head -5 lists.diff)"

fact "all containers of a layer use one mount, and the last one takes it away"
containr run -d --name two tree /busybox sleep 1000 > id
equal 1 "$(grep -c " $CONTAINR_ROOT/layers/" /proc/self/mountinfo)"
containr rm -f one > /dev/null
is_mounted || fail "the layer of a running container is not mounted"
containr rm -f two > /dev/null
wait_for bash -c "! grep -q ' $CONTAINR_ROOT/layers/' /proc/self/mountinfo"
equal "" "$(ls "$CONTAINR_RUNROOT/layers")"

fact "a container that was killed with its monitor takes its layer along when somebody looks"
containr run -d --name one tree /busybox sleep 1000 > id
monitor=$(awk '/^PPid:/ { print $2 }' "/proc/$(inspect_value one Pid)/status")
kill -KILL "$monitor"
kill -KILL "$(inspect_value one Pid)"
wait_for bash -c "containr ps -a --filter name=one --format '{{.Status}}' | grep -q Exited"
wait_for bash -c "! grep -q ' $CONTAINR_ROOT/layers/' /proc/self/mountinfo"
containr rm one > /dev/null

fact "files of a stopped container are seen, copied and compared, and nothing stays mounted"
containr create --name stopped tree /busybox true > /dev/null
expect_output hi -- bash -c 'containr cp stopped:/a/f - | tar -xO'
expect_status 0 -- bash -c 'containr export stopped | tar -t many/file-with-a-rather-long-name-7'
expect_output "" -- containr diff stopped
expect_status 0 -- containr run --rm -v data:/many tree /busybox ls /many/file-with-a-rather-long-name-9
wait_for bash -c "! grep -q ' $CONTAINR_ROOT/layers/' /proc/self/mountinfo"
containr rm stopped > /dev/null

fact "whiteouts and opaque folders of a mounted layer hide what is below"
containr run --name changed tree /busybox sh -c \
	'echo new > /new; /busybox rm -r /a/f /many; /busybox mkdir /many; echo 1 > /many/only'
containr --storage-driver erofs commit changed changed:1 > /dev/null
equal 2 "$(find "$CONTAINR_ROOT/layers" -name index | wc -l)"
expect_output "new
b
g
only" -- containr run --rm changed:1 /busybox sh -c \
	'/busybox cat /new; /busybox ls /a; /busybox ls /many'
containr rm changed > /dev/null

fact "a container with ids of its own sees the files as its own"
printf 'containr:3000000:131080\n' > subids
[ -e /etc/subuid ] || : > /etc/subuid
[ -e /etc/subgid ] || : > /etc/subgid
mount --bind subids /etc/subuid
mount --bind subids /etc/subgid
expect_output "0 new" -- containr run --rm --userns auto tree /busybox sh -c \
	'echo $(/busybox stat -c %u /a/f) $(echo new > /a/new; /busybox cat /a/new)'

fact "what has holes, and what a file system cannot carry, is unpacked"
mkdir holes
truncate -s 1M holes/sparse
echo end >> holes/sparse
tar -S --format=posix -C holes -cf holes.tar .
containr --storage-driver erofs import holes.tar holes > /dev/null
expect_status 0 -- cmp holes/sparse "$(find "$CONTAINR_ROOT/layers" -name sparse)"
equal fs "$(ls "$(dirname "$(dirname "$(find "$CONTAINR_ROOT/layers" -name sparse)")")")"
CONTAINR_ROOT=$scratch/tmpfs containr --storage-driver erofs import tree.tar tree > /dev/null
equal fs "$(ls "$scratch"/tmpfs/layers/*)"

fact "an unknown driver is told"
expect_error INVALID_ARGUMENT 125 "--storage-driver: 'zip' is no storage driver" \
	"known are: overlay erofs" -- containr --storage-driver zip ps
expect_error INVALID_ARGUMENT 125 "--storage-driver: 'zip' is no storage driver" \
	"known are: overlay erofs" -- env CONTAINR_STORAGE_DRIVER=zip containr ps

fact "an image that nobody uses goes with its tar and index"
# shellcheck disable=SC2046 # one argument an id
containr rmi -f $(containr images -q) > /dev/null
equal "" "$(ls "$CONTAINR_ROOT/layers")"
wait_for umount disk.mnt
assert_nothing_left
finish
