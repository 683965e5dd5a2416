#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes the image that pulling is measured with, as an OCI layout.

usage: pull_image.py FOLDER

Five gzip layers of files of this machine: about 690 MB in 40,000 entries, 240 MB when compressed. The
first one has a busybox, so that a container of it can start.
"""
import hashlib
import json
import os
import shutil
import subprocess
import sys

MIB = 1 << 20
# The folders of each layer, how many bytes of them and how many entries.
LAYERS = [
    (["/usr/include", "/usr/share/perl"], 60 * MIB, 9000),
    (["/usr/lib/gcc", "/usr/bin"], 120 * MIB, 3000),
    (["/usr/lib/x86_64-linux-gnu"], 275 * MIB, 4000),
    (["/usr/lib/python3.11", "/usr/lib/python3", "/usr/share/man"], 110 * MIB, 12000),
    (["/usr/share/doc", "/usr/share"], 125 * MIB, 12000),
]


def pick(folders, max_bytes, max_entries):
    """Names files below the folders until there are enough of them."""
    names, total = [], 0
    for folder in folders:
        for where, dirs, files in os.walk(folder):
            dirs.sort()
            names.append(where)
            for file in sorted(files):
                path = os.path.join(where, file)
                size = os.lstat(path).st_size
                if total + size > max_bytes or len(names) >= max_entries:
                    continue
                names.append(path)
                total += size
    return list(dict.fromkeys(names))


def digest_of(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(MIB):
            digest.update(chunk)
    return digest.hexdigest()


def add_blob(folder, data=None, path=None):
    """Moves a file, or writes bytes, into the layout; returns digest and size."""
    digest = hashlib.sha256(data).hexdigest() if data is not None else digest_of(path)
    target = f"{folder}/blobs/sha256/{digest}"
    if data is not None:
        with open(target, "wb") as file:
            file.write(data)
    else:
        os.rename(path, target)
    return "sha256:" + digest, os.path.getsize(target)


def make_tar(folder, number, names):
    tar = f"{folder}/{number}.tar"
    listing = "\0".join(name.lstrip("/") for name in names).encode()
    subprocess.run(["tar", "-C", "/", "--no-recursion", "--null", "-T", "-", "--sort=none", "-cf", tar],
                   input=listing, check=True)
    if number == 0:
        root = f"{folder}/root"
        os.makedirs(root + "/bin")
        shutil.copy("/bin/busybox", root + "/bin/busybox")
        os.symlink("busybox", root + "/bin/sh")
        subprocess.run(["tar", "-C", root, "-rf", tar, "bin"], check=True)
        shutil.rmtree(root)
    return tar


def compress(tar):
    with open(tar, "rb") as source, open(tar + ".gz", "wb") as target:
        subprocess.run(["gzip", "-6", "-n"], stdin=source, stdout=target, check=True)
    return tar + ".gz"


def main(folder):
    os.makedirs(folder + "/blobs/sha256")
    layers, diff_ids, seen = [], [], set()
    for number, (folders, max_bytes, max_entries) in enumerate(LAYERS):
        names = [name for name in pick(folders, max_bytes, max_entries) if name not in seen]
        seen.update(names)
        tar = make_tar(folder, number, names)
        diff_ids.append("sha256:" + digest_of(tar))
        digest, size = add_blob(folder, path=compress(tar))
        os.unlink(tar)
        layers.append({"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                       "digest": digest, "size": size})
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Cmd": ["/bin/busybox", "true"]},
                         "rootfs": {"type": "layers", "diff_ids": diff_ids}}).encode()
    digest, size = add_blob(folder, data=config)
    manifest = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                           "config": {"mediaType": "application/vnd.oci.image.config.v1+json",
                                      "digest": digest, "size": size},
                           "layers": layers}).encode()
    digest, size = add_blob(folder, data=manifest)
    with open(folder + "/oci-layout", "w") as file:
        file.write('{"imageLayoutVersion":"1.0.0"}')
    with open(folder + "/index.json", "w") as file:
        json.dump({"schemaVersion": 2, "manifests": [
            {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest, "size": size,
             "annotations": {"org.opencontainers.image.ref.name": "latest"}}]}, file)
    total = sum(layer["size"] for layer in layers)
    print(f"{len(seen)} entries, {total // MIB} MiB compressed")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
