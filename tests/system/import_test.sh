#!/bin/bash
# SPDX-License-Identifier: MIT
# Images: import, images, tag, rmi, with the exact errors; and what a killed import leaves.
. "$(dirname "$0")/lib.sh"

needed_tools() {
	local tool

	for tool in xz zstd gzip tar; do
		command -v "$tool" > /dev/null || skip "$tool is not installed"
	done
}
needed_tools

# make_tree DIR: a root file system with a bit of everything.
make_tree() {
	mkdir -p "$1/bin" "$1/etc/empty" "$1/dev"
	cp "$CONTAINR_ROOT"/layers/*/fs/bin/busybox "$1/bin/busybox"
	ln -s busybox "$1/bin/sh"
	ln -s busybox "$1/bin/cat"
	ln "$1/bin/busybox" "$1/bin/hard"
	echo "hello from $1" > "$1/etc/motd"
	chown 12:34 "$1/etc/motd"
	chmod 4711 "$1/bin/hard"
	mknod "$1/dev/zero" c 1 5
	mkfifo "$1/dev/fifo"
	touch -d 2001-02-03T04:05:06Z "$1/etc/empty" "$1/etc/motd"
}

# manifest_of DIR: all that can be seen of a tree, to compare two.
manifest_of() {
	(cd "$1" && find . -mindepth 1 -printf '%p %y %m %U %G %T@ %l\n' | sort &&
		find . -type f -print0 | sort -z | xargs -0 sha256sum)
}

# layer_of NAME: the unpacked layer of an image of one layer.
layer_of() {
	local id

	id=$(containr images --no-trunc -q "$1")
	sed -n 's/.*"diff_ids":\["sha256:\([0-9a-f]*\)"\].*/\1/p' \
		"$CONTAINR_ROOT/images/blobs/sha256/${id#sha256:}"
}

# assert_store_holds BLOBS LAYERS
assert_store_holds() {
	equal "$1 blobs, $2 layers" "$(find "$CONTAINR_ROOT/images/blobs" -type f | wc -l) blobs, $(
		find "$CONTAINR_ROOT/layers" -mindepth 1 -maxdepth 1 | wc -l) layers"
	equal "" "$(find "$CONTAINR_ROOT/tmp" "$CONTAINR_ROOT/trash" -mindepth 1)"
}

make_tree tree
tar --format=posix --sort=name --numeric-owner -C tree -cf tree.tar .
gzip -k tree.tar
xz -k -0 tree.tar
zstd -q -k tree.tar

fact "every kind of archive, a pipe and a folder give the same files"
for file in tree.tar tree.tar.gz tree.tar.xz tree.tar.zst tree; do
	containr import -q "$file" demo > id 2> err || fail "$file: $(cat err)"
	matches "sha256:????????????????????????????????????????????????????????????????" "$(cat id)"
	equal "$(manifest_of tree)" "$(manifest_of "$CONTAINR_ROOT/layers/$(layer_of demo)/fs")"
	equal "" "$(cat err)"
done
containr import -q - piped < tree.tar.gz > /dev/null
equal "$(manifest_of tree)" "$(manifest_of "$CONTAINR_ROOT/layers/$(layer_of piped)/fs")"

fact "an imported image runs"
expect_output "hello from tree" -- containr run --rm --network none demo cat /etc/motd
containr import -q --change 'CMD ["cat", "/etc/motd"]' --change 'ENV A=b' tree.tar cmd > /dev/null
expect_output "hello from tree" -- containr run --rm --network none cmd

fact "images shows docker's columns"
matches "REPOSITORY * TAG * IMAGE ID * CREATED * SIZE" "$(containr images | head -n 1)"
matches "demo * latest * ???????????? * second* ago * *MB" "$(containr images demo | tail -n 1)"
equal 1 "$(containr images -q busybox | wc -l)"
equal 12 "$(($(containr images -q busybox | wc -c) - 1))"
containr images --format json > images.json
is_json images.json
matches '*"repository": "busybox"*' "$(cat images.json)"
expect_output "" -- containr images -q nosuch

fact "the default image is the same each time"
equal "$(containr images --no-trunc -q busybox)" "$(containr import --default)"

fact "tag gives a second name"
containr tag demo registry.example.com:5000/team/demo:v2
equal "$(containr images -q demo)" "$(containr images -q registry.example.com:5000/team/demo:v2)"
expect_output "Untagged: registry.example.com:5000/team/demo:v2" -- \
	containr rmi registry.example.com:5000/team/demo:v2

fact "rmi names the container that uses the image"
containr create --name user --network none demo cat > /dev/null
expect_error IMAGE_IN_USE 125 "image 'docker.io/library/demo:latest' is used by container 'user'" \
	"remove the containers that use it first, or use --force" -- containr rmi demo

fact "a container outlives its image, and its layers go after it"
layer=$(layer_of demo)
matches "Untagged: demo:latest*" "$(containr rmi -f demo)"
[ -d "$CONTAINR_ROOT/layers/$layer" ] || fail "the layer of a container is gone"
containr rm user > /dev/null

fact "rmi goes on after an error, and tells it by its exit status"
status=0
containr rmi nosuch cmd piped > out 2> err || status=$?
equal 125 $status
equal "Error: [IMAGE_NOT_FOUND] image 'nosuch' not found
Hint: list images with: containr images" "$(cat err)"
equal 2 "$(grep -c ^Untagged: out)"

fact "images without a name are left when a name moves, and are removed by id"
for id in $(containr images --no-trunc | awk '$1 == "<none>" { print $3 }'); do
	containr rmi "$id" > /dev/null
done
assert_store_holds 3 1

fact "what cannot be imported is told, and leaves nothing"
expect_error INVALID_ARGUMENT 125 "'containr import' needs 2 arguments: FILE|DIR|- NAME[:TAG]" \
	"see 'containr import --help'" -- containr import tree.tar
expect_error INVALID_ARGUMENT 125 "cannot open 'nosuch.tar': No such file or directory" "" -- \
	containr import nosuch.tar demo
expect_error INVALID_REFERENCE 125 "invalid reference 'Demo': the name must be in lower case" \
	"a reference looks like NAME[:TAG] or NAME@sha256:HEX" -- containr import tree.tar Demo
archive_hint="expected a tar file, plain or compressed by gzip, xz or zstd"
expect_error INVALID_ARCHIVE 125 "'/dev/null' is empty" "$archive_hint" -- \
	containr import /dev/null demo
seq 1000 > text
expect_error INVALID_ARCHIVE 125 "this is no tar archive: its first header is none" \
	"$archive_hint" -- containr import text demo
head -c 700000 tree.tar.gz > cut.tar.gz
expect_error INVALID_ARCHIVE 125 "'cut.tar.gz' at byte 700000: the gzip data is cut off" \
	"$archive_hint" -- containr import cut.tar.gz demo
tar -C tree -b 1 -cf one.tar etc/motd
head -c 1024 one.tar > cut.tar
expect_error INVALID_ARCHIVE 125 "the archive is cut off after 'etc/motd': it has no end mark" \
	"$archive_hint" -- containr import cut.tar demo
tar -P --transform 's,^,../,' -C tree -cf up.tar etc/motd
expect_error INVALID_ARCHIVE 125 \
	"entry at byte 0: '../etc/motd' points outside of the archive" "$archive_hint" -- \
	containr import up.tar demo
expect_error INVALID_ARGUMENT 125 "--change 'RUN ls': unknown instruction" \
	"known are: CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL STOPSIGNAL USER VOLUME WORKDIR" -- \
	containr import --change 'RUN ls' tree.tar demo
expect_error INVALID_ARGUMENT 125 "--platform: 'vax' is no platform" \
	"write OS/ARCH[/VARIANT], e.g. linux/arm64" -- \
	containr import --platform vax tree.tar demo
assert_store_holds 3 1

fact "a full disk is told, and leaves nothing"
mkdir small
mount -t tmpfs -o size=1m small small
expect_error NO_SPACE 125 "no space left for the image in '$PWD/small/root'" \
	"free some space, or choose another place with --root" -- \
	containr --root small/root import tree.tar.gz demo
equal "" "$(find small/root/tmp small/root/layers small/root/trash -mindepth 1)"
umount small

# Starts an import that waits for the rest of its archive, and sees it at work. Each has a pipe of its
# own: what the one before did not read would be no archive.
start_endless_import() {
	rm -f pipe
	mkfifo pipe
	sleep 100 > pipe &
	sleeper=$!
	(head -c 3000000 tree.tar > pipe; sleep 100) &
	writer=$!
	containr import -q pipe demo > out 2> err &
	import=$!
	wait_for sh -c "ls '$CONTAINR_ROOT'/tmp/import-*"
}

fact "an interrupted import tidies up and ends by the signal"
status=0
start_endless_import
kill -TERM $import
wait $import 2> /dev/null || status=$?
equal 143 $status
assert_store_holds 3 1

fact "what a killed import left is deleted by the next one"
kill $sleeper $writer 2> /dev/null || true
status=0
start_endless_import
kill -KILL $import
wait $import 2> /dev/null || status=$?
equal 137 $status
kill $sleeper $writer 2> /dev/null || true
wait 2> /dev/null || true
containr import --default > /dev/null
assert_store_holds 3 1

fact "imports and removals at the same time do not disturb each other"
for i in 1 2 3 4 5; do
	containr import -q tree.tar.gz "par$i" > /dev/null 2>> err.par &
	containr import -q one.tar shared > /dev/null 2>> err.par &
	{ containr rmi "par$i" || true; } > /dev/null 2>&1 &
done
wait
equal "" "$(cat err.par)"
for i in 1 2 3 4 5; do
	containr rmi "par$i" > /dev/null 2>&1 || true
done
for id in $(containr images --no-trunc | awk '$1 == "<none>" || $1 == "shared" { print $3 }' | sort -u); do
	containr rmi -f "$id" > /dev/null
done
assert_store_holds 3 1

finish
