#!/bin/bash
# SPDX-License-Identifier: MIT
# How a process of a bundle is scheduled, what kind of system it sees, and that labels of security
# modules which this kernel lacks are an error.
# shellcheck source=../system/lib.sh
. "$(dirname "$0")/../system/lib.sh"
# shellcheck source=bundle.sh
. "$CONTAINR_SOURCE/tests/peers/bundle.sh"

make_bundle b
cd b
for applet in uname chrt ionice taskset; do
	ln -sf busybox rootfs/bin/$applet
done
# busybox may have been built without some of these
can() { busybox --list | grep -qx "$1"; }

fact "the scheduler is the one that is asked for"
configure . 'process["scheduler"] = {"policy": "SCHED_BATCH", "nice": 5}
sh("cut -d\" \" -f19,41 /proc/self/stat")'
ln -sf busybox rootfs/bin/cut
expect_output "5 3" -- runtime run scheduled

fact "the priority on block devices too"
if can ionice; then
	configure . 'process["ioPriority"] = {"class": "IOPRIO_CLASS_BE", "priority": 6}
sh("ionice -p $$")'
	expect_output "best-effort: prio 6" -- runtime run prioritized
	configure . 'process["ioPriority"] = {"class": "IOPRIO_CLASS_IDLE"}; sh("ionice -p $$")'
	expect_status 0 -- runtime run prioritized
	matches "idle*" "$(cat out)"
else
	not_here "busybox has no ionice"
fi

fact "a policy that the kernel refuses is an error"
configure . 'process["scheduler"] = {"policy": "SCHED_DEADLINE", "runtime": 5, "deadline": 4, "period": 3}
sh("true")'
expect_error PROCESS_SETUP 125 "cannot set the scheduler to SCHED_DEADLINE: Invalid argument" "" -- \
	runtime run refused
no_bundle_left || fail "something is left of it"

fact "a personality makes it a 32-bit system, for exec as well"
configure . 'linux["personality"] = {"domain": "LINUX32"}; linux.pop("seccomp", None); sh("uname -m; sleep 1000")'
runtime create person > person.out 2>&1 || fail "create: $(cat person.out)"
expect_status 0 -- runtime start person
wait_for test -s person.out
equal i686 "$(cat person.out)"
expect_output i686 -- runtime exec person uname -m
expect_status 0 -- runtime delete --force person

fact "exec runs on the CPUs that it is given"
configure . 'process["execCPUAffinity"] = {"initial": "0", "final": "0"}
sh("grep Cpus_allowed_list /proc/self/status; sleep 1000")'
runtime create bound > bound.out 2>&1 || fail "create: $(cat bound.out)"
expect_status 0 -- runtime start bound
wait_for test -s bound.out
equal "$(grep Cpus_allowed_list /proc/self/status)" "$(cat bound.out)"
expect_output $'Cpus_allowed_list:\t0' -- runtime exec bound grep Cpus_allowed_list /proc/self/status
expect_status 0 -- runtime delete --force bound

fact "what fails after create is told on the container's own messages"
printf 'no program\n' > rootfs/bin/garbage
chmod +x rootfs/bin/garbage
configure . 'process["args"] = ["/bin/garbage"]'
runtime create broken > broken.out 2> broken.err || fail "create: $(cat broken.err)"
expect_status 0 -- runtime start broken
stopped() { [ "$(status_of broken)" = stopped ]; }
wait_for stopped
equal "Error: [COMMAND_NOT_EXECUTABLE] cannot execute '/bin/garbage': Exec format error" \
	"$(cat broken.err)"
expect_status 0 -- runtime delete broken
rm rootfs/bin/garbage

fact "rights that cannot be had fail create, not the start"
if bounding=$(sed -n 's/^CapBnd:\t/0x/p' /proc/self/status) && ((bounding >> 24 & 1)); then
	not_here "there are all capabilities"
else
	configure . 'process["capabilities"] = {"bounding": ["CAP_SYS_RESOURCE"],
		"permitted": ["CAP_SYS_RESOURCE"], "effective": ["CAP_SYS_RESOURCE"]}; sh("true")'
	expect_error PERMISSION_DENIED 125 "cannot set capabilities: Operation not permitted" \
		"run as root" -- runtime create greedy
	no_bundle_left || fail "something is left of it"
fi

# label MEMBER SIGN NAME
label() {
	if [ -e "$2" ]; then
		not_here "the kernel has $3"
		return
	fi
	configure . "process['$1'] = 'strict'; sh('true')"
	expect_error UNSUPPORTED 125 "process.$1: the kernel has no $3" "" -- runtime run labelled
	no_bundle_left || fail "something is left of it"
}

fact "a label is never left out"
label apparmorProfile /sys/kernel/security/apparmor AppArmor
label selinuxLabel /sys/fs/selinux/enforce SELinux

fact "nor is a label of mounts"
if [ -e /sys/fs/selinux/enforce ]; then
	not_here "the kernel has SELinux"
else
	configure . 'linux["mountLabel"] = "system_u:object_r:container_file_t:s0"; sh("true")'
	expect_error UNSUPPORTED 125 "linux.mountLabel: the kernel has no SELinux" "" -- \
		runtime run labelled
	no_bundle_left || fail "something is left of it"
fi

fact "no profile is no label"
configure . 'linux["mountLabel"] = ""
process["apparmorProfile"] = ""; process["selinuxLabel"] = ""; sh("true")'
expect_status 0 -- runtime run unlabelled
no_bundle_left || fail "something is left of them"

finish
