#!/bin/bash
# SPDX-License-Identifier: MIT
# How images came to be, as docker tells it.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

command -v jq > /dev/null || skip "jq is not installed"

containr run --name c busybox touch /new
containr commit -m 'second layer' c app > /dev/null
containr rm c > /dev/null
id=$(containr images -q --no-trunc app)

fact "the newest step comes first, and has the image's id"
containr history app > out
equal "IMAGE CREATED CREATED BY SIZE COMMENT" "$(head -1 out | xargs)"
equal 3 "$(wc -l < out)"
matches "${id:7:12} *ago*second layer*" "$(sed -n 2p out)"
matches "<missing> *ago*containr import*MB*" "$(sed -n 3p out)"
expect_output "${id:7:12}
<missing>" -- containr history -q app
expect_output "$id
<missing>" -- containr history -q --no-trunc app
equal "$(containr history app)" "$(containr image history "$id")"

fact "a template and JSON tell the same"
expect_output "${id:7:12}|second layer
<missing>|" -- containr history --format '{{.ID}}|{{.Comment}}' app
equal "$id" "$(containr history --format json app | jq -r '.[0].id')"
equal "$(containr history --human=false --format '{{.Size}}' app)" "$(containr history --format json app | jq '.[].size')"

# history TEXT: gives app this history; its configuration is replaced as a whole.
history() {
	python3 - "$CONTAINR_ROOT/images" "$1" << 'EOF'
import hashlib, json, os, sys
root, history = sys.argv[1:]


def path(digest):
    return f"{root}/blobs/{digest.replace(':', '/')}"


def put(document):
    data = json.dumps(document).encode()
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    with open(path(digest), "wb") as file:
        file.write(data)
    return {"digest": digest, "size": len(data)}


with open(root + "/index.json") as file:
    index = json.load(file)
for entry in index["manifests"]:
    if "library/app:" not in entry.get("annotations", {}).get("io.containerd.image.name", ""):
        continue
    with open(path(entry["digest"])) as file:
        manifest = json.load(file)
    with open(path(manifest["config"]["digest"])) as file:
        config = json.load(file)
    config["history"] = json.loads(history)
    manifest["config"].update(put(config))
    entry.update(put(manifest))
with open(root + "/index.json.new", "w") as file:
    json.dump(index, file)
os.rename(root + "/index.json.new", root + "/index.json")
EOF
}

fact "steps without a layer take nothing; long commands are cut, but for --no-trunc"
history '[{"created_by": "one"}, {"created_by": "ENV X=1", "empty_layer": true},
	{"created": "nonsense", "created_by": "/bin/sh -c printf '"'äöü\\t%s'"' 0123456789 0123456789 0123456789 0123456789"}]'
expect_output "/bin/sh -c printf 'äöü %s' 0123456789 012345…
ENV X=1
one" -- containr history --format '{{.CreatedBy}}' app
matches "*0123456789 0123456789 0123456789 0123456789" "$(containr history --no-trunc --format '{{.CreatedBy}}' app | head -1)"
expect_output "0B" -- bash -c "containr history --format '{{.Size}}' app | sed -n 2p"
expect_output "N/A" -- bash -c "containr history --format '{{.CreatedSince}}' app | head -1"

fact "layers that no step tells of are the oldest"
history '[{"created_by": "two"}]'
expect_output "two|
|" -- containr history --format '{{.CreatedBy}}|{{.Comment}}' app

fact "a history of more layers than there are is refused"
history '[{}, {}, {}]'
expect_status 125 -- containr history app
equal "Error: [IMAGE_CORRUPT] the history tells of 3 layers, the manifest of 2" "$(head -1 err)"
expect_error IMAGE_NOT_FOUND 125 "image 'nosuch' not found" "list images with: containr images" -- containr history nosuch

finish
