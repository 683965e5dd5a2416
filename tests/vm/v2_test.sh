#!/bin/bash
# SPDX-License-Identifier: MIT
# Containers on a host that has cgroup v2 only: a virtual machine of Debian's kernel and an initial
# file system of busybox, containr and its image, without any other program that could help.
# Needs qemu-system-x86_64, a static busybox, and the kernel's package, which apt-get downloads once.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=$CONTAINR_BUILD/vm-cache
dir=$(mktemp -d)
trap 'rm -r "$dir"' EXIT

skip() {
	echo "SKIPPED: $*"
	exit 77
}

for program in qemu-system-x86_64 busybox python3; do
	command -v $program > /dev/null || skip "$program is not installed"
done
[ "$(uname -m)" = x86_64 ] || skip "made for x86_64"
for file in bin/containr libexec/containr/containr-monitor; do
	if readelf -l "$CONTAINR_BUILD/$file" | grep -q INTERP; then
		skip "the executables of this build are not the static ones"
	fi
done

# The kernel is unpacked beside its package, whose name has its version.
fetch_kernel() {
	local package

	mkdir -p "$cache"
	if ! compgen -G "$cache/boot/vmlinuz-*" > /dev/null; then
		command -v apt-get > /dev/null || skip "no apt-get to download a kernel with"
		package=$(apt-cache depends linux-image-cloud-amd64 2> /dev/null |
			sed -n 's/.*Depends: \(linux-image-[^ ]*\)/\1/p' | head -n 1)
		[ -n "$package" ] || skip "apt knows no linux-image-cloud-amd64"
		(cd "$cache" && apt-get -q download "$package" > download.log 2>&1) ||
			skip "cannot download $package: $(tail -n 1 "$cache/download.log")"
		dpkg -x "$cache/$package"_*.deb "$cache"
	fi
	kernel=$(compgen -G "$cache/boot/vmlinuz-*" | head -n 1)
	overlay=$(find "$cache" -name overlay.ko -print -quit)
	[ -n "$overlay" ] || skip "the kernel has no overlay module that can be loaded"
}

# make_bundles FOLDER: configurations for the guest, which has nothing to write JSON with.
make_bundles() {
	mkdir -p "$1" "$dir/spec"
	"$CONTAINR_BUILD/bin/containr" spec --bundle "$dir/spec"
	python3 - "$dir/spec/config.json" "$1" << 'END'
import copy, json, sys

with open(sys.argv[1], encoding="utf-8") as file:
    base = json.load(file)
base["process"]["terminal"] = False
base["root"]["readonly"] = False
ids = [{"containerID": 0, "hostID": 100000, "size": 1000}]
bundles = {
    "limits": ("sleep 1000", {"resources": {
        "cpu": {"shares": 1024}, "pids": {"limit": 9}, "unified": {"cgroup.max.depth": "3"},
        "memory": {"limit": 33554432, "swap": 67108864, "reservation": 16777216}}}),
    "pids": ("sleep 1000", {"resources": {"pids": {"limit": 7}}}),
    "users": ("sleep 1000", {
        "resources": {"pids": {"limit": 7}},
        "namespaces": base["linux"]["namespaces"] + [{"type": "user"}],
        "uidMappings": [{"containerID": 0, "hostID": 1000, "size": 1}],
        "gidMappings": [{"containerID": 0, "hostID": 1000, "size": 1}]}),
    "swappiness": ("true", {"resources": {"memory": {"swappiness": 10}}}),
    "userns": ("id -u; cat /proc/self/uid_map", {
        "namespaces": base["linux"]["namespaces"] + [{"type": "user"}],
        "uidMappings": ids, "gidMappings": ids}),
}
for name, (command, linux) in bundles.items():
    config = copy.deepcopy(base)
    config["process"]["args"] = ["sh", "-c", command]
    config["linux"].update(linux)
    if name == "users":  # one id, so no group of terminals, and the host's /sys
        config["mounts"] = [mount for mount in config["mounts"] if mount["destination"] != "/sys"]
        for mount in config["mounts"]:
            mount["options"] = [option for option in mount.get("options", []) if option != "gid=5"]
    with open(f"{sys.argv[2]}/{name}.json", "w", encoding="utf-8") as file:
        json.dump(config, file)
END
}

make_initramfs() {
	local tree=$dir/tree applet

	mkdir -p "$tree"/{bin,etc,containr/bin,containr/libexec/containr,state}
	cp "$(command -v busybox)" "$tree/bin/busybox"
	for applet in $(busybox --list); do
		[ -e "$tree/bin/$applet" ] || ln -s busybox "$tree/bin/$applet"
	done
	cp "$CONTAINR_BUILD/bin/containr" "$tree/containr/bin/"
	ln -s containr "$tree/containr/bin/containr-runtime"
	cp "$CONTAINR_BUILD"/libexec/containr/containr-{monitor,init,cleanup,keeper} "$tree/containr/libexec/containr/"
	printf 'root:x:0:0:root:/:/bin/sh\nuser:x:1000:1000:user:/state/user:/bin/sh\n' > "$tree/etc/passwd"
	CONTAINR_ROOT=$tree/state/root CONTAINR_RUNROOT=$dir/run "$CONTAINR_BUILD/bin/containr" \
		import --default > "$dir/import.log" 2>&1 || skip "no default image: $(cat "$dir/import.log")"
	make_bundles "$tree/bundles"
	cp "$overlay" "$tree/overlay.ko"
	cp "$here/v2_guest.sh" "$tree/guest.sh"
	printf '#!/bin/sh\nexec /bin/sh /guest.sh\n' > "$tree/init"
	chmod +x "$tree/init"
	(cd "$tree" && find . | busybox cpio -o -H newc 2> /dev/null) > "$dir/initramfs"
}

fetch_kernel
make_initramfs
status=0
timeout 120 qemu-system-x86_64 -m 768 -smp 2 -nographic -no-reboot -nodefaults -serial stdio \
	-kernel "$kernel" -initrd "$dir/initramfs" \
	-append "console=ttyS0 quiet panic=-1 cgroup_no_v1=all" \
	> "$dir/console" 2>&1 < /dev/null || status=$?
if [ $status -ne 0 ] || ! grep -aq '^FACTS' "$dir/console" || grep -aq '^FAIL' "$dir/console"; then
	tail -n 100 "$dir/console"
	echo "FAIL: the virtual machine ended with status $status"
	exit 1
fi
grep -a '^FACTS' "$dir/console"
