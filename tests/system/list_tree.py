#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Lists all that a folder's files are, so that two folders can be compared.

usage: list_tree.py FOLDER

Times of whiteouts are left out: nobody can see them.
"""
import hashlib
import os
import stat
import sys


def describe(path):
    info = os.lstat(path)
    kind = stat.S_IFMT(info.st_mode)
    fields = [oct(info.st_mode), info.st_uid, info.st_gid]
    if kind in (stat.S_IFCHR, stat.S_IFBLK):
        fields.append(info.st_rdev)
    if not (kind == stat.S_IFCHR and info.st_rdev == 0):
        fields.append(info.st_mtime_ns)
    if kind != stat.S_IFDIR:
        fields += [info.st_nlink, info.st_size]
    if kind == stat.S_IFLNK:
        fields.append(os.readlink(path))
    if kind == stat.S_IFREG:
        with open(path, "rb") as file:
            fields.append(hashlib.sha256(file.read()).hexdigest())
    for name in sorted(os.listxattr(path, follow_symlinks=False)):
        fields.append((name, os.getxattr(path, name, follow_symlinks=False)))
    return fields


def main(folder):
    os.chdir(os.fsencode(folder))
    for where, dirs, files in os.walk(b"."):
        dirs.sort()
        for name in [b"."] + sorted(dirs + files) if where == b"." else sorted(dirs + files):
            path = os.path.join(where, name)
            print(path, *describe(path))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
