#!/bin/bash
# SPDX-License-Identifier: MIT
# Volumes: made, filled, shared, kept and removed as with docker.
. "$(dirname "$0")/lib.sh"

inside() {
	local options=()

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	containr run --rm "${options[@]}" busybox "$@" < /dev/null 2>&1
}

# refuses_mount CODE MESSAGE HINT OPTION...
refuses_mount() {
	local code=$1 message=$2 hint=$3

	shift 3
	expect_error "$code" 125 "$message" "$hint" -- containr run --rm "$@" busybox true
	assert_nothing_left
}

# The monitor of a container with --rm removes its anonymous volumes after it has told the exit.
no_volumes() {
	local tries

	for ((tries = 0; tries < 500; tries++)); do
		[ -n "$(containr volume ls -q)" ] || return 0
		sleep 0.01
	done
	fail "volumes are left: $(containr volume ls -q)"
}

fact "create, ls, inspect and rm"
expect_output data -- containr volume create --label team=web data
expect_output data -- containr volume create data
expect_output data -- containr volume ls -q
expect_output $'DRIVER    VOLUME NAME\nlocal     data' -- containr volume ls
containr volume inspect data > data.json
is_json data.json
matches "*\"Mountpoint\": \"$CONTAINR_ROOT/volumes/data/_data\",*" "$(cat data.json)"
matches '*"team": "web"*' "$(cat data.json)"
containr volume ls --format json > list.json
is_json list.json
expect_output "" -- containr volume ls -q --filter label=team=db
expect_output data -- containr volume ls -q --filter label=team --filter name=at --filter driver=local
expect_output data -- containr volume rm data
no_volumes
expect_error VOLUME_NOT_FOUND 125 "no such volume: data" "list volumes with: containr volume ls" \
	-- containr volume rm data
expect_output "" -- containr volume rm -f data
expect_error INVALID_ARGUMENT 125 "'a/b' is no name for a volume" \
	"use two or more letters, digits and _ . -, starting with a letter or digit; a path begins with / or ." \
	-- containr volume create a/b
expect_error UNSUPPORTED 125 "volume driver 'nfs' is not known" "the only one is 'local'" \
	-- containr volume create -d nfs data
expect_error INVALID_ARGUMENT 125 "volume option 'size=1m' is not known" \
	"the local driver has type=, o= and device=" -- containr volume create -o size=1m data
matches "$(printf '[0-9a-f]%.0s' {1..64})" "$(containr volume create)"
containr volume prune -f > out
no_volumes

fact "a named volume is made by the first container, outlives it, and is shared"
inside -v data:/data -- sh -c 'echo kept > /data/file'
equal kept "$(inside -v data:/other -- cat /other/file)"
equal kept "$(inside --mount type=volume,src=data,dst=/other,ro -- cat /other/file)"
expect_status 1 -- containr run --rm -v data:/data:ro busybox touch /data/other
matches "*Read-only file system*" "$(cat err)"

fact "a volume that a container mounts is not removed"
id=$(containr create --name user -v data:/data busybox true)
expect_error VOLUME_IN_USE 125 "volume 'data' is used by container ${id:0:12}" \
	"remove the container first" -- containr volume rm data
expect_output "Total reclaimed space: 0B" -- containr volume prune --all --force
expect_output data -- containr volume ls -q --filter dangling=false
expect_output user -- containr rm user
expect_output data -- containr volume ls -q --filter dangling=true
expect_output $'Deleted Volumes:\ndata\n\nTotal reclaimed space: 5B' -- containr volume prune -af
no_volumes

fact "a new volume is filled with what the image has there, once"
equal "$(inside -- ls /etc | grep -vx -e hosts -e hostname)" "$(inside -v conf:/etc/ -- ls /etc | grep -vx -e hosts -e hostname)"
inside -v conf:/conf -- rm /conf/passwd
expect_status 1 -- containr run --rm -v conf:/etc busybox cat /etc/passwd
expect_status 0 -- containr volume rm conf
equal "" "$(inside -v conf:/etc:nocopy -- sh -c 'ls /etc | grep passwd')"
expect_status 0 -- containr volume rm conf
equal "" "$(inside --mount type=volume,src=conf,dst=/etc,volume-nocopy -- sh -c 'ls /etc | grep passwd')"
expect_status 0 -- containr volume rm conf
equal "$(inside -- stat -c '%a %u' /tmp)" "$(inside -v temp:/tmp -- stat -c '%a %u' /tmp)"
expect_status 0 -- containr volume rm temp
no_volumes

fact "anonymous volumes go with --rm and with rm -v, and stay otherwise"
inside -v /data -- touch /data/file
assert_nothing_left
no_volumes
containr run --name first -v /data busybox touch /data/file
equal 1 "$(containr volume ls -q | wc -l)"
expect_output first -- containr rm -v first
no_volumes
containr run --name first -v /data -v named:/named busybox true
expect_output first -- containr rm first
equal 2 "$(containr volume ls -q | wc -l)"
equal 4 "$(containr volume prune --force | wc -l)"
expect_output named -- containr volume rm named
expect_status 127 -- containr run -v /data busybox nope
no_volumes
assert_nothing_left

fact "a volume of the image is an anonymous one, filled with the image's content"
mkdir -p image/bin image/data && echo content > image/data/file
containr run --name source busybox true
cp "$CONTAINR_ROOT"/layers/*/fs/bin/busybox image/bin/
expect_output source -- containr rm source
containr import -c 'VOLUME /data' -c 'CMD ["/bin/busybox", "cat", "/data/file"]' image stored > out
expect_output content -- containr run --rm stored
no_volumes
containr run --name owner stored > out
equal 1 "$(containr volume ls -q | wc -l)"
expect_output "/data" -- containr inspect -f '{{(index .Mounts 0).Destination}}' owner
expect_output owner -- containr rm -v owner
inside -v data:/other -- true
containr run --rm -v data:/data stored > out 2> err || true
expect_output data -- containr volume ls -q
expect_output data -- containr volume rm data
assert_nothing_left

fact "a part of a volume can be mounted, and no link leads out of it"
inside -v data:/data -- sh -c 'mkdir -p /data/a/b; echo part > /data/a/b/file; ln -s /etc /data/link; ln -s a /data/inner'
equal part "$(inside --mount type=volume,src=data,dst=/x,volume-subpath=a/b -- cat /x/file)"
equal part "$(inside --mount type=volume,src=data,dst=/x,volume-subpath=inner/b -- cat /x/file)"
refuses_mount ROOTFS_MOUNT "volume 'data' has no 'link' to mount" \
	"create it first, with the whole volume mounted" \
	--mount type=volume,src=data,dst=/x,volume-subpath=link
refuses_mount ROOTFS_MOUNT "volume 'data' has no '../../../etc' to mount" \
	"create it first, with the whole volume mounted" \
	--mount type=volume,src=data,dst=/x,volume-subpath=../../../etc
expect_output data -- containr volume rm data

fact "options of a volume: a tmpfs, and a folder of the host"
expect_output fast -- containr volume create -o type=tmpfs -o device=tmpfs -o o=size=1m fast
matches "*size=1024k*" "$(inside -v fast:/fast -- sh -c 'grep " /fast " /proc/mounts')"
mkdir folder && echo host > folder/file
expect_output bound -- containr volume create -o type=none -o o=bind -o "device=$scratch/folder" bound
equal host "$(inside -v bound:/bound -- cat /bound/file)"
expect_output odd -- containr volume create -o type=nfs -o device=x:/y odd
refuses_mount UNSUPPORTED \
	"volume 'odd': only type=tmpfs, and o=bind with an absolute device, can be mounted" "" -v odd:/x
expect_output $'fast\nbound\nodd' -- containr volume rm fast bound odd

fact "-v creates a folder that is not there; --mount does not"
inside -v "$scratch/new/deep:/data" -- touch /data/file
[ -e new/deep/file ] || fail "the folder was not made"
expect_status 125 -- containr run --rm --mount "type=bind,src=$scratch/no,dst=/x" busybox true
matches "*cannot mount '$scratch/no'*" "$(cat err)"
inside --mount "type=bind,src=$scratch/yes,dst=/x,bind-create-src" -- touch /x/file
[ -e yes/file ] || fail "the folder was not made"

fact "propagation and recursion of binds"
mkdir outer outer/below
mount -t tmpfs below outer/below
touch outer/below/file
equal file "$(inside -v "$scratch/outer:/outer" -- ls /outer/below)"
equal "" "$(inside --mount "type=bind,src=$scratch/outer,dst=/outer,bind-recursive=disabled" -- ls /outer/below)"
mount --make-shared outer/below
for word in rshared rslave rprivate; do
	containr run --rm -v "$scratch/outer/below:/data:$word" busybox \
		sed -n 's/.* \/data [^ ]* \(.*\) - .*/\1/p' /proc/self/mountinfo > "$word.out"
done
matches "shared:*" "$(cat rshared.out)"
matches "master:*" "$(cat rslave.out)"
equal "" "$(cat rprivate.out)"
umount outer/below

fact "what --mount refuses"
refuses_mount INVALID_ARGUMENT "--mount: type 'x' is not known" \
	"use type=bind, type=volume or type=tmpfs" --mount type=x,dst=/x
refuses_mount INVALID_ARGUMENT "--mount: 'volume-nocopy' belongs to another type of mount" "" \
	--mount type=bind,src=/etc,dst=/x,volume-nocopy
refuses_mount INVALID_ARGUMENT "--mount: bind-recursive 'x' is not known" \
	"use enabled, disabled, writable or readonly" --mount type=bind,src=/etc,dst=/x,bind-recursive=x
refuses_mount INVALID_ARGUMENT "--volume: 'a:b:c:d' is not [SRC:]DST[:OPTIONS]" \
	"write e.g. -v /srv/data:/data, -v ./src:/src:ro or -v NAME:/data" -v a:b:c:d

fact "events tell what happens to volumes"
since=$(date +%s)
containr run --name watched -v told:/data busybox true
wait_for sh -c "grep -q '\"unmount\",\"Actor\":{\"ID\":\"told\"' \$CONTAINR_ROOT/events.jsonl"
expect_output watched -- containr rm watched
expect_output told -- containr volume rm told
equal "create mount unmount destroy" \
	"$(containr events --since "$since" --until 0s --filter type=volume | grep " told " | cut -d' ' -f3 | tr '\n' ' ' | sed 's/ $//')"


assert_nothing_left
no_volumes
fact "--volumes-from mounts what another container has, also one that does not run"
mkdir host other
echo of the host > host/file
containr volume create shared > /dev/null
id=$(containr create --name giver -v shared:/shared -v "$PWD/host:/host:ro" -v /nameless --tmpfs /scratch busybox true)
expect_output "of the host" -- inside --volumes-from giver -- cat /host/file
inside --volumes-from giver -- sh -c 'echo written > /shared/file; echo more > /nameless/file' > out
equal "" "$(cat out)"
expect_output "written more" -- inside --volumes-from giver -- sh -c 'echo $(cat /shared/file /nameless/file)'
matches "*Read-only file system*" "$(inside --volumes-from giver -- sh -c 'echo x > /host/file')"
matches "*Read-only file system*" "$(inside --volumes-from giver:ro -- sh -c 'echo x > /shared/file')"
expect_output "" -- inside --volumes-from giver:rw -- sh -c 'echo new > /host/file'
equal new "$(cat host/file)"
expect_output "" -- inside --volumes-from giver -- sh -c 'grep /scratch /proc/mounts || :'

fact "what a container asks for itself comes before that, and the last of two containers"
echo other > other/file
expect_output "other" -- inside --volumes-from giver -v "$PWD/other:/host" -- cat /host/file
id=$(containr create --name second -v "$PWD/other:/host" busybox true)
expect_output "other written" -- inside --volumes-from giver --volumes-from second -- \
	sh -c 'echo $(cat /host/file /shared/file)'
expect_error CONTAINER_NOT_FOUND 125 "no such container: nobody" "list containers with: containr ps -a" -- \
	containr run --rm --volumes-from nobody busybox true
expect_error INVALID_ARGUMENT 125 "--volumes-from: 'x' is no mode" "use CONTAINER, CONTAINER:ro or CONTAINER:rw" -- \
	containr run --rm --volumes-from giver:x busybox true

fact "a volume that was taken over is in use by both"
id=$(containr create --name taker --volumes-from giver busybox true)
expect_output giver -- containr rm giver
matches "*VOLUME_IN_USE*" "$(containr volume rm shared 2>&1)"
expect_output "taker second" -- sh -c 'echo $(containr rm taker second)'
expect_output shared -- containr volume rm shared
containr volume ls -q | xargs -r containr volume rm > /dev/null

fact "a volume is exported and imported with all that its files are"
containr run --rm -v data:/data busybox sh -c 'echo hello > /data/a; ln /data/a /data/b; chown 7:8 /data/a; ln -s a /data/c'
containr volume export -o data.tar data
expect_output "" -- containr volume import copy data.tar
expect_output "hello 7 8 2 a" -- containr run --rm -v copy:/data busybox sh -c \
	'cd /data; echo $(cat b) $(stat -c "%u %g %h" a) $(readlink c)'
containr volume export data | gzip | containr volume import third -
expect_output hello -- containr run --rm -v third:/data busybox cat /data/c
containr volume create -o type=tmpfs fast > /dev/null
expect_error UNSUPPORTED 125 "volume 'fast' has no content of its own: it is mounted with 'type=tmpfs'" \
	"use containr cp with a container that mounts it" -- containr volume export -o x.tar fast
[ ! -e x.tar ] || fail "a file was made for nothing"
expect_error VOLUME_NOT_FOUND 125 "no such volume: nosuch" "list volumes with: containr volume ls" -- \
	containr volume export -o x.tar nosuch
containr volume rm data copy third fast > /dev/null
assert_nothing_left

finish
