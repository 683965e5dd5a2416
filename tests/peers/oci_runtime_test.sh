#!/bin/bash
# SPDX-License-Identifier: MIT
# containr-runtime makes of a bundle what crun makes of it, and obeys the commands of the OCI
# runtime specification.
# shellcheck source=../system/lib.sh
. "$(dirname "$0")/../system/lib.sh"
# shellcheck source=bundle.sh
. "$CONTAINR_SOURCE/tests/peers/bundle.sh"

make_bundle b
cd b

cat > rootfs/probe << 'EOF'
#!/bin/sh
echo "user $(id) $(tr '\n' ' ' < /proc/self/status | grep -o 'Groups:[^A-Z]*')"
grep -E '^(Cap|NoNewPrivs|Seccomp:|Uid|Gid)' /proc/self/status
echo "host $(hostname) folder $(pwd) umask $(umask) oom $(cat /proc/self/oom_score_adj)"
env | sort
cat /proc/self/limits
echo "descriptors:"
ls /proc/self/fd
echo "devices:"
ls -lR /dev | grep -v '^total' | sed 's/ [A-Z][a-z][a-z] *[0-9]* [0-9:]* / /'
echo "namespaces:"
for ns in /proc/self/ns/*; do
	readlink "$ns"
done
echo "interfaces:"
ls /sys/class/net
echo "mounts:"
cat /proc/self/mountinfo
EOF
ln -s busybox rootfs/bin/sed
chmod +x rootfs/probe

# normalize HOST_NAMESPACES: takes out what may differ, and why:
# - numbers of mounts and of new namespaces: they are counted by the kernel; only whether a
#   namespace is the host's is compared;
# - mounts below /sys/fs/cgroup: of v1 we show the hierarchies the container is in, crun all;
# - options behind the dash (the file system's own) and the sizes of what hides a path;
# - nosuid, nodev and noexec of protected paths in /proc and /sys: we keep those of the mount below,
#   crun drops them; and crun mounts what hides a file read-only, which /dev/null has no need for;
# - the owner of /dev/null: crun gives its standard streams to the user, and with them the device;
# - HOME=/ of a user that /etc/passwd does not know, which runc and we set and crun does not;
# - /dev/core, a link to /proc/kcore that we do not make, as podman hides what it points to.
normalize() {
	sed -E -e '/^lrw.* core -> /d' -e '/^HOME=\/$/d' \
		-e '/^[cl]rw/s/ +/ /g' -e 's/^(crw[^ ]+ 1) [^ ]+ [^ ]+ (.* null)$/\1 \2/' |
		awk -v host="$1" '
			/^mounts:/ { mounts = 1 }
			/^[a-z_]+:\[[0-9]+\]$/ {
				split($0, part, ":")
				print part[1], index(host, $0) ? "of the host" : "new"
				next
			}
			!mounts || NF < 6 { print; next }
			$5 ~ "^/sys/fs/cgroup/" { next }
			{
				type = ""
				for (i = 7; i < NF; i++)
					if ($i == "-")
						type = $(i + 1)
				if ($5 ~ "^/(proc|sys/firmware)/?" && $5 != "/proc")
					$6 = type == "devtmpfs" ? "hidden" : "protected"
				# a tmpfs of our own is made with another option
				if ($5 == "/sys/fs/cgroup")
					$6 = "a folder of hierarchies"
				lines[++count] = $5 " " $6 " " type
			}
			END {
				for (i = 1; i <= count; i++)
					print lines[i] | "sort"
			}'
}

host_namespaces=$(for ns in /proc/self/ns/*; do readlink "$ns"; done)

# same_as_crun STATEMENTS: both run the probe in the bundle changed so and print the same.
same_as_crun() {
	configure . "process['args'] = ['/probe']; $1"
	crun_on_v1 run peer > ../crun.raw 2> ../crun.err || fail "crun: $(cat ../crun.err)"
	runtime run ours > ../ours.raw 2> ../ours.err || fail "containr-runtime: $(cat ../ours.err)"
	normalize "$host_namespaces" < ../crun.raw > ../crun.out
	normalize "$host_namespaces" < ../ours.raw > ../ours.out
	grep -q '^mounts:' ../ours.out || fail "the probe did not run"
	diff ../crun.out ../ours.out > ../difference || fail "crun (<) differs:"$'\n'"$(cat ../difference)"
}

if command -v crun > /dev/null; then
	fact "what podman asks for becomes the same container"
	same_as_crun ''

	fact "a user with groups, a folder and an environment become the same"
	same_as_crun 'process["user"] = {"uid": 33, "gid": 44, "additionalGids": [44, 7], "umask": 63}
process["cwd"] = "/tmp"; process["env"] += ["HOME=/tmp", "A=b c"]'

	fact "capabilities of another user become the same"
	same_as_crun 'process["user"] = {"uid": 33, "gid": 44}
process["capabilities"]["inheritable"] = process["capabilities"]["ambient"] = ["CAP_KILL"]'

	fact "limits, the OOM score and a read-only root become the same"
	same_as_crun 'process["rlimits"] = [{"type": "RLIMIT_CORE", "soft": 0, "hard": 4096},
{"type": "RLIMIT_STACK", "soft": 65536, "hard": 18446744073709551615}]
process["oomScoreAdj"] = 500; c["root"]["readonly"] = True'

	fact "namespaces that are not asked for are the host's"
	same_as_crun 'linux["namespaces"] = [{"type": n} for n in ("pid", "mount")]; del c["hostname"]'

	fact "no filter, new privileges and bind mounts become the same"
	same_as_crun 'linux.pop("seccomp", None); process["noNewPrivileges"] = False
c["mounts"] += [{"destination": "/new/place", "type": "bind", "source": "/etc",
"options": ["rbind", "ro", "nosuid"]}, {"destination": "/t", "type": "tmpfs", "source": "t",
"options": ["size=4k", "noexec"]}]'

	fact "devices of the configuration become the same"
	same_as_crun 'linux["devices"] = [{"path": "/dev/fuse", "type": "c", "major": 10, "minor": 229,
"fileMode": 384, "uid": 3, "gid": 4}]'
else
	fact "a bundle becomes the same container"
	not_here "crun is not installed"
fi

fact "a container goes from created to running to stopped"
configure . 'sh("echo runs; sleep 1000")'
runtime create --pid-file pid life > life.out 2>&1
equal created "$(status_of life)"
equal "$(cat pid)" "$(runtime state life | sed -n 's/.*"pid": *\([0-9]*\).*/\1/p')"
equal "" "$(cat life.out)"
expect_status 0 -- runtime start life
wait_for grep -q runs life.out
equal running "$(status_of life)"
[ ! -e "$scratch/runtime/life/exec.fifo" ] || fail "the gate is still there"
equal life "$(runtime list -q)"

fact "the state object has what the specification asks for"
runtime state life > state.json
is_json state.json
equal "bundle created id ociVersion pid status" "$(python3 -c '
import json
print(*sorted(json.load(open("state.json"))))')"
equal "$PWD" "$(python3 -c 'import json; print(json.load(open("state.json"))["bundle"])')"

fact "a container that runs is not started again and not deleted"
expect_error INVALID_STATE 125 "cannot delete container 'life': it is running" \
	"end it first, or use --force" -- runtime delete life
expect_status 125 -- runtime start life
matches "Error: \[INVALID_STATE\] *" "$(cat err)"

fact "an id is given once"
expect_status 125 -- runtime create life
matches "Error: \[CONTAINER_EXISTS\] *" "$(cat err)"
equal running "$(status_of life)"

fact "exec runs in it, with its own exit code and user"
expect_output "33" -- runtime exec -u 33:44 life id -u
expect_output "0 7 44" -- runtime exec -g 7 -g 44 life id -G
expect_status 125 -- runtime exec -g x life id -G
matches "Error: \[INVALID_ARGUMENT\] --additional-gids: *" "$(cat err)"
if [ ! -e /sys/kernel/security/apparmor ]; then
	expect_error UNSUPPORTED 125 "process.apparmorProfile: the kernel has no AppArmor" "" -- \
		runtime exec --apparmor strict life true
fi
expect_status 3 -- runtime exec life sh -c 'exit 3'
expect_status 127 -- runtime exec life nosuch

fact "kill ends it, delete removes it"
expect_status 0 -- runtime kill life KILL
stopped() { [ "$(status_of "$1")" = stopped ]; }
wait_for stopped life
expect_status 125 -- runtime kill life KILL
expect_status 125 -- runtime exec life true
expect_status 0 -- runtime delete life
expect_error CONTAINER_NOT_FOUND 125 "container 'life' does not exist" \
	"list containers with: containr ps -a" -- runtime state life
no_bundle_left || fail "something is left of it"

fact "delete --force ends what runs; what was only created needs no force"
runtime create forced > /dev/null 2>&1
expect_status 0 -- runtime start forced
expect_status 0 -- runtime delete --force forced
runtime create unborn > /dev/null 2>&1
expect_status 0 -- runtime delete unborn
no_bundle_left || fail "something is left of them"

fact "a configuration that is wrong is refused by the place of the mistake"
configure . 'process["rlimits"][0]["type"] = "RLIMIT_X"'
expect_status 125 -- runtime create wrong
matches "Error: \[INVALID_CONFIG\] process.rlimits\[0\].type: unknown limit 'RLIMIT_X'*" "$(cat err)"
no_bundle_left || fail "something is left of it"

fact "a program that is not there is told by run, and nothing is left"
configure . 'process["args"] = ["/nosuch"]'
expect_status 127 -- runtime run missing
no_bundle_left || fail "something is left of it"

fact "run passes the exit code on and removes the container"
configure . 'sh("exit 7")'
expect_status 7 -- runtime run code
no_bundle_left || fail "something is left of it"

fact "descriptors pass in by --preserve-fds and by LISTEN_FDS, and no others"
echo "from three" > three
configure . 'sh("cat <&3; echo $LISTEN_FDS; ls /proc/self/fd")'
expect_output "from three

0
1
2
3
4" -- runtime run --preserve-fds 1 kept 3< three 9< three
expect_output "from three
1
0
1
2
3
4" -- env LISTEN_FDS=1 containr-runtime --root "$scratch/runtime" run listen 3< three 9< three
configure . 'sh("ls /proc/self/fd")'
expect_output "0
1
2
3" -- runtime run none 3< three 9< three

fact "the terminal's master goes through the console socket"
configure . 'process["terminal"] = True; sh("tty; cat")'
cat > console.py << 'EOF'
import array, os, socket, subprocess, sys
server = socket.socket(socket.AF_UNIX)
server.bind("console")
server.listen(1)
runtime = ["containr-runtime", "--root", sys.argv[1]]
subprocess.run(runtime + ["create", "--console-socket", "console", "tty"], check=True)
connection, _ = server.accept()
name, ancillary, _, _ = connection.recvmsg(256, socket.CMSG_SPACE(4))
master = array.array("i", ancillary[0][2])[0]
subprocess.run(runtime + ["start", "tty"], check=True)
print(os.ttyname(master) if not os.isatty(master) else os.read(master, 100).decode().strip())
os.write(master, b"\4")
EOF
expect_output /dev/pts/0 -- python3 console.py "$scratch/runtime"
wait_for stopped tty
expect_status 0 -- runtime delete tty
no_bundle_left || fail "something is left of it"

finish
