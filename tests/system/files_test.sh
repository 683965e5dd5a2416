#!/bin/bash
# SPDX-License-Identifier: MIT
# The files of a container: diff.
. "$(dirname "$0")/lib.sh"

# An image with something to change, and one of several layers in its place.
mkdir -p tree/{bin,etc,srv/deep,gone,again,dev,proc,sys}
cp "$(command -v busybox)" tree/bin/busybox
for applet in sh true rm mkdir touch ln mv chmod cat echo sleep ls mkfifo stat; do
	ln -s busybox tree/bin/$applet
done
echo one > tree/srv/one
echo two > tree/srv/deep/two
echo x > tree/gone/x
echo y > tree/again/y
echo z > tree/again/z
tar -C tree -cf - . | containr import - base > /dev/null

fact "what did not change anything has no changes"
containr run --name idle base true > out
expect_output "" -- containr diff idle
expect_output idle -- containr rm idle

fact "what is added, changed and deleted, and the folders above it"
containr run --name busy -v "$scratch/tree:/mounted" base sh -c '
	echo more >> /srv/deep/two; mkdir /new; touch /new/a; ln -s /nowhere /new/link
	rm /srv/one; rm -r /gone; rm -r /again; mkdir /again; echo y > /again/y; chmod 700 /etc'
expect_output "C /again
C /again/y
D /again/z
C /etc
D /gone
A /mounted
A /new
A /new/a
A /new/link
C /srv
C /srv/deep
C /srv/deep/two
D /srv/one" -- containr diff busy

fact "a running container has changes too"
containr run -d --name runs base sh -c 'touch /srv/here; sleep 1000' > out
wait_for sh -c 'containr diff runs | grep -q here'
expect_output $'C /srv\nA /srv/here' -- containr diff runs

fact "names are made fit for a terminal"
containr run --name odd base touch "$(printf '/srv/a\nb\033[1m')"
expect_output $'C /srv\nA /srv/a\\x0ab\\x1b[1m' -- containr diff odd

expect_error CONTAINER_NOT_FOUND 125 "no such container: nobody" \
	"list containers with: containr ps -a" -- containr diff nobody
containr rm -f busy runs odd > /dev/null
assert_nothing_left

finish
