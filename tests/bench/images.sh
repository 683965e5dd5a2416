# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The part of bench.sh that gets images from a registry on this machine; read by it.
: "${place:?}" "${containr:?}" "${source:?}" "${podman:?}"

pull_rounds=5

start_registry() {
	# on a tmpfs: the registry's disk is not what is measured
	mkdir "$place/registry"
	mount -t tmpfs tmpfs "$place/registry"
	python3 "$source/pull_image.py" "$place/registry/image"
	echo "{version: 0.1, log: {level: error}, http: {addr: '127.0.0.1:5000'},
		storage: {filesystem: {rootdirectory: $place/registry/data}}}" > "$place/registry/config.yml"
	docker-registry serve "$place/registry/config.yml" > /dev/null 2>&1 &
	registry_pid=$!
	until (: < /dev/tcp/127.0.0.1/5000) 2> /dev/null; do sleep 0.1; done
	skopeo copy -q --dest-tls-verify=false "oci:$place/registry/image:latest" docker://127.0.0.1:5000/bench
	rm -r "$place/registry/image"
}

# A disk for each pull: nothing of the one before lies in it, and no file was just deleted there.
fresh_disk() {
	! mountpoint -q "$place/pull" || umount "$place/pull"
	mkdir -p "$place/pull"
	rm -f "$place/registry/disk"
	truncate -s 4G "$place/registry/disk"
	mkfs.ext4 -q "$place/registry/disk"
	mount -o loop "$place/registry/disk" "$place/pull"
}

# measured NAME COMMAND...: appends "milliseconds cpu-milliseconds kilobytes" to the figures of NAME
measured() {
	local name=$1 begin=$EPOCHREALTIME

	/usr/bin/time -f '%U %S %M' -o "$place/time" "${@:2}" > /dev/null 2> "$place/err" ||
		{ cat "$place/err" >&2; return 1; }
	awk -v a="$begin" -v b="$EPOCHREALTIME" '{ print (b - a) * 1000, ($1 + $2) * 1000, $3 }' \
		"$place/time" >> "$place/figures.$name"
}

# column NAME FIELD: minimum and median
column() {
	sort -n -k "$2,$2" "$place/figures.$1" | awk -v f="$2" '
		{ v[NR] = $f } END { print v[1], v[int((NR + 1) / 2)] }'
}

# versus TEXT TARGET OURS PEER FIELD
versus() {
	# shellcheck disable=SC2046 # two numbers each
	row "$1" "$2" $(column "$3" "$5") $(column "$4" "$5")
}

bench_pull() {
	local image=127.0.0.1:5000/bench round driver mine
	local -a theirs=(podman --root "$place/pull/podman" --runroot /run/podman-pull --storage-driver overlay)

	start_registry
	for ((round = 0; round < pull_rounds; round++)); do
		for driver in erofs overlay; do
			fresh_disk
			mine="$containr --root $place/pull/root --storage-driver $driver"
			# until the first process has run
			measured $driver sh -c "$mine pull -q $image && $mine run --rm --network none $image"
			measured "again-$driver" "$containr" --root "$place/pull/root" pull -q $image
		done
		fresh_disk
		measured podman sh -c "${theirs[*]} pull -q --tls-verify=false $image &&
			${theirs[*]} run --rm --network none $image"
		measured again-podman "${theirs[@]}" pull -q --tls-verify=false $image
	done
	umount "$place/pull"
	kill "$registry_pid"
	wait "$registry_pid" || true
	umount "$place/registry"
	versus "pull, mounted layers: podman" 4 erofs podman 1
	versus "pull, unpacked layers: podman" 3.5 overlay podman 1
	versus "pull, mounted layers, CPU: podman" 5 erofs podman 2
	versus "pull, mounted layers, kB of memory: podman" 3 erofs podman 3
	versus "pull of an unchanged tag: podman" 10 again-overlay again-podman 1
}

commit_rounds=5

# 10,000 files of 107 MB, not compressible, in 100 folders.
make_changed_files() {
	python3 - "$place/changed" <<-'PYTHON'
	import os, sys
	for i in range(10000):
	    folder = f"{sys.argv[1]}/d{i % 100}"
	    os.makedirs(folder, exist_ok=True)
	    with open(f"{folder}/f{i}", "wb") as file:
	        file.write(os.urandom(10700))
	PYTHON
}

# Each commits twice: the second time the layer is there already. Then the last name is taken away.
bench_commit() {
	local round driver upper what
	local -a mine theirs=(podman --root "$place/pull/podman" --runroot /run/podman-commit --storage-driver overlay)

	mkdir "$place/registry" "$place/base" "$place/base/bin"
	mount -t tmpfs tmpfs "$place/registry"
	cp "$(command -v busybox)" "$place/base/bin/"
	make_changed_files
	for ((round = 0; round < commit_rounds; round++)); do
		for driver in erofs overlay; do
			for what in commit snapshot; do
				fresh_disk
				mine=("$containr" --root "$place/pull/root" --storage-driver "$driver")
				"${mine[@]}" import "$place/base" base > /dev/null
				"${mine[@]}" create --name c base /bin/busybox true > /dev/null
				upper=$(echo "$place"/pull/root/containers/*/upper)
				cp -a "$place/changed" "$upper/srv"
				sync -f "$place/pull"
				if [ $what = snapshot ]; then
					measured "snapshot-$driver" "${mine[@]}" snapshot create c s
					continue
				fi
				measured "commit-$driver" "${mine[@]}" commit c img:1
				measured "recommit-$driver" "${mine[@]}" commit c img:2
				measured "rmi-$driver" "${mine[@]}" rmi img:1 img:2
			done
		done
		fresh_disk
		tar -C "$place/base" -c . | "${theirs[@]}" import - base > /dev/null 2>&1
		"${theirs[@]}" create --net none --name c base /bin/busybox true > /dev/null
		cp -a "$place/changed" "$("${theirs[@]}" inspect c --format '{{.GraphDriver.Data.UpperDir}}')/srv"
		sync -f "$place/pull"
		measured commit-podman "${theirs[@]}" commit -q c img:1
		measured recommit-podman "${theirs[@]}" commit -q c img:2
		measured rmi-podman "${theirs[@]}" rmi img:1 img:2
	done
	umount "$place/pull"
	umount "$place/registry"
	versus "commit of 10,000 files, mounted layers: podman" 6 commit-erofs commit-podman 1
	versus "commit of 10,000 files, unpacked layers: podman" 6 commit-overlay commit-podman 1
	versus "commit, CPU, unpacked layers: podman" 6 commit-overlay commit-podman 2
	versus "commit again, mounted layers: podman" 6 recommit-erofs recommit-podman 1
	versus "commit again, unpacked layers: podman" 6 recommit-overlay recommit-podman 1
	versus "snapshot of 10,000 files, mounted: podman commit" 6 snapshot-erofs commit-podman 1
	versus "snapshot of 10,000 files, unpacked: podman commit" 6 snapshot-overlay commit-podman 1
	versus "rmi of what was committed, mounted: podman" 12 rmi-erofs rmi-podman 1
	versus "rmi of what was committed, unpacked: podman" 12 rmi-overlay rmi-podman 1
}
