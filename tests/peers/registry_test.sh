#!/bin/bash
# SPDX-License-Identifier: MIT
# Images come from Debian's docker-registry as skopeo has put them there.
# shellcheck source=../system/lib.sh
. "$(dirname "$0")/../system/lib.sh"

command -v skopeo > /dev/null || skip "skopeo is not installed"
command -v docker-registry > /dev/null || skip "docker-registry is not installed"
export REGISTRY_AUTH_FILE=$scratch/auth.json
registry=127.0.0.1:5000

# start_registry FOLDER MORE-CONFIGURATION...: in the background, at 127.0.0.1:5000; the network is the
# test's own.
start_registry() {
	local folder=$1

	shift
	{
		echo "{version: 0.1, log: {level: error}, http: {addr: '127.0.0.1:5000'},"
		echo "storage: {filesystem: {rootdirectory: $scratch/$folder}} $*}"
	} > registry.yml
	# its own settings begin with REGISTRY_, too
	env -u REGISTRY_AUTH_FILE docker-registry serve registry.yml > registry.log 2>&1 &
	registry_pid=$!
	wait_for bash -c ': < /dev/tcp/127.0.0.1/5000'
}

stop_registry() {
	kill "$registry_pid"
	wait "$registry_pid" 2> /dev/null || true
}

# An image of three layers: the second hides a file of the first, the third brings it back.
mkdir one two three
echo first > one/a
echo first > one/b
: > two/.wh.a
echo third > three/a
containr import one base > /dev/null
cp "$(command -v busybox)" one/
containr import one base > /dev/null
containr run --name c base /busybox rm /b
containr commit c base:2 > /dev/null
containr run --name d base:2 /busybox sh -c 'echo third > /b'
containr commit -c 'ENV GREETING=hello' -c 'CMD ["/busybox", "cat", "/a", "/b"]' d base:3 > /dev/null
containr rm c d > /dev/null
layout=$scratch/layout
skopeo copy -q "oci:$CONTAINR_ROOT/images:base:3" "oci:$layout:base"
containr rmi -f base base:2 base:3 > /dev/null

# put TAG IMAGE OPTION...: skopeo puts the image there.
put() {
	local tag=$1 image=$2

	shift 2
	skopeo copy -q --dest-tls-verify=false "$@" "oci:$layout:$image" "docker://$registry/team/app:$tag"
}

start_registry data
put latest base

fact "an image is pulled as its registry has it"
digest=$(skopeo inspect --tls-verify=false --format '{{.Digest}}' "docker://$registry/team/app")
containr pull "$registry/team/app" > out 2> err || fail "$(cat err)"
equal 3 "$(grep -c ': Pull complete$' out)"
equal "Digest: $digest
Status: Downloaded newer image for $registry/team/app:latest
$registry/team/app:latest" "$(tail -3 out)"
id=$(skopeo inspect --raw --config "oci:$layout:base" | sha256sum | cut -d' ' -f1)
equal "sha256:$id" "$(containr images -q --no-trunc "$registry/team/app")"
expect_output "first
third" -- containr run --rm "$registry/team/app"
expect_output hello -- containr run --rm "$registry/team/app" /busybox sh -c 'echo $GREETING'

fact "what was pulled is what skopeo reads in the store"
equal "$digest" "$(skopeo inspect --format '{{.Digest}}' "oci:$CONTAINR_ROOT/images:$registry/team/app:latest")"

fact "an image that has not changed is not fetched again"
expect_output "Digest: $digest
Status: Image is up to date for $registry/team/app:latest
$registry/team/app:latest" -- containr pull "$registry/team/app"
expect_output "$registry/team/app:latest" -- containr pull -q "$registry/team/app"

fact "a digest is pulled by its name"
containr rmi -f "$registry/team/app" > /dev/null
expect_output "$registry/team/app@$digest" -- containr pull -q "$registry/team/app@$digest"
expect_output "first
third" -- containr run --rm "$registry/team/app@$digest"
containr rmi -f "$registry/team/app@$digest" > /dev/null

fact "docker's format and all compressions give the same files"
echo third > one/b
tar -C one -czf one.tar.gz .
containr import -c 'CMD ["/busybox", "cat", "/a", "/b"]' one.tar.gz flat > /dev/null
skopeo copy -q "oci:$CONTAINR_ROOT/images:flat:latest" "oci:$layout:flat"
containr rmi flat > /dev/null
put docker flat --format v2s2
put gzip flat
put zstd base
put plain flat --dest-decompress
for tag in docker gzip zstd plain; do
	expect_output "$registry/team/app:$tag" -- containr pull -q "$registry/team/app:$tag"
	expect_output "first
third" -- containr run --rm "$registry/team/app:$tag"
	containr rmi -f "$registry/team/app:$tag" > /dev/null
done

fact "layers that the store has are not fetched"
expect_output "$registry/team/app:latest" -- containr pull -q "$registry/team/app"
containr run --name more "$registry/team/app" /busybox touch /new
containr commit more more > /dev/null
skopeo copy -q --dest-tls-verify=false "oci:$CONTAINR_ROOT/images:more:latest" "docker://$registry/team/more"
containr rm more > /dev/null
containr rmi more > /dev/null
containr pull "$registry/team/more" > out
equal 3 "$(grep -c ': Already exists$' out)"
equal 1 "$(grep -c ': Pull complete$' out)"

fact "run and create fetch what is missing, and only that"
containr rmi -f "$registry/team/app" > /dev/null
expect_error IMAGE_NOT_FOUND 125 "image '$registry/team/app' not found" "list images with: containr images" -- \
	containr run --rm --pull never "$registry/team/app"
containr run --rm "$registry/team/app" > out 2> err
equal "first
third" "$(cat out)"
equal "Unable to find image '$registry/team/app:latest' locally" "$(head -1 err)"
expect_output "first
third" -- containr run --rm "$registry/team/app"
containr run --rm --pull always "$registry/team/app" > out 2> err
matches '*Image is up to date*' "$(cat err)"
containr rmi -f "$registry/team/app" > /dev/null
containr create --name c "$registry/team/app" > out 2> err
equal 64 "$(tr -d '\n' < out | wc -c)"
containr rm c > /dev/null
expect_status 125 -- containr run --rm "$registry/team/nosuch"
matches '*\[IMAGE_NOT_FOUND\] *team/nosuch:latest*' "$(cat err)"

fact "of an image for several machines that for this one is taken"
# The other one has the configuration of another architecture and no layers that exist.
skopeo copy -q --dest-tls-verify=false --override-arch arm64 "oci:$layout:base" \
	"docker://$registry/team/many:amd64"
python3 - "$registry" << 'EOF'
import hashlib, json, sys, urllib.request

base = f"http://{sys.argv[1]}/v2/team/many/"
accept = {"Accept": "application/vnd.oci.image.manifest.v1+json"}


def request(method, url, body=None, **headers):
    return urllib.request.urlopen(urllib.request.Request(url, data=body, method=method, headers=headers))


def put_blob(data):
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    where = request("POST", base + "blobs/uploads/").headers["Location"]
    request("PUT", f"{where}&digest={digest}", data, **{"Content-Type": "application/octet-stream"})
    return digest


manifest = urllib.request.urlopen(urllib.request.Request(base + "manifests/amd64", headers=accept)).read()
other = json.loads(manifest)
config = json.dumps({"architecture": "arm64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}}).encode()
other["config"].update(digest=put_blob(config), size=len(config))
other["layers"] = []
other = json.dumps(other).encode()
media = "application/vnd.oci.image.manifest.v1+json"
entries = []
for data, arch in ((other, "arm64"), (manifest, "amd64")):
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    request("PUT", base + "manifests/" + digest, data, **{"Content-Type": media})
    entries.append({"mediaType": media, "digest": digest, "size": len(data),
                    "platform": {"os": "linux", "architecture": arch}})
index = "application/vnd.oci.image.index.v1+json"
request("PUT", base + "manifests/latest",
        json.dumps({"schemaVersion": 2, "mediaType": index, "manifests": entries}).encode(),
        **{"Content-Type": index})
EOF
expect_output "$registry/team/many:latest" -- containr pull -q --platform linux/amd64 "$registry/team/many"
expect_output "first
third" -- containr run --rm "$registry/team/many"
matches '*up to date*' "$(containr pull --platform linux/amd64 "$registry/team/many")"
expect_output "$registry/team/many:latest" -- containr pull -q --platform linux/arm64 "$registry/team/many"
matches '*"Architecture": "arm64"*' "$(containr image inspect "$registry/team/many")"
expect_error IMAGE_NOT_FOUND 125 "there is no image for linux/riscv64" "choose another one with --platform" -- \
	containr pull -q --platform linux/riscv64 "$registry/team/many"

fact "what is not there is told"
expect_error IMAGE_NOT_FOUND 125 "$registry/team/app:nosuch: the registry answers 404, manifest unknown" \
	"check the name and the tag" -- containr pull "$registry/team/app:nosuch"
expect_status 125 -- containr pull 127.0.0.1:1/app
matches "Error: \[REGISTRY_UNREACHABLE\] 127.0.0.1:1: Failed to connect to 127.0.0.1 port 1 after * ms: Couldn't connect to server
Hint: check the name of the registry, and the network" "$(cat err)"

fact "progress is told as JSON where that is asked for"
containr rmi -f "$registry/team/app" "$registry/team/more" "$registry/team/many" > /dev/null
containr pull --progress json "$registry/team/app" > out
python3 -c 'import json, sys
lines = [json.loads(line) for line in sys.stdin if line.startswith("{")]
done = {line["id"] for line in lines if line["status"] == "Pull complete"}
assert len(done) == 3, lines' < out || fail "$(cat out)"

fact "an image that was pulled can be mounted as it is"
stop_registry
truncate -s 64M disk
mkfs.ext4 -q disk
mkdir disk.mnt
if mount -o loop disk disk.mnt 2> /dev/null; then
	start_registry data
	CONTAINR_ROOT=$scratch/disk.mnt/root containr --storage-driver erofs pull -q "$registry/team/app" > out
	equal 3 "$(find disk.mnt/root/layers -name index | wc -l)"
	expect_output "first
third" -- env CONTAINR_ROOT="$scratch/disk.mnt/root" containr run --rm "$registry/team/app"
	stop_registry
	wait_for umount disk.mnt # what cleans up after the container may still be in it
else
	not_here "no loop device"
fi

fact "a registry that wants a login gets one"
python3 -W ignore -c 'import crypt; print("me:" + crypt.crypt("secret", crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16)))' \
	> htpasswd
start_registry data ", auth: {htpasswd: {realm: test, path: $scratch/htpasswd}}"
containr rmi -f "$registry/team/app" > /dev/null
expect_error REGISTRY_DENIED 125 "$registry wants a login" "log in with: containr login $registry" -- \
	containr pull "$registry/team/app"
expect_error REGISTRY_DENIED 125 "$registry does not let me at ''" "log in with: containr login $registry" -- \
	containr login -u me -p wrong "$registry"
[ ! -e auth.json ] || fail "a wrong login was stored"
expect_output "Login Succeeded" -- containr login -u me --password-stdin "$registry" <<< secret
equal 600 "$(stat -c %a auth.json)"
expect_output "$registry/team/app:latest" -- containr pull -q "$registry/team/app"
skopeo inspect --tls-verify=false "docker://$registry/team/app" > /dev/null 2> err ||
	fail "skopeo does not find the login: $(cat err)"
expect_output "Removing login credentials for $registry" -- containr logout "$registry"
expect_output "Not logged in to $registry" -- containr logout "$registry"

fact "logins of skopeo and of a credential helper count, too"
containr rmi -f "$registry/team/app" > /dev/null
skopeo login --tls-verify=false -u me -p secret "$registry" > out 2>&1 || fail "$(cat out)"
expect_output "$registry/team/app:latest" -- containr pull -q "$registry/team/app"
expect_output "Removed all login credentials" -- containr logout --all
containr rmi -f "$registry/team/app" > /dev/null
mkdir helpers
cat > helpers/docker-credential-test << 'EOF'
#!/bin/sh
read -r server
[ "$1" = get ] && [ "$server" = 127.0.0.1:5000 ] && echo '{"ServerURL":"","Username":"me","Secret":"secret"}'
EOF
chmod +x helpers/docker-credential-test
echo '{"credHelpers":{"127.0.0.1:5000":"test"}}' > auth.json
expect_output "$registry/team/app:latest" -- env PATH="$scratch/helpers:$PATH" containr pull -q "$registry/team/app"
containr rmi -f "$registry/team/app" > /dev/null
expect_error REGISTRY_DENIED 125 \
	"login for '$registry': cannot run the credential helper 'docker-credential-test'" \
	"install it, or take it out of the configuration" -- containr pull -q "$registry/team/app"
rm auth.json
expect_output "$registry/team/app:latest" -- containr pull -q --creds me:secret "$registry/team/app"

stop_registry
assert_nothing_left
finish
