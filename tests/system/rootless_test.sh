#!/bin/bash
# SPDX-License-Identifier: MIT
# An ordinary user needs no root.
# shellcheck source=lib.sh
. "$(dirname "$0")/lib.sh"

command -v newuidmap > /dev/null || skip "newuidmap is not installed"
command -v setpriv > /dev/null || skip "setpriv is not installed"

# A user with subordinate ids, whom only this mount namespace knows.
uid=12345
sed '/^tester:/d' /etc/passwd > passwd
echo "tester:x:$uid:$uid::$scratch/home:/bin/sh" >> passwd
echo "tester:700000:65536" > subids
mkdir -m 755 home
chown $uid:$uid home
mount --bind passwd /etc/passwd
[ -e /etc/subuid ] || : > /etc/subuid
[ -e /etc/subgid ] || : > /etc/subgid
mount --bind subids /etc/subuid
mount --bind subids /etc/subgid
mkdir -m 700 runtime
chown $uid:$uid runtime

# The build may lie where only root can go, in /root for one.
mkdir prefix
cp -a "$CONTAINR_BUILD/bin" "$CONTAINR_BUILD/libexec" prefix/
export PATH=$scratch/prefix/bin:$PATH

# as_user COMMAND...
as_user() {
	(cd home && exec setpriv --reuid $uid --regid $uid --clear-groups env -i HOME="$scratch/home" \
		LC_ALL=C PATH="$PATH" SHELL=/bin/bash XDG_RUNTIME_DIR="$scratch/runtime" "$@")
}

fact "an image is imported, with owners that are the user's subordinate ids"
as_user containr import --default > /dev/null
mkdir -p tree/bin
cp "$(command -v busybox)" tree/bin/busybox
for applet in sh id cat ls stat chown touch ps; do
	ln -s busybox tree/bin/$applet
done
: > tree/theirs
chown 33:44 tree/theirs
mknod tree/node c 1 3
tar -C tree -cf - . | as_user containr import - owners > out
equal 700032 "$(find home/.local/share/containr/layers -name theirs -exec stat -c %u {} +)"

fact "run passes output and exit code on, and the user is root in there"
expect_output "uid=0(root) gid=0(root)" -- as_user containr run --rm busybox id
expect_status 7 -- as_user containr run --rm busybox sh -c 'exit 7'
expect_output "0 12345 1 1 700000 65536" -- as_user containr run --rm busybox \
	sh -c 'echo $(cat /proc/self/uid_map)'

fact "the image's other users are there"
expect_output "33 44 33" -- as_user containr run --rm -u 33:44 owners \
	sh -c 'echo $(stat -c "%u %g" /theirs) $(id -u)'
expect_output "still open" -- as_user containr run --rm -u 33 owners \
	sh -c 'echo still open > /dev/stdout'

fact "devices work, and nothing can be made of them"
expect_output "Operation not permitted" -- as_user containr run --rm busybox \
	sh -c 'echo x > /dev/null; head -c 1 /dev/zero > /dev/null && mknod /n c 1 3 2>&1 | sed "s/.*: //"'

fact "the host is out of reach"
expect_output "1" -- as_user containr run --rm --cap-add ALL --security-opt seccomp=unconfined \
	busybox sh -c 'mount -t tmpfs x /proc/sys 2> /dev/null; (echo 1 > /proc/sys/kernel/panic) 2> /dev/null; echo $?'

fact "a terminal is one"
as_user script -qec "containr run --rm -it busybox tty" /dev/null < /dev/null > out
matches "*/dev/pts/0*" "$(tr -d '\r' < out)"

fact "a container runs in the background, and exec, logs, ps, kill and stop reach it"
as_user containr run -d --name web busybox sh -c 'echo hello; trap "exit 9" TERM; while :; do sleep 0.1; done' > id
wait_for sh -c "grep -q hello '$scratch'/home/.local/share/containr/containers/$(cat id)/container.log"
expect_output hello -- as_user containr logs web
expect_output "0 web" -- as_user containr exec -e WHO=web web sh -c 'echo $(id -u) $WHO'
expect_output "33" -- as_user containr exec -u 33 web id -u
expect_status 5 -- as_user containr exec web sh -c 'exit 5'
as_user script -qec "containr exec -t web tty" /dev/null < /dev/null > out
matches "*/dev/pts/[0-9]*" "$(tr -d '\r' < out)"
expect_output web -- as_user containr ps --format '{{.Names}}'
expect_output web -- as_user containr stop web
expect_output 9 -- as_user containr wait web
expect_output web -- as_user containr start web
expect_output web -- as_user containr kill web
expect_output 137 -- as_user containr wait web
expect_output web -- as_user containr rm web

fact "diff, rename and top see them, also where the user may not look"
as_user containr run -d --name before owners \
	sh -c 'touch /theirs /bin/new; chown 33:44 /bin; chmod 700 /bin' > /dev/null
expect_output 0 -- as_user containr wait before
expect_output "" -- as_user containr rename before after
expect_output $'C /bin\nA /bin/new\nC /theirs' -- as_user containr diff after
expect_output "" -- as_user containr export -o out.tar after
equal "33 44" "$(tar --numeric-owner -tvf home/out.tar bin/ | head -n 1 | sed 's/^[^ ]* \([0-9]*\).\([0-9]*\) .*/\1 \2/')"
echo mine > home/own
expect_output "" -- as_user containr cp own after:/bin/mine
expect_output "" -- as_user containr cp after:/bin/mine back
equal "mine $uid" "$(cat home/back) $(stat -c %u home/back)"
as_user containr commit after ours > out
expect_output "700 33 44" -- as_user containr run --rm ours stat -c '%a %u %g' /bin
expect_output after -- as_user containr rm -f after
as_user containr run -d --name topped busybox sleep 1000 > /dev/null
equal "tester sleep 1000" "$(as_user containr top topped | awk 'NR == 2 { print $1, $8, $9 }')"
expect_output "" -- as_user containr cp own topped:/root/mine
expect_output "mine 0" -- as_user containr exec topped sh -c 'echo $(cat /root/mine) $(stat -c %u /root/mine)'
expect_output mine -- sh -c "$(declare -f as_user); uid=$uid scratch=$scratch; as_user containr cp topped:/root/mine - | tar -xO"
expect_output topped -- as_user containr rm -f topped

fact "a restart policy starts a container again, as it was"
as_user containr run -d --name again --restart on-failure:2 busybox sh -c 'id -u; exit 4' > id
expect_output 4 -- as_user containr wait again
equal 2 "$(as_user containr inspect --format '{{.RestartCount}}' again)"
expect_output $'0\n0\n0' -- as_user containr logs again
as_user containr run -d --name stays --restart always busybox sleep 1000 > id
expect_output stays -- as_user containr restart -t 0 stays
expect_output "0" -- as_user containr exec stays id -u
expect_output again -- as_user containr rm again
expect_output stays -- as_user containr rm -f stays

fact "health is checked, and a check that takes too long is killed with what it started"
as_user containr run -d --name ill --health-cmd 'if test -e /slow; then sleep 3333 & sleep 3333; fi; id -u' \
	--health-interval 100ms --health-timeout 300ms --health-retries 1 busybox sleep 100 > out
has_health() {
	[ "$(as_user containr inspect --format '{{.State.Health.Status}}' ill)" = "$1" ]
}
wait_for has_health healthy
equal '0 0\x0a' "$(as_user containr inspect --format '{{index .State.Health.Log 0 "ExitCode"}} {{index .State.Health.Log 0 "Output"}}' ill)"
as_user containr exec ill touch /slow
wait_for has_health unhealthy
as_user containr exec ill rm /slow
wait_for has_health healthy
equal "" "$(pgrep -f '^sleep 3333' || true)"
kill -KILL "$(pgrep -u $uid -f '^containr-health')"
wait_for has_health healthy
as_user containr rm -f ill > out
expect_error TIMEOUT 125 "the command did not end within 200ms" "it was killed, with all that it started" -- \
	as_user sh -c 'containr run -d --name late busybox sleep 100 > id; exec containr exec --timeout 200ms late sleep 100'
as_user containr rm -f late > out

fact "containers share namespaces"
as_user containr run -d --name first busybox sleep 1000 > id
expect_output "1 sleep" -- as_user containr run --rm --pid container:first busybox sh -c 'echo 1 $(cat /proc/1/comm)'
as_user containr exec first sh -c 'echo shared > /dev/shm/file'
expect_output "shared" -- as_user containr run --rm --ipc container:first busybox cat /dev/shm/file
expect_output "same" -- as_user containr run --rm --network container:first busybox sh -c '[ -d /sys/class/net/lo ] && echo same'
expect_output first -- as_user containr rm -f first

fact "the files of a container are read, written and kept with their owners"
as_user containr run -d --name files busybox sh -c 'mkdir /made; echo text > /made/f; chown 33:44 /made/f; chmod 600 /made/f; sleep 1000' > id
wait_for as_user containr exec files test -e /made/f
expect_output "A /made
A /made/f" -- as_user containr diff files
as_user containr cp files:/made/f copied
equal text "$(cat home/copied)"
echo new > home/new
as_user containr cp new files:/made/new
expect_output "0 new" -- as_user containr exec files sh -c 'echo $(stat -c %u /made/new) $(cat /made/new)'
matches "*33/44*made/f*" "$(as_user containr export files | tar tvf -)"
as_user containr commit files kept > out 2> err || fail "commit: $(cat err)"
expect_output "33 44 text" -- as_user containr run --rm kept sh -c 'echo $(stat -c "%u %g" /made/f) $(cat /made/f)'
expect_output files -- as_user containr rm -f files

fact "snapshots are made, used, compared, taken elsewhere and removed"
as_user containr run -d --name changed owners sh -c 'echo text > /bin/f; chown 33:44 /bin/f; rm -r /theirs' > id
expect_output 0 -- as_user containr wait changed
expect_output snap -- as_user containr snapshot create changed snap
expect_output "33 44 text" -- as_user containr run --rm --snapshot snap sh -c 'echo $(stat -c "%u %g" /bin/f) $(cat /bin/f)'
as_user containr run --name second --snapshot snap sh -c 'echo 2 > /second'
expect_output next -- as_user containr snapshot create second next
expect_output "A /second" -- as_user containr snapshot diff snap next
expect_status 0 -- as_user containr snapshot verify
expect_output "" -- as_user containr snapshot export --with-parents next -o next.tar
expect_output $'changed\nsecond' -- as_user containr rm changed second
expect_output $'next\nsnap' -- as_user containr snapshot rm next snap
expect_output next -- as_user containr snapshot import next.tar
expect_output "33 2" -- as_user containr run --rm --snapshot next sh -c 'echo $(stat -c %u /bin/f) $(cat /second)'
expect_output next -- as_user containr snapshot ls -q
expect_output next -- as_user containr snapshot rm next
expect_output "" -- as_user sh -c "ls $scratch/home/.local/share/containr/snapshots"

fact "what needs a cgroup says so"
as_user containr run -d --name still busybox sleep 1000 > id
if ! as_user containr pause still > out 2> err; then
	matches "*UNSUPPORTED*it has no freezer*an ordinary user has no cgroups here: run it as root*" "$(cat err)"
fi
expect_output "" -- as_user containr rename still again
matches "UID *tester *sleep 1000*" "$(as_user containr top again)"
expect_output again -- as_user containr rm -f again

fact "a container that fails is started again"
as_user containr run -d --restart on-failure:2 --name crash busybox sh -c 'exit 3' > id
expect_output 3 -- as_user containr wait crash
equal 3 "$(grep -c '"Action":"die".*"name":"crash"' home/.local/share/containr/events.jsonl)"
expect_output crash -- as_user containr rm -f crash

fact "a process of another user is killed, too"
as_user containr run -d --name other -u 33 owners sh -c 'while :; do :; done' > id
expect_output other -- as_user containr rm -f other

fact "what its users leave behind is removed"
expect_status 0 -- as_user containr run --rm busybox sh -c 'mkdir -p /a/b; chown -R 33:44 /a; chmod 700 /a'

fact "a volume is filled with the owners of the image"
mkdir -p tree/data
: > tree/data/file
chown 7:8 tree/data/file
tar -C tree -cf - . | as_user containr import - filled > out
expect_output "7 8" -- as_user containr run --rm -v vol:/data filled stat -c '%u %g' /data/file
expect_output vol -- as_user containr volume rm vol

fact "a bind mount shows the user's own files as root's"
as_user mkdir mine
expect_output "0" -- as_user containr run --rm -v "$scratch/home/mine:/mine" owners stat -c %u /mine

fact "the host's network is that of the host"
expect_output "1" -- as_user containr run --rm --network host busybox grep -c : /proc/net/dev
equal "$(readlink /proc/self/ns/net)" "$(as_user containr run --rm --network host busybox readlink /proc/self/ns/net)"

fact "a limit without cgroups is refused, not ignored"
if [ -w /sys/fs/cgroup/cgroup.procs ] && as_user test -w /sys/fs/cgroup/cgroup.procs; then
	not_here "the user may make cgroups"
else
	expect_status 125 -- as_user containr run --rm -m 10m busybox true
	matches "*CGROUP_APPLY_LIMITS*an ordinary user has no cgroups here*run it as root, or without limits*" "$(cat err)"
	expect_output "" -- as_user containr ps -aq
fi

fact "without subordinate ids the user's own is mapped"
: > subids
expect_output "0 12345 1" -- as_user containr run --rm busybox sh -c 'echo $(cat /proc/self/uid_map)'
tar -C tree -cf - theirs > theirs.tar
expect_error PERMISSION_DENIED 125 "'theirs' belongs to 33:44, who is nobody in your user namespace" \
	"give yourself more ids in /etc/subuid and /etc/subgid (subuid(5))" -- \
	as_user containr import ../theirs.tar theirs
expect_error INVALID_ARGUMENT 125 "user 33:0 is nobody in the container's user namespace" \
	"map more ids; an ordinary user has those of /etc/subuid and /etc/subgid" -- \
	as_user containr run --rm -u 33 busybox true

fact "ids that are somebody else's are refused by newuidmap, and nothing is left"
echo "tester:700000:65536" > subids
mkdir -p bundle/rootfs/{proc,dev,sys}
cp -a tree/. bundle/rootfs/
chown -R $uid:$uid bundle
as_user containr spec --bundle ../bundle
python3 - << 'END'
import json
with open("bundle/config.json", encoding="utf-8") as file:
    c = json.load(file)
c["process"].update(terminal=False, args=["/bin/id", "-u"], rlimits=[])
linux = c["linux"]
linux["namespaces"].append({"type": "user"})
linux["resources"] = {}
for key in "uidMappings", "gidMappings":
    linux[key] = [{"containerID": 0, "hostID": 12345, "size": 1},
                  {"containerID": 1, "hostID": 800000, "size": 10}]
with open("bundle/config.json", "w", encoding="utf-8") as file:
    json.dump(c, file)
END
expect_status 125 -- as_user containr-runtime run -b ../bundle box
matches "*PERMISSION_DENIED*idmap: *check the ranges in /etc/subuid and /etc/subgid*" "$(cat err)"
expect_output "" -- as_user containr-runtime list -q

fact "a bundle with the user's own ids runs"
sed -i 's/800000/700000/g' bundle/config.json
expect_output 0 -- as_user containr-runtime run -b ../bundle box

fact "a host that allows no user namespaces says so"
# the limit belongs to a user namespace: here to one of this test's own
# shellcheck disable=SC2016 # for the inner shell
unshare -U -r -m sh -c 'echo 0 > /proc/sys/user/max_user_namespaces
	exec containr-runtime --root ./state run -b bundle box' > out 2> err || true
matches "*NAMESPACE_SETUP*cannot create the namespaces*user.max_user_namespaces*" "$(cat err)"
equal "" "$(ls state)"

fact "a runtime folder in /tmp that somebody else made is not used"
mkdir "/tmp/containr-$uid" 2> /dev/null || skip "/tmp/containr-$uid is there"
expect_status 125 -- as_user env -u XDG_RUNTIME_DIR containr ps
matches "*'/tmp/containr-$uid' is not a folder that only you can use*set XDG_RUNTIME_DIR*" "$(cat err)"
rmdir "/tmp/containr-$uid"

fact "a container whose monitor was killed gets another one, and its exit code is known"
lose_monitor() {
	wait_for pgrep -f "^containr-monitor $(cat id)"
	kill -KILL "$(pgrep -f "^containr-monitor $(cat id)")"
	wait_for sh -c "! pgrep -f '^containr-monitor $(cat id)'"
}
for user in 0 33; do
	as_user containr run -d --name lost -u $user busybox sh -c \
		'trap "echo bye; exit 9" TERM; while :; do echo tick; sleep 0.05; done' > id
	lose_monitor
	as_user containr ps > out
	matches "*Up*" "$(tail -n 1 out)"
	equal 1 "$(pgrep -fc "^containr-monitor $(cat id)")"
	expect_output lost -- as_user containr stop lost
	equal bye "$(as_user containr logs lost | tail -n 1)"
	equal "9 true" "$(as_user containr inspect --format '{{.State.ExitCode}} {{.State.ExitCodeKnown}}' lost)"
	expect_output lost -- as_user containr rm lost
done

fact "who waits in the foreground knows it too"
as_user containr run --name lost busybox sh -c 'echo ready; exec sleep 100' > out 2> err &
client=$!
wait_for grep -q ready out
as_user containr ps -q --no-trunc > id
kill -KILL "$(pgrep -f "^containr-monitor $(cat id)")" "$(as_user containr inspect --format '{{.State.Pid}}' lost)"
status=0
wait $client || status=$?
equal 137 $status
equal "137 true" "$(as_user containr inspect --format '{{.State.ExitCode}} {{.State.ExitCodeKnown}}' lost)"
expect_output lost -- as_user containr rm lost

fact "nothing is left"
nothing_left() {
	[ -z "$(find home/.local/share/containr/{containers,names,tmp,trash} -mindepth 1)" ]
}
wait_for nothing_left
equal "" "$(pgrep -u $uid || true)"

umount /etc/passwd /etc/subuid /etc/subgid
finish
