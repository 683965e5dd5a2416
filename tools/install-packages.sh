#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs the Debian packages that building, testing or measuring needs.
#
# usage: install-packages.sh GROUP...
set -euo pipefail

declare -A groups=(
	[build]="gcc libc6-dev musl-tools cmake ninja-build pkg-config make git libseccomp-dev
		 libarchive-dev libssl-dev libzstd-dev zlib1g-dev busybox-static ca-certificates"
	[demo]="mmdebstrap uidmap"
	[test]="g++ libcmocka-dev libcjson-dev libcap-dev libseccomp-dev iproute2 util-linux procps
		python3 jq xz-utils zstd tmux strace uidmap bsdutils man-db mandoc shellcheck clang-format zsh fish
		skopeo podman crun runc conmon qemu-system-x86 cpio kmod"
	[bench]="crun runc podman conmon strace python3 e2fsprogs iproute2 libcmocka-dev libcjson-dev
		libcap-dev"
	[lint]="clang clang-tidy clang-format libclang-rt-14-dev llvm shellcheck"
)

wanted=()
for group in "$@"; do
	# shellcheck disable=SC2206 # split on purpose
	wanted+=(${groups[$group]})
done

missing=()
for package in "${wanted[@]}"; do
	dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
		missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
	echo "install-packages: no apt-get here; please install: ${missing[*]}" >&2
	exit 1
fi
sudo=()
[ "$(id -u)" = 0 ] || sudo=(sudo)
echo "installing: ${missing[*]}"
"${sudo[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends \
	"${missing[@]}" >/dev/null
