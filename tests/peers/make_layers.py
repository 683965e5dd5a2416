#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes an image of many layers, as an OCI layout: each has a file /files/N, and all a file /top.

usage: make_layers.py LAYOUT COUNT BUSYBOX
"""
import hashlib
import io
import json
import os
import sys
import tarfile


def make_tar(number, last, busybox):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        if number == 0:
            tar.add(busybox, "busybox")
        for name, text in ((f"files/{number}", str(number)), ("top", "last" if last else "below")):
            info = tarfile.TarInfo(name)
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text.encode()))
    return out.getvalue()


def main(layout, count, busybox):
    os.makedirs(layout + "/blobs/sha256")

    def put(data, media_type):
        digest = hashlib.sha256(data).hexdigest()
        with open(f"{layout}/blobs/sha256/{digest}", "wb") as file:
            file.write(data)
        return {"mediaType": media_type, "digest": "sha256:" + digest, "size": len(data)}

    layers = [put(make_tar(i, i == count - 1, busybox), "application/vnd.oci.image.layer.v1.tar")
              for i in range(count)]
    config = {"architecture": "amd64", "os": "linux", "config": {},
              "rootfs": {"type": "layers", "diff_ids": [layer["digest"] for layer in layers]}}
    manifest = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                "config": put(json.dumps(config).encode(), "application/vnd.oci.image.config.v1+json"),
                "layers": layers}
    entry = put(json.dumps(manifest).encode(), manifest["mediaType"])
    entry["annotations"] = {"org.opencontainers.image.ref.name": "latest"}
    with open(layout + "/index.json", "w") as file:
        json.dump({"schemaVersion": 2, "manifests": [entry]}, file)
    with open(layout + "/oci-layout", "w") as file:
        file.write('{"imageLayoutVersion":"1.0.0"}')


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
