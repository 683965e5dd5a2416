#!/bin/bash
# SPDX-License-Identifier: MIT
# User and time namespaces, id-mapped mounts and recursive attributes of a bundle.
# shellcheck source=../system/lib.sh
. "$(dirname "$0")/../system/lib.sh"
# shellcheck source=bundle.sh
. "$CONTAINR_SOURCE/tests/peers/bundle.sh"

make_bundle b
for applet in stat chown touch dd; do
	ln -s busybox b/rootfs/bin/$applet
done
mkdir b/rootfs/{proc,dev,sys}

# What the configurations below have in common: a user namespace from 100000 on.
userns='linux["namespaces"].append({"type": "user"})
linux["uidMappings"] = [{"containerID": 0, "hostID": 100000, "size": 65536}]
linux["gidMappings"] = [{"containerID": 0, "hostID": 200000, "size": 65536}]
c["root"]["readonly"] = False
process["rlimits"] = []
'

# The root file system belongs to whoever is root in there.
chown -R 100000:200000 b/rootfs

# run_bundle STATEMENTS: its output.
run_bundle() {
	configure b "$1"
	runtime run -b b ns > out 2> err || fail "run exited with $?: $(cat err)"
	cat out
}

# fails STATEMENTS MESSAGE: the run is refused with it.
fails() {
	configure b "$1"
	if runtime run -b b ns > out 2> err < /dev/null; then
		fail "it ran: $(cat out)"
	fi
	matches "*$2*" "$(cat err)"
	equal "" "$(runtime list -q)"
}

fact "root of a user namespace is what the mappings say"
equal "0 0
100000 200000" "$(run_bundle "$userns"'
sh("echo $(id -u) $(id -g); touch /tmp/mine")'; stat -c '%u %g' b/rootfs/tmp/mine)"

fact "devices are the host's, and work"
equal "4
1:3 1:5 1:7 1:8 1:9 5:0" "$(run_bundle "$userns"'
sh("dd if=/dev/zero bs=4 count=1 2> /dev/null | busybox wc -c; echo dropped > /dev/null; cd /dev; echo $(stat -c %t:%T null zero full random urandom tty)")')"

fact "another user than root is mapped, too"
chmod 1777 b/rootfs/tmp
equal "33 44 100033 200044" "$(run_bundle "$userns"'
process["user"] = {"uid": 33, "gid": 44}
sh("echo $(id -u) $(id -g); touch /tmp/theirs")') $(stat -c '%u %g' b/rootfs/tmp/theirs)"

fact "the host's processes and kernel parameters are out of reach"
equal "refused" "$(run_bundle "$userns"'
sh("busybox hostname other 2> /dev/null; echo 1 2> /dev/null > /proc/sys/kernel/panic || echo refused")')"

fact "exec joins the user namespace"
configure b "$userns"'
sh("sleep 100")'
runtime run -d -b b ns > /dev/null 2>&1
equal "0 0     100000      65536" "$(runtime exec ns sh -c 'echo $(id -u) "$(busybox head -n 1 /proc/self/uid_map | busybox sed "s/^ *//")"')"
equal 100000 "$(stat -c %u "/proc/$(runtime state ns | jq .pid)")"

fact "a second container joins user and pid namespaces by their paths"
pid=$(runtime state ns | jq .pid)
configure b "
for ns in linux['namespaces']:
	if ns['type'] == 'pid':
		ns['path'] = '/proc/$pid/ns/pid'
linux['namespaces'].append({'type': 'user', 'path': '/proc/$pid/ns/user'})
process['rlimits'] = []
linux['cgroupsPath'] += '-second'
sh('echo \$(id -u) \$(cat /proc/1/comm) \$(cat /proc/self/uid_map); touch /tmp/second')"
equal "0 sleep 0 100000 65536" "$(runtime run -b b second 2>&1)"
equal 100000 "$(stat -c %u b/rootfs/tmp/second)"

fact "a mapping that is missing or too much names its place"
runtime delete -f ns
fails 'linux["namespaces"].append({"type": "user"})' \
	"linux.uidMappings and linux.gidMappings: a new user namespace needs a mapping of id 0 in both"
fails 'linux["uidMappings"] = [{"containerID": 0, "hostID": 1, "size": 1}]' \
	"linux.uidMappings: there is no user namespace in linux.namespaces"
fails 'linux["timeOffsets"] = {"boottime": {"secs": 1}}' \
	"linux.timeOffsets: there is no new time namespace in linux.namespaces"

fact "the clocks of a time namespace are ahead by its offsets"
# shellcheck disable=SC2016 # for the container
equal "far ahead
monotonic 500 3
boottime 1000000 0" "$(run_bundle '
linux["namespaces"].append({"type": "time"})
linux["timeOffsets"] = {"monotonic": {"secs": 500, "nanosecs": 3}, "boottime": {"secs": 1000000}}
sh("read up rest < /proc/uptime; [ ${up%.*} -gt 1000000 ] && echo far ahead; while read a b c; do echo $a $b $c; done < /proc/self/timens_offsets")')"

fact "a time namespace goes with a user namespace"
matches "boottime *60 *0" "$(run_bundle "$userns"'
linux["namespaces"].append({"type": "time"})
linux["timeOffsets"] = {"boottime": {"secs": 60}}
sh("grep boottime /proc/self/timens_offsets")')"

fact "an id-mapped mount shows ids as they are mapped"
mkdir -p data/below
chown 1000:1000 data
mount -t tmpfs -o mode=755,uid=1000 below data/below
equal "5000 5000
1000" "$(run_bundle "
c['mounts'].append({'destination': '/data', 'type': 'bind', 'source': '$PWD/data',
	'options': ['rbind', 'idmap'],
	'uidMappings': [{'containerID': 1000, 'hostID': 5000, 'size': 1}],
	'gidMappings': [{'containerID': 1000, 'hostID': 5000, 'size': 1}]})
sh('stat -c \"%u %g\" /data; stat -c %u /data/below')")"
equal "5000" "$(run_bundle "
c['mounts'].append({'destination': '/data', 'type': 'bind', 'source': '$PWD/data',
	'options': ['rbind', 'ridmap'],
	'uidMappings': [{'containerID': 1000, 'hostID': 5000, 'size': 1}]})
sh('stat -c %u /data/below')")"

fact "idmap without mappings takes those of the user namespace"
chown 0:0 data
equal "0 0" "$(run_bundle "$userns
c['mounts'].append({'destination': '/data', 'type': 'bind', 'source': '$PWD/data',
	'options': ['bind', 'idmap']})
sh('stat -c \"%u %g\" /data')")"
fails "c['mounts'].append({'destination': '/data', 'type': 'bind', 'source': '$PWD/data',
	'options': ['bind', 'idmap']})" "mount of '/data': idmap needs mappings"

fact "rro protects what lies below, ro does not"
equal "below is writable" "$(run_bundle "
c['mounts'].append({'destination': '/data', 'type': 'bind', 'source': '$PWD/data',
	'options': ['rbind', 'ro']})
sh('touch /data/x 2> /dev/null || touch /data/below/x && echo below is writable')")"
equal "all is protected" "$(run_bundle "
c['mounts'].append({'destination': '/data', 'type': 'bind', 'source': '$PWD/data',
	'options': ['rbind', 'rro']})
sh('touch /data/x 2> /dev/null || touch /data/below/y 2> /dev/null || echo all is protected')")"

fact "tmpcopyup begins with what the image has"
echo kept > b/rootfs/etc/kept
chmod 640 b/rootfs/etc/kept
equal "kept
640
changed" "$(run_bundle "
c['mounts'].append({'destination': '/etc', 'type': 'tmpfs', 'source': 'tmpfs',
	'options': ['tmpcopyup']})
sh('cat /etc/kept; stat -c %a /etc/kept; echo changed > /etc/kept; cat /etc/kept')")"
equal kept "$(cat b/rootfs/etc/kept)"
equal "read-only" "$(run_bundle "
c['mounts'].append({'destination': '/etc', 'type': 'tmpfs', 'source': 'tmpfs',
	'options': ['tmpcopyup', 'ro']})
sh('touch /etc/kept 2> /dev/null || echo read-only')")"

umount data/below
finish
