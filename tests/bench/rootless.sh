# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The part of bench.sh that runs as an ordinary user; read by it.
: "${place:?}" "${containr:?}" "${build:?}" "${spawn:?}" "${runs:?}"

# A user whom only this mount namespace knows, with subordinate ids; his state is on the same disk.
make_user() {
	local uid=12345 file

	sed '/^bench:/d' /etc/passwd > "$place/passwd"
	echo "bench:x:$uid:$uid::$place/fs/home:/bin/sh" >> "$place/passwd"
	echo "bench:700000:65536" > "$place/subids"
	for file in passwd subuid subgid; do
		[ -e /etc/$file ] || : > /etc/$file
		mount --bind "$place/${file/sub[ug]id/subids}" /etc/$file
	done
	chmod 755 "$place"
	mkdir -p "$place/fs/home" "$place/fs/user-run" "$place/fs/prefix"
	chown $uid:$uid "$place/fs/home" "$place/fs/user-run"
	chmod 700 "$place/fs/user-run"
	# the build may lie where only root can go
	cp -a "$build/bin" "$build/libexec" "$spawn" "$place/fs/prefix/"
	as_user=(setpriv "--reuid=$uid" "--regid=$uid" --clear-groups env -i -C "$place/fs/home"
		"HOME=$place/fs/home" "PATH=$PATH" "XDG_RUNTIME_DIR=$place/fs/user-run"
		"CONTAINERS_CONF=$place/containers.conf")
}

# podman's first command leaves a process that holds its user namespace.
end_user() {
	local file=$place/fs/user-run/libpod/tmp/pause.pid

	[ ! -f "$file" ] || kill "$(cat "$file")" || true
}

bench_rootless() {
	local ours root
	local -a mine theirs

	make_user
	mine=("$place/fs/prefix/bin/containr" run --rm --network none busybox true)
	theirs=(podman --storage-driver overlay run --rm --network none --cgroups disabled bench true)
	"${as_user[@]}" "${mine[0]}" import --default busybox > /dev/null
	"${as_user[@]}" podman --storage-driver overlay import -q "$place/rootfs.tar" bench > /dev/null
	"${as_user[@]}" "${mine[@]}"
	"${as_user[@]}" "${theirs[@]}"
	# shellcheck disable=SC2046 # two lines of two numbers
	row "rootless run --rm: podman" 20 $("${as_user[@]}" "$place/fs/prefix/spawn_bench" -n 25 \
		"${mine[@]}" -- "${theirs[@]}" | tr '\n' ' ')
	end_user
	ours=$("${as_user[@]}" "$place/fs/prefix/spawn_bench" -n "$runs" "${mine[@]}")
	root=$("$spawn" -n "$runs" "$containr" run --rm --network none busybox true)
	# shellcheck disable=SC2086 # two numbers each
	row "rootless run --rm: the same as root" 0.66 $ours $root
}
