#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes the root file system of the default image: busybox, a link for each of its names, and the
# folders and files that programs expect. The same busybox gives the same bytes.
#
#   make_default_image.sh BUSYBOX OUTPUT.tar.gz
set -eu
busybox=$1
output=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
root=$work/rootfs
umask 022

mkdir -p "$root/bin" "$root/dev" "$root/etc" "$root/proc" "$root/root" "$root/run" "$root/sbin" \
	"$root/sys" "$root/tmp" "$root/usr/bin" "$root/usr/sbin" "$root/var"
cp "$busybox" "$root/bin/busybox"
chmod 755 "$root/bin/busybox"
"$busybox" --list-full | while read -r name; do
	[ "$name" = bin/busybox ] || ln -sf /bin/busybox "$root/$name"
done
ln -s ../tmp "$root/var/tmp"
ln -s ../run "$root/var/run"
cat >"$root/etc/passwd" <<-END
	root:x:0:0:root:/root:/bin/sh
	nobody:x:65534:65534:nobody:/nonexistent:/bin/false
END
cat >"$root/etc/group" <<-END
	root:x:0:
	nogroup:x:65534:
END
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
chmod 700 "$root/root"
chmod 1777 "$root/tmp"

tar -C "$root" --sort=name --format=posix --pax-option=delete=atime,delete=ctime \
	--mtime="@$(stat -c %Y "$busybox")" --owner=0 --group=0 --numeric-owner -cf "$work/image.tar" .
gzip -9 -n "$work/image.tar"
mv "$work/image.tar.gz" "$output"
