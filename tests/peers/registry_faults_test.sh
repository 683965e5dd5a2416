#!/bin/bash
# SPDX-License-Identifier: MIT
# Registries that misbehave: what they do is decided by fake_registry.py.
# shellcheck source=../system/lib.sh
. "$(dirname "$0")/../system/lib.sh"
# shellcheck source=fake_registry.sh
. "$(dirname "$0")/fake_registry.sh"

export REGISTRY_AUTH_FILE=$scratch/auth.json
layout=$scratch/layout
mkdir tree
head -c 3000000 /dev/urandom > tree/data
cp "$(command -v busybox)" tree/
containr import tree demo > /dev/null
cp -r "$CONTAINR_ROOT/images" layout
containr rmi demo > /dev/null
sed -i 's/"demo:latest"/"latest"/' layout/index.json

pulls() {
	expect_output "$registry/demo:latest" -- containr pull -q "$registry/demo"
	expect_output 3000000 -- containr run --rm "$registry/demo" /busybox sh -c '/busybox wc -c < /data'
}

blob=$(find layout/blobs -size +2000k -printf '%f')
size=$(stat -c %s "layout/blobs/sha256/$blob")

fact "a connection that breaks off is taken up where it ended"
serve cut=1000000
pulls
equal "None
$(seq -f 'bytes=%.0f-' 1000000 1000000 "$size")" "$(requested range "*$blob")"
stop

fact "a pull that was killed goes on where it stopped"
serve cut=1000000
containr pull -q "$registry/demo" > /dev/null 2>&1 &
pull=$!
wait_for test -s "$CONTAINR_ROOT/tmp/blobs/$blob"
kill -KILL $pull
{ wait $pull || true; } 2> /dev/null
have=$(stat -c %s "$CONTAINR_ROOT/tmp/blobs/$blob")
: > log
pulls
[ "$have" -eq "$size" ] || equal "bytes=$have-" "$(requested range "*$blob" | sed -n 1p)"
[ ! -e "$CONTAINR_ROOT/tmp/blobs/$blob" ] || fail "the download was left"
stop

fact "a registry that cannot begin in the middle begins anew"
serve no-range
mkdir -p "$CONTAINR_ROOT/tmp/blobs"
head -c 1234567 "layout/blobs/sha256/$blob" > "$CONTAINR_ROOT/tmp/blobs/$blob"
pulls
equal "bytes=1234567-" "$(requested range "*$blob")"
stop

fact "what was left damaged is told and removed"
serve
mkdir -p "$CONTAINR_ROOT/tmp/blobs"
head -c 1000000 /dev/zero > "$CONTAINR_ROOT/tmp/blobs/$blob"
expect_status 125 -- containr pull -q "$registry/demo"
[ ! -e "$CONTAINR_ROOT/tmp/blobs/$blob" ] || fail "the damaged download was left"
pulls
stop

fact "bytes that are not those of the digest are refused"
serve corrupt
expect_status 125 -- containr pull -q "$registry/demo"
matches "Error: \[DIGEST_MISMATCH\] sha256:* what was received has the digest sha256:*" "$(head -1 err)"
equal "" "$(containr images -q "$registry/demo")"
equal 1 "$(find "$CONTAINR_ROOT/layers" -mindepth 1 -maxdepth 1 | wc -l)"
stop

fact "a registry that is too busy is asked again"
serve busy=3
pulls
stop

fact "a login goes to nobody but the registry"
serve basic=me:secret redirect=localhost
expect_output "$registry/demo:latest" -- containr pull -q --creds me:secret "$registry/demo"
expect_output 3000000 -- containr run --rm "$registry/demo" /busybox sh -c '/busybox wc -c < /data'
python3 -c 'import json
entries = [json.loads(line) for line in open("log")]
elsewhere = [entry for entry in entries if entry["host"].startswith("localhost")]
assert elsewhere and not any(entry["authorization"] for entry in elsewhere), elsewhere
assert any(entry["authorization"] for entry in entries)' || fail "$(cat log)"
stop

fact "a token is asked for once, with the login"
serve token=me:secret
expect_output "$registry/demo:latest" -- containr pull -q --creds me:secret "$registry/demo"
equal 1 "$(requested path '/token*' | wc -l)"
matches "*scope=repository%3Ademo%3Apull*" "$(requested path '/token*')"
stop
serve token=me:secret
expect_error REGISTRY_DENIED 125 "$registry refuses the login of me" "log in with: containr login $registry" -- \
	containr pull -q --creds me:wrong "$registry/demo"
stop
serve token=
pulls
stop

fact "an image of a hundred layers is pulled and run, unpacked or mounted"
python3 "$(dirname "$(realpath "$0")")/make_layers.py" hundred 100 "$(command -v busybox)"
truncate -s 512M disk
mkfs.ext4 -q disk
mkdir disk.mnt
if mount -o loop disk disk.mnt 2> /dev/null; then
	plain_layout=$layout
	layout=$scratch/hundred
	serve
	for driver in overlay erofs; do
		export CONTAINR_ROOT=$scratch/disk.mnt/$driver
		containr --storage-driver $driver pull -q "$registry/demo" > out 2> err || fail "$(cat err)"
		expect_output "100 last" -- containr run --rm "$registry/demo" /busybox sh -c \
			'echo $(/busybox ls /files | /busybox wc -l) $(/busybox cat /top)'
		containr create --name kept "$registry/demo" /busybox true > /dev/null
		expect_output last -- bash -c 'containr cp kept:/top - | tar -xO'
		expect_status 0 -- containr run --rm -v "all:/files" "$registry/demo" /busybox ls /files/99
		containr rm kept > /dev/null
	done
	stop
	layout=$plain_layout
	export CONTAINR_ROOT=$scratch/root
	wait_for umount disk.mnt
else
	not_here "no loop device"
fi

fact "a mirror is asked first, and the registry itself where the mirror fails"
serve
mirror=$registry mirror_server=$server
serve corrupt
wrong=$registry wrong_server=$server
cat > registries.conf << EOF
[[registry]]
location = "nowhere.example.com"
[[registry.mirror]]
location = "127.0.0.1:1"
[[registry.mirror]]
location = "$wrong"
[[registry.mirror]]
location = "$mirror/sub"
EOF
export CONTAINERS_REGISTRIES_CONF=$scratch/registries.conf
containr pull -q nowhere.example.com/demo > out 2> err || fail "$(cat err)"
equal nowhere.example.com/demo:latest "$(cat out)"
matches "*127.0.0.1:1: Failed to connect*" "$(cat err)"
matches "*$wrong: sha256:* what was received*" "$(cat err)"
expect_output 3000000 -- containr run --rm nowhere.example.com/demo /busybox sh -c '/busybox wc -c < /data'
containr rmi -f nowhere.example.com/demo > /dev/null
printf '[[registry]]\nlocation = "%s"\nblocked = true\n' "$mirror" > registries.conf
expect_error REGISTRY_DENIED 125 "registries.conf blocks '$mirror' for '$mirror/demo'" \
	"take \"blocked = true\" out of it, if that is not meant" -- containr pull "$mirror/demo"
unset CONTAINERS_REGISTRIES_CONF
kill "$mirror_server" "$wrong_server"
wait "$mirror_server" "$wrong_server" 2> /dev/null || true

fact "two pulls of one image at once are one image"
serve
containr pull -q "$registry/demo" > first 2> first.err &
pull=$!
containr pull -q "$registry/demo" > second 2> second.err || fail "$(cat second.err)"
wait $pull || fail "$(cat first.err)"
equal "$registry/demo:latest" "$(cat first)"
equal "$registry/demo:latest" "$(cat second)"
equal 1 "$(containr images -q "$registry/demo" | wc -l)"
[ ! -e "$CONTAINR_ROOT/tmp/blobs/$blob" ] || fail "the download was left"
equal "" "$(find "$CONTAINR_ROOT/tmp" -name 'import-*')"
stop

fact "a full disk is told, and leaves no image"
serve
mkdir full
mount -t tmpfs -o size=4m tmpfs full
export CONTAINR_ROOT=$scratch/full/root
expect_error NO_SPACE 125 "no space left for the image in '$scratch/full/root'" \
	"free some space, or choose another place with --root" -- containr pull -q "$registry/demo"
equal "" "$(containr images -q)"
equal "" "$(ls "$CONTAINR_ROOT/layers")"
equal "" "$(find "$CONTAINR_ROOT/tmp" -name 'import-*')"
export CONTAINR_ROOT=$scratch/root
umount full
stop

fact "a pull that is interrupted tidies up and keeps what it has"
serve stall=1000000
containr pull -q "$registry/demo" > /dev/null 2> err &
pull=$!
wait_for test -s "$CONTAINR_ROOT/tmp/blobs/$blob"
kill -INT $pull
status=0
wait $pull || status=$?
equal 130 $status
equal "" "$(find "$CONTAINR_ROOT/tmp" -name 'import-*')"
equal 1000000 "$(stat -c %s "$CONTAINR_ROOT/tmp/blobs/$blob")"
rm -r "$CONTAINR_ROOT/tmp/blobs"
stop

assert_nothing_left
finish
