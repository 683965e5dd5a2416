#!/bin/bash
# SPDX-License-Identifier: MIT
# The programs of examples/ build with an installed library as docs/API.md says, and do what they say.
. "$(dirname "$0")/lib.sh"

: "${CONTAINR_CC:=cc}" "${CONTAINR_CFLAGS:=}" "${CONTAINR_SOURCE:?is the source directory}"
command -v pkg-config > /dev/null || skip "pkg-config is not installed"
DESTDIR=$scratch/dest cmake --install "$CONTAINR_BUILD" > install.log || skip "cmake --install fails"
library=$(find dest -name libcontainr.so)
PKG_CONFIG_PATH=$scratch/$(dirname "$(find dest -name containr.pc)")
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR=$scratch/dest
export LD_LIBRARY_PATH=$scratch/${library%/*}
export CONTAINR_LIBEXEC=$CONTAINR_BUILD/libexec/containr

mkdir programs
fact "they build without a warning"
for name in run exec events stats; do
	# shellcheck disable=SC2046,SC2086 # words of flags
	"$CONTAINR_CC" $CONTAINR_CFLAGS -std=c11 -Wall -Wextra -Werror $(pkg-config --cflags containr) \
		"$CONTAINR_SOURCE/examples/$name.c" -o programs/$name $(pkg-config --libs containr) 2> err ||
		fail "$name does not build: $(cat err)"
done

fact "the page shows the program that is built"
equal "$(tail -n +3 "$CONTAINR_SOURCE/examples/run.c")" \
	"$(sed -n '/^```c$/,/^```$/p' "$CONTAINR_SOURCE/docs/API.md" | sed '1d;$d')"

fact "the page names every public header"
for header in "$CONTAINR_SOURCE"/engine/include/containr/*.h; do
	grep -q "^| \`${header##*/}\` |" "$CONTAINR_SOURCE/docs/API.md" || fail "${header##*/} is not there"
done

fact "run passes output and exit code on, and leaves nothing"
expect_output hello -- programs/run busybox echo hello
expect_status 7 -- programs/run busybox sh -c 'exit 7'
expect_status 125 -- programs/run nosuch true
equal "IMAGE_NOT_FOUND: image 'nosuch' not found" "$(head -n 1 err)"
expect_status 127 -- programs/run busybox nosuch
assert_nothing_left

fact "exec runs a program in all that runs"
containr run -d --name one busybox sleep 1000 > out
containr run -d --name two busybox sleep 1000 > out
expect_output $'two:\nhere\none:\nhere' -- programs/exec echo here
expect_status 1 -- programs/exec false

fact "stats prints numbers"
matches "one: * kB, 1 processes" "$(programs/stats one)"
expect_status 1 -- programs/stats nobody

fact "events tells of an end"
sleep 1
timeout 20 programs/events 10 > told &
listener=$!
containr kill two > out
wait $listener || fail "it saw no end"
equal "two ended" "$(cat told)"
containr rm -f one two > out
assert_nothing_left

fact "archives go through the helper, and its errors are the library's"
# shellcheck disable=SC2046,SC2086 # words of flags
"$CONTAINR_CC" $CONTAINR_CFLAGS -std=c11 -Wall -Wextra -Werror $(pkg-config --cflags containr) \
	"$CONTAINR_SOURCE/tests/system/archive_api.c" -o programs/archive $(pkg-config --libs containr)
containr create --name box busybox true > out
mkdir put
echo content > put/file
tar -cC put . > put.tar
expect_output "" -- sh -c 'programs/archive to box /root < put.tar'
expect_output content -- sh -c 'programs/archive from box /root/file | tar -xO'
programs/archive export box > all.tar
tar -tf all.tar | grep -x root/file > /dev/null || fail "export does not have the file"
matches "sha256:*" "$(programs/archive commit box made)"
expect_output committed -- containr run --rm made
matches "sha256:*" "$(programs/archive import again < all.tar)"
expect_output content -- containr run --rm again cat /root/file
expect_status 1 -- sh -c 'programs/archive from box /none > none.tar'
equal "INVALID_ARGUMENT: there is no '/none' in container 'box': " "$(cat err)"
expect_status 1 -- programs/archive export nobody
equal "CONTAINER_NOT_FOUND: no such container: nobody: list containers with: containr ps -a" "$(cat err)"
expect_status 1 -- env CONTAINR_LIBEXEC=/nowhere programs/archive export box
equal "UNSUPPORTED: '/nowhere/containr-image' is not installed: install it there, or name its folder in CONTAINR_LIBEXEC" \
	"$(cat err)"
containr rm box > out
assert_nothing_left

finish
