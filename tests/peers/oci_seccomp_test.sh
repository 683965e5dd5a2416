#!/bin/bash
# SPDX-License-Identifier: MIT
# System calls that are to be answered by an agent: it gets the listener and the state, for the
# container's first process and for those of exec. The other actions do what they say.
# shellcheck source=../system/lib.sh
. "$(dirname "$0")/../system/lib.sh"
# shellcheck source=bundle.sh
. "$CONTAINR_SOURCE/tests/peers/bundle.sh"

make_bundle b
cd b
stopped() { [ "$(status_of "$1")" = stopped ]; }

# Answers each mkdir of two processes with "Name not unique on network", and prints what it was told.
cat > agent.py << 'EOF'
import array, errno, fcntl, json, os, socket, struct, sys
server = socket.socket(socket.AF_UNIX)
server.bind("agent")
server.listen(1)
for _ in range(int(sys.argv[1])):
    connection, _ = server.accept()
    text, ancillary, _, _ = connection.recvmsg(65536, socket.CMSG_SPACE(4))
    listener = array.array("i", ancillary[0][2])[0]
    told = json.loads(text)
    call = bytearray(80)
    fcntl.ioctl(listener, 0xc0502100, call)
    number, pid = struct.unpack_from("QI", call)
    state = told["state"]
    with open(f"/proc/{pid}/stat") as stat:
        family = pid, int(stat.read().rsplit(")", 1)[1].split()[1])
    fcntl.ioctl(listener, 0xc0182101, struct.pack("QqiI", number, 0, -errno.ENOTUNIQ, 0))
    print(told["fds"], told["metadata"], told["pid"] in family, state["id"], state["status"],
        state["pid"] in family, state["bundle"] == os.getcwd(), flush=True)
EOF

notify='linux["seccomp"] = {"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"],
"listenerPath": os.environ["PWD"] + "/agent", "listenerMetadata": "to whom", "syscalls": [
{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_NOTIFY"}]}'

start_agent() {
	rm -f agent
	python3 agent.py "$1" > told &
	agent=$!
	wait_for test -S agent
}

not_unique="mkdir: can't create directory '/x': Name not unique on network"

for privileges in True False; do
	fact "an agent answers for the container (no new privileges: $privileges)"
	start_agent 1
	configure . "$notify; process['noNewPrivileges'] = $privileges; sh('mkdir /x')"
	expect_status 1 -- runtime run noted
	equal "$not_unique" "$(cat err)"
	wait $agent
	equal "['seccompFd'] to whom True noted creating True True" "$(cat told)"
done

fact "an agent answers for a container that was created first, and for exec"
start_agent 2
configure . "$notify; sh('mkdir /x; sleep 1000')"
runtime create later > later.out 2>&1 || fail "create: $(cat later.out)"
expect_status 0 -- runtime start later
wait_for test -s later.out
equal "$not_unique" "$(cat later.out)"
expect_status 1 -- runtime exec later mkdir /x
equal "$not_unique" "$(cat err)"
wait $agent
equal "['seccompFd'] to whom True later creating True True
['seccompFd'] to whom True later running False True" "$(cat told)"
expect_status 0 -- runtime delete --force later

fact "without an agent nothing is started"
rm -f agent
configure . "$notify; sh('true')"
expect_error PROCESS_SETUP 125 \
	"linux.seccomp.listenerPath: cannot connect to '$PWD/agent': No such file or directory" \
	"start the agent that listens there first" -- runtime run lonely
no_bundle_left || fail "something is left of it"

# answer ACTION [MEMBER]: what becomes of a shell that calls mkdir under such a rule.
answer() {
	configure . "linux['seccomp'] = {'defaultAction': 'SCMP_ACT_ALLOW', 'architectures': ['SCMP_ARCH_X86_64'],
'flags': [${3:-}], 'syscalls': [{'names': ['mkdir', 'mkdirat'], 'action': '$1' ${2:-}}]}
sh('mkdir /y; echo \$?')"
	runtime run answer 2>&1
	rm -rf rootfs/y
}

fact "the other actions and the flags do what they say"
equal "mkdir: can't create directory '/y': Operation not permitted
1" "$(answer SCMP_ACT_ERRNO)"
equal "mkdir: can't create directory '/y': Name not unique on network
1" "$(answer SCMP_ACT_ERRNO ", 'errnoRet': 76")"
equal "mkdir: can't create directory '/y': Function not implemented
1" "$(answer SCMP_ACT_TRACE)"
equal 0 "$(answer SCMP_ACT_LOG '' "'SECCOMP_FILTER_FLAG_LOG', 'SECCOMP_FILTER_FLAG_SPEC_ALLOW'")"
equal 0 "$(answer SCMP_ACT_ALLOW '' "'SECCOMP_FILTER_FLAG_TSYNC'")"
for action in SCMP_ACT_KILL SCMP_ACT_KILL_PROCESS SCMP_ACT_KILL_THREAD SCMP_ACT_TRAP; do
	equal "Bad system call
159" "$(answer $action)"
done
no_bundle_left || fail "something is left of them"

finish
