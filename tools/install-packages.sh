#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Installs the Debian packages that building, testing or measuring needs.
#
# usage: install-packages.sh GROUP...
set -euo pipefail

declare -A groups=(
	[build]="gcc libc6-dev musl-tools cmake ninja-build pkg-config make git libseccomp-dev
		 libarchive-dev libssl-dev libzstd-dev libisal-dev libdeflate-dev libcurl4-openssl-dev libsystemd-dev
		 busybox-static ca-certificates"
	[demo]="mmdebstrap uidmap"
	[test]="g++ libcmocka-dev libcjson-dev libcap-dev libseccomp-dev iproute2 util-linux procps
		python3 jq xz-utils zstd tmux strace uidmap bsdutils man-db mandoc shellcheck clang-format zsh fish
		docker-registry e2fsprogs skopeo podman crun runc conmon containerd docker.io
		qemu-system-x86 cpio kmod"
	[bench]="docker-registry skopeo time crun runc podman conmon strace python3 e2fsprogs iproute2 libcmocka-dev libcjson-dev
		libcap-dev"
	[lint]="clang clang-tidy clang-format libclang-rt-14-dev llvm shellcheck"
)

wanted=()
for group in "$@"; do
	# shellcheck disable=SC2206 # split on purpose
	wanted+=(${groups[$group]})
done

# Docker's own packages do as well, and would have to go for Debian's.
declare -A program_of=([docker.io]=dockerd [containerd]=containerd)

missing=()
for package in "${wanted[@]}"; do
	[ -z "${program_of[$package]:-}" ] || [ ! -x "$(PATH=$PATH:/usr/sbin command -v \
		"${program_of[$package]}")" ] || continue
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
# The tests start daemons of their own: none that a package starts is to stay.
services=(docker.socket docker.service containerd.service)
started() {
	command -v systemctl >/dev/null && systemctl is-active --quiet "$1" 2>/dev/null
}
new_services=()
for service in "${services[@]}"; do
	started "$service" || new_services+=("$service")
done
"${sudo[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends \
	"${missing[@]}" >/dev/null
for service in "${new_services[@]}"; do
	! started "$service" || "${sudo[@]}" systemctl disable --quiet --now "$service"
done
