#!/bin/bash
# SPDX-License-Identifier: MIT
# Images go to Debian's docker-registry; skopeo and podman read them there.
# shellcheck source=../system/lib.sh
. "$(dirname "$0")/../system/lib.sh"

command -v skopeo > /dev/null || skip "skopeo is not installed"
command -v docker-registry > /dev/null || skip "docker-registry is not installed"
export REGISTRY_AUTH_FILE=$scratch/auth.json
registry=127.0.0.1:5000
echo "{version: 0.1, log: {level: info, accesslog: {disabled: false}}, http: {addr: '$registry'},
storage: {filesystem: {rootdirectory: $scratch/data}}}" > registry.yml
env -u REGISTRY_AUTH_FILE docker-registry serve registry.yml > registry.log 2>&1 &
registry_pid=$!
wait_for bash -c ': < /dev/tcp/127.0.0.1/5000'

# An image of two layers, the first of which goes in several pieces. What is imported is stored as zstd, what
# is committed as it is.
mkdir one
head -c 30000000 /dev/urandom > one/data
cp "$(command -v busybox)" one/
containr import one base > /dev/null
containr run --name c base /busybox sh -c 'echo hello > /greeting'
containr commit -c 'CMD ["/busybox", "cat", "/greeting"]' c app > /dev/null
containr rm c > /dev/null
id=$(containr images -q --no-trunc app)

# requests METHOD: how many the registry has had since the log was emptied.
requests() {
	grep -c "\"$1 /v2/" registry.log || true
}

# of REFERENCE FORMAT: what skopeo sees there.
of() {
	skopeo inspect --tls-verify=false --format "$2" "docker://$registry/$1"
}

layer_types() {
	skopeo inspect --tls-verify=false --raw "docker://$registry/$1" | jq -r '.layers[].mediaType' | sort -u
}

fact "an image that was pushed is what the store has"
containr tag app "$registry/team/app"
containr push --digestfile digest "$registry/team/app" > out 2> err || fail "$(cat err)"
digest=$(cat digest)
size=$(skopeo inspect --tls-verify=false --raw "docker://$registry/team/app" | wc -c)
equal "The push refers to repository [$registry/team/app]" "$(head -1 out)"
equal 2 "$(grep -c ': Pushed$' out)"
equal "latest: digest: $digest size: $size" "$(tail -1 out)"
equal "$digest" "$(of team/app '{{.Digest}}')"
equal "application/vnd.oci.image.layer.v1.tar+gzip
application/vnd.oci.image.layer.v1.tar+zstd" "$(layer_types team/app)"
containr push -q base "$registry/other/base" > /dev/null
equal "$(of other/base '{{.Digest}}')" \
	"$(skopeo inspect --format '{{.Digest}}' "oci:$CONTAINR_ROOT/images:base:latest")"
equal "$id" "sha256:$(skopeo inspect --tls-verify=false --config --raw "docker://$registry/team/app" |
	sha256sum | cut -d' ' -f1)"

fact "what the registry has is not sent again"
: > registry.log
containr push "$registry/team/app" > out
equal 2 "$(grep -c ': Layer already exists$' out)"
equal "0 0 1" "$(requests POST) $(requests PATCH) $(requests PUT)"

fact "what another repository of the registry has is mounted from there"
containr tag app "$registry/else/where:1"
: > registry.log
containr push "$registry/else/where:1" > out
equal 2 "$(grep -c ': Mounted from team/app$' out)"
equal "3 0 1" "$(requests POST) $(requests PATCH) $(requests PUT)"
equal "$digest" "$(of else/where:1 '{{.Digest}}')"

fact "an image is pushed under another name"
expect_output "$registry/third/app:new" -- containr push -q app "$registry/third/app:new"
expect_output "$registry/third/app:id" -- containr push -q "${id:7:12}" "$registry/third/app:id"
equal "$digest" "$(of third/app:id '{{.Digest}}')"

fact "a pull afterwards finds nothing new"
matches '*Image is up to date*' "$(containr pull "$registry/team/app")"

fact "layers become gzip where that is wanted, and only once"
: > registry.log
expect_output "$registry/team/app:gzip" -- containr push -q --compression-format gzip app "$registry/team/app:gzip"
equal application/vnd.oci.image.layer.v1.tar+gzip "$(layer_types team/app:gzip)"
gzipped=$(of team/app:gzip '{{.Digest}}')
: > registry.log
containr push --compression-format gzip app "$registry/team/app:gzip" > out
equal 2 "$(grep -c ': Layer already exists$' out)"
equal "0 0 1" "$(requests POST) $(requests PATCH) $(requests PUT)"
rm -r "$CONTAINR_ROOT/images.gzip"
expect_output "$registry/fourth/app:latest" -- containr push -q --compression-format gzip app "$registry/fourth/app"
equal "$gzipped" "$(of fourth/app '{{.Digest}}')"
expect_output "$registry/team/app:zstd" -- containr push -q --compression-format zstd app "$registry/team/app:zstd"
equal application/vnd.oci.image.layer.v1.tar+zstd "$(layer_types team/app:zstd)"

fact "what was made of a layer is forgotten with it"
[ -n "$(ls "$CONTAINR_ROOT/images.gzip")" ] || fail "nothing was noted"
containr tag app keep
containr rmi -f base app keep "$registry/team/app" "$registry/else/where:1" > /dev/null
equal "" "$(ls "$CONTAINR_ROOT/images.gzip")"
equal "$registry/team/app:gzip" "$(containr pull -q "$registry/team/app:gzip")"
expect_output hello -- containr run --rm "$registry/team/app:gzip"

fact "layers that are not compressed become gzip; docker's format stays docker's"
skopeo copy -q --src-tls-verify=false "docker://$registry/team/app:gzip" oci:compressed:app
python3 - "$registry" << 'EOF'
import gzip, hashlib, json, sys, urllib.request

FORMATS = {"plain": ("application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.config.v1+json",
                     "application/vnd.oci.image.layer.v1.tar"),
           "docker": ("application/vnd.docker.distribution.manifest.v2+json",
                      "application/vnd.docker.container.image.v1+json",
                      "application/vnd.docker.image.rootfs.diff.tar")}


def blob(descriptor):
    with open("compressed/blobs/" + descriptor["digest"].replace(":", "/"), "rb") as file:
        return file.read()


def request(method, url, body=None, **headers):
    return urllib.request.urlopen(urllib.request.Request(url, data=body, method=method, headers=headers))


def put(base, data, media):
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    where = request("POST", base + "blobs/uploads/").headers["Location"]
    request("PUT", f"{where}&digest={digest}", data, **{"Content-Type": "application/octet-stream"})
    return {"mediaType": media, "digest": digest, "size": len(data)}


with open("compressed/index.json") as file:
    manifest = json.loads(blob(json.load(file)["manifests"][0]))
for name, (media, config, layer) in FORMATS.items():
    base = f"http://{sys.argv[1]}/v2/team/{name}/"
    body = {"schemaVersion": 2, "mediaType": media, "config": put(base, blob(manifest["config"]), config),
            "layers": [put(base, gzip.decompress(blob(old)), layer) for old in manifest["layers"]]}
    request("PUT", base + "manifests/latest", json.dumps(body).encode(), **{"Content-Type": media})
EOF
for name in plain docker; do
	containr pull -q "$registry/team/$name" > /dev/null
	expect_output "$registry/new/$name:latest" -- containr push -q "$registry/team/$name" "$registry/new/$name"
	expect_output "$registry/new/$name:zstd" -- \
		containr push -q --compression-format zstd "$registry/team/$name" "$registry/new/$name:zstd"
done
equal application/vnd.oci.image.layer.v1.tar "$(layer_types team/plain)"
equal application/vnd.oci.image.layer.v1.tar+gzip "$(layer_types new/plain)"
equal application/vnd.docker.image.rootfs.diff.tar "$(layer_types team/docker)"
equal application/vnd.docker.image.rootfs.diff.tar.gzip "$(layer_types new/docker)"
equal application/vnd.oci.image.layer.v1.tar+zstd "$(layer_types new/docker:zstd)"
for name in new/plain new/docker new/docker:zstd; do
	equal "$id" "sha256:$(skopeo inspect --tls-verify=false --config --raw "docker://$registry/$name" |
		sha256sum | cut -d' ' -f1)"
	skopeo copy -q --src-tls-verify=false "docker://$registry/$name" "oci:check:$(tr / - <<< "$name")" ||
		fail "skopeo cannot copy $name"
done

fact "all versions are pushed at once"
containr tag "$registry/team/app:gzip" "$registry/all/app:1"
containr tag "$registry/team/app:gzip" "$registry/all/app:2"
containr push --all-tags "$registry/all/app" > out
equal "1 2" "$(grep -o '^[0-9]: digest' out | cut -d: -f1 | sort | xargs)"
equal '["1","2"]' "$(skopeo list-tags --tls-verify=false "docker://$registry/all/app" | jq -c '.Tags | sort')"
containr rmi "$registry/all/app:1" "$registry/all/app:2" > /dev/null
containr pull --all-tags -q "$registry/all/app" > out
equal "$registry/all/app:1 $registry/all/app:2" "$(sort out | xargs)"
expect_output hello -- containr run --rm "$registry/all/app:2"
expect_status 125 -- containr pull --all-tags "$registry/no/app"
matches "Error: \[IMAGE_NOT_FOUND\] no/app: the registry answers 404, *" "$(head -1 err)"
expect_error INVALID_ARGUMENT 125 "--all-tags takes a name without a tag: '$registry/all/app:1'" "" -- \
	containr push -a "$registry/all/app:1"
expect_error IMAGE_NOT_FOUND 125 "there is no image of '$registry/no/app'" "list images with: containr images" -- \
	containr push -q -a "$registry/no/app"

fact "what cannot be pushed is told"
expect_error IMAGE_NOT_FOUND 125 "image '$registry/nosuch' not found" "list images with: containr images" -- \
	containr push -q "$registry/nosuch"
expect_error INVALID_REFERENCE 125 "an image cannot be pushed to a digest: '$registry/all/app@$digest'" \
	"give NAME[:TAG]" -- containr push -q "$registry/all/app:1" "$registry/all/app@$digest"

fact "a layer that is damaged does not leave"
blob=$CONTAINR_ROOT/images/blobs/sha256/$(skopeo inspect --raw "oci:$CONTAINR_ROOT/images:$registry/all/app:1" |
	jq -r '.layers[0].digest' | cut -d: -f2)
cp "$blob" good
printf x | dd of="$blob" bs=1 seek=2000000 conv=notrunc 2> /dev/null
expect_status 125 -- containr push -q "$registry/all/app:1" localhost:5000/damaged/app
matches "Error: \[REGISTRY_ERROR\] *" "$(head -1 err)"
expect_status 125 -- containr push -q --compression-format zstd "$registry/all/app:1" localhost:5000/damaged/app
matches "Error: \[*\] *" "$(head -1 err)"
equal "" "$(find "$CONTAINR_ROOT/tmp" -mindepth 1)"
cp good "$blob"

fact "podman runs what was pushed"
if command -v podman > /dev/null; then
	env -u REGISTRY_AUTH_FILE podman --root "$scratch/podman" --runroot "$scratch/podman.run" --storage-driver vfs \
		pull -q --tls-verify=false "$registry/all/app:1" > out 2> err || fail "$(cat err)"
	equal "${id#sha256:}" "$(tail -1 out)"
else
	not_here "podman is not installed"
fi

fact "pushes are events"
containr events --since 1h --until 0s --filter event=push --format '{{.Actor.Attributes.name}}' > out
grep -qx "$registry/all/app:2" out || fail "$(cat out)"

kill "$registry_pid"
wait "$registry_pid" 2> /dev/null || true
assert_nothing_left
finish
