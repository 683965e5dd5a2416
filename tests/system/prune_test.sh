#!/bin/bash
# SPDX-License-Identifier: MIT
# What takes space, and what nobody needs any more: system df, and prune of everything.
. "$(dirname "$0")/lib.sh"

fact "system df counts what there is"
containr run --name ended -l keep=no busybox sh -c 'head -c 3000 /dev/zero > /file' > out
containr run -d --name runs -v data:/data busybox sh -c 'head -c 500 /dev/zero > /data/file; sleep 1000' > out
wait_for test -s "$CONTAINR_ROOT/volumes/data/_data/file"
containr volume create unused > out
head -c 100 /dev/zero > "$CONTAINR_ROOT/volumes/unused/_data/file"
expect_output "Containers 2 1 3kB 3kB (100%)
Local Volumes 2 1 600B 100B (16%)" -- \
	sh -c "containr system df --format '{{.Type}} {{.TotalCount}} {{.Active}} {{.Size}} {{.Reclaimable}}' | tail -n 2"
matches "Images 1 1 *0B (0%)" \
	"$(containr system df --format '{{.Type}} {{.TotalCount}} {{.Active}} {{.Size}} {{.Reclaimable}}' | head -n 1)"
equal "TYPE            TOTAL     ACTIVE    SIZE      RECLAIMABLE" \
	"$(containr system df | head -n 1)"
containr system df --format json > df.json
is_json_lines df.json
containr system df -v > out
matches $'Images space usage:\n\nREPOSITORY*busybox*\n\nContainers space usage:\n\n*3kB*ended*\n\nLocal Volumes space usage:\n\n*unused*100B*' \
	"$(cat out)"

fact "nothing is removed without leave"
expect_status 1 -- sh -c 'echo n | containr container prune'
matches $'WARNING! This will remove all stopped containers.\nAre you sure you want to continue? \[y/N\] ' "$(cat out)"
expect_status 1 -- sh -c 'containr system prune < /dev/null'
expect_output $'ended\nruns' -- sh -c "containr ps -a --format '{{.Names}}' | sort"

fact "containers that do not run are removed, by age and label"
expect_output "Total reclaimed space: 0B" -- containr container prune -f --filter until=1h
expect_output "Total reclaimed space: 0B" -- containr container prune -f --filter label=keep=yes
expect_output "Total reclaimed space: 0B" -- containr container prune -f --filter label!=keep
expect_error INVALID_ARGUMENT 125 "--filter: 'color=red' is not KEY=VALUE with a known key" \
	"keys are label, label!, until" -- containr container prune -f --filter color=red
id=$(containr inspect -f '{{.Id}}' ended)
expect_output "WARNING! This will remove all stopped containers.
Are you sure you want to continue? [y/N] Deleted Containers:
$id

Total reclaimed space: 3kB" -- sh -c 'echo y | containr container prune --filter label=keep'
expect_output runs -- containr ps -a --format '{{.Names}}'

fact "images without a name go, with --all those without a container as well"
mkdir -p tree && echo one > tree/file
tar -C tree -cf - . | containr import - some > one.id
echo two > tree/file
tar -C tree -cf - . | containr import - some > two.id
containr image prune -f > out
matches $'Deleted Images:\nDeleted: '"$(cat one.id)"$'\n\nTotal reclaimed space: *B' "$(cat out)"
containr tag some other
containr tag busybox again
containr image prune --all --force > out
matches $'Deleted Images:\nUntagged: *\nUntagged: *\nDeleted: '"$(cat two.id)"$'\n\nTotal reclaimed space: *B' "$(cat out)"
equal 1 "$(containr images -q | wc -l)"
expect_output "Total reclaimed space: 0B" -- containr image prune -a -f

fact "system prune does it all"
containr create -v /anonymous --name created busybox true > out
containr rm created > out
containr create --name created busybox true > created.id
containr system prune --force --volumes > out
matches $'Deleted Containers:\n'"$(cat created.id)"$'\n\nDeleted Volumes:\n*\n\nTotal reclaimed space: *B' "$(cat out)"
expect_output $'data\nunused' -- containr volume ls -q
expect_output runs -- containr rm -f runs
containr system prune -af > out
expect_output "" -- containr images -q
containr volume prune -af > out
assert_nothing_left

finish
