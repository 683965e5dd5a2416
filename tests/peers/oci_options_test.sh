#!/bin/bash
# SPDX-License-Identifier: MIT
# Options of create, run and exec that engines use now and then.
# shellcheck source=../system/lib.sh
. "$(dirname "$0")/../system/lib.sh"
# shellcheck source=bundle.sh
. "$CONTAINR_SOURCE/tests/peers/bundle.sh"

make_bundle b
cd b

# begin ID OPTION...: a container that sleeps.
begin() {
	configure . 'sh("sleep 1000")'
	runtime create "${@:2}" "$1" > "$1.out" 2>&1 || fail "create: $(cat "$1.out")"
	expect_status 0 -- runtime start "$1"
}

fact "an option that is not known is an error"
expect_error INVALID_ARGUMENT 125 "unknown option '--no-such'" \
	"see 'containr-runtime create --help'" -- runtime create --no-such one
expect_error INVALID_ARGUMENT 125 "unknown option '--no-such'" \
	"see 'containr-runtime exec --help'" -- runtime exec --no-such one true

fact "with --no-pivot the container has the same view"
configure . 'sh("readlink /proc/self/root; ls /; ls /proc | grep -cx self; cd /..; ls /")'
runtime run one > pivoted
expect_output "$(cat pivoted)" -- runtime run --no-pivot one
begin moved --no-pivot
expect_output "$(ls rootfs)" -- runtime exec moved ls /
# mounts of the host's that are whole would be a way around the masks
equal "" "$(grep -E ' (/proc|/sys) .* - (proc|sysfs) ' \
	"/proc/$(runtime state moved | sed -n 's/.*"pid": *\([0-9]*\).*/\1/p')/mountinfo" |
	awk '$4 == "/" && $5 != "/proc" && $5 != "/sys"')"
expect_status 0 -- runtime delete --force moved

fact "a container has a session keyring of its own"
if [ -e /proc/keys ]; then
	# those of others may be seen, too: ids are of this test
	keys=keys-${scratch##*.}
	configure . 'linux["maskedPaths"] = []; sh("grep -o \"_ses.keys-.*\" /proc/keys")'
	expect_output "_ses.$keys: empty" -- runtime run "$keys"
	configure . 'linux["maskedPaths"] = []; sh("grep _ses.keys-.*-none /proc/keys; true")'
	expect_output "" -- runtime run --no-new-keyring "$keys-none"
	configure . 'linux["maskedPaths"] = []; sh("sleep 1000")'
	expect_status 0 -- runtime run -d "$keys-exec"
	for user in 0 33; do
		expect_output "_ses.$keys-exec: empty" -- runtime exec --user $user "$keys-exec" \
			grep -o "_ses.keys-.*-exec.*" /proc/keys
	done
	expect_status 0 -- runtime delete --force "$keys-exec"
else
	not_here "the kernel has no keyrings"
fi

fact "--pidfd-socket gets a descriptor of the process"
cat > listen.py << 'END'
import array, os, select, socket, sys
server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen(1)
print("ready", flush=True)
data, ancillary, _, _ = server.accept()[0].recvmsg(16, socket.CMSG_SPACE(4))
fd = array.array("i", ancillary[0][2][:4])[0]
for line in open(f"/proc/self/fdinfo/{fd}", encoding="ascii"):
    if line.startswith("Pid:"):
        print(data.decode(), line.split()[1], flush=True)
END
# listen: waits for one descriptor, which it tells of in the file received.
listen() {
	rm -f pidfd.socket received
	python3 listen.py pidfd.socket > received &
	wait_for grep -q ready received
}
listen
begin watched --pidfd-socket pidfd.socket --pid-file pid
wait $!
equal "ready
pidfd $(cat pid)" "$(cat received)"
listen
expect_status 0 -- runtime exec -d --pidfd-socket pidfd.socket --pid-file pid watched sleep 1000
wait $!
equal "ready
pidfd $(cat pid)" "$(cat received)"
expect_error PROCESS_SETUP 125 "cannot connect to 'nowhere': No such file or directory" "" -- \
	runtime exec --pidfd-socket nowhere watched true

fact "exec --cgroup starts the process below the container's cgroup, in every hierarchy that has it"
expect_error INVALID_ARGUMENT 125 "--cgroup: the container has no cgroup 'inner'" "" -- \
	runtime exec --cgroup inner watched true
made=0
for dir in /sys/fs/cgroup /sys/fs/cgroup/*; do
	if [ $made -lt 1 ] && [ -d "$dir$BUNDLE_CGROUP" ]; then
		mkdir "$dir$BUNDLE_CGROUP/inner"
		made=$((made + 1))
	fi
done
wanted=$(runtime exec watched cat /proc/self/cgroup)
got=$(runtime exec --cgroup ../inner watched cat /proc/self/cgroup)
equal 1 "$(grep -c '/inner$' <<< "$got")"
equal "$wanted" "$(sed 's|/inner$||; s|:$|:/|' <<< "$got")"
expect_status 0 -- runtime delete --force watched

fact "nothing is left"
no_bundle_left || fail "something is left: $(ls "$scratch/runtime")"

fact "linux.memoryPolicy is that of the program, and of what exec runs"
if [ -e /proc/self/numa_maps ]; then
	configure . 'linux["memoryPolicy"] = {"mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES"]}
sh("cat /proc/self/numa_maps")'
	matches "*bind=static:0*" "$(runtime run one)"
	configure . 'linux["memoryPolicy"] = {"mode": "MPOL_INTERLEAVE", "nodes": "0"}
sh("sleep 1000")'
	expect_status 0 -- runtime run -d one > /dev/null
	matches "*interleave:0*" "$(runtime exec one cat /proc/self/numa_maps)"
	expect_status 0 -- runtime delete --force one
	configure . 'linux["memoryPolicy"] = {"mode": "MPOL_BIND"}; sh("true")'
	expect_error PROCESS_SETUP 125 "cannot set the memory policy to MPOL_BIND: Invalid argument" "" -- runtime run one
else
	not_here "the kernel knows no NUMA nodes"
fi

fact "linux.intelRdt is refused where the host has no resctrl, and nothing is left"
if grep -q ' - resctrl ' /proc/self/mountinfo; then
	not_here "the host has resctrl: groups of it are the host's"
else
	configure . 'linux["intelRdt"] = {"closID": "gold", "l3CacheSchema": "L3:0=f"}; sh("true")'
	expect_error UNSUPPORTED 125 "linux.intelRdt: no file system resctrl is mounted on this host" \
		"mount it: mount -t resctrl resctrl /sys/fs/resctrl" -- runtime run one
	no_bundle_left || fail "something is left: $(ls "$scratch/runtime")"
	if command -v runc > /dev/null; then
		runc --root "$scratch/runc" run one > /dev/null 2> runc.err && fail "runc runs it"
		matches "*intelRdt*is specified in config, but Intel RDT*not enabled*" "$(cat runc.err)"
	fi
fi

fact "linux.netDevices move to the container with their addresses, and are up"
if ip link add give0 type veth peer name keep0 2> /dev/null && ip link add pair0 type veth peer name pair1; then
	ip address add 10.9.8.7/24 dev give0
	ip -6 address add fd00:9::7/64 dev give0
	ip link set give0 up mtu 1300
	configure . 'linux["netDevices"] = {"give0": {"name": "eth7"}, "pair1": {}}; sh("sleep 1000")'
	expect_status 0 -- runtime run -d one > /dev/null
	pid=$(runtime state one | sed -n 's/.*"pid": *\([0-9]*\).*/\1/p')
	nsenter -t "$pid" -n ip address > addresses
	matches "*eth7@*> mtu 1300 *" "$(cat addresses)"
	grep -q "inet 10.9.8.7/24" addresses || fail "address: $(cat addresses)"
	grep -q "inet6 fd00:9::7/64" addresses || fail "address: $(cat addresses)"
	grep -q "eth7@.*<[A-Z,_-]*UP" addresses || fail "it is down: $(cat addresses)"
	grep -q "pair1@" addresses || fail "no pair1: $(cat addresses)"
	equal "" "$(ip -br link show give0 2> /dev/null)"
	# with the namespace a device goes that is no hardware
	expect_status 0 -- runtime delete --force one
	wait_for sh -c '! ip link show pair0 > /dev/null 2>&1'
	expect_error NAMESPACE_SETUP 125 "cannot find the network device 'give0': No such device" "" -- runtime run one
	ip link add give0 type veth peer name keep0
	configure . 'linux["netDevices"] = {"give0": {"name": "lo"}}; sh("true")'
	expect_error NAMESPACE_SETUP 125 "the container's network has a device 'lo' already: File exists" "" -- runtime run one
	matches "give0@keep0*" "$(ip -br link show give0)"
	configure . 'linux["netDevices"] = {"give0": {}}
linux["namespaces"] = [ns for ns in linux["namespaces"] if ns["type"] != "network"]; sh("true")'
	expect_error INVALID_CONFIG 125 "linux.netDevices: needs a network namespace" \
		"see the OCI runtime specification, config.md" -- runtime run one
	ip link del give0
else
	not_here "the kernel has no veth devices"
fi

finish
