#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Makes archives of images that lie, of one that does not.

usage: evil_archives.py GOOD OUT

GOOD is an archive of containr save with one image. OUT becomes a folder of archives; the name of each
says what is wrong with it.
"""
import hashlib
import io
import json
import os
import sys
import tarfile


def read(path):
    with tarfile.open(path) as tar:
        return {entry.name: tar.extractfile(entry).read() for entry in tar if entry.isfile()}


def write(path, files, extra=()):
    with tarfile.open(path, "w") as tar:
        for name, data in list(files.items()) + list(extra):
            if isinstance(data, tarfile.TarInfo):
                data.name = name
                tar.addfile(data)
                continue
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def link(target, kind=tarfile.SYMTYPE):
    info = tarfile.TarInfo()
    info.type, info.linkname = kind, target
    return info


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def path_of(name):
    return "blobs/" + name.replace(":", "/")


def main(good, out):
    os.mkdir(out)
    files = read(good)
    index = json.loads(files["index.json"])
    listing = json.loads(files["manifest.json"])
    descriptor = index["manifests"][0]
    manifest_path = path_of(descriptor["digest"])
    manifest = json.loads(files[manifest_path])
    layer, config = path_of(manifest["layers"][0]["digest"]), path_of(manifest["config"]["digest"])

    def case(name, changes=(), extra=(), without=()):
        changed = {**files, **dict(changes)}
        for key in without:
            del changed[key]
        write(f"{out}/{name}.tar", changed, extra)

    def with_index(change):
        """The index with another document as its manifest."""
        data = json.dumps(change).encode()
        entry = {**descriptor, "digest": digest(data), "size": len(data)}
        return {path_of(entry["digest"]): data,
                "index.json": json.dumps({**index, "manifests": [entry]}).encode()}

    def docker(change, **more):
        """Docker's list alone, without the layout."""
        items = [{**listing[0], **change}]
        kept = {name: data for name, data in files.items() if name not in ("index.json", "oci-layout")}
        return {**kept, "manifest.json": json.dumps(items).encode(), **more}

    damaged = bytearray(files[layer])
    damaged[len(damaged) // 2] ^= 1
    case("layer-damaged", {layer: bytes(damaged)})
    case("config-damaged", {config: files[config] + b" "})
    case("layer-missing", without=[layer])
    case("config-missing", without=[config])
    case("manifest-missing", without=[manifest_path])
    case("twice", extra=[(layer, files[layer])])
    case("twice-by-dots", extra=[("./blobs/.//sha256/" + layer.split("/")[-1], files[layer])])
    case("blob-symlink", without=[layer], extra=[(layer, link("/etc/passwd"))])
    case("blob-hardlink", without=[layer], extra=[(layer, link("/etc/passwd", tarfile.LNKTYPE))])
    case("index-symlink", without=["index.json", "manifest.json"], extra=[("index.json", link("/etc/passwd"))])
    case("index-huge", {"index.json": b" " * (5 << 20) + files["index.json"]})
    case("index-empty", {"index.json": b'{"schemaVersion": 2, "manifests": []}'})
    case("index-no-json", {"index.json": b"[{"})
    case("digest-path", {"index.json": json.dumps({**index, "manifests": [
        {**descriptor, "digest": "sha256:../../../../../../../../../../../../../etc/passwd"}]}).encode()})
    case("manifest-and-index", with_index({**manifest, "manifests": []}))
    case("manifest-size", {"index.json": json.dumps({**index, "manifests": [{**descriptor, "size": 1}]}).encode()})
    case("layers-more-than-config", with_index({**manifest, "layers": manifest["layers"] * 2}))
    wrong = {**json.loads(files[config]), "rootfs": {"type": "layers", "diff_ids": ["sha256:" + "0" * 64]}}
    data = json.dumps(wrong).encode()
    changes = with_index({**manifest, "config": {**manifest["config"], "digest": digest(data), "size": len(data)}})
    case("diff-id-wrong", {**changes, path_of(digest(data)): data})
    write(f"{out}/docker-traversal.tar", docker({"Layers": ["../../../../../../etc/passwd"]}))
    write(f"{out}/docker-absolute.tar", docker({"Layers": ["/etc/passwd"]}))
    write(f"{out}/docker-config-traversal.tar", docker({"Config": "../../../../etc/passwd"}))
    write(f"{out}/docker-link-out.tar", docker({"Layers": ["x/layer.tar"]}),
          [("x/layer.tar", link("../../../../../etc/passwd"))])
    write(f"{out}/docker-link-loop.tar", docker({"Layers": ["a"]}), [("a", link("b")), ("b", link("a"))])
    write(f"{out}/docker-diff-id.tar", docker({"Config": "c.json"}, **{"c.json": data}))
    write(f"{out}/docker-no-list.tar", {**files, "manifest.json": b"{}"} and {
        name: data for name, data in files.items() if name not in ("index.json", "manifest.json")})
    write(f"{out}/docker-list-empty.tar", docker({}, **{"manifest.json": b"[]"}))
    write(f"{out}/docker-list-object.tar", docker({}, **{"manifest.json": b'{"Config": 1}'}))
    write(f"{out}/too-many.tar", files, [(f"x{i}", b"") for i in range(17000)])
    with open(good, "rb") as file:
        data = file.read()
    with open(f"{out}/cut-off.tar", "wb") as file:
        file.write(data[:len(data) * 2 // 3])
    with open(f"{out}/no-archive.tar", "wb") as file:
        file.write(b"no archive at all" * 1000)
    with open(f"{out}/empty.tar", "wb"):
        pass


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
