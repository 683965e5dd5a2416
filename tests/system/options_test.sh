#!/bin/bash
# SPDX-License-Identifier: MIT
# Docker's options of `run`, each seen from inside the container.
. "$(dirname "$0")/lib.sh"

# inside OPTION... -- COMMAND...: the output of a container that is thrown away.
inside() {
	local options=()

	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	containr run --rm "${options[@]}" busybox "$@" < /dev/null 2>&1
}

# refuses CODE MESSAGE HINT OPTION...: before anything is made.
refuses() {
	local code=$1 message=$2 hint=$3

	shift 3
	expect_error "$code" 125 "$message" "$hint" -- containr run "$@" busybox true
	assert_nothing_left
}

number() {
	cat "$(cgroup_file "$id" "$@")"
}

fact "--env-file and --label-file: a line each, and the command line has the last word"
printf '# remark\n\nA=1\n  B=two words \nCALLER\nQUOTED="x"\n' > vars
equal '1|two words |from|"x"|9' \
	"$(CALLER=from inside --env-file vars -e C=9 -- sh -c 'echo "$A|$B|$CALLER|$QUOTED|$C"')"
equal 5 "$(inside --env-file vars -e A=5 -- sh -c 'echo $A')"
printf 'team=web\nplain\n' > labels
id=$(containr create --name labelled --label-file labels -l team=db busybox true)
containr inspect labelled | tr -d ' \n' > labelled.json
matches '*"Labels":{"team":"db","plain":""}*' "$(cat labelled.json)"
expect_output labelled -- containr rm labelled
printf 'A B=1\n' > bad
refuses INVALID_ARGUMENT "--env-file: 'bad' line 1 has a blank in its key" "" --env-file bad
printf '\n=1\n' > bad
refuses INVALID_ARGUMENT "--label-file: 'bad' line 2 has no key" "" --label-file bad
refuses IO "--env-file: cannot open 'nope': No such file or directory" "" --env-file nope

fact "limits of memory, swap and CPUs stand in the cgroups"
id=$(containr run -d --name limited -m 64m --memory-swap 96m --memory-reservation 32m \
	--cpu-shares 512 --cpu-quota 20000 --cpu-period 50000 --cpuset-cpus 0 --cpuset-mems 0 \
	busybox sleep 100)
equal 33554432 "$(number memory.soft_limit_in_bytes memory.low)"
if cgroup_file "$id" memory.memsw.limit_in_bytes > /dev/null; then
	equal 100663296 "$(number memory.memsw.limit_in_bytes)"
	equal 512 "$(number cpu.shares)"
	equal "20000 50000" "$(number cpu.cfs_quota_us) $(number cpu.cfs_period_us)"
else
	equal 33554432 "$(number memory.swap.max)"
	equal "20000 50000" "$(number cpu.max)"
fi
equal "0 0" "$(number cpuset.cpus) $(number cpuset.mems)"
equal 0 "$(containr exec limited sed -n 's/^Cpus_allowed_list:[[:space:]]*//p' /proc/self/status)"
expect_output limited -- containr rm -f limited
refuses INVALID_ARGUMENT "--memory-swap: needs a memory limit as well" \
	"it is the sum of memory and swap: add --memory" --memory-swap 1g
refuses INVALID_ARGUMENT "--memory-swap: is smaller than the memory limit" \
	"it is the sum of memory and swap; -1 for no limit" -m 64m --memory-swap 32m
refuses INVALID_ARGUMENT "--memory-reservation: is larger than the memory limit" \
	"it has to be less than --memory" -m 64m --memory-reservation 65m
refuses INVALID_ARGUMENT "--cpus: cannot be given beside --cpu-quota or --cpu-period" \
	"--cpus is the quotient of the two" --cpus 1 --cpu-quota 5000
refuses INVALID_ARGUMENT "--cpuset-cpus: 'x' is no list of numbers" "write e.g. 0-2,4" --cpuset-cpus x

fact "--memory-swappiness, --oom-kill-disable and --blkio-weight are set, or refused by name"
if id=$(containr run -d --name rare -m 64m --memory-swappiness 7 --oom-kill-disable busybox sleep 100 2> err); then
	equal 7 "$(number memory.swappiness)"
	matches "*oom_kill_disable 1*" "$(number memory.oom_control)"
	expect_output rare -- containr rm -f rare
else
	matches "*CGROUP_APPLY_LIMITS*memory.*" "$(cat err)"
fi
if id=$(containr run -d --name heavy --blkio-weight 300 busybox sleep 100 2> err); then
	matches "*300" "$(number blkio.weight blkio.bfq.weight io.bfq.weight io.weight)"
	expect_output heavy -- containr rm -f heavy
else
	matches "*CGROUP_APPLY_LIMITS*eight*" "$(cat err)"
fi

fact "--device-read-bps and its kin limit one block device"
device=$(find /dev -maxdepth 1 -type b \( -name 'vd?' -o -name 'sd?' -o -name 'nvme?n?' \) -print -quit)
if [ -z "$device" ]; then
	not_here "there is no disk"
elif id=$(containr run -d --name disk --device-read-bps "$device:1mb" --device-write-bps "$device:2m" \
	--device-read-iops "$device:30" --device-write-iops "$device:40" busybox sleep 100 2> err); then
	numbers="$(($(stat -c 0x%t "$device"))):$(($(stat -c 0x%T "$device")))"
	if [ -e "/sys/fs/cgroup/blkio/containr/$id" ]; then
		for limit in read_bps:1048576 write_bps:2097152 read_iops:30 write_iops:40; do
			equal "$numbers ${limit#*:}" "$(number "blkio.throttle.${limit%:*}_device")"
		done
	else
		equal "$numbers rbps=1048576 wbps=2097152 riops=30 wiops=40" "$(number io.max)"
	fi
	expect_output disk -- containr rm -f disk
else
	matches "*CGROUP_APPLY_LIMITS*" "$(cat err)"
fi
refuses INVALID_ARGUMENT "--device-read-bps: '/dev/null' is no block device" "" --device-read-bps /dev/null:1mb
refuses INVALID_ARGUMENT "--device-write-iops: '/dev/sda' is not DEVICE:NUMBER" \
	"write e.g. --device-write-iops /dev/sda:100" --device-write-iops /dev/sda
refuses INVALID_ARGUMENT "--blkio-weight-device: '5' is out of range (10 to 1000)" "" --blkio-weight-device /dev/sda:5

fact "--cgroup-parent makes the cgroup below another one"
id=$(containr run -d --name child --cgroup-parent containr-test-parent/inner --pids-limit 20 busybox sleep 100)
place=$(find /sys/fs/cgroup -path "*/containr-test-parent/inner/$id" -name "$id" -print -quit)
matches "*/containr-test-parent/inner/$id" "$place"
equal 20 "$(cat /sys/fs/cgroup/pids/containr-test-parent/inner/"$id"/pids.max 2> /dev/null || cat "$place/pids.max")"
expect_output child -- containr pause child
expect_output child -- containr unpause child
expect_output child -- containr update --pids-limit 30 child
containr stats --no-stream child > out
matches "*child*" "$(cat out)"
expect_output child -- containr restart -t 0 child
expect_output child -- containr rm -f child
equal "" "$(find /sys/fs/cgroup -name "$id" -print -quit)"
equal "" "$(ls -A run/cgroups)"
find /sys/fs/cgroup -depth -path '*/containr-test-parent*' -type d -exec rmdir {} +
refuses INVALID_ARGUMENT "--cgroup-parent: '../up' is no path of a cgroup" \
	"give one like /shop or shop/front; a slice needs --cgroup-manager systemd" --cgroup-parent ../up
matches '*"unit": "containr-*.scope"*"Slice=s:shop.slice"*' "$(containr --cgroup-manager systemd run --dry-run --rm \
	--cgroup-parent shop.slice busybox true)"
mkdir helpers
for helper in monitor cleanup init keeper; do
	cp "$CONTAINR_BUILD/libexec/containr/containr-$helper" helpers/
done
expect_error UNSUPPORTED 125 "the systemd cgroup manager needs '$PWD/helpers/containr-systemd'" \
	"it is built where libsystemd is; or use --cgroup-manager cgroupfs" -- \
	env CONTAINR_LIBEXEC="$PWD/helpers" containr --cgroup-manager systemd run --rm busybox true
expect_error INVALID_ARGUMENT 125 "--cgroup-manager: there is no manager 'x'" "use cgroupfs or systemd" -- \
	containr --cgroup-manager x run --rm busybox true

fact "--oom-score-adj"
equal 500 "$(inside --oom-score-adj 500 -- cat /proc/self/oom_score_adj)"

fact "--device gives a device its node and its rights, and no more"
equal "1 5" "$(inside --device /dev/zero:/dev/nothing -- stat -c '%t %T' /dev/nothing)"
equal 4 "$(inside --device /dev/zero:/dev/nothing:r -- sh -c 'head -c 4 /dev/nothing | wc -c')"
refuses INVALID_ARGUMENT "--device: '/dev/zero:/dev/x:rwx' is not HOST[:CONTAINER[:rwm]]" \
	"write e.g. --device /dev/fuse or --device /dev/sda:/dev/xvda:r" --device /dev/zero:/dev/x:rwx
refuses INVALID_ARGUMENT "--device: cannot look at '/dev/nope': No such file or directory" "" \
	--device /dev/nope
refuses INVALID_ARGUMENT "--device: '/etc/passwd' is no device" "" --device /etc/passwd
id=$(containr run -d --name device --device /dev/kmsg:/dev/messages:r \
	--device-cgroup-rule 'c 42:* rm' busybox sleep 100)
if list=$(cgroup_file "$id" devices.list); then
	matches "*c 1:11 r
*" "$(cat "$list")
"
	matches "*c 42:* rm*" "$(cat "$list")"
fi
expect_status 1 -- containr exec device sh -c 'echo x > /dev/messages'
expect_output device -- containr rm -f device
mkdir devices
mknod devices/one c 1 3 && mknod devices/two c 1 5
equal "one two" "$(inside --device "$scratch/devices:/dev/both" -- ls /dev/both | tr '\n' ' ' | sed 's/ $//')"
refuses INVALID_ARGUMENT "--device-cgroup-rule: 'c 42' is not TYPE MAJOR:MINOR ACCESS" \
	"write e.g. --device-cgroup-rule 'c 42:* rwm'" --device-cgroup-rule 'c 42'

status_field() {
	sed -n "s/^$1:[[:space:]]*//p"
}

fact "--privileged: all capabilities, no filter, nothing masked, the host's devices"
equal "$(status_field CapEff < /proc/self/status)" \
	"$(inside --privileged -- cat /proc/self/status | status_field CapEff)"
equal 0 "$(inside --privileged -- cat /proc/self/status | status_field Seccomp)"
equal 0 "$(inside --privileged -- cat /proc/self/status | status_field NoNewPrivs)"
equal "$(stat -c '%t %T' /dev/kmsg)" "$(inside --privileged -- stat -c '%t %T' /dev/kmsg)"
matches "*rw,*" "$(inside --privileged -- sh -c 'grep " /sys " /proc/mounts')"
equal "" "$(inside --privileged -- sh -c 'grep " /proc/" /proc/mounts')"
expect_status 0 -- containr run --rm --privileged busybox mount -t tmpfs x /tmp

fact "--security-opt: masks, and what the kernel lacks"
equal "" "$(inside --security-opt systempaths=unconfined -- sh -c 'grep " /proc/" /proc/mounts')"
expect_status 0 -- containr run --rm --security-opt label=disable --security-opt apparmor=unconfined busybox true
containr create --name confined --security-opt apparmor=unconfined busybox true > out
expect_output unconfined -- containr inspect -f '{{.Spec.process.apparmorProfile}}' confined
expect_output confined -- containr rm confined
if [ ! -e /sys/module/apparmor ]; then
	refuses UNSUPPORTED "--security-opt: cannot apply 'apparmor=mine': this kernel has no AppArmor" \
		"leave the option out" --security-opt apparmor=mine
fi
if [ ! -e /sys/fs/selinux/enforce ]; then
	refuses UNSUPPORTED "--security-opt: cannot apply 'label=type:x': this kernel has no SELinux" \
		"leave the option out" --security-opt label=type:x
fi

fact "--sysctl sets what belongs to the container, and nothing else"
equal 123 "$(inside --sysctl net.core.somaxconn=123 -- cat /proc/sys/net/core/somaxconn)"
equal 77777 "$(inside --sysctl kernel.shmmax=77777 -- cat /proc/sys/kernel/shmmax)"
refuses INVALID_CONFIG "linux.sysctl: 'vm.swappiness=1' would change the host" \
	"see the OCI runtime specification, config.md" --sysctl vm.swappiness=1
refuses INVALID_ARGUMENT "--sysctl: 'net.core.somaxconn' is not KEY=VALUE" "" --sysctl net.core.somaxconn

fact "--pid, --ipc, --uts, --cgroupns: the host's on demand"
equal "$(readlink /proc/self/ns/pid)" "$(inside --pid host -- readlink /proc/self/ns/pid)"
equal "$(readlink /proc/self/ns/ipc)" "$(inside --ipc host -- readlink /proc/self/ns/ipc)"
equal "$(readlink /proc/self/ns/uts)" "$(inside --uts host -- readlink /proc/self/ns/uts)"
equal "$(readlink /proc/self/ns/cgroup)" "$(inside --cgroupns host -- readlink /proc/self/ns/cgroup)"
equal "$(hostname)" "$(inside --uts host -- cat /etc/hostname)"
equal "" "$(inside --ipc none -- sh -c 'grep " /dev/shm " /proc/mounts')"
matches "*size=2048k*" "$(inside --shm-size 2m -- sh -c 'grep " /dev/shm " /proc/mounts')"
refuses INVALID_ARGUMENT "--pid: 'x' is no mode" "use host or container:NAME" --pid x
refuses INVALID_ARGUMENT "--ipc: 'x' is no mode" \
	"use private, shareable, none, host or container:NAME" --ipc x
refuses INVALID_ARGUMENT "--uts: 'x' is no mode" "use host" --uts x
refuses INVALID_ARGUMENT "--cgroupns: 'x' is no mode" "use host or private" --cgroupns x
refuses INVALID_ARGUMENT "--network: 'x' is not one of none, host, container:NAME" \
	"other networks are not supported yet" --network x
refuses INVALID_ARGUMENT "--hostname: cannot be given beside --uts host" "" --uts host -h x
assert_nothing_left

fact "a container whose pid namespace is the host's ends as a whole"
containr run -d --name open --pid host busybox sh -c 'sleep 1000 & sleep 1000' > out
expect_output open -- containr rm -f open
assert_nothing_left

fact "container:NAME shares namespaces, /dev/shm and the names of the network"
first=$(containr run -d --name first -h one --add-host db:10.0.0.2 busybox sleep 1000)
containr exec first sh -c 'echo shared > /dev/shm/file'
for kind in net pid ipc; do
	option=$kind
	[ $kind != net ] || option=network
	equal "$(containr exec first readlink "/proc/1/ns/$kind")" \
		"$(inside --$option container:first -- readlink /proc/self/ns/$kind)"
done
equal shared "$(inside --ipc container:first -- cat /dev/shm/file)"
equal one "$(inside --network container:first -- hostname)"
matches "*10.0.0.2?db*" "$(inside --network "container:${first:0:12}" -- cat /etc/hosts)"
matches "*sleep 1000*" "$(inside --pid container:first -- ps)"
containr run -d --name second --network container:first busybox sleep 1000 > out
equal "$(containr exec first readlink /proc/1/ns/net)" "$(containr exec second readlink /proc/self/ns/net)"
expect_output second -- containr rm -f second
expect_error INVALID_ARGUMENT 125 "--hostname: cannot be given beside --network container:NAME" "" \
	-- containr run --network container:first -h x busybox true
expect_error INVALID_ARGUMENT 125 "--dns: cannot be given beside --network container:NAME" \
	"give it to the container whose network is shared" \
	-- containr run --network container:first --dns 1.1.1.1 busybox true
expect_error CONTAINER_NOT_FOUND 125 "no such container: nobody" \
	"list containers with: containr ps -a" -- containr run --pid container:nobody busybox true
expect_output first -- containr stop -t 0 first
expect_error CONTAINER_NOT_RUNNING 125 \
	"cannot join the namespaces of container ${first:0:12}: it is not running" \
	"start it with: containr start ${first:0:12}" -- containr run --pid container:first busybox true
expect_output first -- containr rm first
assert_nothing_left

fact "--add-host, --dns, --dns-search, --dns-option, --domainname"
matches "*10.0.0.2?db*" "$(inside --add-host db:10.0.0.2 -- cat /etc/hosts)"
matches "*fe80::1?six*" "$(inside --add-host 'six=[fe80::1]' -- cat /etc/hosts)"
equal $'nameserver 10.0.0.1\nnameserver ::1\nsearch a.test b.test\noptions ndots:2 rotate' \
	"$(inside --dns 10.0.0.1 --dns ::1 --dns-search a.test --dns-search b.test \
		--dns-option ndots:2 --dns-opt rotate -- cat /etc/resolv.conf)"
equal "nameserver 10.0.0.1" "$(inside --dns 10.0.0.1 --dns-search . -- grep -v options /etc/resolv.conf)"
equal inner.test "$(inside --domainname inner.test -- cat /proc/sys/kernel/domainname)"
refuses INVALID_ARGUMENT "--add-host: 'db' is not NAME:ADDRESS" \
	"write e.g. --add-host db:10.0.0.2" --add-host db
refuses INVALID_ARGUMENT "--add-host: 'db:x' is not NAME:ADDRESS" \
	"write e.g. --add-host db:10.0.0.2" --add-host db:x
refuses UNSUPPORTED "--add-host: 'host-gateway' needs a network with a gateway" \
	"no such network is supported yet; write the address itself" --add-host db:host-gateway
refuses INVALID_ARGUMENT "--dns: 'x' is not an IP address" "" --dns x

fact "--network host goes by the host's names"
equal "$(hostname)" "$(inside --network host -- hostname)"
equal "$(cat /etc/hosts)" "$(inside --network host -- cat /etc/hosts)"

fact "--group-add takes numbers, and names of the container's /etc/group"
equal "0 123 65534" "$(inside -u 0:0 --group-add 123 --group-add nogroup -- id -G)"
expect_error INVALID_ARGUMENT 125 "group 'nope' is not in the container's /etc/group" \
	"a number needs no entry there" -- containr run --group-add nope busybox true
containr run -d --name grouped --group-add nogroup busybox sleep 100 > out
equal "0 65534" "$(containr exec grouped id -G)"
expect_output grouped -- containr rm -f grouped

fact "--annotation goes into the OCI configuration"
containr create --name noted --annotation a.b=c busybox true > out
containr inspect noted | tr -d ' \n' > noted.json
matches '*"a.b":"c"*' "$(cat noted.json)"
expect_output noted -- containr rm noted
refuses INVALID_ARGUMENT "--annotation: 'io.containr.seccomp=x' begins with what is the engine's own" \
	"" --annotation io.containr.seccomp=x

fact "--cidfile has the id, and is gone where there is no container"
id=$(containr run -d --name filed --cidfile id busybox true)
equal "$id" "$(cat id)"
containr wait filed > out
expect_output filed -- containr rm filed
refuses INVALID_ARGUMENT "--cidfile: 'id' exists already" "remove it once no container needs it" \
	--cidfile id
expect_status 127 -- containr run --cidfile other busybox nope
[ ! -e other ] || fail "a file is left of a container that never was"

fact "--bundle runs a bundle as a container"
mkdir -p bundle/rootfs
containr create --name source busybox true > out
cp -a "$CONTAINR_ROOT"/layers/*/fs/. bundle/rootfs/
expect_output source -- containr rm source
(cd bundle && containr spec > /dev/null && sed -i 's/"sh"$/"sh", "-c", "echo from the bundle; cat \/proc\/sys\/kernel\/hostname; exit 3"/' config.json)
status=0
containr run --bundle bundle --name packed -l a=b > out || status=$?
equal 3 $status
matches "from the bundle*" "$(cat out)"
matches "from the bundle*" "$(containr logs packed)"
expect_output "packed b" -- containr ps -a --format '{{.Names}} {{.Label "a"}}'
expect_output packed -- containr rm packed
expect_error INVALID_ARGUMENT 125 "--bundle: takes the place of image and command" \
	"the command is in the bundle's config.json" -- containr run --bundle bundle busybox true
expect_error INVALID_ARGUMENT 125 "--bundle: what the container is like stands in the bundle's config.json" \
	"beside it there can be: cgroup-parent cidfile detach health-* interactive label log-driver log-opt name restart rm stop-signal stop-timeout tty" \
	-- containr run --bundle bundle -m 64m
expect_error IO 125 "cannot open the bundle 'nope': No such file or directory" "" \
	-- containr run --bundle nope
expect_error INVALID_ARGUMENT 125 "'containr run' needs at least 1 argument: IMAGE [COMMAND [ARG...]]" \
	"see 'containr run --help'" -- containr run
assert_nothing_left

fact "--pull and --platform"
expect_status 0 -- containr run --rm --pull never busybox true
expect_status 125 -- containr run --rm --pull always 127.0.0.1:1/busybox true
matches '*REGISTRY_UNREACHABLE*' "$(cat err)"
platform=$(containr inspect --type image busybox | sed -n 's/.*"Architecture": "\(.*\)",/linux\/\1/p')
expect_status 0 -- containr run --rm --platform "$platform" busybox true
refuses IMAGE_NOT_FOUND "image 'busybox' is for $platform, not for linux/mips" \
	"import one for that platform, or leave --platform out" --pull never --platform linux/mips

assert_nothing_left
finish
