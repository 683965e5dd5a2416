#!/bin/bash
# SPDX-License-Identifier: MIT
# The image store is an OCI image layout: skopeo reads it in place, and podman runs what it copies.
# shellcheck source=../system/lib.sh
. "$(dirname "$0")/../system/lib.sh"

command -v skopeo > /dev/null || skip "skopeo is not installed"
layout=$CONTAINR_ROOT/images
id=$(containr images --no-trunc -q busybox)

# member FILE KEY: a string member of a JSON file.
member() {
	tr -d ' \n' < "$1" | sed -n "s/.*\"$2\":\"\([^\"]*\)\".*/\1/p"
}

fact "skopeo finds an image by the name that is shown"
skopeo inspect "oci:$layout:busybox:latest" > inspect.json
equal linux "$(member inspect.json Os)"
matches '*PATH=*' "$(cat inspect.json)"

fact "skopeo and containr agree on the manifest's digest and the configuration"
digest=$(containr images --digests --no-trunc busybox | awk 'NR == 2 { print $3 }')
equal "$digest" "$(member inspect.json Digest)"
equal "${id#sha256:}" "$(skopeo inspect --config --raw "oci:$layout:busybox:latest" |
	sha256sum | cut -d' ' -f1)"

fact "a second name is found too"
containr tag busybox registry.example.com/team/box:v1
equal "$digest" "$(skopeo inspect "oci:$layout:registry.example.com/team/box:v1" |
	sed -n 's/.*"Digest": "\(.*\)".*/\1/p')"

fact "every kind of layer can be copied, which checks all digests and sizes"
mkdir tree
echo hello > tree/file
tar -C tree -cf tree.tar .
gzip -k tree.tar
for source in tree tree.tar tree.tar.gz; do
	containr import -q "$source" demo > /dev/null
	skopeo copy -q "oci:$layout:demo:latest" "dir:$scratch/copy" > out 2> err ||
		fail "$source: $(cat err)"
	rm -rf copy
done

fact "the layer that skopeo copies is the archive that was imported"
containr import -q tree.tar.gz demo > /dev/null
skopeo copy -q "oci:$layout:demo:latest" "dir:$scratch/copy"
cmp tree.tar.gz "copy/$(sha256sum tree.tar.gz | cut -d' ' -f1)" || fail "the archive was changed"

fact "an image that skopeo puts into the layout is listed, and rmi removes it"
skopeo copy -q "dir:$scratch/copy" "oci:$layout:foreign:1" > out 2> err || fail "$(cat err)"
matches "foreign * 1 *" "$(containr images foreign | tail -n 1)"
containr tag busybox other
matches "foreign * 1 *" "$(containr images foreign | tail -n 1)"
skopeo inspect "oci:$layout:foreign:1" > /dev/null || fail "skopeo does not find it again"
matches "Untagged: foreign:1*" "$(containr rmi foreign:1)"

fact "podman loads the layout and finds the same image id"
if command -v podman > /dev/null; then
	store=(--root "$scratch/podman" --runroot "$scratch/podman-run" --storage-driver vfs)
	# podman makes a name of the path, which must be in lower case for that
	if (cd "$CONTAINR_ROOT" && podman "${store[@]}" pull -q oci:images:busybox:latest) > out 2> err; then
		equal "${id#sha256:}" "$(tail -n 1 out)"
	else
		not_here "podman does not work here: $(tail -n 1 err)"
	fi
else
	not_here "podman is not installed"
fi

finish
