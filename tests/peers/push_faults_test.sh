#!/bin/bash
# SPDX-License-Identifier: MIT
# Registries that misbehave when something is sent to them: what they do is decided by fake_registry.py.
# shellcheck source=../system/lib.sh
. "$(dirname "$0")/../system/lib.sh"
# shellcheck source=fake_registry.sh
. "$(dirname "$0")/fake_registry.sh"

command -v skopeo > /dev/null || skip "skopeo is not installed"
export REGISTRY_AUTH_FILE=$scratch/auth.json
layout=$scratch/layout
mkdir tree
head -c 40000000 /dev/urandom > tree/data
tar -C tree -cf tree.tar .
gzip -1 tree.tar
containr import tree.tar.gz demo > /dev/null
blob=$(find "$CONTAINR_ROOT/images/blobs" -size +20000k -printf '%f')
size=$(stat -c %s "$CONTAINR_ROOT/images/blobs/sha256/$blob")
piece=$((16 << 20))

# An empty registry, and the image under a name of it.
fresh() {
	rm -rf layout
	mkdir -p layout/blobs/sha256
	echo '{"imageLayoutVersion": "1.0.0"}' > layout/oci-layout
	echo '{"schemaVersion": 2, "manifests": []}' > layout/index.json
	serve "$@"
	containr tag demo "$registry/demo"
}

pushes() {
	expect_output "$registry/demo:latest" -- containr push -q "$registry/demo"
	skopeo inspect oci:layout:latest > /dev/null || fail "skopeo cannot read what was pushed"
	cmp "layout/blobs/sha256/$blob" "$CONTAINR_ROOT/images/blobs/sha256/$blob"
	equal "" "$(find "$CONTAINR_ROOT/tmp" -mindepth 1)"
}

fact "a large blob goes in pieces, a small one in one request"
fresh
pushes
equal "0-$((piece - 1))
$piece-$((2 * piece - 1))
$((2 * piece))-$((size - 1))" "$(requested content_range '*' PATCH)"
equal 2 "$(requested path '*/blobs/uploads/*digest=*' PUT | wc -l)"

fact "what the registry has is not sent again"
: > log
pushes
equal "" "$(requested path '*' PATCH)$(requested path '*' POST)"
stop

fact "a connection that breaks off is taken up where it ended"
fresh cut-upload=6000000
pushes
equal 0 "$(requested content_range '*' PATCH | cut -d- -f1 | sed -n 1p)"
equal 6000000 "$(requested content_range '*' PATCH | cut -d- -f1 | sed -n 2p)"
equal 12000000 "$(requested content_range '*' PATCH | cut -d- -f1 | sed -n 3p)"
stop

fact "an upload that the registry has forgotten begins again"
fresh cut-upload=6000000 lose-uploads=1
pushes
equal "0
0
6000000" "$(requested content_range '*' PATCH | cut -d- -f1 | sed -n 1,3p)"
stop

fact "a registry that takes nothing is given up in the end"
fresh cut-upload=0
expect_status 125 -- containr push -q "$registry/demo"
matches "Error: \[REGISTRY_UNREACHABLE\] $registry: *" "$(head -1 err)"
[ "$(requested path '*' PATCH | wc -l)" -le 8 ] || fail "it was asked too often"
equal "" "$(find "$CONTAINR_ROOT/tmp" -mindepth 1)"
stop

fact "a registry that wants larger pieces gets them"
fresh chunk-min=$((20 << 20))
pushes
equal "0-$(((20 << 20) - 1))" "$(requested content_range '*' PATCH | sed -n 1p)"
stop

fact "a registry that takes no pieces gets all at once"
fresh no-pieces
pushes
equal "$size" "$(requested length '*' PATCH | tail -1)"
equal None "$(requested content_range '*' PATCH | tail -1)"
stop

fact "an answer that was lost on its way does no harm"
fresh deaf
pushes
stop

fact "a registry that is too busy is asked again"
fresh busy=5
pushes
stop

fact "a login goes with every request"
fresh basic=me:secret
expect_error REGISTRY_DENIED 125 "$registry wants a login" "log in with: containr login $registry" -- \
	containr push -q "$registry/demo"
expect_output "$registry/demo:latest" -- containr push -q --creds me:secret "$registry/demo"
cmp "layout/blobs/sha256/$blob" "$CONTAINR_ROOT/images/blobs/sha256/$blob"
stop

fact "a registry that may only be read says so"
fresh read-only
expect_error REGISTRY_DENIED 125 "demo: the registry answers 403, this is a mirror" \
	"log in with: containr login REGISTRY" -- containr push -q "$registry/demo"
stop


fact "a push that is interrupted tidies up"
fresh cut-upload=0
containr push -q "$registry/demo" > /dev/null 2> err &
push=$!
wait_for grep -q PATCH log
kill -INT $push
status=0
wait $push || status=$?
equal 130 $status
equal "" "$(find "$CONTAINR_ROOT/tmp" -mindepth 1)"
stop

assert_nothing_left
finish
