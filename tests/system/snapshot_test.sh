#!/bin/bash
# SPDX-License-Identifier: MIT
# Snapshots of containers, with layers that are unpacked and with layers that are mounted.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

# A tmpfs has no attributes "user.*", and cannot carry a mounted layer.
truncate -s 256M disk
mkfs.ext4 -q disk
mkdir -p disk.mnt
mount -o loop disk disk.mnt 2> /dev/null || skip "may not mount a loop device"
export CONTAINR_ROOT=$scratch/disk.mnt/root
containr import --default > /dev/null

snapshot() {
	containr snapshot "$@"
}

# layers_of SNAPSHOT: their digits, lowest first.
layers_of() {
	snapshot inspect "$1" | sed -n 's/^ *"sha256:\([0-9a-f]*\)",*$/\1/p'
}

# run_all DRIVER: every fact that has to do with how a layer is kept.
run_all() {
	export CONTAINR_STORAGE_DRIVER=$1

	fact "$1: a container begins with what another one had changed"
	containr run --name one busybox sh -c 'mkdir -p /srv/a/b; echo one > /srv/a/f; ln /srv/a/f /srv/g
		ln -s f /srv/a/l; rm /bin/vi; busybox rm -r /sbin; mkdir /sbin; echo new > /sbin/new; mkfifo /srv/p
		chmod 4750 /srv/g; chown 7:8 /srv/a; touch -d "2001-02-03 04:05:06" /srv/a/b'
	expect_output base -- snapshot create --label tier=db --label gone=1 --label gone=2 one base
	expect_output "one
new
2 100750 7:8 981173106
no vi" -- containr run --rm --snapshot base sh -c 'cat /srv/a/l; ls /sbin
		echo $(stat -c "%h %f" /srv/g | sed s/89e8/100750/) $(stat -c %u:%g /srv/a) \
			$(stat -c %Y /srv/a/b); [ -e /bin/vi ] || echo no vi'
	equal "$1" "$(snapshot ls --format '{{.driver}}')"

	fact "$1: its record says what it is"
	snapshot inspect base > record
	is_json record
	matches '*"name": "base"*"parent": ""*"image": "busybox"*"created_at": "20*"size": *"shared_size": *"tier": "db"*' \
		"$(cat record)"
	matches '*"gone": "2"*' "$(cat record)"
	expect_output base -- snapshot ls -q --filter label=tier=db
	expect_output "" -- snapshot ls -q --filter label=tier=web
	matches '*"Type":"snapshot","Action":"create"*' "$(tail -n 20 "$CONTAINR_ROOT/events.jsonl")"

	fact "$1: a snapshot of a snapshot shares what is below"
	containr run --name two --snapshot base sh -c 'echo two > /srv/two; rm /srv/g; echo more >> /srv/a/f'
	snapshot create two second > /dev/null
	equal base "$(snapshot inspect second --format '{{.parent}}')"
	equal "$(layers_of base)" "$(layers_of second | head -n 1)"
	equal 2 "$(layers_of second | wc -l)"
	expect_output "two one more gone" -- containr run --rm --snapshot second sh -c \
		'echo $(cat /srv/two) $(cat /srv/a/f) $([ -e /srv/g ] || echo gone)'

	fact "$1: two snapshots are compared, file by file"
	expect_output "C /srv
C /srv/a
C /srv/a/f
D /srv/g
A /srv/two" -- snapshot diff base second
	expect_output "C /srv
C /srv/a
C /srv/a/f
A /srv/g
D /srv/two" -- snapshot diff second base
	expect_output "" -- snapshot diff base base

	fact "$1: a container that changed nothing gives a snapshot too, and again"
	containr create --name same --snapshot second true > /dev/null
	snapshot create same third > /dev/null
	containr rm same > /dev/null
	containr create --name same --snapshot third true > /dev/null
	snapshot create same fourth > /dev/null
	expect_output "two" -- containr run --rm --snapshot fourth cat /srv/two
	expect_output "" -- snapshot diff second fourth
	containr rm same > /dev/null
	snapshot rm fourth third > /dev/null

	fact "$1: what is used is not removed"
	expect_error SNAPSHOT_IN_USE 125 "snapshot 'second' is used by container 'keep'" \
		"remove what stands on it first, or use --force" -- bash -c \
		'containr create --name keep --snapshot second cat /srv/two > /dev/null; containr snapshot rm second'
	expect_status 125 -- containr rmi busybox
	matches "*IMAGE_IN_USE*image 'docker.io/library/busybox:latest' is used by *" "$(cat err)"
	containr rm one two > /dev/null
	expect_error SNAPSHOT_IN_USE 125 "snapshot 'base' is used by snapshot 'second'" \
		"remove what stands on it first, or use --force" -- snapshot rm base
	expect_status 1 -- bash -c 'containr snapshot ls -q | grep -v -e base -e second'

	fact "$1: what was forced away stays for who stands on it"
	snapshot rm -f second > /dev/null
	expect_output two -- containr start -a keep
	containr rm keep > /dev/null
	containr run --name two --snapshot base sh -c 'echo two > /srv/two'
	snapshot create two second > /dev/null
	containr rm two > /dev/null
	snapshot rm -f base > /dev/null
	equal "" "$(snapshot inspect second --format '{{.parent}}')"
	expect_output "two one" -- containr run --rm --snapshot second sh -c 'echo $(cat /srv/two /srv/a/f)'

	fact "$1: an archive has it all, and is held to its digests"
	snapshot export second --with-parents -o both.tar
	snapshot export second -o own.tar
	equal 3 "$(tar -tf both.tar | wc -l)"
	equal 2 "$(tar -tf own.tar | wc -l)"
	equal "$(layers_of second | tail -n 1)" \
		"$(tar -xOf own.tar "blobs/sha256/$(layers_of second | tail -n 1)" | sha256sum | cut -d ' ' -f 1)"
	expect_error SNAPSHOT_EXISTS 125 "snapshot 'second' exists already" \
		"choose another name, or remove it with: containr snapshot rm" -- snapshot import both.tar
	expect_output again -- snapshot import both.tar again
	expect_output "" -- snapshot diff second again
	snapshot rm again second > /dev/null
	expect_error SNAPSHOT_NOT_FOUND 125 \
		"layer $(tar -xOf own.tar snapshot.json | grep -o 'sha256:[0-9a-f]*' | sed -n 2p | cut -c 1-19) of the snapshot is neither in the archive nor here" \
		"import its parents first, or export it with --with-parents" -- snapshot import own.tar
	expect_output second -- bash -c 'containr snapshot import - < both.tar'
	expect_status 0 -- snapshot verify
	expect_output "two one" -- containr run --rm --snapshot second sh -c 'echo $(cat /srv/two /srv/a/f)'
	snapshot export second --with-parents -o twice.tar
	cmp both.tar twice.tar > /dev/null || equal "$(tar -tvf both.tar | tail -n +2)" "$(tar -tvf twice.tar | tail -n +2)"

	fact "$1: a running container is frozen for its snapshot, and goes on"
	containr run -d --name live busybox sh -c 'echo live > /live; while :; do sleep 0.1; done' > /dev/null
	wait_for containr exec live test -e /live
	snapshot create live alive > /dev/null
	expect_output running -- containr inspect live --format '{{.State.Status}}'
	matches '*"Action":"pause"*"Action":"create"*"Action":"unpause"*' \
		"$(tail -n 5 "$CONTAINR_ROOT/events.jsonl" | tr -d '\n')"
	containr rm -f live > /dev/null
	expect_output live -- containr run --rm --snapshot alive cat /live

	fact "$1: prune removes what nobody stands on"
	containr create --name keep --snapshot second true > /dev/null
	expect_status 0 -- snapshot prune -f
	expect_output second -- snapshot ls -q
	containr rm keep > /dev/null
	snapshot prune -f > /dev/null
	expect_output "" -- snapshot ls -q
	expect_output 1 -- bash -c "ls '$CONTAINR_ROOT/layers' | wc -l"
}

run_all overlay
if [ -e "$CONTAINR_ROOT/layers" ]; then
	CONTAINR_STORAGE_DRIVER=erofs containr import --default > /dev/null
	run_all erofs
fi
unset CONTAINR_STORAGE_DRIVER

fact "an image stays as long as a snapshot stands on it"
containr run --name one busybox sh -c 'echo one > /one'
snapshot create one base > /dev/null
containr rm one > /dev/null
expect_error IMAGE_IN_USE 125 "image 'docker.io/library/busybox:latest' is used by snapshot 'base'" \
	"remove the containers that use it first, or use --force" -- containr rmi busybox
expect_output "Total reclaimed space: 0B" -- containr image prune -af
containr rmi -f busybox > /dev/null
expect_output "" -- containr images -q
expect_output one -- containr run --rm --snapshot base cat /one

fact "what was changed is found"
expect_output "" -- snapshot verify base
layer=$(layers_of base)
echo two > "$CONTAINR_ROOT/layers/$layer/fs/one"
status=0
snapshot verify > out || status=$?
equal 1 $status
equal "base: layer sha256:${layer:0:12} is not what it was" "$(cat out)"
expect_error IMAGE_CORRUPT 125 "layer sha256:${layer:0:12} is not what it was" \
	"remove the image and import it again" -- snapshot export base -o broken.tar
[ ! -e broken.tar ] || fail "a damaged snapshot was written"

fact "what no image has cannot be repaired, and is told"
status=0
snapshot repair base > out || status=$?
equal 1 $status
equal "base: layer sha256:${layer:0:12} is not what it was" "$(cat out)"
snapshot rm base > /dev/null
expect_output "" -- bash -c "ls '$CONTAINR_ROOT/layers'"

fact "what an image has too is repaired from it"
containr import --default > /dev/null
containr run --name one busybox sh -c 'echo one > /one'
snapshot create one base > /dev/null
containr commit one copy > /dev/null
containr rm one > /dev/null
layer=$(layers_of base)
echo two > "$CONTAINR_ROOT/layers/$layer/fs/one"
expect_output "base: layer sha256:${layer:0:12} was made again" -- snapshot repair base
expect_output one -- containr run --rm --snapshot base cat /one
rm -r "$CONTAINR_ROOT/layers/$layer"
expect_status 1 -- snapshot verify base
expect_output "base: layer sha256:${layer:0:12} was made again" -- snapshot repair
expect_status 0 -- snapshot verify base
containr rmi copy > /dev/null

fact "names that are none, and what is not there"
expect_error INVALID_ARGUMENT 125 "'../x' is no name for a snapshot" \
	"use letters, digits and _ . -, starting with a letter or digit" -- snapshot create one ../x
expect_error CONTAINER_NOT_FOUND 125 "no such container: one" "list containers with: containr ps -a" \
	-- snapshot create one two
expect_error SNAPSHOT_NOT_FOUND 125 "no such snapshot: none" "list snapshots with: containr snapshot ls" \
	-- containr run --rm --snapshot none true
expect_error SNAPSHOT_NOT_FOUND 125 "no such snapshot: none" "list snapshots with: containr snapshot ls" \
	-- snapshot rm none

fact "an archive that lies is refused, and nothing of it stays"
snapshot export base -o base.tar
snapshot rm base > /dev/null
mkdir lie
tar -C lie -xf base.tar
sed -i "s/one\n/two\n/" lie/snapshot.json
printf x | dd of="$(echo lie/blobs/sha256/*)" bs=1 seek=1536 conv=notrunc status=none
tar -C lie -cf lie.tar snapshot.json blobs
expect_status 125 -- snapshot import lie.tar
matches '*INVALID_ARCHIVE*has another digest*' "$(cat err)"
printf '{"name":"x","image_id":"sha256:../../x","layers":["y"]}' > lie/snapshot.json
tar -C lie -cf lie.tar snapshot.json
expect_error INVALID_ARCHIVE 125 "image_id: 'sha256:../../x' is no digest" \
	"expected what 'containr snapshot export' writes" -- snapshot import lie.tar
expect_output "" -- snapshot ls -q
equal 1 "$(find "$CONTAINR_ROOT/layers" -mindepth 1 -maxdepth 1 | wc -l)"

fact "a snapshot that was killed at any moment is whole or not there, and leaves nothing for long"
containr run --name one busybox sh -c 'for i in $(seq 300); do echo $i > /file$i; done'
for delay in 0.001 0.003 0.005 0.008 0.010 0.012 0.015 0.020 0.030 0.050; do
	{ timeout -s KILL $delay containr snapshot create one killed > /dev/null 2>&1; } 2> /dev/null || true
	if [ -n "$(snapshot ls -q)" ]; then
		expect_status 0 -- snapshot verify
		snapshot rm killed > /dev/null
	fi
done
snapshot create one killed > /dev/null
snapshot rm killed > /dev/null
containr rm one > /dev/null
equal "" "$(ls "$CONTAINR_ROOT/tmp")"
equal 1 "$(find "$CONTAINR_ROOT/layers" -mindepth 1 -maxdepth 1 | wc -l)"

# shellcheck disable=SC2046 # one argument an id
containr rmi -f $(containr images -q) > /dev/null
umount disk.mnt
assert_nothing_left
finish
