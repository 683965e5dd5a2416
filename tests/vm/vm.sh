# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the tests in virtual machines share: Debian's own kernel, a tree with containr and its image, and
# the end of the machine as the test's result. Needs qemu-system-x86_64, a static busybox, and packages
# of Debian, which apt-get downloads once into the build folder.
set -euo pipefail

cache=$CONTAINR_BUILD/vm-cache
dir=$(mktemp -d)
trap 'rm -r "$dir"' EXIT
tree=$dir/tree

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

# fetch PACKAGE...: into the cache, unpacked in one folder.
fetch() {
	local missing=() package

	mkdir -p "$cache/done"
	for package; do
		[ -e "$cache/done/$package" ] || missing+=("$package")
	done
	[ ${#missing[@]} -eq 0 ] && return
	command -v apt-get > /dev/null || skip "no apt-get to download packages with"
	(cd "$cache" && apt-get -q download "${missing[@]}" > download.log 2>&1) ||
		skip "cannot download ${missing[*]}: $(tail -n 1 "$cache/download.log")"
	for package in "${missing[@]}"; do
		mkdir -p "$cache/unpacked/$package"
		dpkg -x "$cache/$package"_*.deb "$cache/unpacked/$package"
		rm "$cache/$package"_*.deb
		: > "$cache/done/$package"
	done
}

# The kernel's package has its version in its name. Sets `kernel` and `overlay`.
fetch_kernel() {
	local package

	package=$(compgen -G "$cache/done/linux-image-*" | head -n 1 || true)
	if [ -z "$package" ]; then
		package=$(apt-cache depends linux-image-cloud-amd64 2> /dev/null |
			sed -n 's/.*Depends: \(linux-image-[^ ]*\)/\1/p' | head -n 1)
		[ -n "$package" ] || skip "apt knows no linux-image-cloud-amd64"
		fetch "$package"
	fi
	package=$cache/unpacked/$(basename "$package")
	kernel=$(compgen -G "$package/boot/vmlinuz-*" | head -n 1)
	overlay=$(find "$package" -name overlay.ko -print -quit)
	[ -n "$overlay" ] || skip "the kernel has no overlay module that can be loaded"
}

# busybox with all applets, containr, and root's state with the default image in $tree/state/root.
make_tree() {
	local applet

	mkdir -p "$tree"/{bin,etc,containr/bin,containr/libexec/containr,state}
	cp "$(command -v busybox)" "$tree/bin/busybox"
	for applet in $(busybox --list); do
		[ -e "$tree/bin/$applet" ] || ln -s busybox "$tree/bin/$applet"
	done
	cp "$CONTAINR_BUILD/bin/containr" "$tree/containr/bin/"
	ln -s containr "$tree/containr/bin/containr-runtime"
	cp "$CONTAINR_BUILD"/libexec/containr/containr-{monitor,init,cleanup,keeper,health} "$tree/containr/libexec/containr/"
	printf 'root:x:0:0:root:/:/bin/sh\nuser:x:1000:1000:user:/state/user:/bin/sh\n' > "$tree/etc/passwd"
	CONTAINR_ROOT=$tree/state/root CONTAINR_RUNROOT=$dir/run "$CONTAINR_BUILD/bin/containr" \
		import --default > "$dir/import.log" 2>&1 || skip "no default image: $(cat "$dir/import.log")"
	cp "$overlay" "$tree/overlay.ko"
}

# run_machine MEGABYTES SECONDS PARAMETER...: the test's result is what the guest's script says.
run_machine() {
	local status=0

	(cd "$tree" && find . | busybox cpio -o -H newc 2> /dev/null) > "$dir/initramfs"
	timeout "$2" qemu-system-x86_64 -m "$1" -smp 2 -nographic -no-reboot -nodefaults -serial stdio \
		-kernel "$kernel" -initrd "$dir/initramfs" \
		-append "console=ttyS0 quiet panic=-1 cgroup_no_v1=all ${*:3}" \
		> "$dir/console" 2>&1 < /dev/null || status=$?
	if [ $status -ne 0 ] || ! grep -aq '^FACTS' "$dir/console" || grep -aq '^FAIL' "$dir/console"; then
		tail -n 100 "$dir/console"
		echo "FAIL: the virtual machine ended with status $status"
		exit 1
	fi
	grep -a '^FACTS' "$dir/console"
}
