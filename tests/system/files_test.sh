#!/bin/bash
# SPDX-License-Identifier: MIT
# The files of a container: diff, export, cp.
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


fact "export writes the files that the container sees, and they make an image"
expect_output "" -- containr export -o busy.tar busy
tar -tf busy.tar | sort > names
grep -qx 'new/link' names || fail "new/link is not there"
grep -qx 'srv/one' names && fail "what was deleted is there"
grep -q '^mounted/.' names && fail "a mount is there"
equal $'two\nmore' "$(tar -xOf busy.tar srv/deep/two)"
expect_output "two
more" -- sh -c 'containr export busy | containr import - flat > /dev/null && containr run --rm flat cat /srv/deep/two'

fact "export keeps hard links, holes, devices, owners and attributes; also of what runs"
containr run -d --name rich --cap-add ALL --security-opt seccomp=unconfined base sh -c '
	cd /srv; echo content > a; ln a b; busybox truncate -s 8M hole; echo end >> hole
	busybox mknod null c 1 3; mkfifo pipe; busybox chown 33:44 a; chmod 4750 a
	echo ready > /srv/ready; sleep 1000' > out
wait_for sh -c 'containr diff rich | grep -q ready'
expect_output "" -- containr export --output rich.tar rich
mkdir rich
tar -C rich --numeric-owner -xpf rich.tar
equal "$(stat -c %i rich/srv/a)" "$(stat -c %i rich/srv/b)"
equal "4750 33 44 2" "$(stat -c '%a %u %g %h' rich/srv/a)"
equal "8388612" "$(stat -c %s rich/srv/hole)"
[ "$(stat -c %b rich/srv/hole)" -lt 100 ] || fail "the hole is filled"
equal "1 3" "$(stat -c '%t %T' rich/srv/null)"
[ -p rich/srv/pipe ] || fail "the pipe is missing"
equal "" "$(ls rich/proc)"

fact "export is careful about where it writes to"
expect_error CONTAINER_NOT_FOUND 125 "no such container: nobody" \
	"list containers with: containr ps -a" -- containr export -o nobody.tar nobody
[ ! -e nobody.tar ] || fail "a file was made for nothing"
expect_error IO 125 "cannot create '/nowhere/x': No such file or directory" "" -- \
	containr export -o /nowhere/x busy
expect_status 125 -- sh -c 'containr export busy > /dev/full'
matches "*cannot write to standard output: No space left on device*" "$(cat err)"

for box in busy rich; do
	fact "files are copied into $box, and out again"
	echo hello > file
	expect_output "" -- containr cp file $box:/srv
	expect_output "" -- containr cp file $box:/srv/renamed
	expect_output "" -- containr cp "$box:/srv/file" back
	equal hello "$(cat back)"
	expect_output "" -- containr cp "$box:srv/renamed" .
	equal hello "$(cat renamed)"
	expect_output hello -- sh -c "containr cp $box:/srv/file - | tar -xO"
	mkdir -p folder/sub
	echo deep > folder/sub/deep
	ln -sf sub folder/link
	expect_output "" -- containr cp folder $box:/srv
	expect_output "" -- containr cp folder/. $box:/srv/content
	expect_output "" -- containr cp folder/. $box:/srv/content
	expect_output "" -- containr cp $box:/srv folder-back
	equal deep "$(cat folder-back/folder/sub/deep)"
	equal deep "$(cat folder-back/content/link/deep)"
	equal sub "$(readlink folder-back/content/link)"
	expect_output "" -- containr cp $box:/srv/content/. folder-back/x
	equal $'link\nsub' "$(ls folder-back/x)"
	expect_output "" -- sh -c "tar -cC folder . | gzip | containr cp - $box:/srv/deep"
	expect_output "" -- containr cp -L $box:/srv/deep/link followed
	equal deep "$(cat followed/deep)"
	rm -r folder-back followed back renamed folder
done

fact "owners are root's in a container and the caller's outside, or what they were"
echo x > owned
chown 12:13 owned
containr cp owned rich:/srv
expect_output "0 0" -- containr exec rich stat -c '%u %g' /srv/owned
containr cp -a owned rich:/srv
expect_output "12 13" -- containr exec rich stat -c '%u %g' /srv/owned
containr cp rich:/srv/owned plain
equal "0 0" "$(stat -c '%u %g' plain)"
containr cp --archive rich:/srv/owned kept
equal "12 13" "$(stat -c '%u %g' kept)"

fact "volumes are part of a container, also when it does not run"
containr run --name vol -v data:/data base true
containr cp file vol:/data/kept
equal hello "$(cat "$CONTAINR_ROOT/volumes/data/_data/kept")"
containr cp vol:/data/kept again
equal hello "$(cat again)"

fact "what is not there, or no folder, is refused"
expect_error INVALID_ARGUMENT 125 "there is no '/none' in container 'busy'" "" -- containr cp busy:/none .
expect_error INVALID_ARGUMENT 125 "there is no 'none'" "" -- containr cp none busy:/srv
expect_error INVALID_ARGUMENT 125 "there is no '/no/where' in container 'busy'" "" -- \
	containr cp file busy:/no/where/file
expect_error INVALID_ARGUMENT 125 "there is no folder '/srv/none/'" "" -- containr cp file busy:/srv/none/
expect_error INVALID_ARGUMENT 125 "'/srv/file' is a file, not a folder" "" -- containr cp tree busy:/srv/file
expect_error INVALID_ARGUMENT 125 "there is no folder '/srv/file' in container 'busy'" "" -- \
	containr cp - busy:/srv/file
expect_error UNSUPPORTED 125 "files are not copied between two containers" \
	"use a pipe: containr cp A:/x - | containr cp - B:/" -- containr cp busy:/srv rich:/srv
expect_error INVALID_ARGUMENT 125 "neither 'a' nor 'b' is in a container" \
	"write CONTAINER:PATH for one of them" -- containr cp a b
mkdir -p clash/srv
echo f > clash/srv/deep
expect_error INVALID_ARGUMENT 125 "cannot put a file in the place of the folder 'srv/deep'" "" -- \
	containr cp clash/. busy:/
expect_output $'two\nmore' -- sh -c 'containr cp busy:/srv/deep/two - | tar -xO'

fact "links of a hostile container lead nowhere but into it"
containr run -d --name hostile -v "$scratch/clash:/clash" base sh -c '
	rm -rf /srv; ln -s /proc/1/root/etc /srv; ln -s ../../../../../../etc /etc/up; ln -s / /etc/root
	ln -s /etc/passwd /etc/shadow; echo ready > /new; sleep 1000' > out
wait_for sh -c 'containr diff hostile | grep -q "A /new"'
echo evil > evil
expect_output "" -- containr cp evil hostile:/etc/up/evil
expect_output evil -- containr exec hostile cat /etc/evil
expect_output "" -- containr cp evil hostile:/etc/root/there
expect_output evil -- containr exec hostile cat /there
expect_status 125 -- containr cp evil hostile:/srv/evil
expect_status 125 -- containr cp -L hostile:/etc/shadow .
expect_output "" -- containr cp hostile:/etc/shadow shadow
equal /etc/passwd "$(readlink shadow)"
[ ! -e /etc/evil ] || fail "it got out"

fact "commit makes an image of what a container has become"
containr run --name wrote -e COLOR=blue -w /srv -l team=web base sh -c '
	echo new > new; rm one; rm -r /gone /again; mkdir /again; echo fresh > /again/fresh; ln new hard'
containr commit -a me -m "what for" -c 'CMD ["cat", "new"]' wrote made:1 > out
matches "sha256:*" "$(cat out)"
expect_output new -- containr run --rm made:1
expect_output "blue /srv" -- containr run --rm made:1 sh -c 'echo $COLOR $PWD'
equal "/again/fresh /srv/deep /srv/hard /srv/new /gon[e]" \
	"$(containr run --rm made:1 sh -c 'echo /again/* /srv/* /gon[e]')"
equal 2 "$(containr image inspect -f '{{len .RootFS.Layers}}' made:1)"
containr run --name layered made:1 sh -c 'rm /srv/new; mkdir /gone; echo x > /again/y'
expect_output $'C /again\nA /again/y\nA /gone\nC /srv\nD /srv/new' -- containr diff layered
containr run --name frozen -d made:1 sleep 1000 > out
containr commit frozen again > out
expect_output running -- containr inspect -f '{{.State.Status}}' frozen
expect_output running -- sh -c 'containr commit -p=false frozen > /dev/null && containr inspect -f "{{.State.Status}}" frozen'
containr run --rm -d --name last again > out
expect_output "sleep" -- containr inspect -f '{{index .Config.Cmd 0}}' last
expect_error INVALID_REFERENCE 125 "invalid reference 'NO SUCH NAME': the name must be in lower case" \
	"a reference looks like NAME[:TAG] or NAME@sha256:HEX" -- containr commit wrote 'NO SUCH NAME'
expect_error INVALID_ARGUMENT 125 "--change 'RUN x': unknown instruction" \
	"known are: CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL STOPSIGNAL USER VOLUME WORKDIR" -- \
	containr commit -c 'RUN x' wrote

fact "a file that is called like a whiteout is one of that name"
mkdir wh
echo w > wh/.wh.one
expect_output "" -- containr cp wh/. rich:/srv
expect_output w -- containr exec rich cat /srv/.wh.one
expect_error CONTAINER_NOT_FOUND 125 "no such container: nobody" \
	"list containers with: containr ps -a" -- containr diff nobody
containr rm -f busy runs odd rich vol hostile wrote frozen last layered > /dev/null
containr volume rm data > /dev/null
assert_nothing_left

finish
