#!/bin/bash
# SPDX-License-Identifier: MIT
# Archives of images, written by one and read by the other: containr, skopeo and podman.
# shellcheck source=../system/lib.sh
. "$(dirname "$0")/../system/lib.sh"

here=$(dirname "$(realpath "$0")")
command -v skopeo > /dev/null || skip "skopeo is not installed"

mkdir tree
cp "$(command -v busybox)" tree/
tar -C tree -czf tree.tar.gz .
containr import -c 'CMD ["/busybox", "cat", "/greeting"]' tree.tar.gz base > /dev/null
containr run --name c base /busybox sh -c 'echo hello > /greeting'
containr commit -c 'CMD ["/busybox", "cat", "/greeting"]' c team/app:1 > /dev/null
containr rm c > /dev/null
containr tag team/app:1 team/app:2
id=$(containr images -q --no-trunc team/app:1)
digest=$(skopeo inspect --format '{{.Digest}}' "oci:$CONTAINR_ROOT/images:team/app:1")

# An engine with nothing in it.
other() {
	env CONTAINR_ROOT="$scratch/other" CONTAINR_RUNROOT="$scratch/other.run" "$@"
}

# forget: the other engine has no images again.
forget() {
	local all

	all=$(other containr images -q --no-trunc)
	# shellcheck disable=SC2086 # one argument an id
	[ -z "$all" ] || other containr rmi -f $all > /dev/null
	equal "" "$(find other/images/blobs/sha256 other/layers -mindepth 1 2> /dev/null)"
}

# runs NAME: the other engine has the image, and it is the same.
runs() {
	expect_output hello -- other containr run --rm "$1"
	equal "$id" "$(other containr images -q --no-trunc "$1")"
	equal "" "$(find other/tmp -mindepth 1)"
}

fact "what was saved is loaded, with its names and its digest"
containr save -o app.tar team/app base
expect_output "Loaded image: team/app:1
Loaded image: team/app:2
Loaded image: base:latest" -- other containr load -i app.tar
runs team/app:1
runs team/app:2
equal "$digest" "$(skopeo inspect --format '{{.Digest}}' "oci:$scratch/other/images:team/app:1")"
forget

fact "the same images give the same archive"
containr save team/app base > again.tar
cmp app.tar again.tar

fact "standard input may be compressed"
for compress in gzip zstd xz; do
	$compress -c app.tar > app.compressed
	other containr load < app.compressed > /dev/null
	runs team/app:1
	forget
done

fact "one name is one name; an id has none"
containr save -o one.tar team/app:2
expect_output "Loaded image: team/app:2" -- other containr load -q -i one.tar
forget
containr save -o one.tar "${id:7:12}"
expect_output "Loaded image ID: $id" -- other containr load -i one.tar
expect_output hello -- other containr run --rm "$id"
forget

fact "OCI archives and folders are loaded"
containr save --format oci-archive -o oci.tar team/app:1
equal "blobs/ blobs/sha256/ index.json oci-layout" "$(tar tf oci.tar | grep -v 'sha256/.' | sort | xargs)"
containr save --format oci-dir -o folder team/app:1
for input in oci.tar folder; do
	expect_output "Loaded image: team/app:1" -- other containr load -i $input
	runs team/app:1
	forget
done
expect_error INVALID_ARGUMENT 125 "cannot create 'folder': File exists" "" -- \
	containr save --format oci-dir -o folder team/app:1
[ -e folder/index.json ] || fail "what was there is gone"
expect_error INVALID_ARGUMENT 125 "oci-dir needs a folder" "use --output DIR" -- \
	containr save --format oci-dir team/app:1

fact "skopeo reads what was saved"
for source in docker-archive:app.tar:team/app:1 oci-archive:oci.tar:team/app:1 oci:folder:team/app:1; do
	equal "$id" "sha256:$(skopeo inspect --config --raw "$source" | sha256sum | cut -d' ' -f1)"
	rm -rf check
	skopeo copy -q "$source" oci:check:x || fail "skopeo cannot copy $source"
done

fact "what skopeo writes is loaded"
# its docker-archive knows no zstd
skopeo copy -q --dest-compress --dest-compress-format gzip oci:folder:team/app:1 oci:gzip:x
skopeo copy -q oci:gzip:x docker-archive:skopeo.tar:team/app:3
skopeo copy -q oci:folder:team/app:1 oci-archive:skopeo-oci.tar:team/app:4
expect_output "Loaded image: team/app:3" -- other containr load -i skopeo.tar
runs team/app:3
forget
expect_output "Loaded image: team/app:4" -- other containr load -i skopeo-oci.tar
runs team/app:4
forget

fact "archives of docker before version 25 are loaded: a folder for each layer, links for equal ones"
mkdir old
tar -C old -xf skopeo.tar
python3 - << 'EOF'
import json, os
with open("old/manifest.json") as file:
    items = json.load(file)
for number, layer in enumerate(items[0]["Layers"]):
    os.mkdir(f"old/layer{number}")
    os.rename("old/" + layer, f"old/layer{number}/layer.tar")
    items[0]["Layers"][number] = f"layer{number}/layer.tar"
os.mkdir("old/linked")
os.symlink("../layer0/layer.tar", "old/linked/layer.tar")
items.append({**items[0], "RepoTags": ["team/app:5"]})
items[1]["Layers"] = ["linked/layer.tar"] + items[0]["Layers"][1:]
with open("old/manifest.json", "w") as file:
    json.dump(items, file)
EOF
tar -C old -cf old.tar .
expect_output "Loaded image: team/app:3
Loaded image: team/app:5" -- other containr load -i old.tar
runs team/app:3
runs team/app:5
forget

fact "podman reads what was saved, and the other way round"
if command -v podman > /dev/null; then
	pod() {
		podman --root "$scratch/podman" --runroot "$scratch/podman.run" --storage-driver vfs "$@" 2> err
	}
	# podman cannot write docker-archive of an image that it has with layers of zstd
	for format in docker-archive oci-archive; do
		archive=$([ $format = oci-archive ] && echo oci.tar || echo app.tar)
		pod load -q -i "$archive" > out || fail "$archive: $(cat err)"
		equal "${id#sha256:}" "$(pod images -q --no-trunc docker.io/team/app:1 | cut -d: -f2)"
		pod save -q --format $format -o podman-$format.tar docker.io/team/app:1 || fail "$(cat err)"
		pod rmi -fa > /dev/null
	done
	for archive in podman-docker-archive.tar podman-oci-archive.tar; do
		expect_output "Loaded image: team/app:1" -- other containr load -i $archive
		runs team/app:1
		forget
	done
else
	not_here "podman is not installed"
fi

fact "of an image for several machines that for this one is loaded"
python3 - << 'EOF'
import hashlib, json
with open("folder/index.json") as file:
    index = json.load(file)
entry = index["manifests"][0]
entries = [{"mediaType": entry["mediaType"], "digest": "sha256:" + "1" * 64, "size": 3,
            "platform": {"os": "linux", "architecture": "arm64"}},
           {"mediaType": entry["mediaType"], "digest": entry["digest"], "size": entry["size"],
            "platform": {"os": "linux", "architecture": "amd64"}}]
data = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json",
                   "manifests": entries}).encode()
digest = hashlib.sha256(data).hexdigest()
with open("folder/blobs/sha256/" + digest, "wb") as file:
    file.write(data)
entry.update(mediaType="application/vnd.oci.image.index.v1+json", digest="sha256:" + digest, size=len(data))
with open("folder/index.json", "w") as file:
    json.dump(index, file)
EOF
expect_output "Loaded image: team/app:1" -- other containr load -i folder --platform linux/amd64
runs team/app:1
forget
expect_error IMAGE_NOT_FOUND 125 "there is no image for linux/arm64" "choose another one with --platform" -- \
	other containr load -i folder --platform linux/arm64

fact "archives that lie are refused, and leave nothing"
containr save -o good.tar base
python3 "$here/evil_archives.py" good.tar evil
for archive in evil/*.tar; do
	expect_status 125 -- other containr load -i "$archive"
	grep -Eq '^Error: \[(INVALID_ARCHIVE|DIGEST_MISMATCH|IMAGE_CORRUPT)\] ' err || fail "$archive: $(cat err)"
	equal "" "$(other containr images -q)"
	equal "" "$(find other/tmp other/images/blobs/sha256 other/layers -mindepth 1)"
done
[ "$(find evil -type f | wc -l)" -gt 25 ] || fail "where are the others?"
expect_error INVALID_ARCHIVE 125 "'evil/docker-traversal.tar' lacks '../../../../../../etc/passwd'" \
	"expected a tar file, plain or compressed by gzip, xz or zstd" -- other containr load -i evil/docker-traversal.tar

fact "a store that is damaged saves nothing"
blob=$CONTAINR_ROOT/images/blobs/sha256/$(skopeo inspect --raw "oci:$CONTAINR_ROOT/images:base:latest" |
	jq -r '.layers[0].digest' | cut -d: -f2)
cp "$blob" blob
printf x | dd of="$blob" bs=1 seek=5000 conv=notrunc 2> /dev/null
expect_error IMAGE_CORRUPT 125 "blob sha256:$(basename "$blob") does not have its digest" \
	"remove the image and import it again" -- containr save -o damaged.tar base
[ ! -e damaged.tar ] || fail "the archive was left"
rm "$blob"
expect_status 125 -- containr save -o damaged.tar base
matches "Error: \[IMAGE_CORRUPT\] blob sha256:$(basename "$blob") is missing*" "$(cat err)"
cp blob "$blob"

fact "what cannot be saved or loaded is told"
expect_error IMAGE_NOT_FOUND 125 "image 'nosuch:1' not found" "list images with: containr images" -- \
	containr save -o nosuch.tar base nosuch:1
[ ! -e nosuch.tar ] || fail "an archive was made for nothing"
expect_error INVALID_ARGUMENT 125 "cannot open 'nosuch.tar': No such file or directory" "" -- \
	containr load -i nosuch.tar
SHELL=/bin/sh script -qec "containr save base" /dev/null > out < /dev/null || true
matches "*\[INVALID_ARGUMENT\] standard output is a terminal, which an archive would upset*" "$(cat out)"

fact "loads are events"
other containr load -i good.tar > /dev/null
matches '*load*base:latest*' "$(other containr events --since 1h --until 0s --filter event=load | tail -1)"
forget

assert_nothing_left
finish
