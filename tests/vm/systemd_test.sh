#!/bin/bash
# SPDX-License-Identifier: MIT
# The systemd cgroup manager under a real systemd: a virtual machine whose first process is Debian's,
# with a bus, and with the systemd of an ordinary user beside it. Its programs are those of the packages,
# unpacked and not configured: what their scripts would set up is written here.
# shellcheck source=vm.sh
. "$(dirname "$0")/vm.sh"
here=$(cd "$(dirname "$0")" && pwd)
helper=$CONTAINR_BUILD/libexec/containr/containr-systemd

[ -x "$helper" ] || skip "containr-systemd is not built: libsystemd-dev is not installed"
packages=(systemd libsystemd-shared libsystemd0 dbus dbus-bin dbus-daemon dbus-session-bus-common
	dbus-system-bus-common dbus-user-session libpam-systemd libpam0g libpam-modules libacl1
	libapparmor1 libargon2-1 libaudit1 libblkid1 libc6 libcap-ng0 libcap2 libcrypt1 libcryptsetup12
	libdbus-1-3 libdevmapper1.02.1 libexpat1 libfdisk1 libffi8 libgcc-s1 libgcrypt20 libgpg-error0
	libip4tc2 libjson-c5 libkmod2 liblz4-1 liblzma5 libmount1 libp11-kit0 libpcre2-8-0 libseccomp2
	libselinux1 libssl3 libudev1 libuuid1 libzstd1 zlib1g)

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
bundles = {
    "scope": ("read x", {"cgroupsPath": "pods.slice:box:one", "resources": {"pids": {"limit": 7}}}),
    "path": ("true", {"cgroupsPath": "/pods"}),
    "none": ("while read x; do echo $x; done < /proc/self/cgroup", {
        "namespaces": [ns for ns in base["linux"]["namespaces"] if ns["type"] != "cgroup"]}),
}
for name, (command, linux) in bundles.items():
    config = copy.deepcopy(base)
    config["process"]["args"] = ["sh", "-c", command]
    config["linux"].update(linux)
    with open(f"{sys.argv[2]}/{name}.json", "w", encoding="utf-8") as file:
        json.dump(config, file)
END
}

# What is not needed to boot and to make units: the archive is unpacked into memory twice.
prune() {
	rm -rf "$tree"/usr/share/{doc,man,locale,lintian,bash-completion,zsh,bug} "$tree"/usr/lib/x86_64-linux-gnu/gconv \
		"$tree"/lib/udev "$tree"/usr/lib/udev "$tree"/usr/lib/x86_64-linux-gnu/audit
	rm -f "$tree"/lib/systemd/system-generators/* "$tree"/usr/lib/x86_64-linux-gnu/engines-3/*
}

make_system() {
	local package

	# as in Debian today: one place each for programs and libraries
	mkdir -p "$tree"/usr/{bin,sbin,lib,lib64}
	for folder in bin sbin lib lib64; do
		[ ! -d "$tree/$folder" ] || cp -a "$tree/$folder/." "$tree/usr/$folder/"
		rm -rf "${tree:?}/$folder"
		ln -s usr/$folder "$tree/$folder"
	done
	for package in "${packages[@]}"; do
		(cd "$cache/unpacked/$package" && tar -cf - .) | tar -C "$tree" --keep-directory-symlink -xf -
	done
	prune
	mkdir -p "$tree"/{proc,sys,dev,run,tmp,var/lib/dbus,etc/pam.d,etc/systemd/system,root}
	chmod 755 "$tree" # as mktemp has made it, an ordinary user could not look into it
	printf 'messagebus:x:100:100::/nonexistent:/bin/false\n' >> "$tree/etc/passwd"
	printf 'root:x:0:\nuser:x:1000:\nmessagebus:x:100:\ntty:x:5:\n' > "$tree/etc/group"
	printf 'root:*:1::::::\nuser:*:1::::::\n' > "$tree/etc/shadow"
	printf 'account required pam_permit.so\nsession required pam_permit.so\nsession optional pam_systemd.so\n' \
		> "$tree/etc/pam.d/systemd-user"
	echo 0123456789abcdef0123456789abcdef > "$tree/etc/machine-id"
	cp "$helper" "$tree/containr/libexec/containr/"
	cp "$here/systemd_guest.sh" "$tree/guest.sh"
	cat > "$tree/etc/systemd/system/guest.service" << 'END'
[Unit]
Requires=dbus.socket
After=dbus.socket
DefaultDependencies=no
[Service]
ExecStart=/bin/sh /guest.sh
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS0
END
	cat > "$tree/init" << 'END'
#!/bin/sh
mkdir -p /proc /sys /dev /new
mount -t proc proc /proc
mount -t devtmpfs devtmpfs /dev
insmod /overlay.ko
mount -t tmpfs -o mode=755,size=90% root /new
for folder in /*; do
	case $folder in /proc | /sys | /dev | /new | /init | /overlay.ko) continue ;; esac
	mv "$folder" /new 2> /dev/null || cp -a "$folder" /new
done
/new/bin/busybox mkdir -p /new/proc /new/sys /new/dev
/new/bin/busybox umount /proc
/new/bin/busybox mount --move /dev /new/dev
exec /new/bin/busybox switch_root /new /lib/systemd/systemd
END
	chmod +x "$tree/init"
}

fetch_kernel
fetch "${packages[@]}"
make_tree
make_bundles "$tree/bundles"
make_system
run_machine 1536 120 systemd.unit=guest.service systemd.show_status=0 systemd.log_target=console systemd.log_level=warning
