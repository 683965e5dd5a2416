#!/bin/bash
# SPDX-License-Identifier: MIT
# Images are held to their digests, and fetched again from Debian's docker-registry.
# shellcheck source=../system/lib.sh
. "$(dirname "$0")/../system/lib.sh"

# A tmpfs cannot carry a mounted layer.
truncate -s 256M disk
mkfs.ext4 -q disk
mkdir -p disk.mnt
mount -o loop disk disk.mnt 2> /dev/null || skip "may not mount a loop device"
export CONTAINR_ROOT=$scratch/disk.mnt/root
containr import --default > /dev/null
blobs=$CONTAINR_ROOT/images/blobs/sha256
id=$(containr images -q --no-trunc)
layer=$(ls "$CONTAINR_ROOT/layers")

# layer_blob: the digits of the blob of the image's only layer.
layer_blob() {
	local blob

	for blob in "$blobs"/*; do
		head -c 1 "$blob" | grep -q '{' || basename "$blob"
	done
}

fact "an image that is whole is told nothing of"
expect_output "" -- containr image verify
expect_output "" -- containr image verify busybox

fact "a damaged blob is found, in all images that have it"
blob=$(layer_blob)
containr tag busybox other
cp "$blobs/$blob" saved
printf x | dd of="$blobs/$blob" bs=1 seek=1000 conv=notrunc status=none
expect_status 1 -- containr image verify
equal "busybox:latest: blob sha256:${blob:0:12} is not what it was
other:latest: blob sha256:${blob:0:12} is not what it was" "$(sort out)"
rm "$blobs/$blob"
expect_status 1 -- containr image verify other
equal "other:latest: blob sha256:${blob:0:12} is not there" "$(cat out)"

fact "what nobody else has stays damaged, and is told"
expect_status 1 -- containr image verify --repair other
equal "other:latest: blob sha256:${blob:0:12} is not there" "$(cat out)"
cp saved "$blobs/$blob"
expect_status 0 -- containr image verify

fact "a damaged configuration is found"
cp "$blobs/${id#sha256:}" saved
echo >> "$blobs/${id#sha256:}"
expect_status 1 -- containr image verify busybox
equal "busybox:latest: configuration ${id:0:19} is not what it was" "$(cat out)"
cp saved "$blobs/${id#sha256:}"

fact "a layer that is not unpacked is, from its blob"
rm -r "$CONTAINR_ROOT/layers/$layer"
expect_status 1 -- containr image verify busybox
equal "busybox:latest: layer sha256:${layer:0:12} is not unpacked" "$(cat out)"
expect_output "busybox:latest: layer sha256:${layer:0:12} was made again" -- \
	containr image verify --repair busybox
expect_output again -- containr run --rm busybox echo again
containr rmi other > /dev/null

fact "an image that is not there does not keep the others"
expect_status 125 -- containr image verify none busybox
matches "*IMAGE_NOT_FOUND*" "$(cat err)"

fact "a mounted layer is held to its digest, and its index to the tar"
containr rmi busybox > /dev/null
containr --storage-driver erofs import --default > /dev/null
if [ -e "$CONTAINR_ROOT/layers/$layer/index" ]; then
	expect_status 0 -- containr image verify
	printf x | dd of="$CONTAINR_ROOT/layers/$layer/index" bs=1 seek=5000 conv=notrunc status=none
	expect_status 1 -- containr image verify
	equal "busybox:latest: the index of layer sha256:${layer:0:12} is not that of its tar" "$(cat out)"
	expect_output "busybox:latest: layer sha256:${layer:0:12} was made again" -- \
		containr --storage-driver erofs image verify --repair
	printf x | dd of="$CONTAINR_ROOT/layers/$layer/tar" bs=1 seek=5000 conv=notrunc status=none
	expect_status 1 -- containr image verify
	equal "busybox:latest: layer sha256:${layer:0:12} is not what it was" "$(cat out)"
	expect_output "busybox:latest: layer sha256:${layer:0:12} was made again" -- \
		containr --storage-driver erofs image verify --repair
	expect_output again -- containr run --rm busybox echo again
	expect_status 0 -- containr image verify
fi

fact "what was pulled is fetched again by its digest, although the tag has moved"
if command -v skopeo docker-registry > /dev/null; then
	echo "{version: 0.1, log: {level: error}, http: {addr: '127.0.0.1:5000'}," \
		"storage: {filesystem: {rootdirectory: $scratch/data}}}" > registry.yml
	docker-registry serve registry.yml > registry.log 2>&1 &
	registry=$!
	wait_for bash -c ': < /dev/tcp/127.0.0.1/5000'
	skopeo copy -q --dest-tls-verify=false "oci:$CONTAINR_ROOT/images:busybox:latest" \
		docker://127.0.0.1:5000/app:1 2> /dev/null
	containr pull -q 127.0.0.1:5000/app:1 > /dev/null
	containr rmi busybox > /dev/null
	containr import -c 'CMD ["true"]' "$(command -v busybox)" tiny > /dev/null 2>&1 ||
		{ mkdir tiny && cp "$(command -v busybox)" tiny && containr import tiny tiny > /dev/null; }
	skopeo copy -q --dest-tls-verify=false "oci:$CONTAINR_ROOT/images:tiny:latest" \
		docker://127.0.0.1:5000/app:1 2> /dev/null
	containr rmi tiny > /dev/null
	blob=$(layer_blob)
	printf x | dd of="$blobs/$blob" bs=1 seek=1000 conv=notrunc status=none
	expect_status 0 -- containr image verify --repair
	equal "127.0.0.1:5000/app:1: 1 blob was fetched again" "$(cat out)"
	expect_status 0 -- containr image verify
	equal 1 "$(containr images -q | wc -l)"
	expect_output again -- containr run --rm 127.0.0.1:5000/app:1 echo again
	for blob in "$blobs"/*; do echo >> "$blob"; done
	expect_status 0 -- containr image verify --repair
	expect_status 0 -- containr image verify
	kill $registry
	wait $registry 2> /dev/null || true
	rm "$blobs/$(layer_blob)"
	expect_status 1 -- containr image verify --repair
	matches "*REGISTRY_UNREACHABLE*" "$(cat err)"
else
	not_here "skopeo or docker-registry is not installed"
fi

# shellcheck disable=SC2046 # one argument an id
containr rmi -f $(containr images -q) > /dev/null
umount disk.mnt
assert_nothing_left
finish
