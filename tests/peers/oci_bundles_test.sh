#!/bin/bash
# SPDX-License-Identifier: MIT
# The same bundles under crun, runc and containr-runtime: what a program in the container sees of
# the setting is the same. One line of the table is one bundle: its name, a change of the base
# configuration (python, with `process`, `linux` and `c`), and a shell command that shows the result.
# shellcheck source=../system/lib.sh
. "$(dirname "$0")/../system/lib.sh"
# shellcheck source=bundle.sh
. "$CONTAINR_SOURCE/tests/peers/bundle.sh"

make_bundle b
cd b
for applet in awk chmod cut sed stat touch uname head wc; do
	ln -sf busybox rootfs/bin/$applet
done
cp -a rootfs/etc etc.orig

# NAME | STATEMENTS | COMMAND
table() {
	cat << 'EOT'
arguments | process["args"] = ["/bin/echo", "a b", "", "c"] |
environment | process["env"] = ["PATH=/bin", "A=1", "B=", "C=x=y"] | env | sort
empty environment | process["env"] = [] | /bin/env | /bin/grep -v -e ^HOME= -e ^PWD= -e ^SHLVL= -e ^OLDPWD=
working folder | process["cwd"] = "/etc" | pwd
working folder that is made | process["cwd"] = "/made/here" | pwd
user | process["user"] = {"uid": 1000, "gid": 2000} | id -u; id -g; id -G
additional groups | process["user"] = {"uid": 0, "gid": 0, "additionalGids": [5, 6]} | id -G
umask | process["user"]["umask"] = 0o77 | umask
no new privileges | process["noNewPrivileges"] = True | grep NoNewPrivs /proc/self/status
new privileges | process["noNewPrivileges"] = False; linux.pop("seccomp", None) | grep NoNewPrivs /proc/self/status
capabilities | process["capabilities"] = {k: ["CAP_KILL", "CAP_CHOWN"] for k in ("bounding", "effective", "permitted")} | grep ^Cap /proc/self/status
no capabilities | process["capabilities"] = {} | grep ^Cap /proc/self/status
ambient capabilities | process["user"] = {"uid": 9, "gid": 9}; process["capabilities"] = {k: ["CAP_KILL"] for k in ("bounding", "effective", "permitted", "inheritable", "ambient")} | grep ^Cap /proc/self/status
open files | process["rlimits"] = [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200}] | grep "open files" /proc/self/limits
core files | process["rlimits"] = [{"type": "RLIMIT_CORE", "soft": 0, "hard": 0}] | grep core /proc/self/limits
OOM score | process["oomScoreAdj"] = 300 | cat /proc/self/oom_score_adj
host name | c["hostname"] = "peer" | hostname; cat /proc/sys/kernel/hostname
exit code | pass | exit 41
output | pass | echo out; echo err >&2
read-only root | c["root"]["readonly"] = True | touch /x 2>/dev/null || echo refused
writable root | c["root"]["readonly"] = False | touch /tmp/x && echo written
tmpfs | c["mounts"].append({"destination": "/t", "type": "tmpfs", "source": "tmpfs", "options": ["size=64k", "nosuid"]}) | awk '$5 == "/t" { print $6 }' /proc/self/mountinfo
bind | c["mounts"].append({"destination": "/t", "type": "bind", "source": os.environ["PWD"] + "/etc.orig", "options": ["rbind", "rw"]}) | cat /t/passwd
read-only bind | c["mounts"].append({"destination": "/t", "type": "bind", "source": os.environ["PWD"] + "/etc.orig", "options": ["bind", "ro"]}) | touch /t/x 2> /dev/null || echo refused
bind of a file | c["mounts"].append({"destination": "/etc/f", "type": "bind", "source": os.environ["PWD"] + "/etc.orig/passwd", "options": ["bind", "ro"]}) | cat /etc/f
bind without exec | c["mounts"].append({"destination": "/t", "type": "bind", "source": os.environ["PWD"] + "/rootfs/bin", "options": ["bind", "noexec"]}) | /t/busybox true 2> /dev/null || echo refused
masked file | linux["maskedPaths"] = ["/etc/passwd"] | wc -c < /etc/passwd
masked folder | linux["maskedPaths"] = ["/etc"] | ls /etc
read-only path | linux["readonlyPaths"] = ["/etc"] | touch /etc/x 2> /dev/null || echo refused
default devices | pass | for d in null zero full random urandom tty; do stat -c "%n %a %t %T %u" /dev/$d | sed s/null.*/null/; done
device | linux["devices"] = [{"path": "/dev/mine", "type": "c", "major": 1, "minor": 3, "fileMode": 0o640, "uid": 1, "gid": 2}] | stat -c "%a %t %T %u %g" /dev/mine
pipe | linux["devices"] = [{"path": "/dev/fifo", "type": "p", "fileMode": 0o600}] | stat -c "%F %a" /dev/fifo
forbidden device | linux["devices"] = [{"path": "/dev/mem0", "type": "c", "major": 1, "minor": 1}]; linux["resources"]["devices"] = [{"allow": False, "access": "rwm"}, {"allow": True, "type": "c", "major": 1, "minor": 1, "access": "m"}] | stat -c %t:%T /dev/mem0
sysctl | linux["sysctl"] = {"net.ipv4.ip_forward": "1", "kernel.shmmax": "12345"} | cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shmmax
first process | pass | echo $$
network of its own | pass | ls /sys/class/net
seccomp errno | linux["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}]} | mkdir /nix 2>&1; grep Seccomp: /proc/self/status
seccomp by argument | linux["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [{"names": ["kill"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 1, "value": 10, "op": "SCMP_CMP_EQ"}]}]} | kill -0 $$ && echo may; kill -USR1 $$ 2> /dev/null || echo may not
no seccomp | linux.pop("seccomp", None) | grep Seccomp: /proc/self/status
shared memory limit | linux["resources"]["memory"] = {"limit": 33554432} | cat /sys/fs/cgroup/memory/memory.limit_in_bytes
process limit | linux["resources"]["pids"] = {"limit": 17} | cat /sys/fs/cgroup/pids/pids.max
CPU quota | linux["resources"]["cpu"] = {"quota": 20000, "period": 100000} | cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu/cpu.cfs_period_us
CPU shares | linux["resources"]["cpu"] = {"shares": 512} | cat /sys/fs/cgroup/cpu/cpu.shares
CPU set | linux["resources"]["cpu"] = {"cpus": "0"} | grep Cpus_allowed_list /proc/self/status
swappiness | linux["resources"]["memory"] = {"limit": 33554432, "swappiness": 10} | cat /sys/fs/cgroup/memory/memory.swappiness
hook before the start | c["hooks"] = {"prestart": [{"path": "/bin/sh", "args": ["sh", "-c", "cat > /dev/null; echo hooked > " + os.environ["PWD"] + "/rootfs/tmp/hook"]}]} | cat /tmp/hook
hook in the container | c["hooks"] = {"startContainer": [{"path": "/bin/sh", "args": ["sh", "-c", "cat > /dev/null; echo inside > /tmp/hook"]}]} | cat /tmp/hook
program that is not there | process["args"] = ["/nosuch"] |
EOT
}

# under PROGRAM: what one of the three makes of the bundle, and its exit status.
under() {
	local status=0

	rm -rf rootfs/tmp/* rootfs/made rootfs/etc
	cp -a etc.orig rootfs/etc
	case $1 in
	crun) crun_on_v1 run peer ;;
	runc) runc --root "$scratch/runc" run peer ;;
	*) runtime run peer ;;
	esac > "../$1.out" 2> "../$1.err" < /dev/null || status=$?
	# the words of an error are each one's own; that there is one is not
	[ $status -le 1 ] && [ -s "../$1.out" ] || echo "status $((status > 124 ? 1 : status))" >> "../$1.out"
}

peers=()
for peer in crun runc; do
	! command -v $peer > /dev/null || peers+=("$peer")
done
[ ${#peers[@]} -gt 0 ] || skip "neither crun nor runc is installed"
[ "$(stat -fc %T /sys/fs/cgroup)" != cgroup2fs ] || skip "the table shows files of cgroup v1"

while IFS= read -r line; do
	name=${line%% | *}
	rest=${line#* | }
	change=${rest%% |*}
	show=${rest#"$change" |}
	show=${show# }
	fact "$name"
	SHOW=$show configure . "$change"$'\n'"${show:+sh(os.environ['SHOW'])}"
	under containr
	for peer in "${peers[@]}"; do
		under "$peer"
		diff "../$peer.out" ../containr.out > ../difference ||
			fail "$peer (<) differs: $(cat ../difference "../$peer.err" ../containr.err)"
	done
done < <(table)
no_bundle_left || fail "something is left of them"

finish
